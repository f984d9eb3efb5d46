"""Which n-grams of a block its sample needs: those of one length, in numpy or in the native core."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aura import native
from aura.models.training import native_counting
from aura.models.training.text import Flags, Ints, Longs


@dataclass(frozen=True, slots=True)
class View:
    """The n-grams of one length in a block.

    Attributes:
        size: of the block, in symbols; at least 1.
        places: of the symbols at which n-grams end, ascending, int32.
        index: of each, its n-gram in the run of the block, int32.
        group: of each in the run the number of its n-gram of this length, int32.
        kept: of each n-gram its place among all that are kept, or -1, int32.
        sample: the places that are looked up, int64; none is 0.
    """

    size: int
    places: Ints
    index: Ints
    group: Ints
    kept: Ints
    sample: Longs


@dataclass(frozen=True, slots=True)
class Roles:
    """What a sample needs of n-grams of one length. All are int32.

    Attributes:
        contexts: the numbers of those after which a symbol of the sample stands.
        entries: of those whose context is one of those of the length before.
        owners: of each entry, that context among them.
        longer: of those whose suffix is an entry of the length before.
        suffixes: of each, that entry among them.
        context, entry: of each symbol of the block, its context and its entry among these, or -1.
        ends: of the n-gram that ends at each symbol of the sample, its place among all that are kept, or -1.
        end_entries: of the same, its entry, or -1.
        before: of the n-gram that ends before each symbol of the sample, its place, or -1.
        before_contexts: of the same, its context, or -1.
    """

    contexts: Ints
    entries: Ints
    owners: Ints
    longer: Ints
    suffixes: Ints
    context: Ints
    entry: Ints
    ends: Ints
    end_entries: Ints
    before: Ints
    before_contexts: Ints


def find_roles(view: View, last: Roles | None) -> Roles:
    """Find what the sample needs of one length; ``last`` is that of the length before, None for the first."""
    if native.is_chosen():
        earlier = (None, None) if last is None else (last.context, last.entry)
        return Roles(*native_counting.find_roles(view, *earlier))
    of_place = np.full(view.size, -1, np.int32)  # the n-gram that ends at each place
    of_place[view.places] = np.where(view.kept[view.group] >= 0, view.group, np.int32(-1))[view.index]
    inside = of_place >= 0
    example = np.zeros(len(view.kept), np.int32)
    example[of_place[inside]] = np.flatnonzero(inside)
    touched = np.zeros(len(view.kept) + 1, np.bool_)
    touched[of_place[view.sample - 1]] = True
    if last is None:
        # the context of every symbol is that of no symbols
        is_entry = (view.kept >= 0) & (len(view.sample) > 0)
        owner = np.zeros(len(view.kept), np.int32)
        is_longer, suffix = np.zeros(len(view.kept), np.bool_), owner
    else:
        owner = np.append(np.int32(-1), last.context)[example]
        is_entry = (owner >= 0) & (view.kept >= 0)
        suffix = last.entry[example]
        is_longer = (suffix >= 0) & (view.kept >= 0)
    contexts, context = _numbered(touched[:-1], of_place)
    entries, entry = _numbered(is_entry, of_place)
    kept = np.append(view.kept, np.int32(-1))
    return Roles(
        contexts,
        entries,
        owner[is_entry],
        np.flatnonzero(is_longer).astype(np.int32),
        suffix[is_longer],
        context,
        entry,
        kept[of_place[view.sample]],
        entry[view.sample],
        kept[of_place[view.sample - 1]],
        context[view.sample - 1],
    )


def _numbered(chosen: Flags, of_place: Ints) -> tuple[Ints, Ints]:
    """Which n-grams are chosen, and of each place the number of its own among them, or -1."""
    number = np.where(chosen, np.cumsum(chosen, dtype=np.int32) - np.int32(1), np.int32(-1))
    return np.flatnonzero(chosen).astype(np.int32), np.append(number, np.int32(-1))[of_place]

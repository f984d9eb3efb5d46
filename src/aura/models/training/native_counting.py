"""Counting n-grams in the native core: what the numpy code of the same names gives, from the same arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from aura.models.training.pieces import Marks
from aura.models.training.text import Ints, Longs, Numbers

if TYPE_CHECKING:
    from aura.models.training.pieces import Piece
    from aura.models.training.roles import View
    from aura.models.training.stages import Stage
    from aura.models.training.tallies import Keys

Number = TypeVar("Number", bound=np.generic)

Columns = tuple[Longs | None, Longs | None, Marks, Marks | None]
"""Sizes, counts, sources and messages, as in :class:`aura.models.training.tallies.Tallies`.

Without sizes each item counts once.
"""


def find(keys: Numbers, wanted: Numbers) -> Ints:
    """The places of numbers from 0 on of 64 bits among ascending ones, or -1: int32."""
    from aura_native import find_keys  # noqa: PLC0415  # only there where a compiler was

    places = np.empty(len(wanted), np.int32)
    find_keys(_plain(keys), _plain(wanted), places)
    return places


def sort(keys: Keys) -> tuple[Keys, NDArray[np.uint32]]:
    """Keys in ascending order, and their places before; those of equal keys ascend."""
    from aura_native import sort_keys  # noqa: PLC0415  # as above

    ascending, order = keys.copy(), np.empty(len(keys), np.uint32)
    sort_keys(ascending, order, np.empty_like(ascending), np.empty_like(order))
    return ascending, order


def group(
    keys: Keys,
    columns: Columns,
    *,
    shift: int = 0,
    order: NDArray[np.uint32] | None = None,
    index: Ints | None = None,
) -> tuple[Keys, tuple[Longs, Longs | None, Marks, Marks | None]]:
    """Add up what neighbours have whose keys are alike but for the lowest bits.

    Args:
        keys: of each item.
        columns: what the items have.
        shift: the number of the bits that do not matter.
        order: of each item, its place in the columns; the same as in ``keys`` if None.
        index: gets, at the place of each item in the columns, the number of its group.

    Returns:
        The keys of the groups, without those bits, and what the groups have.
    """
    from aura_native import group_keys  # noqa: PLC0415  # as above

    size = len(keys)
    each = [None if column is None else _plain(column) for column in columns]
    _, counts, sources, messages = columns
    group_of_keys, sizes, of_sources = (
        np.empty(size, np.uint64),
        np.empty(size, np.int64),
        np.empty_like(sources),
    )
    of_counts = None if counts is None else np.empty(size, np.int64)
    of_messages = None if messages is None else np.empty_like(messages)
    found = (group_of_keys, sizes, of_counts, of_sources, of_messages)
    groups = group_keys(_plain(keys), order, *each, *found, index, shift)
    return _first(group_of_keys, groups), (
        _first(sizes, groups),
        None if of_counts is None else _first(of_counts, groups),
        _first(of_sources, groups),
        None if of_messages is None else _first(of_messages, groups),
    )


def _plain(values: NDArray[Number]) -> NDArray[Number]:
    """The values in one piece and aligned, which those that came over a network need not be."""
    return np.require(values, None, ("C", "A"))


def _first(values: NDArray[Number], count: int) -> NDArray[Number]:
    """The first values, without the memory of the others."""
    return values if count == len(values) else values[:count].copy()


def keys_of(piece: Piece, stage: Stage, places: Ints | None, groups: Ints | None) -> Keys:
    """The keys of some places of a piece, or of all; see :func:`aura.models.training.stages.keys_of`."""
    from aura_native import keys_of  # noqa: PLC0415  # as above

    keys = np.empty(len(piece) if places is None else len(places), np.uint64)
    at = [None if part is None else _plain(part) for part in (places, groups)]
    keys_of(
        _plain(piece.ranks),
        _plain(piece.limits),
        at[0],
        at[1],
        keys,
        piece.lead,
        stage.depth,
        stage.width,
        stage.bits,
    )
    return keys


def find_roles(view: View, context: Ints | None, entry: Ints | None) -> tuple[Ints, ...]:
    """What a sample needs; see :func:`aura.models.training.roles.find_roles`.

    Args:
        view: the n-grams of one length.
        context: of each symbol, as found for the length before; None for the first length.
        entry: likewise.

    Returns:
        The attributes of :class:`aura.models.training.roles.Roles`.
    """
    from aura_native import study_length  # noqa: PLC0415  # as above

    groups, sampled = len(view.kept), len(view.sample)
    contexts, entries, owners, longer, suffixes = np.empty((5, groups), np.int32)
    each = np.empty((2, view.size), np.int32)
    of_sample = np.empty((4, sampled), np.int32)
    counts = study_length(
        *map(_plain, (view.places, view.index, view.group, view.kept, view.sample)),
        *(None if part is None else _plain(part) for part in (context, entry)),
        contexts,
        entries,
        owners,
        longer,
        suffixes,
        *each,
        *of_sample,
        *np.empty((2, groups), np.int32),
    )
    sizes = (counts[0], counts[1], counts[1], counts[2], counts[2])
    found = (contexts, entries, owners, longer, suffixes)
    return *(_first(part, size) for part, size in zip(found, sizes, strict=True)), *each, *of_sample

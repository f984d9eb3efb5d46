"""The lists of a packed model, for many contexts at once.

Contexts are places of words, as in ``aura_fast.context_model``; a lane is one of the contexts that are asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura_fast.context_model import (
    BELOW_END,
    CODE_MASK,
    END_SHIFT,
    LIKELIHOOD,
    PLACE_BITS,
    SINGLETON,
    SINGLETON_CODE,
    SINGLETON_SUFFIX,
    SUFFIX,
    SUM_BITS,
    SUM_MASK,
    SYMBOL_MASK,
    Contexts,
)
from aura_fast.ragged import Flags, Numbers, spread
from aura_spec import context_model
from aura_spec.context_model import TOTAL_OF_ONE

SINGLETON_NUMBERS: Final = np.array(SINGLETON)
_LIKELIHOOD: Final = np.frombuffer(LIKELIHOOD, np.uint8)


_NEAR: Final = 8
"""Entries after the first that are looked at for all lists."""


def words_of(model: Contexts) -> Numbers:
    """The words of a packed model, (words,) int64; not copied."""
    return np.frombuffer(model.words, np.int64)


def sizes_of(words: Numbers) -> Numbers:
    """The lengths of the lists that begin with these words: (lanes,) int64."""
    return np.where(words >= 0, 1, ~words >> SUM_BITS & SYMBOL_MASK)


def suffix(words: Numbers) -> Numbers:
    """The contexts to go on with after an escape from the lists that begin with these words: (lanes,) int64."""
    return np.where(words >= 0, words >> SINGLETON_SUFFIX, ~words >> SUFFIX)


def ranks(model: Contexts, firsts: Numbers, sizes: Numbers, values: Numbers) -> Numbers:
    """How many entries of each list end at most at a value; at least one, as the first is known to.

    Args:
        model: the packed model.
        firsts: the places of first entries, (lanes,) int64.
        sizes: of the lists, (lanes,) int64.
        values: cumulative frequencies, (lanes,) int64.

    Returns:
        The numbers of entries, (lanes,) int64.
    """
    words = words_of(model)
    keys = values << END_SHIFT | BELOW_END
    # look at some entries of each list at once, beyond its end too
    is_above = np.ones((len(firsts), _NEAR + 1), np.bool_)
    near = words.take(firsts[:, None] + np.arange(1, _NEAR + 1), mode="clip")
    np.greater(near, keys[:, None], out=is_above[:, :-1])
    found: Numbers = np.minimum(1 + is_above.argmax(axis=1), sizes)
    far = ((found > _NEAR) & (sizes > _NEAR + 1)).nonzero()[0]
    for number, key, first, size in zip(
        *(part.tolist() for part in (far, keys[far], firsts[far], sizes[far])), strict=True
    ):
        found[number] = bisect_right(model.words, key, first + 1, first + size) - first
    return found


def lower(words: Numbers, places: Numbers, firsts: Numbers) -> Numbers:
    """The cumulatives before the entries at ``places``, of lists that begin at ``firsts``: (lanes,) int64."""
    return np.where(places == firsts, 0, words[places - 1] >> END_SHIFT)


def list_of(words: Numbers, contexts: Numbers) -> tuple[Numbers, Numbers]:
    """The places of the first entries of lists, and where the lists end: both (lanes,) int64."""
    heads = words[contexts]
    places = contexts + (heads < 0)
    return places, places + sizes_of(heads)


def predict(model: Contexts, contexts: Numbers, predicted: Numbers) -> tuple[Flags, Numbers, Numbers]:
    """What lists say about bytes that are predicted; as ``Contexts.predict``.

    Args:
        model: the packed model.
        contexts: with the lists, (lanes,) int64.
        predicted: the bytes, (lanes,) int64.

    Returns:
        Whether the lists have them, (lanes,) bool; the words of their entries, and what their probabilities add to
        the index of rule MAT-4, both (lanes,) int64.
    """
    words = words_of(model)
    heads = words[contexts]
    is_singleton = heads >= 0
    firsts = contexts + ~is_singleton
    owners, places = spread(firsts, sizes_of(heads))
    found = (words[places] >> PLACE_BITS & SYMBOL_MASK == predicted[owners]).nonzero()[0]
    is_listed = np.zeros(len(contexts), np.bool_)
    is_listed[owners[found]] = True
    entries_at = firsts.copy()
    entries_at[owners[found]] = places[found]
    entries = words[entries_at]
    frequencies = np.where(
        is_singleton,
        SINGLETON_NUMBERS[entries >> SINGLETON_CODE & CODE_MASK],
        (entries >> END_SHIFT) - lower(words, entries_at, firsts),
    )
    totals = np.where(is_singleton, TOTAL_OF_ONE, ~heads & SUM_MASK)
    return is_listed, entries, np.where(is_listed, _LIKELIHOOD[1000 * frequencies // totals], 0)


@dataclass(slots=True)
class Rest:
    """What remains of lists of more than one entry if symbols are excluded.

    Attributes:
        entries: of all lists, end to end, (entries,) int64.
        sums: of the frequencies before each of these entries, and of all, without those that are excluded: (entries
            + 1,) int64.
        starts: where each list begins among the entries, (lanes,) int64.
        listed: the sum of the frequencies of what remains of each list, (lanes,) int64.
        totals: that and the frequency of the escape, (lanes,) int64; 1 where nothing remains, so that a choice
            there changes nothing.
    """

    entries: Numbers
    sums: Numbers
    starts: Numbers
    listed: Numbers
    totals: Numbers


def rest(model: Contexts, contexts: Numbers, escaped_from: Numbers, predicted: Numbers) -> Rest:
    """What remains of lists (rules AUR-3 to AUR-5).

    Args:
        model: the packed model.
        contexts: with the lists, (lanes,) int64.
        escaped_from: for each a context whose list is excluded, or -1, (lanes,) int64.
        predicted: for each a symbol that is excluded, or -1, (lanes,) int64.
    """
    words = words_of(model)
    is_excluded = np.zeros((len(contexts), context_model.SYMBOLS + 1), np.bool_)
    is_excluded[np.arange(len(contexts)), predicted] = True  # the last column if there is none
    escaped = (escaped_from >= 0).nonzero()[0]
    firsts, ends = list_of(words, escaped_from[escaped])
    owners, places = spread(firsts, ends - firsts)
    is_excluded[escaped[owners], words[places] >> PLACE_BITS & SYMBOL_MASK] = True
    heads = ~words[contexts]
    sizes = heads >> SUM_BITS & SYMBOL_MASK
    owners, places = spread(contexts + 1, sizes)
    entries = words[places]
    ends = entries >> END_SHIFT
    behind = sizes.cumsum()
    starts = behind - sizes
    frequencies = ends.copy()
    frequencies[1:] -= ends[:-1]
    frequencies[starts] = ends[starts]
    frequencies *= ~is_excluded[owners, entries >> PLACE_BITS & SYMBOL_MASK]
    sums = np.zeros(len(entries) + 1, np.int64)
    frequencies.cumsum(out=sums[1:])
    listed = sums[behind] - sums[starts]
    totals = np.where(listed > 0, listed + (heads & SUM_MASK) - ends[behind - 1], 1)
    return Rest(entries, sums, starts, listed, totals)

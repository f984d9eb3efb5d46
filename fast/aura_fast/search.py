"""Looking things up in a packed model for many contexts at once."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_fast.context_model import (
    BELOW_END,
    END_SHIFT,
    LONE_WIDER,
    PLACE_BITS,
    SUM_BITS,
    SYMBOL_MASK,
    WIDER,
    Contexts,
)

Numbers = NDArray[np.int64]

FEW: Final = 32
"""Contexts or messages for which plain Python is quicker than numpy."""


_NEAR: Final = 8
"""Entries after the first that are looked at for all lists."""


def words_of(model: Contexts) -> Numbers:
    """The words of a packed model."""
    return np.frombuffer(model.words, np.int64)


def sizes_of(words: Numbers) -> Numbers:
    """The lengths of the lists that begin with these words."""
    return np.where(words >= 0, 1, ~words >> SUM_BITS & SYMBOL_MASK)


def wider(words: Numbers) -> Numbers:
    """The contexts to go on with after an escape from the lists that begin with these words."""
    return np.where(words >= 0, words >> LONE_WIDER, ~words >> WIDER)


def find(model: Contexts, firsts: Numbers, ends: Numbers, symbols: Numbers) -> Numbers:
    """The place of each symbol among the entries from ``firsts`` to before ``ends``; -1 where there is none."""
    words = words_of(model)
    found = np.full(len(symbols), -1)
    asked = np.arange(len(symbols))
    places = firsts
    while len(asked) > FEW:  # look at one entry of each list, and go on with those lists that are not done
        is_it = words[places] >> PLACE_BITS & SYMBOL_MASK == symbols
        found[asked[is_it]] = places[is_it]
        goes_on = (~is_it & (places + 1 < ends)).nonzero()[0]
        asked, places, ends, symbols = asked[goes_on], places[goes_on] + 1, ends[goes_on], symbols[goes_on]
    for number, *where, symbol in zip(
        *(part.tolist() for part in (asked, places, ends, symbols)), strict=True
    ):
        found[number] = model.letters.find(chr(symbol), *where)
    return found


def ranks(model: Contexts, firsts: Numbers, sizes: Numbers, values: Numbers) -> Numbers:
    """How many entries of lists end at most at a value; at least one, as the first is known to."""
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
    """The cumulatives before entries of lists whose first entries are ``firsts``."""
    return np.where(places == firsts, 0, words[places - 1] >> END_SHIFT)


def list_of(words: Numbers, contexts: Numbers) -> tuple[Numbers, Numbers]:
    """The places of the first entries of lists, and where the lists end."""
    heads = words[contexts]
    places = contexts + (heads < 0)
    return places, places + sizes_of(heads)


def gaps(model: Contexts, left: Numbers, firsts: Numbers, ends: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """The gaps that the symbols of one list leave in another, for many pairs of lists.

    Returns:
        For each gap the number of its pair, the cumulative before it in the whole list, and its frequency.
    """
    words = words_of(model)
    places, ends_left = list_of(words, left)
    owners, places = spread(places, ends_left - places)
    excluded = words[places] >> PLACE_BITS & SYMBOL_MASK
    found = find(model, firsts[owners], ends[owners], excluded)
    at = lower(words, found, firsts[owners])
    return owners, at, (words[found] >> END_SHIFT) - at


def sums(owners: Numbers, values: Numbers, count: int) -> Numbers:
    """The sum of the values of each of so many owners."""
    return np.bincount(owners, values, count).astype(np.int64)


def spread(firsts: Numbers, sizes: Numbers) -> tuple[Numbers, Numbers]:
    """For lists with these first entries and sizes: of each entry the number of its list, and its place."""
    behind = sizes.cumsum()
    owners = np.arange(len(sizes)).repeat(sizes)
    return owners, np.arange(len(owners)) + (firsts - behind + sizes)[owners]

"""Looking things up in a packed model for many contexts at once."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_fast.context_model import (
    LONE_SUFFIX,
    PLACE_BITS,
    SUFFIX,
    SUM_BITS,
    SYMBOL_MASK,
    Contexts,
)

Numbers = NDArray[np.int64]

FEW: Final = 32
"""Contexts or messages for which plain Python is quicker than numpy."""


def words_of(model: Contexts) -> Numbers:
    """The words of a packed model."""
    return np.frombuffer(model.words, np.int64)


def sizes_of(words: Numbers) -> Numbers:
    """The lengths of the lists that begin with these words."""
    return np.where(words >= 0, 1, ~words >> SUM_BITS & SYMBOL_MASK)


def suffixes_of(words: Numbers) -> Numbers:
    """The suffixes of the contexts that begin with these words."""
    return np.where(words >= 0, words >> LONE_SUFFIX, ~words >> SUFFIX)


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


def wider(words: Numbers, contexts: Numbers) -> Numbers:
    """For each context the first one along the suffixes with a longer list; the root if there is none."""
    heads = words[contexts]
    sizes = sizes_of(heads)
    found = suffixes_of(heads)
    asked = np.arange(len(contexts))
    while len(asked):  # lists contain each other, so those of equal length are equal
        heads = words[found[asked]]
        asked = asked[(sizes_of(heads) == sizes[asked]) & (found[asked] != 0)]
        found[asked] = suffixes_of(words[found[asked]])
    return found


def spread(counts: Numbers) -> tuple[Numbers, Numbers]:
    """For groups of these sizes: of each member the number of its group, and its place in the group."""
    owners = np.repeat(np.arange(len(counts)), counts)
    return owners, np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)

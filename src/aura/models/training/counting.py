"""Counting the n-grams of a text that are worth a place in its trie.

Of a small text, every context that occurs often enough is extended by all that follows it, however rarely. Of a
large one, an n-gram must occur often enough itself; and how often that is rises until the trie has no more n-grams
than were asked for. A trie does not depend on how much memory there is, nor on how the work is divided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from aura.models.training.extent import Extent, least_of
from aura.models.training.levels import Level, listed, raised, threshold
from aura.models.training.ngrams import CountedText, Scope, count
from aura.models.training.pieces import Alphabet
from aura.models.training.study import BlockStudy
from aura.models.training.tallies import Keys, Tallies
from aura.models.training.text import BEGIN, Flags, Ints, Longs

COMPLETE: Final = 1 << 24
"""Symbols of the largest text whose rare n-grams are counted."""

_PLENTY: Final = 1 << 23
"""For each so many symbols, an n-gram must occur once more."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The n-grams of a text.

    Attributes:
        levels: for each length from 1.
        studies: by the number of the block.
        places: for each length the places in its level of the n-grams that the studies name, or -1.
        least: how often an n-gram occurs at least, but for single symbols and what begins messages.
    """

    levels: list[Level]
    studies: dict[int, BlockStudy]
    places: list[Ints]
    least: int


@dataclass(frozen=True, slots=True)
class Counting:
    """Counts the n-grams of a text.

    Attributes:
        text: framed messages.
        extent: which contexts are extended at most.
        most: n-grams at most; those of one symbol, and those that begin a message, are kept in any case.
        samples: of each block, the places of its sample.
        progress: is called with the share that is done.
    """

    text: CountedText
    extent: Extent
    most: int
    samples: Sequence[Longs]
    progress: Callable[[float], None]

    def count(self) -> Counted:
        """Count n-grams of up to one symbol more than the longest contexts."""
        found = self._complete() if self.text.size.symbols <= COMPLETE else None
        return self._frequent() if found is None else found

    def _complete(self) -> Counted | None:
        """All that follows the contexts that are extended; None if that is too much."""
        text = self.text
        if self.extent != replace(self.extent, minimum=1, sources=1):
            text = self._limited()
        scope = self._scope(self.extent.order + 1)
        pieces = text.study(scope, self.samples)
        levels: list[Level] = []
        for found in count(pieces, scope, lambda: everything):
            levels += found.levels(scope.alphabet)
            self.progress(len(levels) / scope.length)
            if sum(map(len, levels)) > self.most:
                return None
        levels = [level for level in levels if len(level)]
        places = [np.arange(len(level), dtype=np.int32) for level in levels]
        return Counted(levels, pieces.studies(), places, least=1)

    def _limited(self) -> CountedText:
        """The text in which at each place the longest context that is extended is known."""
        scope = self._scope(self.extent.order)
        pieces = self.text.measure(scope)
        extended = Extended(self.extent, scope.alphabet)
        for _ in count(pieces, scope, lambda: extended):
            pass
        return self.text.limited(pieces)

    def _frequent(self) -> Counted:
        """What occurs often enough itself."""
        scope = self._scope(self.extent.order + 1)
        pieces = self.text.study(scope, self.samples)
        least = max(2, self.extent.minimum, self.text.size.symbols // _PLENTY)
        minimum = least
        levels: list[Level] = []

        def frequent() -> Frequent:
            return Frequent(self.extent, minimum, scope.alphabet)

        for found in count(pieces, scope, frequent):
            levels += found.levels(scope.alphabet)
            # longer n-grams only add to these
            minimum = threshold(levels, self.most, least)
            self.progress(len(levels) / scope.length)
        kept, places = raised(levels, minimum)
        return Counted(kept, pieces.studies(), places, minimum)

    def _scope(self, length: int) -> Scope:
        return Scope(Alphabet.of(self.text.size.occurrences), length, self.extent.by_message)


def everything(_length: int, tallies: Tallies, _keys: Keys) -> Flags:
    """Keep all n-grams."""
    return np.ones(len(tallies.sizes), np.bool_)


@dataclass(frozen=True, slots=True)
class Extended:
    """Keeps the contexts that are extended.

    Attributes:
        extent: which.
        alphabet: of the text.
    """

    extent: Extent
    alphabet: Alphabet

    def __call__(self, length: int, tallies: Tallies, keys: Keys) -> Flags:
        """Say which n-grams of one length are kept."""
        often = self.extent.extends(length, tallies)
        if length == 1:  # however few the messages, they begin somewhere
            often |= self.alphabet.firsts(keys) == BEGIN
        return often


@dataclass(frozen=True, slots=True)
class Frequent:
    """Keeps n-grams that occur often enough themselves.

    Attributes:
        extent: which contexts are extended at most.
        least: how often long ones occur at least.
        alphabet: of the text.
    """

    extent: Extent
    least: int
    alphabet: Alphabet

    def __call__(self, length: int, tallies: Tallies, keys: Keys) -> Flags:
        """Say which n-grams of one length are kept."""
        minimum = max(self.extent.minimum, least_of(length, self.least))
        often = replace(self.extent, minimum=minimum).extends(length, tallies)
        return listed(length, often, self.alphabet.firsts(keys))

"""Counting the n-grams of a text that are worth a place in its trie.

Of a small text, every context that occurs often enough is extended by all that follows it, however rarely. Of a
large one, an n-gram must occur often enough itself; and how often that is rises until the trie has no more n-grams
than were asked for. A trie does not depend on how much memory there is, nor on how the work is divided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from aura.models.training.extent import Extent
from aura.models.training.levels import Level, listed, raised, threshold
from aura.models.training.ngrams import Counter
from aura.models.training.pieces import UNSTUDIED, Alphabet, Framed, Stretch
from aura.models.training.resources import Resources
from aura.models.training.spill import Column
from aura.models.training.study import BlockStudy, Depths
from aura.models.training.tallies import Keys, Tallies
from aura.models.training.text import BEGIN, Flags, Ints, Longs

COMPLETE: Final = 1 << 24
"""Symbols of the largest text whose rare n-grams are counted."""

SMALL: Final = 1 << 20
"""Symbols of a text that threads would not make quicker."""

_PLENTY: Final = 1 << 25
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
        samples: of the places of a block, those of its sample.
        resources: what may be used.
        progress: is called with the share that is done.
    """

    text: Framed
    extent: Extent
    most: int
    samples: Callable[[Stretch], Longs]
    resources: Resources
    progress: Callable[[float], None]

    def count(self) -> Counted:
        """Count n-grams of up to one symbol more than the longest contexts."""
        found = self._complete() if len(self.text.symbols) <= COMPLETE else None
        return self._frequent() if found is None else found

    def _complete(self) -> Counted | None:
        """All that follows the contexts that are extended; None if that is too much."""
        text = self.text
        if self.extent != replace(self.extent, minimum=1, sources=1):
            text = replace(text, depths=self._depths())
        counter = self._counter(text, self.extent.order + 1)
        studies = self._studies(counter)
        levels: list[Level] = []
        for found in counter.count(_everything, studies):
            levels += found.levels(counter.alphabet)
            self.progress(len(levels) / counter.length)
            if sum(map(len, levels)) > self.most:
                return None
        levels = [level for level in levels if len(level)]
        places = [np.arange(len(level), dtype=np.int32) for level in levels]
        return Counted(levels, _by_block(studies), places, least=1)

    def _depths(self) -> Column:
        """At each place the length of the longest context that is extended."""
        counter = self._counter(self.text, self.extent.order)
        depths = {piece: Depths(np.zeros(len(piece), np.uint8)) for piece in counter.pieces}

        def extended(length: int, tallies: Tallies, keys: Keys) -> Flags:
            often = self.extent.extends(length, tallies)
            if length == 1:  # however few the messages, they begin somewhere
                often |= counter.alphabet.firsts(keys) == BEGIN
            return often

        for _ in counter.count(extended, depths):
            pass
        result = self.resources.spill.column(np.uint8)
        for piece in counter.pieces:
            result.append(depths[piece].lengths)
        return result

    def _frequent(self) -> Counted:
        """What occurs often enough itself."""
        counter = self._counter(self.text, self.extent.order + 1)
        studies = self._studies(counter)
        least = max(2, self.extent.minimum, len(self.text.symbols) // _PLENTY)
        minimum = least
        levels: list[Level] = []

        def frequent(length: int, tallies: Tallies, keys: Keys) -> Flags:
            often = replace(self.extent, minimum=minimum).extends(length, tallies)
            return listed(length, often, counter.alphabet.firsts(keys))

        for found in counter.count(frequent, studies):
            levels += found.levels(counter.alphabet)
            # longer n-grams only add to these
            minimum = threshold(levels, self.most, least)
            self.progress(len(levels) / counter.length)
        kept, places = raised(levels, minimum)
        return Counted(kept, _by_block(studies), places, minimum)

    def _studies(self, counter: Counter) -> dict[Stretch, BlockStudy]:
        return {
            piece: BlockStudy(self.samples(piece)) for piece in counter.pieces if piece.block != UNSTUDIED
        }

    def _counter(self, text: Framed, length: int) -> Counter:
        resources = self.resources
        return Counter(
            text=text,
            alphabet=Alphabet.of(text.occurrences),
            spill=resources.spill,
            length=length,
            pieces=text.split(resources.piece_size),
            range_size=resources.range_size,
            by_message=self.extent.by_message,
            each=map if len(text.symbols) < SMALL else resources.each,
        )


def _everything(_length: int, tallies: Tallies, _keys: Keys) -> Flags:
    return np.ones(len(tallies.sizes), np.bool_)


def _by_block(studies: dict[Stretch, BlockStudy]) -> dict[int, BlockStudy]:
    return {stretch.block: study for stretch, study in studies.items()}

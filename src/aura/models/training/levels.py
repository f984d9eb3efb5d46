"""The n-grams that are kept, length by length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aura.models.training.extent import least_by_count, least_of
from aura.models.training.pieces import Alphabet, spread
from aura.models.training.stages import Stage
from aura.models.training.tallies import Keys, Run, find
from aura.models.training.text import BEGIN, WHOLE, Flags, Ints, Longs


@dataclass(frozen=True, slots=True)
class Level:
    """The kept n-grams of one length, ordered by what they end with.

    Attributes:
        suffixes: of each, the place of the n-gram without its first symbol in the level below, int32.
        firsts: of each, its first symbol, int16.
        counts: how often each occurs, times the weights of the messages, int64.
        spreads: in how many sources at least, int32.
    """

    suffixes: Ints
    firsts: Ints
    counts: Longs
    spreads: Ints

    def __len__(self) -> int:
        return len(self.firsts)


@dataclass(frozen=True, slots=True)
class KeptKeys:
    """The keys of what a stage kept.

    Attributes:
        stage: the stage.
        by_length: for each of its lengths, ascending.
    """

    stage: Stage
    by_length: tuple[Keys, ...]

    @property
    def groups(self) -> Keys:
        """The keys of the longest n-grams: their places number the groups of the next stage."""
        return self.by_length[-1]


@dataclass(frozen=True, slots=True)
class Found:
    """What a stage found.

    Attributes:
        stage: the stage.
        kept: for each of its lengths, the n-grams that are kept.
    """

    stage: Stage
    kept: tuple[Run, ...]

    @property
    def keys(self) -> KeptKeys:
        """Which n-grams are kept."""
        return KeptKeys(self.stage, tuple(run.keys for run in self.kept))

    def levels(self, alphabet: Alphabet) -> Iterator[Level]:
        """The levels of these lengths."""
        bits = np.uint64(self.stage.bits)
        below: Keys | None = None
        for run in self.kept:
            shorter = run.keys >> bits
            suffixes = shorter.astype(np.int64) if below is None else find(below, shorter)
            firsts = alphabet.firsts(run.keys).astype(np.int16)
            yield Level(suffixes.astype(np.int32), firsts, run.tallies.weighed, spread(run.tallies.sources))
            below = run.keys


def threshold(levels: Sequence[Level], most: int, least: int) -> int:
    """The lowest count, ``least`` or more, with which at most ``most`` n-grams are kept.

    Short n-grams need a lower count; see :func:`aura.models.training.extent.least_of`.
    """
    highest = np.concatenate(
        [least_by_count(length, level.counts // WHOLE) for length, level in enumerate(levels, 1)]
    )
    if len(highest) <= most:
        return least
    cut = len(highest) - most - 1
    return max(least, int(np.partition(highest, cut)[cut]) + 1)


def raised(levels: list[Level], count: int) -> tuple[list[Level], list[Ints]]:
    """The n-grams that occur so often, with all symbols, and all that begin a message. The list is emptied.

    Returns:
        The levels, and for each old one the new places of its n-grams, int32; -1 for those that are dropped.
    """
    result: list[Level] = []
    places: list[Ints] = []
    while levels:
        level = levels.pop(0)
        length = len(places) + 1
        kept = listed(length, level.counts >= least_of(length, count) * WHOLE, level.firsts)
        suffixes = level.suffixes[kept]
        result.append(
            Level(
                places[-1][suffixes] if places else suffixes,
                level.firsts[kept],
                level.counts[kept],
                level.spreads[kept],
            )
        )
        places.append(np.where(kept, np.cumsum(kept, dtype=np.int32) - np.int32(1), np.int32(-1)))
        if not len(result[-1]):
            result.pop()
            places += [np.full(len(longer), -1, np.int32) for longer in levels]
            break
    return result, places


def listed(length: int, often: Flags, firsts: Ints) -> Flags:
    """Which n-grams are kept: those that are frequent, all symbols, and whatever begins a message."""
    if length == 1:
        return np.ones(len(often), np.bool_)
    return often | (firsts == BEGIN) if length == 2 else often  # BEGIN and the first symbol

"""Counts that training goes on from: those of earlier messages, aged, and those of new ones together.

Ageing multiplies every count by the same share and rounds it down. What an n-gram counts is then still at least
what those count that begin or end with it, so that aged counts are those of a text like any other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from aura.models.training.extent import least_of
from aura.models.training.levels import Level, raised, threshold
from aura.models.training.text import SHIFT, WHOLE, Ints, Longs


@dataclass(frozen=True, slots=True)
class Totals:
    """What is known of a text beside its n-grams. Weights are 16 for each symbol, less for background.

    Attributes:
        weight: of all symbols.
        own_weight: of the symbols that are not background.
        sources: in how many sources they stood, about.
        least: n-grams that occurred less often were left out; 1 if there are none.
        lightest: the weight of the lightest contexts that were extended.
        order: symbols of the longest contexts.
        min_sources: distinct sources in which long contexts had to occur.
    """

    weight: int
    own_weight: int
    sources: int
    least: int
    lightest: int
    order: int
    min_sources: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was learned from earlier messages.

    Attributes:
        totals: of them.
        levels: reads the n-grams, from one symbol on.
        char_runs: weights of symbols by the state of the character run, int64 of shape (states, symbols).
        prefix: of their model; may be empty.
    """

    totals: Totals
    levels: Callable[[], Iterator[Level]]
    char_runs: Longs
    prefix: bytes

    def aged(self, age: float, order: int) -> Earlier:
        """What is left of them: that share of all counts, with contexts of at most ``order`` symbols."""
        totals = self.totals
        return Earlier(
            replace(
                totals,
                weight=math.floor(totals.weight * age),
                own_weight=math.floor(totals.own_weight * age),
                sources=math.ceil(totals.sources * age),
                lightest=max(1, math.floor(totals.lightest * age)),
                order=min(totals.order, order),
            ),
            lambda: _aged(self.levels(), age, order + 1),
            _share(self.char_runs, age),
            self.prefix if age else b"",
        )


def _aged(levels: Iterable[Level], age: float, length: int) -> Iterator[Level]:
    """Levels with a share of their counts, as long as any is left, and up to that length."""
    number = np.zeros(1, np.int32)
    for _, level in zip(range(length), levels, strict=False):
        counts = _share(level.counts, age)
        kept = counts > 0
        if not kept.any():
            return
        yield Level(
            number[level.suffixes[kept]],
            level.firsts[kept],
            counts[kept],
            np.ceil(level.spreads[kept] * age).astype(level.spreads.dtype),
        )
        number = np.cumsum(kept, dtype=np.int32) - np.int32(1)


def _share(counts: Longs, age: float) -> Longs:
    share: Longs = np.floor(counts * age).astype(np.int64)
    return share


@dataclass(frozen=True, slots=True)
class Together:
    """N-grams of earlier and of new messages.

    Attributes:
        levels: for each length from 1.
        places: for each length of the new ones, their places in these levels, int32; -1 for those that are dropped.
        totals: of both.
    """

    levels: list[Level]
    places: list[Ints]
    totals: Totals


def together(earlier: Earlier, levels: Sequence[Level], totals: Totals, most: int) -> Together:
    """Add the counts of earlier messages to those of new ones; of more than ``most`` n-grams the rarest go.

    Both may have the same sources, so an n-gram is in as many as it is in one of them, at least.
    """
    before = earlier.totals
    both = replace(
        totals,
        weight=before.weight + totals.weight,
        own_weight=before.own_weight + totals.own_weight,
        sources=max(before.sources, totals.sources),
        order=max(before.order, totals.order),
    )
    summed, places = _summed(earlier.levels(), levels)
    if len(summed) and before.weight:
        both = replace(
            both,
            least=max(before.least, totals.least),
            lightest=min(before.lightest, totals.lightest),
        )
    if sum(map(len, summed)) > most:
        least = threshold(summed, most, both.least)
        summed, kept = raised(summed, least)
        both = replace(both, least=least, lightest=max(both.lightest, least_of(1, least) * WHOLE))
        places = [np.append(new, np.int32(-1))[old] for old, new in zip(places, kept, strict=False)]
    return Together(summed, places, both)


def _summed(some: Iterable[Level], others: Iterable[Level]) -> tuple[list[Level], list[Ints]]:
    """The n-grams of two lists, and the places of those of the second."""
    levels: list[Level] = []
    places: list[Ints] = []
    none = np.zeros(0, np.int32)
    nothing = Level(none, none, none.astype(np.int64), none)
    of_some = of_others = np.zeros(1, np.int32)
    for one, other in zip_longest(some, others):
        parts = [(one or nothing, of_some), (other or nothing, of_others)]
        keys = [number[part.suffixes].astype(np.int64) << SHIFT | part.firsts for part, number in parts]
        union = np.concatenate(keys)
        union.sort(kind="stable")
        union = union[np.diff(union, prepend=-1) != 0]
        of_some, of_others = (np.searchsorted(union, own).astype(np.int32) for own in keys)
        counts, spreads = np.zeros(len(union), np.int64), np.zeros(len(union), np.int64)
        for (part, _), place in zip(parts, (of_some, of_others), strict=True):
            counts[place] += part.counts
            spreads[place] = np.maximum(spreads[place], part.spreads)
        levels.append(
            Level(
                (union >> SHIFT).astype(np.int32),
                (union & (1 << SHIFT) - 1).astype(np.int16),
                counts,
                spreads.astype(np.int32),
            )
        )
        if other is not None:
            places.append(of_others)
    return levels, places

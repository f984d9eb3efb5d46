"""Tallies of n-grams: how often each occurs, and in how many sources; in sorted runs that can be merged.

An n-gram is found by its key: its symbols in one number, the last symbol highest, so that n-grams that end alike
lie next to each other. The tallies of two texts add up to those of both; so it does not matter how a text is cut
into pieces, and which is counted where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aura import native
from aura.models.training import native_counting
from aura.models.training.pieces import Marks
from aura.models.training.text import WHOLE, Flags, Ints, Longs, Numbers, starts_of

Keys = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Tallies:
    """What is counted of n-grams, or of places, all of one length.

    Attributes:
        sizes: how often each occurs, int64.
        counts: the same times the weights of the messages, int64; None if all weigh ``WHOLE``.
        sources: the marks of the sources.
        messages: the marks of the messages, or None where they are not counted.
    """

    sizes: Longs
    counts: Longs | None
    sources: Marks
    messages: Marks | None

    @property
    def weighed(self) -> Longs:
        """How often each occurs, times the weights."""
        return self.sizes * WHOLE if self.counts is None else self.counts

    def take(self, chosen: Ints | Longs | Flags | slice) -> Tallies:
        """Some of them."""
        return self._each(lambda values: values[chosen])

    def grouped(self, starts: Longs) -> Tallies:
        """Those of groups of neighbours, which begin at ``starts``, together."""
        if not len(starts):
            return self.take(slice(0, 0))
        return Tallies(
            np.add.reduceat(self.sizes, starts),
            None if self.counts is None else np.add.reduceat(self.counts, starts),
            np.bitwise_or.reduceat(self.sources, starts),
            None if self.messages is None else np.bitwise_or.reduceat(self.messages, starts),
        )

    def _each(self, change: Callable[[NDArray[np.generic]], NDArray[np.generic]]) -> Tallies:
        return Tallies(*(None if column is None else change(column) for column in self.columns))  # type: ignore[arg-type]

    @property
    def columns(self) -> tuple[Longs, Longs | None, Marks, Marks | None]:
        """All attributes."""
        return self.sizes, self.counts, self.sources, self.messages

    @staticmethod
    def join(parts: Sequence[Tallies]) -> Tallies:
        """Those of several in a row."""
        columns = zip(*(part.columns for part in parts), strict=True)
        return Tallies(*(None if column[0] is None else np.concatenate(column) for column in columns))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Run:
    """N-grams with their tallies, by ascending keys, which differ."""

    keys: Keys
    tallies: Tallies

    def __len__(self) -> int:
        return len(self.keys)

    def __sizeof__(self) -> int:
        """Bytes of memory, by which Dask decides where tasks run."""
        columns = (self.keys, *self.tallies.columns)
        return sum(column.nbytes for column in columns if column is not None)

    def take(self, chosen: Flags | slice) -> Run:
        """Some of them."""
        return Run(self.keys[chosen], self.tallies.take(chosen))


@dataclass(frozen=True, slots=True)
class Occurrences:
    """What is counted at places: the marks of source and message, and the weight; see :class:`Tallies`."""

    sources: Marks
    messages: Marks | None
    weights: Numbers | None


def tally(keys: Keys, at: Occurrences) -> tuple[Run, Ints]:
    """Sort places by their keys, and count what each key has.

    Returns:
        The run, and for each place the index of its key in it, int32.
    """
    index = np.empty(len(keys), np.int32)
    if native.is_chosen():
        ascending, order = native_counting.sort(keys)
        weights = None if at.weights is None else at.weights.astype(np.int64)
        columns = (None, weights, at.sources, at.messages)
        run_keys, tallies = native_counting.group(ascending, columns, order=order, index=index)
        return Run(run_keys, Tallies(*tallies)), index
    by_key = np.argsort(keys)
    ascending = keys[by_key]
    starts = starts_of(ascending)
    sizes = np.diff(starts, append=len(keys))
    index[by_key] = np.repeat(np.arange(len(starts), dtype=np.int32), sizes)

    def united(marks: Marks) -> Marks:
        return np.bitwise_or.reduceat(marks[by_key], starts) if len(starts) else marks[:0]

    counts = None
    if at.weights is not None:
        counts = np.zeros(0, np.int64)
        if len(starts):
            counts = np.add.reduceat(at.weights[by_key], starts, dtype=np.int64)
    messages = None if at.messages is None else united(at.messages)
    return Run(ascending[starts], Tallies(sizes, counts, united(at.sources), messages)), index


def grouped(keys: Keys, tallies: Tallies, shift: int = 0) -> tuple[Run, Ints]:
    """Add up the tallies of n-grams whose ascending keys are alike but for the lowest ``shift`` bits.

    Returns:
        The run, whose keys are without these bits, and for each n-gram the index of its key in it, int32.
    """
    if native.is_chosen():
        index = np.empty(len(keys), np.int32)
        run_keys, together = native_counting.group(keys, tallies.columns, shift=shift, index=index)
        return Run(run_keys, Tallies(*together)), index
    prefixes = keys >> np.uint64(shift)
    starts = starts_of(prefixes)
    index = np.repeat(np.arange(len(starts), dtype=np.int32), np.diff(starts, append=len(keys)))
    return Run(prefixes[starts], tallies.grouped(starts)), index


def merge(runs: Iterable[Run]) -> Run:
    """Add up the tallies of several runs."""
    several = list(runs)
    if len(several) == 1:
        return several[0]
    keys = np.concatenate([run.keys for run in several])
    tallies = Tallies.join([run.tallies for run in several])
    order = np.argsort(keys, kind="stable")  # quick where runs are sorted already
    if native.is_chosen():
        run_keys, together = native_counting.group(
            keys[order], tallies.columns, order=order.astype(np.uint32)
        )
        return Run(run_keys, Tallies(*together))
    return grouped(keys[order], tallies.take(order))[0]


def find(keys: Numbers, wanted: Numbers) -> Ints:
    """The places of numbers from 0 on among ascending ones, both of 64 bits, or -1: int32."""
    if native.is_chosen():
        return native_counting.find(keys, wanted)
    if not len(keys):
        return np.full(len(wanted), -1, np.int32)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1).astype(np.int32)
    return np.where(keys[place] == wanted, place, np.int32(-1))

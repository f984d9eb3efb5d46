"""Sorted runs of tallies on disk, and their ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.spill import Column, Spill
from aura.models.training.tallies import Keys, Run, Tallies
from aura.models.training.text import Longs

INDEXED: Final = 1 << 10
"""One key of so many is kept in memory."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run on disk.

    Attributes:
        keys: ascending.
        sizes, counts, sources, messages: of the tallies, None for those that there are not.
        indexed: one key of ``INDEXED``, the first included.
    """

    keys: Column
    sizes: Column
    counts: Column | None
    sources: Column
    messages: Column | None
    indexed: Keys

    def __len__(self) -> int:
        return len(self.keys)

    @staticmethod
    def store(run: Run, spill: Spill) -> StoredRun:
        """Write a run."""
        tallies = run.tallies
        return StoredRun(
            keys=spill.column(np.uint64, run.keys),
            sizes=spill.column(np.uint32, tallies.sizes),
            counts=None if tallies.counts is None else spill.column(np.uint32, tallies.counts),
            sources=spill.column(np.uint64, tallies.sources),
            messages=None if tallies.messages is None else spill.column(np.uint64, tallies.messages),
            indexed=run.keys[::INDEXED].copy(),
        )

    def read(self, start: int = 0, stop: int | None = None) -> Run:
        """Some neighbours, or all."""
        tallies = Tallies(
            self.sizes.read(start, stop).astype(np.int64),
            None if self.counts is None else self.counts.read(start, stop).astype(np.int64),
            self.sources.read(start, stop),
            None if self.messages is None else self.messages.read(start, stop),
        )
        return Run(self.keys.read(start, stop), tallies)

    def cuts(self, bounds: Keys) -> Longs:
        """For each bound the place of the first key that is not below it."""
        cuts = np.zeros(len(bounds), np.int64)
        for number, after in enumerate(np.searchsorted(self.indexed, bounds).tolist()):
            if after:
                first = (after - 1) * INDEXED
                some = self.keys.read(first, first + INDEXED)
                cuts[number] = first + int(np.searchsorted(some, bounds[number]))
        return cuts

    def close(self) -> None:
        """Free what the run takes."""
        for column in self.columns:
            column.close()

    @property
    def columns(self) -> list[Column]:
        """All columns that there are."""
        columns = (self.keys, self.sizes, self.counts, self.sources, self.messages)
        return [column for column in columns if column is not None]


def ranges(runs: Sequence[StoredRun], size: int) -> list[list[tuple[int, int]]]:
    """Cut runs into ranges of their keys, of about ``size`` keys in all runs together.

    Returns:
        For each range the first place and the one after the last in each run.
    """
    indexed = np.sort(np.concatenate([run.indexed for run in runs]))
    step = max(1, size // INDEXED)
    bounds = np.unique(indexed[step::step])
    ends = [[0, *run.cuts(bounds).tolist(), len(run)] for run in runs]
    return [[(end[number], end[number + 1]) for end in ends] for number in range(len(bounds) + 1)]

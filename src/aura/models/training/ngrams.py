"""Counting n-grams of all lengths out of core: a map over pieces of the text, and a merge of what they count.

In each stage, every piece of the text sorts its places by what stands before them and counts what is alike; the
sorted runs of all pieces are merged, range by range of their keys. N-grams that keep the limits are kept. Places
whose n-gram is not kept are dropped: no longer n-gram there can be kept. What remains is grouped by its n-gram,
and the next stage looks further back. The result depends neither on the pieces nor on the ranges, nor on where
they are. The form is that of map and reduce (Dean and Ghemawat, 2004), the sorting on disk that of lmplz (Heafield
et al., 2013, Scalable modified Kneser-Ney language model estimation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from aura.models.training.levels import Found, KeptKeys
from aura.models.training.pieces import Alphabet, Part, Size, Stretch, load
from aura.models.training.sorted_runs import StoredRun
from aura.models.training.spill import Column, Spill
from aura.models.training.stages import Stage, keys_of, occurrences, stage_after
from aura.models.training.study import BlockStudy
from aura.models.training.tallies import Keys, Run, Tallies, find, grouped, merge, tally
from aura.models.training.text import Flags, Ints, Longs, Text


class Kept(Protocol):
    """Says which n-grams of one length are kept."""

    def __call__(self, length: int, tallies: Tallies, keys: Keys, /) -> Flags:
        """Say which, from their tallies and their keys in their stage."""


class Observer(Protocol):
    """Looks at what is found at the places of a piece, stage by stage."""

    def __call__(self, size: int, places: Ints, index: Ints, run: Run, found: KeptKeys, /) -> None:
        """Look at a stage.

        Args:
            size: of the piece, in symbols.
            places: those of its places that a stage before did not drop.
            index: for each of them, its n-gram in ``run``.
            run: what is counted in the piece.
            found: what is kept of all pieces.
        """


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted at the places of a text.

    Attributes:
        alphabet: of the text.
        length: of the longest n-grams.
        by_message: whether messages are told apart as sources are.
    """

    alphabet: Alphabet
    length: int
    by_message: bool


class Pieces(Protocol):
    """The pieces of a text while their n-grams are counted, wherever they are."""

    def map(self, stage: Stage) -> None:
        """Count what a stage looks at in every piece."""

    def merge(self, stage: Stage, kept: Kept) -> Found:
        """Add up what the pieces counted, and keep some of it."""

    def regroup(self, found: KeptKeys) -> None:
        """Drop places whose n-gram is not kept, and show the observers what is."""

    def studies(self) -> dict[int, BlockStudy]:
        """What the blocks learned, by their numbers."""


class CountedText(Protocol):
    """A text whose n-grams are counted, wherever it is."""

    @property
    def size(self) -> Size:
        """How large the text is."""

    def blocks(self) -> Text:
        """The text of all blocks."""

    def study(self, scope: Scope, samples: Sequence[Longs]) -> Pieces:
        """Begin to count, and to study the blocks, of each of which the places of its sample are given."""

    def measure(self, scope: Scope) -> Pieces:
        """Begin to count how long the longest kept n-gram is that ends at each place."""

    def limited(self, measured: Pieces) -> CountedText:
        """The text whose contexts are not longer than what was measured."""


def count(pieces: Pieces, scope: Scope, kept: Callable[[], Kept]) -> Iterator[Found]:
    """Go through the stages; ``kept`` is asked before each what is kept in it."""
    depth, groups = 0, 1
    while depth < scope.length and groups:
        stage = stage_after(depth, groups, scope.alphabet, scope.length)
        pieces.map(stage)
        found = pieces.merge(stage, kept())
        pieces.regroup(found.keys)
        yield found
        depth += stage.width
        groups = len(found.keys.groups)


@dataclass(frozen=True, slots=True)
class Left:
    """What the stages so far left of a piece.

    Attributes:
        stretch: what the piece is.
        places: that are left, int32; None for all.
        groups: of each, its n-gram among those of the stage before, int32; None before the first stage.
    """

    stretch: Stretch
    places: Column | None = None
    groups: Column | None = None

    def close(self) -> None:
        """Free what the columns take."""
        for column in self.columns:
            column.close()

    @property
    def columns(self) -> list[Column]:
        """All columns that there are."""
        return [column for column in (self.places, self.groups) if column is not None]


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a stage counted in a piece.

    Attributes:
        left: the piece before the stage.
        run: the n-grams.
        index: of each place that was left, its n-gram in the run, int32.
    """

    left: Left
    run: StoredRun
    index: Column

    def close(self) -> None:
        """Free what the columns take."""
        self.left.close()
        self.run.close()
        self.index.close()


def map_piece(part: Part, left: Left, stage: Stage, scope: Scope, spill: Spill) -> Mapped:
    """Sort the places of a piece, and count."""
    piece = load(part, left.stretch, scope.alphabet, scope.length)
    places = None if left.places is None else left.places.read()
    groups = None if left.groups is None else left.groups.read()
    keys = keys_of(piece, stage, places, groups)
    run, index = tally(keys, occurrences(piece, places, by_message=scope.by_message))
    return Mapped(left, StoredRun.store(run, spill), spill.column(np.int32, index))


def merge_range(runs: Iterable[Run], stage: Stage, kept: Kept) -> list[Run]:
    """For each length of a stage, the n-grams of a range of keys that are kept, from the runs of all pieces."""
    run = merge(runs)
    found: list[Run] = []
    for length in reversed(stage.lengths()):
        # shorter n-grams are found among longer ones, which are fewer than the keys
        run = run if not found else grouped(run.keys, run.tallies, stage.bits)[0]
        found.append(candidates(run, length, kept))
    return found[::-1]


def join_ranges(rows: Sequence[Sequence[Run]], stage: Stage, kept: Kept) -> Found:
    """What is kept, from all ranges in order."""
    return Found(
        stage,
        tuple(
            joined([row[number] for row in rows], stage, length, kept)
            for number, length in enumerate(stage.lengths())
        ),
    )


def regroup_piece(mapped: Mapped, found: KeptKeys, observer: Observer | None, spill: Spill) -> Left:
    """Drop places whose n-gram is not kept, and group the others."""
    left, run = mapped.left, mapped.run
    index = mapped.index.read()
    places = np.arange(len(index), dtype=np.int32) if left.places is None else left.places.read()
    if observer is not None:
        observer(len(left.stretch), places, index, run.read(), found)
    groups = find(found.groups, run.keys.read())[index]
    stay = groups >= 0
    return Left(left.stretch, spill.column(np.int32, places[stay]), spill.column(np.int32, groups[stay]))


def candidates(run: Run, length: int, kept: Kept) -> Run:
    """The n-grams of one length in a range that are kept; the first and the last may go on in other ranges."""
    chosen = kept(length, run.tallies, run.keys)
    chosen[:1] = chosen[-1:] = True
    return run.take(chosen)


def joined(ranges: Sequence[Run], stage: Stage, length: int, kept: Kept) -> Run:
    """The n-grams of one length that are kept, from the candidates of all ranges."""
    found = ranges[0]
    if len(ranges) > 1:
        keys = np.concatenate([run.keys for run in ranges])
        found, _ = grouped(keys, Tallies.join([run.tallies for run in ranges]))
    inside = (found.keys & np.uint64((1 << stage.bits) - 1)) > 0  # the others reach beyond their limit
    return found.take(kept(length, found.tallies, found.keys) & inside)

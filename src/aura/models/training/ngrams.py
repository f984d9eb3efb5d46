"""Counting n-grams of all lengths out of core: a map over pieces of the text, and a merge of what they count.

In each stage, every piece of the text sorts its places by what stands before them and counts what is alike; the
sorted runs of all pieces are merged, range by range of their keys. N-grams that keep the limits are kept. Places
whose n-gram is not kept are dropped: no longer n-gram there can be kept. What remains is grouped by its n-gram,
and the next stage looks further back. The result depends neither on the pieces nor on the ranges. The form is that
of map and reduce (Dean and Ghemawat, 2004), the sorting on disk that of lmplz (Heafield et al., 2013, Scalable
modified Kneser-Ney language model estimation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

import numpy as np

from aura.models.training.levels import Found
from aura.models.training.pieces import Alphabet, Framed, Piece, Stretch, load
from aura.models.training.sorted_runs import StoredRun, ranges
from aura.models.training.spill import Column, Spill
from aura.models.training.stages import Stage, keys_of, occurrences, stage_after
from aura.models.training.tallies import Keys, Run, Tallies, find, merge, starts_of, tally
from aura.models.training.text import Flags, Ints

Argument = TypeVar("Argument")
Result = TypeVar("Result")


class Kept(Protocol):
    """Says which n-grams of one length are kept."""

    def __call__(self, length: int, tallies: Tallies, keys: Keys, /) -> Flags:
        """Say which, from their tallies and their keys in their stage."""


class Each(Protocol):
    """Calls a function for each of some arguments, perhaps several at a time; in order."""

    def __call__(
        self, function: Callable[[Argument], Result], arguments: Iterable[Argument], /
    ) -> Iterator[Result]:
        """Yield the results."""


class Observer(Protocol):
    """Looks at what is found at the places of a piece, stage by stage."""

    def __call__(self, size: int, places: Ints, index: Ints, run: Run, found: Found, /) -> None:
        """Look at a stage.

        Args:
            size: of the piece, in symbols.
            places: those of its places that a stage before did not drop.
            index: for each of them, its n-gram in ``run``.
            run: what is counted in the piece.
            found: what is kept of all pieces.
        """


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


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts the n-grams of a text.

    Attributes:
        text: framed messages.
        alphabet: of the text.
        spill: where runs go.
        length: of the longest n-grams.
        pieces: the stretches that are counted at a time.
        range_size: keys that are merged at a time.
        by_message: whether messages are told apart as sources are.
        each: calls a function for all of some arguments, perhaps several at a time; in order.
    """

    text: Framed
    alphabet: Alphabet
    spill: Spill
    length: int
    pieces: tuple[Stretch, ...]
    range_size: int
    by_message: bool
    each: Each

    def load(self, stretch: Stretch) -> Piece:
        """Read a piece."""
        return load(self.text, stretch, self.alphabet, self.length)

    def count(self, kept: Kept, observers: Mapping[Stretch, Observer]) -> Iterator[Found]:
        """Go through the stages; what ``kept`` says may change between them."""
        left = [Left(stretch) for stretch in self.pieces]
        depth, groups = 0, 1
        while depth < self.length and groups:
            stage = stage_after(depth, groups, self.alphabet, self.length)
            mapped = list(self.each(partial(self._map, stage=stage), left))
            found = self._merge([piece.run for piece in mapped], stage, kept)
            left = list(self.each(partial(self._regroup, found=found, observers=observers), mapped))
            yield found
            depth += stage.width
            groups = len(found.groups)

    def _map(self, left: Left, stage: Stage) -> Mapped:
        """Sort the places of a piece, and count."""
        piece = self.load(left.stretch)
        places = None if left.places is None else left.places.read()
        groups = None if left.groups is None else left.groups.read()
        keys = keys_of(piece, stage, places, groups)
        run, index = tally(keys, occurrences(piece, places, by_message=self.by_message))
        return Mapped(left, StoredRun.store(run, self.spill), self.spill.column(np.int32, index))

    def _merge(self, runs: Sequence[StoredRun], stage: Stage, kept: Kept) -> Found:
        def merged(parts: list[tuple[int, int]]) -> list[Run]:
            run = merge(run.read(*part) for run, part in zip(runs, parts, strict=True) if part[0] < part[1])
            return [candidates(run, stage, length, kept) for length in stage.lengths()]

        rows = list(
            self.each(
                merged, [parts for parts in ranges(runs, self.range_size) if any(a < b for a, b in parts)]
            )
        )
        return Found(
            stage,
            tuple(
                joined([row[number] for row in rows], stage, length, kept)
                for number, length in enumerate(stage.lengths())
            ),
        )

    def _regroup(self, mapped: Mapped, found: Found, observers: Mapping[Stretch, Observer]) -> Left:
        """Drop places whose n-gram is not kept, and group the others."""
        left, run = mapped.left, mapped.run
        index = mapped.index.read()
        places = np.arange(len(index), dtype=np.int32) if left.places is None else left.places.read()
        observer = observers.get(left.stretch)
        if observer is not None:
            observer(len(left.stretch), places, index, run.read(), found)
        groups = find(found.groups, run.keys.read()).astype(np.int32)[index]
        stay = groups >= 0
        for column in (left.places, left.groups, mapped.index, run):
            if column is not None:
                column.close()
        return Left(
            left.stretch,
            self.spill.column(np.int32, places[stay]),
            self.spill.column(np.int32, groups[stay]),
        )


def candidates(run: Run, stage: Stage, length: int, kept: Kept) -> Run:
    """The n-grams of one length in a range that are kept; the first and the last may go on in other ranges."""
    prefixes = stage.prefixes(run.keys, length)
    starts = starts_of(prefixes)
    keys, tallies = prefixes[starts], run.tallies.grouped(starts)
    chosen = kept(length, tallies, keys)
    chosen[:1] = chosen[-1:] = True
    return Run(keys[chosen], tallies.take(chosen))


def joined(ranges: Sequence[Run], stage: Stage, length: int, kept: Kept) -> Run:
    """The n-grams of one length that are kept, from the candidates of all ranges."""
    keys = np.concatenate([run.keys for run in ranges])
    starts = starts_of(keys)
    tallies = Tallies.join([run.tallies for run in ranges]).grouped(starts)
    keys = keys[starts]
    inside = (keys & np.uint64((1 << stage.bits) - 1)) > 0  # the others reach beyond their limit
    chosen = kept(length, tallies, keys) & inside
    return Run(keys[chosen], tallies.take(chosen))

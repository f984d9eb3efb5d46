"""A text on the disk of one machine, and the counting of its n-grams by threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Protocol, TypeVar

import numpy as np

from aura.models.training.levels import Found, KeptKeys
from aura.models.training.ngrams import (
    Kept,
    Left,
    Mapped,
    Observer,
    Pieces,
    Scope,
    join_ranges,
    map_piece,
    merge_range,
    regroup_piece,
)
from aura.models.training.pieces import UNSTUDIED, Framed, Part, Size, Stretch
from aura.models.training.resources import Resources
from aura.models.training.sorted_runs import ranges
from aura.models.training.spill import Spill
from aura.models.training.stages import Stage
from aura.models.training.study import BlockStudy, Depths
from aura.models.training.tallies import Run
from aura.models.training.text import BEGIN, BlockMessages, Longs, Text

SMALL: Final = 1 << 20
"""Symbols of a text that threads would not make quicker."""

Argument = TypeVar("Argument")
Result = TypeVar("Result")


class Each(Protocol):
    """Calls a function for each of some arguments, perhaps several at a time; in order."""

    def __call__(
        self, function: Callable[[Argument], Result], arguments: Iterable[Argument], /
    ) -> Iterator[Result]:
        """Yield the results."""


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text on disk.

    Attributes:
        framed: the text.
        resources: what may be used.
    """

    framed: Framed
    resources: Resources

    @property
    def size(self) -> Size:
        """How large the text is."""
        return self.framed.size

    def blocks(self) -> Text:
        """The text of all blocks."""
        return blocks_text(self.framed)

    def study(self, scope: Scope, samples: Sequence[Longs]) -> LocalPieces:
        """Begin to count, and to study the blocks; see :class:`aura.models.training.ngrams.CountedText`."""
        return self._pieces(
            scope, lambda piece: None if piece.block == UNSTUDIED else BlockStudy(samples[piece.block])
        )

    def measure(self, scope: Scope) -> LocalPieces:
        """Begin to count how long the longest kept n-gram is that ends at each place."""
        return self._pieces(scope, Depths.of)

    def limited(self, measured: Pieces) -> LocalText:
        """The text whose contexts are not longer than what was measured."""
        if not isinstance(measured, LocalPieces):
            raise TypeError(f"the pieces are none of this text, but a {type(measured).__name__}")
        depths = self.resources.spill.column(np.uint8)
        for observer in measured.observers.values():
            if isinstance(observer, Depths):
                depths.append(observer.lengths)
        return replace(self, framed=replace(self.framed, depths=depths))

    def _pieces(self, scope: Scope, observer_of: Callable[[Stretch], Observer | None]) -> LocalPieces:
        resources = self.resources
        pieces = self.framed.split(resources.piece_size)
        observers = {piece: observer for piece in pieces if (observer := observer_of(piece)) is not None}
        each = map if self.size.symbols < SMALL else resources.each
        return LocalPieces(
            self.framed,
            scope,
            resources.spill,
            resources.range_size,
            each,
            observers,
            list(map(Left, pieces)),
        )


@dataclass(slots=True)
class LocalPieces:
    """The pieces of a text on disk, and where their counting stands.

    Attributes:
        part: the text.
        scope: what is counted.
        spill: where runs go.
        range_size: keys that are merged at a time.
        each: calls a function for all of some arguments, perhaps several at a time; in order.
        observers: by piece, in order.
        left: what is left of each piece.
        mapped: what the stage counted in each piece.
    """

    part: Part
    scope: Scope
    spill: Spill
    range_size: int
    each: Each
    observers: Mapping[Stretch, Observer]
    left: list[Left]
    mapped: list[Mapped] = field(default_factory=list)

    def map(self, stage: Stage) -> None:
        """Count what a stage looks at in every piece."""
        one = partial(map_piece, self.part, stage=stage, scope=self.scope, spill=self.spill)
        self.mapped = list(self.each(one, self.left))

    def merge(self, stage: Stage, kept: Kept) -> Found:
        """Add up what the pieces counted, and keep some of it."""
        runs = [piece.run for piece in self.mapped]

        def merged(parts: list[tuple[int, int]]) -> list[Run]:
            some = (run.read(*part) for run, part in zip(runs, parts, strict=True) if part[0] < part[1])
            return merge_range(some, stage, kept)

        filled = [parts for parts in ranges(runs, self.range_size) if any(a < b for a, b in parts)]
        return join_ranges(list(self.each(merged, filled)), stage, kept)

    def regroup(self, found: KeptKeys) -> None:
        """Drop places whose n-gram is not kept, and show the observers what is."""

        def regrouped(mapped: Mapped) -> Left:
            left = regroup_piece(mapped, found, self.observers.get(mapped.left.stretch), self.spill)
            mapped.close()
            return left

        self.left = list(self.each(regrouped, self.mapped))
        self.mapped = []

    def studies(self) -> dict[int, BlockStudy]:
        """What the blocks learned, by their numbers."""
        return {
            piece.block: observer
            for piece, observer in self.observers.items()
            if isinstance(observer, BlockStudy)
        }


def blocks_text(framed: Framed) -> Text:
    """The text of all blocks."""
    return Text.of_blocks([_block(framed, part) for part in framed.stretches if part.block != UNSTUDIED])


def _block(framed: Framed, part: Stretch) -> BlockMessages:
    symbols = framed.symbols.read(part.start, part.stop)
    after = part.message + int(np.count_nonzero(symbols == BEGIN))
    weights = None if framed.weights is None else framed.weights.read(part.message, after)
    return BlockMessages(part.block, symbols, framed.sources.read(part.message, after), weights)

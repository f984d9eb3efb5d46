"""Counting that goes on where it stopped: after every stage, what it found and what it left is kept.

What is found is kept for all stages, what is left only of the last one. To go on, the stages that were finished are
gone through again without work, which gives the same thresholds as before.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from aura.models.training.checkpoint import Checkpoint, CheckpointError
from aura.models.training.levels import Found, KeptKeys
from aura.models.training.local_text import LocalPieces, LocalText
from aura.models.training.ngrams import Kept, Left, Pieces, Scope
from aura.models.training.pieces import Size, Stretch
from aura.models.training.roles import Roles
from aura.models.training.stages import Stage
from aura.models.training.study import BlockStudy, Depths, Row, Shares
from aura.models.training.tallies import Run, Tallies
from aura.models.training.text import Longs, Text

_FOUND: Final = {each.__name__: each for each in (Found, Stage, Run, Tallies)}
_LEFT: Final = {each.__name__: each for each in (Left, Stretch, BlockStudy, Depths, Roles, Row, Shares)}


@dataclass(slots=True)
class ResumableText:
    """A text on disk whose counting is kept in a checkpoint.

    Attributes:
        text: the text.
        checkpoint: where its state is kept.
        passes: numbers for the passes through the text.
    """

    text: LocalText
    checkpoint: Checkpoint
    passes: Iterator[int] = field(default_factory=itertools.count)

    @property
    def size(self) -> Size:
        """How large the text is."""
        return self.text.size

    def blocks(self) -> Text:
        """The text of all blocks."""
        return self.text.blocks()

    def study(self, scope: Scope, samples: Sequence[Longs]) -> ResumablePieces:
        """Begin to count, and to study the blocks; see :class:`aura.models.training.ngrams.CountedText`."""
        return self._pieces(self.text.study(scope, samples))

    def measure(self, scope: Scope) -> ResumablePieces:
        """Begin to count how long the longest kept n-gram is that ends at each place."""
        return self._pieces(self.text.measure(scope))

    def limited(self, measured: Pieces) -> ResumableText:
        """The text whose contexts are not longer than what was measured."""
        if not isinstance(measured, ResumablePieces):
            raise TypeError(f"the pieces are none of this text, but a {type(measured).__name__}")
        return ResumableText(self.text.limited(measured.pieces), self.checkpoint, self.passes)

    def _pieces(self, pieces: LocalPieces) -> ResumablePieces:
        return ResumablePieces(pieces, self.checkpoint, next(self.passes))


@dataclass(slots=True)
class ResumablePieces:
    """Pieces of a text whose state is kept after each stage.

    Attributes:
        pieces: on disk.
        checkpoint: where the state is kept.
        number: of the pass through the text.
        stage: the number of the stage.
        found: what it found.
    """

    pieces: LocalPieces
    checkpoint: Checkpoint
    number: int
    stage: int = 0
    found: Found | None = None

    def map(self, stage: Stage) -> None:
        """Count what a stage looks at in every piece, if that was not done before."""
        if not self._is_kept(self.stage):
            self.pieces.map(stage)

    def merge(self, stage: Stage, kept: Kept) -> Found:
        """Add up what the pieces counted, and keep some of it; or read what was found before."""
        if self._is_kept(self.stage):
            self.found = _checked(self.checkpoint.load(self._name("found", self.stage), _FOUND), stage)
        else:
            self.found = self.pieces.merge(stage, kept)
        return self.found

    def regroup(self, found: KeptKeys) -> None:
        """Drop places whose n-gram is not kept; or read what was left of the last stage that was finished."""
        left = self._name("left", self.stage)
        if not self._is_kept(self.stage):
            self.pieces.regroup(found)
            before = [self._name("left", self.stage - 1)]
            state = [self.pieces.left, list(self.pieces.observers.values())]
            self.checkpoint.save({self._name("found", self.stage): self.found, left: state}, before)
        elif not self._is_kept(self.stage + 1):
            self._restore(self.checkpoint.load(left, _LEFT), len(found.groups))
        self.stage += 1
        self.found = None

    def studies(self) -> dict[int, BlockStudy]:
        """What the blocks learned, by their numbers."""
        return self.pieces.studies()

    def _is_kept(self, stage: int) -> bool:
        return self._name("found", stage) in self.checkpoint.kept

    def _name(self, what: str, stage: int) -> str:
        return f"{what}-{self.number}-{stage}"

    def _restore(self, state: Any, groups: int) -> None:
        """Put the state into the place of that before the first stage, as far as it is of these pieces."""
        pieces = self.pieces
        try:
            left, observers = state
            usable = (
                [piece.stretch for piece in left] == [piece.stretch for piece in pieces.left]
                and list(map(type, observers)) == list(map(type, pieces.observers.values()))
                and all(_is_left(piece, groups) for piece in left)
            )
        except (TypeError, ValueError, AttributeError):
            usable = False
        if not usable:
            raise CheckpointError(f"{self.checkpoint.directory}: the checkpoint is that of other pieces")
        pieces.left = left
        pieces.observers = dict(zip(pieces.observers, observers, strict=True))


def _checked(found: Any, stage: Stage) -> Found:
    """What a stage found, if it is that."""
    try:
        if found.stage == stage and len(found.kept) == stage.width and all(map(_is_run, found.kept)):
            return Found(stage, found.kept)
    except (TypeError, AttributeError):
        pass
    raise CheckpointError("the checkpoint is unusable: it is of other stages")


def _is_run(run: Run) -> bool:
    """Whether keys ascend and have tallies."""
    columns = [column for column in run.tallies.columns if column is not None]
    return bool(
        run.keys.dtype == np.uint64
        and (run.keys[1:] > run.keys[:-1]).all()
        and all(len(column) == len(run.keys) for column in columns)
    )


def _is_left(left: Left, groups: int) -> bool:
    """Whether places are in the piece, and their groups among those that were found."""
    if left.places is None or left.groups is None or len(left.places) != len(left.groups):
        return False
    places, numbers = left.places.read(), left.groups.read()
    if not len(places):
        return True
    inside = places[0] >= 0 and places[-1] < len(left.stretch) and (places[1:] > places[:-1]).all()
    return bool(inside and numbers.min() >= 0 and numbers.max() < groups)

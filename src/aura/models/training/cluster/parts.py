"""Parts of a text on the workers of a cluster: the tasks that count them.

Each function is one task. It changes none of its arguments, so that it can run again wherever a worker was lost.
A part stays on the worker that has it, with what was counted in it; the tasks that follow run there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np

from aura.models.training.levels import KeptKeys
from aura.models.training.ngrams import (
    Kept,
    Left,
    Mapped,
    Observer,
    Scope,
    map_piece,
    merge_range,
    regroup_piece,
)
from aura.models.training.pieces import UNSTUDIED, Part, Stretch
from aura.models.training.spill import Column, Spill
from aura.models.training.stages import Stage
from aura.models.training.study import BlockStudy, Depths
from aura.models.training.tallies import Keys, Run, merge
from aura.models.training.text import BEGIN, Longs
from aura_spec.context_model import MAX_ORDER

_SAMPLED: Final = 1 << 8
"""Keys of a part from which the bounds of ranges are chosen, about."""


LEAST_SIZE: Final = 1 << 16
_ON_DISK: Final = 16


class PartSource(Protocol):
    """Has a part of a text on a worker; where it is sent to another worker, it has it there."""

    @property
    def part(self) -> Part:
        """The part."""


@dataclass(frozen=True, slots=True)
class SentPart:
    """A part that came from the client."""

    part: Part


def extract(part: Part, stretch: Stretch, spill: Spill) -> Part:
    """A stretch of a text as a part by itself, with the symbols before it that its n-grams reach."""
    before = max(0, stretch.start - MAX_ORDER)
    last = stretch.message + 1 + int((part.symbols.read(stretch.start + 1, stretch.stop) == BEGIN).sum())
    messages = slice(stretch.message, last)
    return Part(
        spill.column(np.uint16, part.symbols.read(before, stretch.stop)),
        spill.column(np.uint8, part.marks.read(messages.start, messages.stop)),
        None
        if part.weights is None
        else spill.column(np.uint8, part.weights.read(messages.start, messages.stop)),
        (Stretch(stretch.start - before, stretch.stop - before, 0, stretch.block),),
        first_message=part.first_message + stretch.message,
    )


@dataclass(frozen=True, slots=True)
class State:
    """Where the counting of a part stands.

    Attributes:
        source: of the part.
        observers: of each of its pieces, or None.
        left: what the stages so far left of each piece.
        mapped: what a stage counted in each; empty between two stages.
        spill: where columns go.
    """

    source: PartSource
    observers: tuple[Observer | None, ...]
    left: tuple[Left, ...]
    mapped: tuple[Mapped, ...]
    spill: Spill

    def __sizeof__(self) -> int:
        """What Dask takes for its size."""
        columns = [column for left in self.left for column in left.columns]
        for mapped in self.mapped:
            columns += mapped.run.columns
            columns.append(mapped.index)
        return apparent_size(columns)


def apparent_size(columns: Iterable[Column]) -> int:
    """What Dask is told of the size of columns.

    By sizes it decides where tasks run, and for that columns are large: tasks must go where they are. It also
    decides what it writes to disk, and for that they are small: they are on disk already. This is between the two.
    """
    return LEAST_SIZE + sum(column.nbytes for column in columns) // _ON_DISK


def begin(source: PartSource, samples: Mapping[int, Longs] | None, piece_size: int, spill: Spill) -> State:
    """Begin to count a part.

    Args:
        source: of the part.
        samples: of each block to study, the places of its sample; None to measure depths instead.
        piece_size: symbols of a piece.
        spill: where columns go.
    """
    pieces = source.part.split(piece_size)
    observers: tuple[Observer | None, ...]
    if samples is None:
        observers = tuple(map(Depths.of, pieces))
    else:
        observers = tuple(
            None if piece.block == UNSTUDIED else BlockStudy(samples[piece.block]) for piece in pieces
        )
    return State(source, observers, tuple(map(Left, pieces)), (), spill)


def map_part(state: State, stage: Stage, scope: Scope) -> State:
    """Count what a stage looks at."""
    part = state.source.part
    mapped = tuple(map_piece(part, left, stage, scope, state.spill) for left in state.left)
    return replace(state, mapped=mapped)


@dataclass(frozen=True, slots=True)
class KeySample:
    """Some of the keys of a part.

    Attributes:
        keys: ascending, evenly spaced among all.
        count: how many there are in all.
    """

    keys: Keys
    count: int


def sample_keys(state: State) -> KeySample:
    """Some keys of what was counted, for the bounds of ranges."""
    runs = [mapped.run for mapped in state.mapped]
    indexed = np.sort(np.concatenate([run.indexed for run in runs]))
    return KeySample(indexed[:: max(1, len(indexed) // _SAMPLED)].copy(), sum(map(len, runs)))


def cut(state: State, low: int | None, high: int | None) -> Run:
    """What was counted in a range of keys, from ``low`` to below ``high``; None is no bound."""
    found = []
    for mapped in state.mapped:
        run = mapped.run
        bounds = np.array([bound for bound in (low, high) if bound is not None], np.uint64)
        cuts = run.cuts(bounds).tolist()
        start = 0 if low is None else cuts[0]
        found.append(run.read(start, None if high is None else cuts[-1]))
    return merge(found)


def merge_cuts(stage: Stage, kept: Kept, *runs: Run) -> Sequence[Run]:
    """For each length, what is kept of a range of keys, from what was counted in all parts."""
    return merge_range(runs, stage, kept)


def regroup_part(state: State, found: KeptKeys) -> State:
    """Drop places whose n-gram is not kept, and show the observers what is."""
    observers = deepcopy(state.observers)
    left = tuple(
        regroup_piece(mapped, found, observer, state.spill)
        for mapped, observer in zip(state.mapped, observers, strict=True)
    )
    return State(state.source, observers, left, (), state.spill)


def studies_of(state: State) -> dict[int, BlockStudy]:
    """What the blocks of a part learned, by their numbers."""
    return {
        left.stretch.block: observer
        for left, observer in zip(state.left, state.observers, strict=True)
        if isinstance(observer, BlockStudy)
    }


@dataclass(frozen=True, slots=True)
class LimitedPart:
    """A part in which at each place the longest context is known.

    Attributes:
        source: of the part.
        depths: of each symbol, uint8.
    """

    source: PartSource
    depths: Column

    @property
    def part(self) -> Part:
        """The part."""
        return replace(self.source.part, depths=self.depths)


def last_depth(state: State) -> int:
    """What was measured at the last place of a part."""
    observer = state.observers[-1]
    return int(observer.lengths[-1]) if isinstance(observer, Depths) else 0


def limit(state: State, before: int) -> LimitedPart:
    """The part with what was measured.

    Args:
        state: after the last stage.
        before: what was measured at the place before the first stretch.
    """
    depths = np.zeros(len(state.source.part.symbols), np.uint8)
    measured = [observer.lengths for observer in state.observers if isinstance(observer, Depths)]
    for left, lengths in zip(state.left, measured, strict=True):
        depths[left.stretch.start : left.stretch.stop] = lengths
    first = state.left[0].stretch.start
    depths[max(0, first - 1) : first] = before
    return LimitedPart(state.source, state.spill.column(np.uint8, depths))

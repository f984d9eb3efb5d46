"""Framed messages of files, on the workers that have them: the tasks that divide them into blocks and the rest.

What they return are counts, and the symbols of the blocks that are studied.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from sys import getsizeof
from typing import Any

import numpy as np

from aura.models.training import framed_text
from aura.models.training.cluster.files import Ordered, Place, WrittenFile, ordered
from aura.models.training.cluster.parts import apparent_size
from aura.models.training.framed_text import Layout, Rows, block_starts, write_rows
from aura.models.training.pieces import UNSTUDIED, Part, Stretch
from aura.models.training.scrubbing import Scrubber, ScrubReport
from aura.models.training.spill import Spill
from aura.models.training.survey import Survey
from aura.models.training.text import BEGIN, WHOLE, BlockMessages, Ints, Longs, Numbers, blocks_of
from aura.models.training.written import Order


class FramedFile:
    """The framed messages of a file, on the worker that has them.

    Sent to another worker, it is how to frame them, and no more.
    """

    def __init__(
        self, written: WrittenFile, place: Place, held_out: Longs | None, surveyed: Survey | None
    ) -> None:
        """Frame nothing yet.

        Args:
            written: the messages.
            place: of the file.
            held_out: messages that are left out.
            surveyed: what labels name in all files; None if nothing is scrubbed.
        """
        self._made_of = (written, place, held_out, surveyed)
        self._lock = threading.Lock()
        self._found: tuple[Ordered, Rows, Scrubber | None] | None = None

    def __reduce__(self) -> tuple[type[FramedFile], tuple[Any, ...]]:
        return FramedFile, self._made_of

    def __sizeof__(self) -> int:
        """What Dask takes for its size."""
        return apparent_size([] if self._found is None else [self._found[1].symbols])

    def _framed(self) -> tuple[Ordered, Rows, Scrubber | None]:
        with self._lock:
            if self._found is None:
                written, place, held_out, surveyed = self._made_of
                found = ordered(written, place, held_out)
                scrubber = None if surveyed is None else Scrubber(surveyed)
                change = None if scrubber is None else scrubber.scrub_batch
                rows = write_rows(found.messages, found.order, found.messages.text.spill, change)
                self._found = found, rows, scrubber
            return self._found

    @property
    def order(self) -> Order:
        """The messages in order."""
        return self._framed()[0].order

    @property
    def rows(self) -> Rows:
        """The framed messages."""
        return self._framed()[1]

    @property
    def facts(self) -> FramedFacts:
        """What is known of them."""
        found, rows, scrubber = self._framed()
        return FramedFacts(
            messages=len(found.order),
            size=int(found.messages.lengths.read()[found.order.messages].sum()),
            occurrences=rows.occurrences,
            last_source=int(found.order.sources[-1]) if len(found.order) else -1,
            scrubbed=None if scrubber is None else scrubber.report,
        )


@dataclass(frozen=True, slots=True)
class FramedFacts:
    """What is known of the framed messages of a file.

    Attributes:
        messages: how many.
        size: their bytes, as they were read.
        occurrences: how often each symbol occurs.
        last_source: the number of the last source in the file.
        scrubbed: what was replaced in them.
    """

    messages: int
    size: int
    occurrences: Ints
    last_source: int
    scrubbed: ScrubReport | None


def frame(written: WrittenFile, place: Place, held_out: Longs | None, surveyed: Survey | None) -> FramedFile:
    """Frame the messages of a file; see :class:`FramedFile`."""
    made = FramedFile(written, place, held_out, surveyed)
    len(made.order)
    return made


def describe_framed(framed: FramedFile) -> FramedFacts:
    """Count what is in the framed messages of a file."""
    return framed.facts


@dataclass(frozen=True, slots=True)
class Span:
    """Where framed messages stand in the text.

    Attributes:
        messages, sources, symbols, weight: of what is before.
        total: the weight of the whole text.
        weighed: whether some messages of the text weigh less than ``WHOLE``.
    """

    messages: int
    sources: int
    symbols: int
    weight: int
    total: int
    weighed: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """Framed messages, with what is known of each.

    Attributes:
        rows: the messages.
        sources: of each its source, int32.
        marks: of each the bit that marks its source, uint8.
        weights: of each its weight, uint8; None if all weigh ``WHOLE``.
        span: where they stand.
    """

    rows: Rows
    sources: Ints
    marks: Numbers
    weights: Numbers | None
    span: Span

    @staticmethod
    def of(framed: FramedFile, span: Span) -> Lines:
        """Those of a file."""
        order = framed.order
        weights = np.full(len(order), WHOLE, np.uint8) if span.weighed else None
        return Lines(framed.rows, order.sources, order.marks, weights, span)

    def blocks(self) -> Ints:
        """The block of each message."""
        weights = np.full(len(self.sources), WHOLE) if self.weights is None else self.weights
        span = self.span
        return blocks_of(self.rows.sizes, self.sources, weights, span.weight, span.total)

    def starts(self) -> Longs:
        """Where blocks begin among the messages."""
        return block_starts(self.rows.sizes, self.blocks(), self.span.symbols)

    def stretches(self, layout: Layout) -> tuple[Stretch, ...]:
        """The places of blocks among the messages, and of what lies between them."""
        studied = framed_text.studied(self.rows.sizes, self.sources, self.blocks(), layout)
        return framed_text.stretches(self.rows.sizes, studied, layout)

    def cut(self, layout: Layout) -> Cut:
        """What is studied, and where the rest is."""
        found: list[StudiedPart] = []
        whole: list[Stretch] = []
        continued: dict[int, Stretch] = {}
        for stretch in self.stretches(layout):
            if stretch.block == UNSTUDIED:
                if self.rows.symbols.read(stretch.start, stretch.start + 1)[0] == BEGIN:
                    whole.append(stretch)
                else:
                    continued[found[-1].block] = stretch
                continue
            symbols = self.rows.symbols.read(stretch.start, stretch.stop)
            own = slice(stretch.message, stretch.message + int(np.count_nonzero(symbols == BEGIN)))
            found.append(
                StudiedPart(
                    block=stretch.block,
                    symbols=symbols,
                    sources=(self.sources[own] + self.span.sources).astype(np.int32),
                    weights=None if self.weights is None else self.weights[own].copy(),
                    marks=self.marks[own].copy(),
                    first_message=self.span.messages + stretch.message,
                )
            )
        return Cut(found, tuple(whole), continued)

    def part(self, stretches: tuple[Stretch, ...], spill: Spill) -> Part:
        """Some stretches as a part of the text."""
        weights = None if self.weights is None else spill.column(np.uint8, self.weights)
        marks = spill.column(np.uint8, self.marks)
        return Part(self.rows.symbols, marks, weights, stretches, first_message=self.span.messages)


@dataclass(frozen=True, slots=True)
class StudiedPart(BlockMessages):
    """Messages of a block, or of the part of it that is in a file.

    Attributes:
        marks: of each, uint8.
        first_message: the number of the first.
    """

    marks: Numbers
    first_message: int


@dataclass(frozen=True, slots=True)
class Cut:
    """Framed messages in parts.

    Attributes:
        studied: those in blocks.
        whole: stretches of the others.
        continued: by block, the rest of a message that begins in it.
    """

    studied: list[StudiedPart]
    whole: tuple[Stretch, ...]
    continued: dict[int, Stretch]


def find_blocks(framed: FramedFile, span: Span) -> Longs:
    """Where blocks begin in a file."""
    return Lines.of(framed, span).starts()


def cut(framed: FramedFile, span: Span, layout: Layout) -> Cut:
    """The messages of a file that are studied, and where the others are."""
    return Lines.of(framed, span).cut(layout)


@dataclass(frozen=True, slots=True)
class FilePart:
    """A part of the text that is in a file.

    Attributes:
        framed: the file.
        span: where it stands.
        stretches: of the part.
    """

    framed: FramedFile
    span: Span
    stretches: tuple[Stretch, ...]

    def __sizeof__(self) -> int:
        """What Dask takes for its size."""
        return getsizeof(self.framed)

    @property
    def part(self) -> Part:
        """The part."""
        return Lines.of(self.framed, self.span).part(self.stretches, self.framed.rows.symbols.spill)

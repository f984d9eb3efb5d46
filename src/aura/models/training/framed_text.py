"""From messages to a framed text on disk.

Parts of the text become blocks, whose counts can be left out: all of a small text, and the beginning of each
sixteenth of a large one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.pieces import UNSTUDIED, Framed, Size, Stretch
from aura.models.training.spill import Column, Spill
from aura.models.training.text import (
    ALPHABET,
    BEGIN,
    BLOCKS,
    WHOLE,
    Ints,
    Longs,
    Numbers,
    blocks_of,
    starts_of,
)
from aura.models.training.written import Change, Messages, Order
from aura_spec.context_model import END

BLOCK_SIZE: Final = 1 << 19
"""Symbols of a block where there is plenty of text."""

NOWHERE: Final = 1 << 62
"""The first place of a block that has none."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Framed messages in a row.

    Attributes:
        symbols: BEGIN, the bytes and END of each message in turn, uint16.
        sizes: of each message, its symbols.
        occurrences: how often each symbol occurs, BEGIN included.
    """

    symbols: Column
    sizes: Longs
    occurrences: Ints


def write_rows(
    messages: Messages,
    order: Order,
    spill: Spill,
    change: Change | None = None,
    background: Sequence[bytes] = (),
) -> Rows:
    """Frame messages in order, and the background behind them; for the arguments see :func:`frame`."""
    symbols = spill.column(np.uint16)
    occurrences = np.zeros(ALPHABET, np.int64)
    framed_lengths = [np.zeros(0, np.int64)]

    def write(lengths: Longs, data: bytes) -> None:
        some = framed(lengths, data)
        symbols.append(some)
        occurrences.__iadd__(np.bincount(some, minlength=ALPHABET))
        framed_lengths.append(lengths + 2)

    def write_messages(some: Sequence[bytes]) -> None:
        write(np.fromiter(map(len, some), np.int64, len(some)), b"".join(some))

    if change is None:
        for lengths, data in messages.batches(order.messages):
            write(lengths, data)
    else:
        first = 0
        for some in messages.read_batches(order.messages):
            write_messages(change(some, order.places[first : first + len(some)].tolist()))
            first += len(some)
    if background:
        write_messages(background)
    return Rows(symbols, np.concatenate(framed_lengths), occurrences)


def frame(
    messages: Messages,
    order: Order,
    spill: Spill,
    *,
    change: Change | None = None,
    background: Sequence[bytes] = (),
) -> Framed:
    """Frame messages in order, and choose the blocks.

    Args:
        messages: on disk.
        order: which of them, and in which order.
        spill: where the text goes.
        change: makes other messages of them.
        background: messages of one more source, which weigh a sixteenth.
    """
    rows = write_rows(messages, order, spill, change, background)
    sources = order.sources
    marks = order.marks
    weights = None
    if background:
        sources = np.append(sources, np.full(len(background), sources.max(initial=-1) + 1, np.int32))
        marks = np.append(marks, np.zeros(len(background), np.uint8))
        weights = np.ones(len(sources), np.uint8)
        weights[: len(order.sources)] = WHOLE
    sizes = rows.sizes
    weighed = np.full(len(sizes), WHOLE, np.uint8) if weights is None else weights
    blocks = blocks_of(sizes, sources, weighed)
    layout = Layout(0, int(sizes.sum()), block_starts(sizes, blocks), BLOCK_SIZE)
    return Framed(
        rows.symbols,
        spill.column(np.uint8, marks),
        None if weights is None else spill.column(np.uint8, weights),
        stretches(sizes, studied(sizes, sources, blocks, layout), layout),
        spill.column(np.int32, sources),
        Size(rows.occurrences, int(sizes @ weighed.astype(np.int64)), int(sources[-1]) + 1),
    )


def framed(lengths: Longs, data: bytes) -> Numbers:
    """The symbols of some messages: BEGIN, the bytes and END of each, uint16."""
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths + 2)))
    symbols = np.empty(starts[-1], np.uint16)
    inside = np.ones(len(symbols), np.bool_)
    inside[starts[:-1]] = inside[starts[1:] - 1] = False
    symbols[starts[:-1]] = BEGIN
    symbols[starts[1:] - 1] = END
    symbols[inside] = np.frombuffer(data, np.uint8)
    return symbols


@dataclass(frozen=True, slots=True)
class Layout:
    """Where some messages stand in a text.

    Attributes:
        before: the symbols before them.
        symbols: those of the whole text.
        starts: of each block its first place in the text.
        block_size: symbols of a block where there is plenty of text.
    """

    before: int
    symbols: int
    starts: Longs
    block_size: int


def block_starts(sizes: Longs, blocks: Ints, before: int = 0) -> Longs:
    """Of each block its first place among some messages; ``NOWHERE`` for those that have none of them."""
    starts = np.full(BLOCKS, NOWHERE, np.int64)
    np.minimum.at(starts, blocks, before + np.cumsum(sizes) - sizes)
    return starts


def studied(sizes: Longs, sources: Ints, blocks: Ints, layout: Layout) -> Ints:
    """The block of each message, or ``UNSTUDIED``: whole sources, about ``block_size`` symbols of each block."""
    size = layout.block_size
    if layout.symbols <= BLOCKS * size:
        return blocks
    starts = layout.before + np.cumsum(sizes) - sizes
    firsts = np.union1d(starts_of(blocks), starts_of(sources))
    block_start = layout.starts[blocks]
    source_start = np.repeat(starts[firsts], np.diff(firsts, append=len(starts)))
    near = (source_start - block_start < size) & (starts - block_start < 2 * size)
    return np.where(near, blocks, np.int32(UNSTUDIED))


def stretches(sizes: Longs, blocks: Ints, layout: Layout) -> tuple[Stretch, ...]:
    """The places of blocks, none much larger than ``block_size``, and of what lies between them."""
    ends = np.cumsum(sizes)
    firsts = starts_of(blocks).tolist()
    found = []
    for first, after in zip(firsts, [*firsts[1:], len(blocks)], strict=True):
        start, stop, block = int(ends[first] - sizes[first]), int(ends[after - 1]), int(blocks[first])
        most = int(layout.starts[block]) + 2 * layout.block_size - layout.before
        if block == UNSTUDIED or stop <= most:
            found.append(Stretch(start, stop, first, block))
            continue
        # a message that is larger than a block by far
        most = max(start, most)
        last = int(np.searchsorted(ends, most, side="right"))
        if start < most:
            found.append(Stretch(start, most, first, block))
        found.append(Stretch(most, stop, last, UNSTUDIED))
    return tuple(found)

"""Messages as one array of symbols.

Each message is framed by ``BEGIN`` and ``END``. ``BEGIN`` is only ever a context and never predicted: it is how a
model knows what messages start with. ``END`` is predicted and never a context, so no n-gram spans two messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_spec.context_model import END, SYMBOLS

BEGIN: Final = SYMBOLS
"""Stands before the first byte of a message; the value above all symbols."""

ALPHABET: Final = SYMBOLS + 1

SHIFT: Final = 9
"""Bits of a symbol in a key that joins a number and a symbol."""

Ints = NDArray[np.signedinteger]
Longs = NDArray[np.signedinteger]
Numbers = NDArray[np.integer]
"""Whole numbers with or without a sign."""
Flags = NDArray[np.bool_]
Floats = NDArray[np.floating]


WHOLE: Final = 16
"""The weight of a message; background text weighs less."""

BLOCKS: Final = 16
"""Parts of a text that are left out in turn."""


@dataclass(frozen=True, slots=True)
class Text:
    """Framed messages.

    Attributes:
        symbols: BEGIN, the bytes and END of each message in turn.
        messages: for each symbol the number of its message.
        sources: for each symbol the number of the source of its message.
        blocks: for each symbol the number of the block of its message.
        weights: for each symbol the weight of its message, 1 to ``WHOLE``.
        starts: for each message the place of its BEGIN; one more for the end of the text.
    """

    symbols: Ints
    messages: Ints
    sources: Ints
    blocks: Ints
    weights: Ints
    starts: Longs

    def places(self, messages: Flags) -> Longs:
        """The places of some messages."""
        return np.flatnonzero(messages[self.messages])

    def select(self, places: Longs) -> Text:
        """The text at some ascending places: of each message that has any, its first symbols."""
        symbols = self.symbols[places]
        begins = symbols == BEGIN
        return Text(
            symbols,
            np.cumsum(begins, dtype=np.int32) - np.int32(1),
            self.sources[places],
            self.blocks[places],
            self.weights[places],
            np.append(np.flatnonzero(begins), len(places)),
        )


def frame(messages: Sequence[bytes], sources: Longs, weights: Longs | None = None) -> Text:
    """Join messages into one array of symbols, those of each source together.

    Blocks weigh about the same each. They are runs of messages, as neighbours are often alike, and a source
    is in one block unless it is larger than that.
    """
    together = np.argsort(sources, kind="stable")
    messages, sources = [messages[number] for number in together], sources[together]
    weights = np.full(len(messages), WHOLE) if weights is None else weights[together]
    lengths = np.fromiter((len(message) + 2 for message in messages), np.int64, len(messages))
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    number = np.repeat(np.arange(len(messages), dtype=np.int32), lengths)
    symbols = np.empty(starts[-1], np.int32)
    inside = np.ones(len(symbols), np.bool_)
    inside[starts[:-1]] = False
    inside[starts[1:] - 1] = False
    symbols[starts[:-1]] = BEGIN
    symbols[starts[1:] - 1] = END
    symbols[inside] = np.frombuffer(b"".join(messages), np.uint8)
    blocks = blocks_of(lengths, sources, weights)

    def for_each_symbol(values: Longs) -> Ints:
        return values.astype(np.int32)[number]

    return Text(
        symbols, number, for_each_symbol(sources), for_each_symbol(blocks), for_each_symbol(weights), starts
    )


def blocks_of(
    lengths: Longs, sources: Longs, weights: Numbers, earlier: int = 0, total: int | None = None
) -> Longs:
    """The block of each message.

    Args:
        lengths: the symbols of each.
        sources: of each; those of the messages before are others.
        weights: of each.
        earlier: the weight of the symbols before.
        total: the weight of all symbols of the text; None if there are no others.
    """
    # a message belongs to the block in which its source begins, or the part of a large source that it is in
    first = np.searchsorted(sources, sources)
    last = np.searchsorted(sources, sources, side="right")
    before = earlier + np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths * weights.astype(np.int64))))
    size = max(1, -(-(int(before[-1]) if total is None else total) // BLOCKS))
    large = before[last] - before[first] > size
    blocks = np.where(large, before[:-1], before[first]) // size
    return np.maximum.accumulate(blocks)


def starts_of(values: Numbers) -> Longs:
    """The places where a value differs from the one before; the first does."""
    if not len(values):
        return np.zeros(0, np.int64)
    return np.concatenate((np.zeros(1, np.int64), np.flatnonzero(values[1:] != values[:-1]) + 1))

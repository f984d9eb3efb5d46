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

from aura_spec.context_model import SYMBOLS

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
class BlockMessages:
    """Framed messages of a block; the last may be cut.

    Attributes:
        block: its number.
        symbols: of the messages, uint16.
        sources: of each message, the number of its source, int32.
        weights: of each, uint8; None if all weigh ``WHOLE``.
    """

    block: int
    symbols: Numbers
    sources: Ints
    weights: Numbers | None


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

    @staticmethod
    def of_blocks(blocks: Sequence[BlockMessages]) -> Text:
        """The text of several blocks, in order."""
        symbols = np.concatenate([block.symbols for block in blocks]).astype(np.int32)
        begins = symbols == BEGIN
        messages = np.cumsum(begins, dtype=np.int32) - np.int32(1)
        weights = [
            np.full(len(block.sources), WHOLE, np.uint8) if block.weights is None else block.weights
            for block in blocks
        ]
        return Text(
            symbols,
            messages,
            np.concatenate([block.sources for block in blocks])[messages],
            np.repeat([np.int32(block.block) for block in blocks], [len(block.symbols) for block in blocks]),
            np.concatenate(weights).astype(np.int32)[messages],
            np.append(np.flatnonzero(begins), len(symbols)),
        )

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

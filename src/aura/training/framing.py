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
Flags = NDArray[np.bool_]
Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Text:
    """Framed messages.

    Attributes:
        symbols: BEGIN, the bytes and END of each message in turn.
        messages: for each symbol the number of its message.
        sources: for each symbol the number of the source of its message.
        starts: for each message the place of its BEGIN; one more for the end of the text.
    """

    symbols: Ints
    messages: Ints
    sources: Ints
    starts: Longs


def frame(messages: Sequence[bytes], sources: Longs) -> Text:
    """Join messages into one array of symbols, those of each source together."""
    together = np.argsort(sources, kind="stable")
    messages, sources = [messages[number] for number in together], sources[together]
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
    return Text(symbols, number, sources.astype(np.int32)[number], starts)

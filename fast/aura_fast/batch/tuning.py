"""How much is coded at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Tuning:
    """Sizes that decide how long coding takes and how much memory it needs, but never what comes out.

    Attributes:
        max_symbols: in a chunk of messages, unless it has only one: bounds the memory, some 200 MB.
        long_message: bytes from which on a message is encoded by itself, in sections.
        worthwhile: symbols from which on numpy encodes messages sooner than plain Python, even a single one.
        step_cost: what a step of decoding a chunk costs whatever the number of messages, in symbols decoded one at
            a time.
        few: contexts or messages for which plain Python is quicker than numpy.
        few_choices: messages for which a step of another kind than most take is decoded one after the other.
        last_messages: messages for which steps of decoding are not worth it any more.
        piece: symbols of a message that are looked up one after the other.
        section: symbols of a long message that are encoded together: bounds the memory, some 10 MB.
        rest_symbols: symbols after escapes that are encoded together: bounds the memory, as the next does.
        rest_entries: entries of the lists of these symbols.
        reach: hits of a match that are counted for all matches together.
        width: symbols of a message for which the table of what is decoded has room at first.
        max_table: symbols in this table; beyond that, messages are decoded one at a time.
    """

    max_symbols: int = 1 << 19
    long_message: int = 1 << 15
    worthwhile: int = 3000
    step_cost: float = 60.0
    few: int = 32
    few_choices: int = 16
    last_messages: int = 64
    piece: int = 64
    section: int = 1 << 15
    rest_symbols: int = 1 << 12
    rest_entries: int = 1 << 16
    reach: int = 32
    width: int = 64
    max_table: int = 1 << 24


DEFAULT: Final = Tuning()

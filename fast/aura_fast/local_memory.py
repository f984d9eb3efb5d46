"""What the local model remembers: of a message, or of all messages of a stream (rules LOC-1, LOC-4 and LOC-12)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from copy import copy
from typing import Any, Final, Self

from aura_fast.local_number import Fields, Numbers
from aura_spec import mixer as spec
from aura_spec.context_model import END
from aura_spec.local_model import (
    CLASS_OF_BYTE,
    HASH_MULTIPLIER,
    HASH_MULTIPLIER_2,
    MAX_RUN,
    ROW_STARTS,
    SLOT_BITS,
    WORD,
    Context,
)

_WORD: Final = 0xFFFFFFFF
_LOW: Final = 0xFFFF

LAST: Final = 3
OTHER: Final = 11
CHECK: Final = 19
"""Where the parts of a slot begin: its state, the last byte, the byte before it, and the check.

The state is 0 in an empty slot; else 2 · run - 1, and one more if there is a byte before the last.
"""

STATE_MASK: Final = (1 << LAST) - 1
STATES: Final = 2 * MAX_RUN
_SATURATED: Final = STATES - 1
"""The states from which a run does not grow."""

_SLACK: Final = 1 << 8
"""Bytes that are kept beyond the window before they are cut off."""


def flat(table: Any) -> Iterator[int]:
    """The entries of a table in order, the innermost index first."""
    for entry in table:
        if isinstance(entry, int):
            yield entry
        else:
            yield from flat(entry)


_TABLES: Final = [
    list(flat(table))
    for table in (
        *(spec.SET_BIASES, spec.CONTEXT_BIASES, spec.MATCH_BIASES, spec.NUMBER_BIASES),
        *(spec.FIELD_BIASES, spec.MISS_BIASES, spec.LENGTH_BIASES),
    )
]
TABLES: Final = tuple(sum(map(len, _TABLES[:number])) for number in range(len(_TABLES)))
"""Where each of the tables begins among the biases."""

_BIASES: Final = array("q", (bias << 12 for table in _TABLES for bias in table))
_WEIGHTS: Final = array("q", (weight << 10 for weight in flat(spec.WEIGHTS)))


class LocalMemory:
    """All that the local model remembers; rule LOC-12 says how it begins.

    Attributes:
        slot_bits: of each table of slots, the b of rule LOC-4.
        window: bytes that are held, the W of rule LOC-1.
        zero: the symbol of a byte 0.
        kept: the window, and up to ``_SLACK`` bytes before them.
        base: the number of the first byte of ``kept``.
        slots: for each context ``(2^slot_bits,) uint32``.
        positions: ``(2^slot_bits,) uint16``, of the slots of ``FOUR``.
        weights: ``(48,) int64``, of the mixer by set.
        biases: ``(382,) int64``, one table after the other.
        fields: of numbers.
    """

    __slots__ = (
        "base",
        "biases",
        "fields",
        "kept",
        "positions",
        "slot_bits",
        "slots",
        "weights",
        "window",
        "zero",
    )

    def __init__(self, slot_bits: int = SLOT_BITS, window: int = 1 << 16, *, is_stream: bool = False) -> None:
        self.slot_bits = slot_bits
        self.window = window
        self.zero = END if is_stream else 0
        self.kept = bytearray()
        self.base = 0
        self.slots = [array("I", bytes(4 << slot_bits)) for _ in Context]
        self.positions = array("H", bytes(2 << slot_bits))
        self.weights = _WEIGHTS[:]
        self.biases = _BIASES[:]
        self.fields = Fields()

    def copy(self) -> Self:
        """Another one that remembers the same and goes on by itself."""
        other = copy(self)
        other.kept = self.kept[:]
        other.slots = [slots[:] for slots in self.slots]
        other.positions = self.positions[:]
        other.weights = self.weights[:]
        other.biases = self.biases[:]
        other.fields = self.fields.copy()
        return other

    def trim(self) -> None:
        """Forget the bytes that are no longer held."""
        excess = len(self.kept) - self.window
        if excess >= _SLACK:
            del self.kept[:excess]
            self.base += excess

    def learn(self, text: bytes) -> None:
        """Let a message enter that is no string (rule STR-11)."""
        numbers = Numbers(self.fields)
        since = row = signs = 0
        one = two = three = four = 0
        index, check = 32 - self.slot_bits, 24 - self.slot_bits
        for byte in (*text[-self.window :], 0):
            hashes = hashes_of((one, two, three, four), signs, row, since)
            for slots, value in zip(self.slots, hashes, strict=True):
                place = value >> index
                slots[place] = learned(slots[place], value >> check & 0xFF, byte)
            self.positions[hashes[0] >> index] = self.base + len(self.kept) & _LOW
            self.kept.append(byte)
            numbers.read(byte)
            if CLASS_OF_BYTE[byte]:
                since += 1
            else:
                row = row_after(row, byte, is_behind_word=since > 0)
                signs = signs << 8 & _WORD | byte
                since = 0
            one, two, three, four = byte, one, two, three
        self.trim()


def hash_byte(value: int, byte: int) -> int:
    """A step of the hash in rule LOC-2."""
    value = (value + byte + 1) * HASH_MULTIPLIER & _WORD
    return value ^ value >> 15


def hashes_of(last: tuple[int, int, int, int], signs: int, row: int, since: int) -> tuple[int, int, int, int]:
    """The x of rule LOC-4 for each context (rule LOC-3). ``last`` has the last four bytes, the last one first."""
    two = hash_byte(hash_byte(0, last[0]), last[1])
    four = hash_byte(hash_byte(two, last[2]), last[3])
    place = hash_byte(hash_byte(signs, since), CLASS_OF_BYTE[last[0]])
    return (
        four * HASH_MULTIPLIER_2 & _WORD,
        place * HASH_MULTIPLIER_2 & _WORD,
        hash_byte(row, since) * HASH_MULTIPLIER_2 & _WORD,
        two * HASH_MULTIPLIER_2 & _WORD,
    )


def row_after(row: int, sign: int, *, is_behind_word: bool) -> int:
    """The row after a sign (rule LOC-2)."""
    if sign in ROW_STARTS:
        return sign
    return hash_byte(hash_byte(row, WORD) if is_behind_word else row, sign)


def learned(slot: int, check: int, byte: int) -> int:
    """A slot after a byte that followed its context (rules LOC-4 and LOC-11)."""
    if not slot or slot >> CHECK != check:
        return check << CHECK | byte << LAST | 1
    last = slot >> LAST & 0xFF
    if last != byte:
        return check << CHECK | last << OTHER | byte << LAST | 2
    return slot + 2 if slot & STATE_MASK < _SATURATED else slot

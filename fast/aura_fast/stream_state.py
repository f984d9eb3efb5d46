"""What one direction of a stream remembers (rules RCL-1 to RCL-3 and RCL-11 to RCL-15)."""

from __future__ import annotations

from array import array
from typing import Final, Self

from aura_spec.stream_model import (
    CLASS_BIAS,
    CLASSES,
    CONTEXT_STATS,
    FIELDS,
    HASH_MULTIPLIER,
    HASH_MULTIPLIER_2,
    LEVEL_BIAS,
    MAX_MATCH_LENGTH,
    MISS_BIAS,
    PROB_ONE,
    SLOT_BITS,
    TABLES,
    WEIGHTS,
    squash,
)

_WORD: Final = 0xFFFFFFFF
_LOW: Final = 0xFFFF

_SLACK: Final = 1 << 8
"""Bytes that the window may outgrow its size by before it is cut."""

_SHIFTS: Final = tuple(32 - bits for bits in SLOT_BITS)
_SLOTS: Final = tuple(sum(1 << bits for bits in SLOT_BITS[:order]) for order in range(len(SLOT_BITS) + 1))
"""Where the slots of each order begin in one array; the last number is the size of it."""

_HITS: Final = array(
    "H",
    (
        squash(bias + CLASS_BIAS[share] + MISS_BIAS * miss)
        for biases in LEVEL_BIAS
        for bias in biases
        for share in range(CLASSES)
        for miss in (0, 1)
    ),
)
_WEIGHTS: Final = array("q", (weight << 10 for levels in WEIGHTS for triple in levels for weight in triple))


class StreamState:
    """What one direction of a stream remembers (rule RCL-13 says how it begins).

    Attributes:
        size: bytes of the window, ``TABLES`` less than the memory of the direction.
        kept: the window and up to ``_SLACK`` bytes before it, from the place ``base`` on.
        base: the place of the first byte of ``kept``.
        slots: ``(2048 + 2048 + 1024,) uint16``, the slots of each order, one order after the other (rule RCL-2).
        match_stats, counts: ``(2 * LEVELS * CLASSES * 2,)`` of ``uint16`` and ``uint8``: adaptive probabilities by
            q, level, class and miss (rule RCL-10), and how often each was updated.
        context_stats, context_counts: ``(CONTEXT_STATS,)``, the same by hashed context.
        weights: ``(2 * LEVELS * 3,) int64``, of the mixer by q, level and input.
        steps, confidences: ``(FIELDS,)`` of ``int32`` and ``uint8``, of the fields of numbers (rule RCL-6).
    """

    __slots__ = (
        "base",
        "confidences",
        "context_counts",
        "context_stats",
        "counts",
        "kept",
        "match_stats",
        "size",
        "slots",
        "steps",
        "weights",
    )

    def __init__(self, memory: int) -> None:
        self.size = memory - TABLES
        self.kept = bytearray(1)
        self.base = 0
        self.slots = array("H", bytes(2 * _SLOTS[-1]))
        self.match_stats = _HITS[:]
        self.counts = bytearray(len(_HITS))
        self.context_stats = array("H", [PROB_ONE // 2]) * CONTEXT_STATS
        self.context_counts = bytearray(CONTEXT_STATS)
        self.weights = _WEIGHTS[:]
        self.steps = array("i", [0]) * FIELDS
        self.confidences = bytearray(FIELDS)

    def copy(self) -> Self:
        """Another state that remembers the same and goes on by itself."""
        other = object.__new__(type(self))
        for name in self.__slots__:
            value = getattr(self, name)
            setattr(other, name, value if isinstance(value, int) else value[:])
        return other

    def learn(self, text: bytes) -> None:
        """Take in a message that was not coded with this (rule STR-11)."""
        kept, slots = self.kept, self.slots
        for byte in (*text[-self.size :], 0):
            end = self.base + len(kept)
            for slot in slots_after(kept):
                slots[slot] = end & _LOW
            kept.append(byte)
        self.trim()

    def trim(self) -> None:
        """Forget what is no longer in the window."""
        excess = len(self.kept) - self.size
        if excess >= _SLACK:
            del self.kept[:excess]
            self.base += excess


def slots_after(kept: bytearray) -> list[int]:
    """The slots of the current place, the longest order first (rule RCL-2).

    An order has a slot, a place in ``StreamState.slots``, if ``kept`` has that many bytes; it never is empty.
    """
    count = len(kept)
    value = (kept[-1] + 1) * HASH_MULTIPLIER & _WORD
    value ^= value >> 15
    if count < 2:
        return []
    value = (value + kept[-2] + 1) * HASH_MULTIPLIER & _WORD
    value ^= value >> 15
    two = _SLOTS[2] + ((value * HASH_MULTIPLIER_2 & _WORD) >> _SHIFTS[2])
    if count < 4:
        return [two]
    value = (value + kept[-3] + 1) * HASH_MULTIPLIER & _WORD
    value ^= value >> 15
    value = (value + kept[-4] + 1) * HASH_MULTIPLIER & _WORD
    value ^= value >> 15
    four = _SLOTS[1] + ((value * HASH_MULTIPLIER_2 & _WORD) >> _SHIFTS[1])
    if count < 6:
        return [four, two]
    value = (value + kept[-5] + 1) * HASH_MULTIPLIER & _WORD
    value ^= value >> 15
    value = (value + kept[-6] + 1) * HASH_MULTIPLIER & _WORD
    value ^= value >> 15
    return [(value * HASH_MULTIPLIER_2 & _WORD) >> _SHIFTS[0], four, two]


def match_length_at(kept: bytearray, place: int, oldest: int) -> int:
    """The match length of the current place, behind ``kept``, and an earlier one (rule RCL-3).

    Args:
        kept: as in :class:`StreamState`.
        place: the earlier place, counted in ``kept``, as ``oldest`` is.
        oldest: the first place that is held.

    Returns:
        0 to ``MAX_MATCH_LENGTH``.
    """
    here = len(kept) - 1
    place -= 1
    count = 0
    while count < MAX_MATCH_LENGTH and place >= oldest and kept[place] == kept[here]:
        count += 1
        place -= 1
        here -= 1
    return count

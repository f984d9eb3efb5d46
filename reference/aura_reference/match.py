"""The match model (rules MAT-1 to MAT-8)."""

from __future__ import annotations

from bisect import bisect_right

from aura_spec.match import (
    LENGTH_STEPS,
    MAX_LENGTH,
    MIN_LENGTH,
    MISS_CLASSES,
    MULTIPLIER,
    PROBABILITY_CLASSES,
    PROBABILITY_STEPS,
    SLOT_SHIFT,
)


def slot_of(four: bytes | bytearray) -> int:
    """The slot of a position after these four bytes (rule MAT-1)."""
    return (int.from_bytes(four, "little") * MULTIPLIER & 0xFFFFFFFF) >> SLOT_SHIFT


def length_class(length: int) -> int:
    """Rule MAT-5."""
    return bisect_right(LENGTH_STEPS, length)


def probability_class(frequency: int, total: int) -> int:
    """Rule MAT-6, for a byte that the list has."""
    return 1 + sum(1000 * frequency >= step * total for step in PROBABILITY_STEPS)


class Matcher:
    """The bytes of a message so far, and the match in them that foresees the next.

    Attributes:
        history: the message so far.
        length: of the active match; 0 if none is active.
        misses: of the message so far.
    """

    def __init__(self) -> None:
        self.history = bytearray()
        self.length = 0
        self.misses = 0
        self._pointer = 0
        self._places: dict[int, int] = {}  # slots that are not empty

    def predict(self) -> int | None:
        """Look for a match if none is active; the byte that it predicts (rules MAT-1 to MAT-3).

        To be called once at each position.
        """
        position = len(self.history)
        if position >= MIN_LENGTH:
            slot = slot_of(self.history[-MIN_LENGTH:])
            if not self.length and slot in self._places:
                self._pointer = self._places[slot]
                self.length = self._length_before(self._pointer)
            self._places[slot] = position
        return self.history[self._pointer] if self.length else None

    def _length_before(self, place: int) -> int:
        """The length of the match that ends before ``place``; 0 if it is too short (rule MAT-2)."""
        history = self.history
        longest = min(MAX_LENGTH, place)
        length = 0
        while length < longest and history[place - 1 - length] == history[-1 - length]:
            length += 1
        return length if length >= MIN_LENGTH else 0

    def index(self, probability: int) -> int:
        """Where the probability of a hit stands in the model's table (rule MAT-4)."""
        classes = length_class(self.length) * PROBABILITY_CLASSES + probability
        return classes * MISS_CLASSES + min(self.misses, MISS_CLASSES - 1)

    def hit(self) -> None:
        """The prediction was right (rule MAT-7)."""
        self._pointer += 1
        self.length = min(self.length + 1, MAX_LENGTH)

    def miss(self) -> None:
        """The prediction was wrong (rule MAT-8)."""
        self.length = 0
        self.misses += 1

"""The match model (rules MAT-1 to MAT-8 and HIS-1 to HIS-3)."""

from __future__ import annotations

from bisect import bisect_right

from aura_spec import match as spec
from aura_spec import prefix
from aura_spec.context_model import ContextModel


def slot_of(four: bytes | bytearray) -> int:
    """The slot of a position after these four bytes (rule MAT-1)."""
    return (int.from_bytes(four, "little") * spec.MULTIPLIER & 0xFFFFFFFF) >> spec.SLOT_SHIFT


def length_class(length: int) -> int:
    """Rule MAT-5."""
    return bisect_right(spec.LENGTH_STEPS, length)


def probability_class(frequency: int, total: int) -> int:
    """Rule MAT-6, for a byte that the list has."""
    return 1 + sum(1000 * frequency >= step * total for step in spec.PROBABILITY_STEPS)


class Matcher:
    """The bytes of a message so far, and the match that predicts the next, in them or in the model's prefix.

    Attributes:
        message: the message so far.
        length: of the active match; 0 if none is active.
        pointer: of the active match, a place in the message or in the prefix.
        misses: of the message so far.
    """

    def __init__(self, model: ContextModel) -> None:
        self.message = bytearray()
        self.length = 0
        self.misses = 0
        self._model = model
        self._source: bytes | bytearray = self.message  # what the pointer of the active match points into
        self.pointer = 0
        self._places: dict[int, int] = {}  # slots that are not empty

    @property
    def in_prefix(self) -> bool:
        """Whether the pointer is a place in the prefix (rule HIS-1)."""
        return self._source is not self.message

    def predict(self) -> int | None:
        """Look for a match if none is active; the byte that it predicts (rules MAT-1 to MAT-3).

        To be called once at each position.
        """
        position = len(self.message)
        if position >= spec.MIN_LENGTH:
            slot = slot_of(self.message[-spec.MIN_LENGTH :])
            if not self.length and slot in self._places:
                self._source, self.pointer = self.message, self._places[slot]
                self.length = self._length_before(self.pointer)
            self._places[slot] = position
        if not self.length and self._model.prefix is not None and position >= prefix.LENGTH:
            self._look_into(self._model.prefix.text)
        return self._source[self.pointer] if self.length else None

    def _look_into(self, text: bytes) -> None:
        """Look for a match in the prefix (rule HIS-1)."""
        begin = text.rfind(self.message[-prefix.LENGTH :])
        if 0 <= begin < len(text) - prefix.LENGTH:
            self._source, self.pointer, self.length = text, begin + prefix.LENGTH, prefix.LENGTH

    def feed(self, byte: int) -> None:
        """Go past a byte that is not coded (rule FRS-8)."""
        if len(self.message) >= spec.MIN_LENGTH:
            self._places[slot_of(self.message[-spec.MIN_LENGTH :])] = len(self.message)
        self.length = 0
        self.message.append(byte)

    def _length_before(self, place: int) -> int:
        """The length of the match that ends before ``place``; 0 if it is too short (rule MAT-2)."""
        message = self.message
        longest = min(spec.MAX_LENGTH, place)
        length = 0
        while length < longest and message[place - 1 - length] == message[-1 - length]:
            length += 1
        return length if length >= spec.MIN_LENGTH else 0

    def hits(self, probability: int) -> int:
        """The probability of a hit, out of 4096, in a class of the byte's probability (rules MAT-4 and HIS-2)."""
        misses = min(self.misses, spec.MISS_CLASSES - 1)
        if self._model.prefix is not None and self.in_prefix:
            return self._model.prefix.hits[probability * spec.MISS_CLASSES + misses]
        classes = length_class(self.length) * spec.PROBABILITY_CLASSES + probability
        return self._model.hits[classes * spec.MISS_CLASSES + misses]

    def hit(self) -> None:
        """The prediction was right (rules MAT-7 and HIS-3)."""
        self.pointer += 1
        self.length = min(self.length + 1, spec.MAX_LENGTH)
        if self.in_prefix and self.pointer == len(self._source):
            self.length = 0

    def miss(self) -> None:
        """The prediction was wrong (rule MAT-8)."""
        self.length = 0
        self.misses += 1

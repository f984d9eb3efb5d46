"""What the local model remembers: of a message, or of all messages of a stream (rules LOC-1, LOC-4 and LOC-12)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aura_reference.local_number import Field
from aura_reference.mixer import Sum
from aura_spec import local_model as spec
from aura_spec.context_model import END
from aura_spec.local_model import Context

_WORD = 0xFFFFFFFF
_LOW = 0xFFFF


def hash_byte(value: int, byte: int) -> int:
    """A step of the hash in rule LOC-2."""
    value = (value + byte + 1) * spec.HASH_MULTIPLIER & _WORD
    return value ^ value >> 15


@dataclass(slots=True)
class Slot:
    """What followed a context: bytes, the last one first, and how often that came in succession (rule LOC-4).

    ``position`` has the low 16 bits of where the last one stands.
    """

    check: int = 0
    run: int = 0
    last: int = 0
    other: int | None = None
    position: int = 0

    def learn(self, byte: int, position: int) -> None:
        """Take in the byte that followed (rule LOC-11)."""
        self.position = position & _LOW
        if self.run and self.last == byte:
            self.run = min(self.run + 1, spec.MAX_RUN)
        else:
            if self.run:
                self.other = self.last
            self.last, self.run = byte, 1


@dataclass(frozen=True, slots=True)
class Size:
    """How much is remembered.

    Attributes:
        slot_bits: of each table of slots, the b of rule LOC-4.
        window: bytes that are held, the W of rule LOC-1.
    """

    slot_bits: int = spec.SLOT_BITS
    window: int = 1 << 16


class Memory:
    """All that the local model remembers.

    Attributes:
        size: how much that is.
        end: the number of the next byte, n.
        fields: of numbers (rule LOC-6).
        sum: the weights and biases of the mixer.
    """

    def __init__(self, size: Size | None = None) -> None:
        """Of a stream if a size is given; else of a single message."""
        self.size = size or Size()
        self.is_stream = size is not None
        self.end = 0
        self.fields = [Field() for _ in range(spec.FIELDS)]
        self.sum = Sum()
        self._kept = bytearray()
        self._tables: list[dict[int, Slot]] = [{} for _ in Context]

    def copy(self) -> Memory:
        """Another one, which remembers the same so far."""
        other = Memory(self.size if self.is_stream else None)
        other.end = self.end
        other.fields = [replace(field) for field in self.fields]
        other.sum = self.sum.copy()
        other._kept = self._kept[:]
        other._tables = [{index: replace(slot) for index, slot in table.items()} for table in self._tables]
        return other

    def __getitem__(self, number: int) -> int:
        """A byte that is held."""
        return self._kept[number - self.end]

    def symbol(self, byte: int) -> int:
        """The symbol of a byte (rule LOC-1)."""
        return END if self.is_stream and byte == 0 else byte

    def append(self, byte: int) -> None:
        """Let the next byte join the window (rule LOC-11)."""
        self._kept.append(byte)
        self.end += 1
        del self._kept[: max(0, len(self._kept) - self.size.window)]

    def slot(self, context: Context, number: int) -> Slot:
        """The slot of a context (rule LOC-4)."""
        value = number * spec.HASH_MULTIPLIER_2 & _WORD
        index = value >> 32 - self.size.slot_bits
        check = value >> 24 - self.size.slot_bits & 0xFF
        slot = self._tables[context].setdefault(index, Slot())
        if slot.check != check:
            slot = self._tables[context][index] = Slot(check)
        return slot

    def match_length(self, place: int) -> int:
        """How many bytes before a place equal the last ones (rule LOC-5)."""
        oldest = max(0, self.end - self.size.window)
        length = 0
        while (
            length < spec.MAX_MATCH_LENGTH
            and place - 1 - length >= oldest
            and self[place - 1 - length] == self[self.end - 1 - length]
        ):
            length += 1
        return length

    def place(self, slot: Slot) -> int:
        """The place of the last byte of a slot (rule LOC-5)."""
        return self.end - 1 - (self.end - 1 - slot.position & _LOW)

"""The window of a stream: its last bytes, and the places that they may follow (rules RCL-1 to RCL-3)."""

from __future__ import annotations

from collections.abc import Sequence

from aura_spec import context_model, stream_model

_WORD = 0xFFFFFFFF
_LOW = 0xFFFF


def hash_byte(value: int, byte: int) -> int:
    """A step of the hash in rules RCL-2 and RCL-5."""
    value = (value + byte + 1) * stream_model.HASH_MULTIPLIER & _WORD
    return value ^ value >> 15


class Window:
    """The last bytes of a stream (rules RCL-1 to RCL-3). ``end`` is the current place."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.end = 1
        self._kept = bytearray(1)
        self._slots: list[dict[int, int]] = [{} for _ in stream_model.ORDERS]

    def __getitem__(self, place: int) -> int:
        return self._kept[place - self.end]

    def holds(self, place: int) -> bool:
        """Whether a place is not forgotten, and not yet to come (rule RCL-1)."""
        return max(0, self.end - self.size) <= place < self.end

    def symbol(self, place: int) -> int:
        """What stands at a place (rule RCL-1)."""
        return self[place] or context_model.END

    def last(self, back: int) -> int:
        """The byte so far back; 0 before the first."""
        return self[self.end - back] if self.holds(self.end - back) else 0

    def found(self) -> Sequence[int]:
        """The places that the slots hold, by order (rule RCL-2)."""
        places = []
        for order, slots in enumerate(self._slots):
            if self.end >= stream_model.ORDERS[order]:
                place = self.end - 1 - (self.end - 1 - slots.get(self._slot(order), 0) & _LOW)
                if place > 0 and self.holds(place):
                    places.append(place)
        return places

    def match_length(self, place: int) -> int:
        """Rule RCL-3."""
        count = 0
        while (
            count < stream_model.MAX_MATCH_LENGTH
            and self.holds(place - 1 - count)
            and self[place - 1 - count] == self[self.end - 1 - count]
        ):
            count += 1
        return count

    def add(self, byte: int) -> None:
        """Note the current place, and go on (rule RCL-2)."""
        for order, slots in enumerate(self._slots):
            if self.end >= stream_model.ORDERS[order]:
                slots[self._slot(order)] = self.end & _LOW
        self._kept.append(byte)
        self.end += 1
        del self._kept[: max(0, len(self._kept) - self.size)]

    def copy(self) -> Window:
        """Another one with the same bytes and slots."""
        other = Window(self.size)
        other.end = self.end
        other._kept[:] = self._kept  # of its own class
        other._slots[:] = [slots.copy() for slots in self._slots]
        return other

    def _slot(self, order: int) -> int:
        value = 0
        for back in range(1, stream_model.ORDERS[order] + 1):
            value = hash_byte(value, self[self.end - back])
        return (value * stream_model.HASH_MULTIPLIER_2 & _WORD) >> 32 - stream_model.SLOT_BITS[order]

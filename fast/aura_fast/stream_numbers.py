"""Numbers that are expected to step as they did before (rules RCL-5 and RCL-6)."""

from __future__ import annotations

from typing import Final

from aura_fast.stream_state import StreamState
from aura_spec.context_model import END
from aura_spec.stream_model import (
    FIELD_BYTES,
    HASH_MULTIPLIER,
    HASH_MULTIPLIER_2,
    MAX_CONFIDENCE,
    MAX_DIGITS,
)

_WORD: Final = 0xFFFFFFFF
_ZERO, _NINE = b"09"


class NumberPrediction:
    """A number that is being read, and may be predicted (rules RCL-5 and RCL-6).

    Attributes:
        before: the earlier number, v.
        field: 0 to ``FIELDS`` - 1.
        rest: the symbols that are still expected; empty if none are.
        value, digits: the number u that was read so far, and how many digits it has.
    """

    __slots__ = ("before", "digits", "field", "rest", "value")

    def __init__(self, before: int, field: int, rest: list[int]) -> None:
        self.before = before
        self.field = field
        self.rest = rest
        self.value = 0
        self.digits = 0

    @classmethod
    def begin(cls, state: StreamState, place: int) -> NumberPrediction | None:
        """Begin a number like the earlier one at ``place`` in ``state.kept``; None if that is too long."""
        kept = state.kept
        behind = place
        limit = min(len(kept), place + MAX_DIGITS)
        while behind < limit and _ZERO <= kept[behind] <= _NINE:
            behind += 1
        length = behind - place
        if length == MAX_DIGITS:
            return None
        before = int(kept[place:behind])
        field = _field(kept, max(0, len(kept) - state.size))
        step = state.steps[field]
        rest: list[int] = []
        if step and before + step >= 0:
            # something stands behind the digits, as the last byte of the window is none
            rest = [*str(before + step).zfill(length).encode(), kept[behind] or END]
        return cls(before, field, rest)

    def read(self, symbol: int, state: StreamState) -> bool:
        """Take a symbol in, and say whether the number may go on after it (rule RCL-6)."""
        if self.rest:
            self.rest = self.rest[1:] if self.rest[0] == symbol else []
        if _ZERO <= symbol <= _NINE:
            self.value = self.value * 10 + symbol - _ZERO
            self.digits += 1
            return self.digits < MAX_DIGITS
        if self.digits:
            step = self.value - self.before
            field = self.field
            if step == state.steps[field]:
                state.confidences[field] = min(state.confidences[field] + 1, MAX_CONFIDENCE)
            else:
                state.steps[field] = step if step.bit_length() <= 31 else 0
                state.confidences[field] = 0
        return False


def _field(kept: bytearray, oldest: int) -> int:
    """The field of a number behind ``kept``, of which ``oldest`` is the first place that is held (rule RCL-5)."""
    value = taken = 0
    for place in range(len(kept) - 1, oldest - 1, -1):
        byte = kept[place]
        if byte == 0:
            value = value * 31 + 7 & _WORD
            break
        if not _ZERO <= byte <= _NINE:
            value = (value + byte + 1) * HASH_MULTIPLIER & _WORD
            value ^= value >> 15
            taken += 1
            if taken == FIELD_BYTES:
                break
    return (value * HASH_MULTIPLIER_2 & _WORD) >> 24

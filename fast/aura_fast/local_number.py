"""The numbers of a message, and what the one before in its field says of the next (rules LOC-6 and LOC-7)."""

from __future__ import annotations

from typing import Final

from aura_spec.local_model import FIELD_BYTES, MAX_CONFIDENCE, MAX_DIGITS, MAX_LEFT, Relation
from aura_spec.stream_model import HASH_MULTIPLIER, HASH_MULTIPLIER_2

_WORD: Final = 0xFFFFFFFF
_ZERO, _NINE = b"09"
_EQUAL, _GREATER, _LESS, _LONGER, _NONE = map(int, Relation)
_ROW: Final = MAX_LEFT + 1
"""Entries of a row of ``FIELD_BIASES``."""


class Numbers:
    """The fields of a message, and the number in its last one.

    Attributes:
        fields: by index, the last number, its count of digits, the step and the confidence.
        field: the index of the last field.
        before: the digits of its last number; none without one.
        relation: of the number in it to that one so far.
        expected: the digits that are still expected.
        digits: of the number so far.
        confidence: of the field.
    """

    __slots__ = ("before", "confidence", "digits", "expected", "field", "fields", "relation", "value")

    def __init__(self) -> None:
        self.fields: dict[int, tuple[int, int, int, int]] = {}
        self._begin(0)

    def _begin(self, index: int) -> None:
        self.field = index
        self.value = self.digits = 0
        last, digits, step, self.confidence = self.fields.get(index, (0, 0, 0, 0))
        self.before = self.expected = b""
        self.relation = _NONE
        if digits:
            self.relation = _EQUAL
            self.before = b"%0*d" % (digits, last)
            if step and last + step >= 0:
                self.expected = b"%0*d" % (digits, last + step)

    def next_digit(self) -> int:
        """The candidate of rule LOC-8; -1 if there is none."""
        if self.relation == _EQUAL and self.digits < len(self.before):
            digit = self.before[self.digits]
            if digit != _NINE:
                return digit + 1
        return -1

    def bias_of(self, symbol: int) -> int:
        """The place of a candidate's bias in ``FIELD_BIASES`` (rule LOC-10)."""
        left = len(self.before) - self.digits
        is_digit = _ZERO <= symbol <= _NINE
        if self.relation != _EQUAL:
            row = 5 + 2 * self.relation + is_digit
        elif left <= 0:
            row = 0 if is_digit else 1
        elif not is_digit:
            row = 2
        else:
            ahead = symbol - self.before[self.digits]
            row = 3 + ahead if 0 <= ahead <= 1 else 5 if ahead > 0 else 6
        return row * _ROW + (left if 0 <= left <= MAX_LEFT else 0 if left < 0 else MAX_LEFT)

    def read(self, message: bytearray) -> None:
        """Take in the last byte of the message (rule LOC-7)."""
        byte = message[-1]
        if _ZERO <= byte <= _NINE:
            if self.relation == _EQUAL:
                if self.digits < len(self.before):
                    other = self.before[self.digits]
                    if byte != other:
                        self.relation = _GREATER if byte > other else _LESS
                else:
                    self.relation = _LONGER
            if self.digits < MAX_DIGITS:
                self.value = 10 * self.value + byte - _ZERO
                self.digits += 1
            if self.expected:
                self.expected = self.expected[1:] if self.expected[0] == byte else b""
            return
        if 0 < self.digits < MAX_DIGITS:
            last, digits, step, confidence = self.fields.get(self.field, (0, 0, 0, 0))
            if digits:
                ahead = self.value - last
                if ahead and ahead == step:
                    confidence = min(confidence + 1, MAX_CONFIDENCE)
                else:
                    step, confidence = ahead if ahead.bit_length() <= 31 else 0, 0
            self.fields[self.field] = self.value, self.digits, step, confidence
        self._begin(_field_index(message))


def _field_index(message: bytearray) -> int:
    """The field of a number behind these bytes (rule LOC-6)."""
    value = taken = 0
    for byte in reversed(message):
        if not _ZERO <= byte <= _NINE:
            value = (value + byte + 1) * HASH_MULTIPLIER & _WORD
            value ^= value >> 15
            taken += 1
            if taken == FIELD_BYTES:
                break
    return (value * HASH_MULTIPLIER_2 & _WORD) >> 24

"""The numbers of a message, and what the one before in its field says of the next (rules LOC-6 and LOC-7)."""

from __future__ import annotations

from typing import Final

from aura_spec.local_model import MAX_CONFIDENCE, MAX_DIGITS, MAX_LEFT, Relation
from aura_spec.stream_model import HASH_MULTIPLIER, HASH_MULTIPLIER_2

_WORD: Final = 0xFFFFFFFF
_LABEL: Final = 0xFFFFFFFFFFFFFFFF
_ZERO, _NINE = b"09"
_EQUAL, _GREATER, _LESS, _LONGER, _NONE = map(int, Relation)
_ROW: Final = MAX_LEFT + 1
"""Entries of a row of ``FIELD_BIASES``."""


class Numbers:
    """The fields of a message, and the number in its last one.

    Attributes:
        before: the digits of the last number of the field; none without one.
        relation: of the number so far to that one, as of ``Relation``.
        expected: the digits that are still expected.
        digits: of the number so far.
        confidence: of the field.
    """

    __slots__ = (
        "_field",
        "_fields",
        "_label",
        "_value",
        "before",
        "confidence",
        "digits",
        "expected",
        "relation",
    )

    def __init__(self) -> None:
        self._fields: dict[
            int, tuple[int, int, int, int]
        ] = {}  # last number, its digits, step and confidence
        self._label = self._field = self._value = 0
        self.digits = self.confidence = 0
        self.before = self.expected = b""
        self.relation = _NONE

    def next_digit(self) -> int:
        """The candidate of rule LOC-8 where the relation is ``EQUAL``; -1 if there is none."""
        if self.digits < len(self.before):
            digit = self.before[self.digits]
            if digit != _NINE:
                return digit + 1
        return -1

    def bias_of(self, candidate: int) -> int:
        """The place of a candidate's bias in ``FIELD_BIASES`` (rule LOC-10)."""
        left = len(self.before) - self.digits
        is_digit = _ZERO <= candidate <= _NINE
        if self.relation != _EQUAL:
            row = 5 + 2 * self.relation + is_digit
        elif left <= 0:
            row = 0 if is_digit else 1
        elif not is_digit:
            row = 2
        else:
            ahead = candidate - self.before[self.digits]
            row = 3 + ahead if 0 <= ahead <= 1 else 5 if ahead > 0 else 6
        return row * _ROW + max(0, min(left, MAX_LEFT))

    def read(self, byte: int) -> None:
        """Take in a byte of the message (rule LOC-7)."""
        if _ZERO <= byte <= _NINE:
            self._read_digit(byte)
            return
        if self.digits:
            self._end()
        self._label = self._label << 8 & _LABEL | byte
        if self._fields:
            number = (self._label >> 32) * HASH_MULTIPLIER + (self._label & _WORD) & _WORD
            self._field = ((number ^ number >> 15) * HASH_MULTIPLIER_2 & _WORD) >> 24
            if self._field in self._fields:
                self._begin()
                return
        self.relation = _NONE
        self.before = self.expected = b""

    def _read_digit(self, byte: int) -> None:
        if not self.digits and not self._fields:  # the index was not needed before
            number = (self._label >> 32) * HASH_MULTIPLIER + (self._label & _WORD) & _WORD
            self._field = ((number ^ number >> 15) * HASH_MULTIPLIER_2 & _WORD) >> 24
        if self.relation == _EQUAL:
            if self.digits >= len(self.before):
                self.relation = _LONGER
            elif byte != self.before[self.digits]:
                self.relation = _GREATER if byte > self.before[self.digits] else _LESS
        if self.digits < MAX_DIGITS:
            self._value = 10 * self._value + byte - _ZERO
            self.digits += 1
        if self.expected:
            self.expected = self.expected[1:] if self.expected[0] == byte else b""

    def _end(self) -> None:
        """Let the field learn (rule LOC-7)."""
        if self.digits < MAX_DIGITS:
            last, digits, step, confidence = self._fields.get(self._field, (0, 0, 0, 0))
            if digits:
                ahead = self._value - last
                if ahead and ahead == step:
                    confidence = min(confidence + 1, MAX_CONFIDENCE)
                else:
                    step, confidence = ahead if ahead.bit_length() <= 31 else 0, 0
            self._fields[self._field] = self._value, self.digits, step, confidence
        self._value = self.digits = 0

    def _begin(self) -> None:
        """A number may begin in a field that has a last one (rule LOC-6)."""
        last, digits, step, self.confidence = self._fields[self._field]
        self.relation = _EQUAL
        self.before = b"%0*d" % (digits, last)
        self.expected = b"%0*d" % (digits, last + step) if step and last + step >= 0 else b""

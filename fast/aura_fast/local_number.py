"""The numbers of a message, and what the one before in its field says of the next (rules LOC-6 and LOC-7)."""

from __future__ import annotations

from array import array
from copy import copy
from typing import Final, Self

from aura_spec.local_model import FIELDS as COUNT
from aura_spec.local_model import HASH_MULTIPLIER, HASH_MULTIPLIER_2, MAX_CONFIDENCE, MAX_DIGITS, Relation
from aura_spec.mixer import MAX_LEFT

_WORD: Final = 0xFFFFFFFF
_LABEL: Final = 0xFFFFFFFFFFFFFFFF
_ZERO, _NINE = b"09"
_EQUAL, _GREATER, _LESS, _LONGER, _NONE = map(int, Relation)
_ROW: Final = MAX_LEFT + 1
"""Entries of a row of ``FIELD_BIASES``."""


class Fields:
    """The fields of all numbers that are remembered (rule LOC-6).

    Attributes:
        last: ``(256,) uint64``, the last number.
        digits: ``(256,) uint8``, its count of digits, or 0.
        steps: ``(256,) int32``.
        confidences: ``(256,) uint8``.
        is_used: whether there is any number.
    """

    __slots__ = ("confidences", "digits", "is_used", "last", "steps")

    def __init__(self) -> None:
        self.last = array("Q", bytes(8 * COUNT))
        self.digits = bytearray(COUNT)
        self.steps = array("i", bytes(4 * COUNT))
        self.confidences = bytearray(COUNT)
        self.is_used = False

    def copy(self) -> Self:
        """Others that know the same and go on by themselves."""
        other = copy(self)
        for name in ("last", "digits", "steps", "confidences"):
            setattr(other, name, getattr(self, name)[:])
        return other


class Numbers:
    """The number in a message, and what its field says of it.

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

    def __init__(self, fields: Fields) -> None:
        """Let a message begin (rule LOC-10)."""
        self._fields = fields
        self._label = self._field = self._value = 0
        self.digits = self.confidence = 0
        self.before = self.expected = b""
        self.relation = _NONE
        self._begin()

    def next_digit(self) -> int:
        """The candidate of rule LOC-8 where the relation is ``EQUAL``; -1 if there is none."""
        if self.digits < len(self.before):
            digit = self.before[self.digits]
            if digit != _NINE:
                return digit + 1
        return -1

    def bias_of(self, candidate: int) -> int:
        """The place of a candidate's bias in ``FIELD_BIASES`` (rule MIX-3)."""
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
        self._begin()

    def _read_digit(self, byte: int) -> None:
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
            fields = self._fields
            field = self._field if fields.is_used else field_index(self._label)
            if fields.digits[field]:
                step = self._value - fields.last[field]
                if step and step == fields.steps[field]:
                    fields.confidences[field] = min(fields.confidences[field] + 1, MAX_CONFIDENCE)
                else:
                    fields.steps[field] = step if step.bit_length() <= 31 else 0
                    fields.confidences[field] = 0
            fields.last[field] = self._value
            fields.digits[field] = self.digits
            fields.is_used = True
        self._value = self.digits = 0

    def _begin(self) -> None:
        """A number may begin (rule LOC-6). As long as no field has one, none is looked for."""
        fields = self._fields
        if fields.is_used:
            field = self._field = field_index(self._label)
            digits = fields.digits[field]
            if digits:
                last, step = fields.last[field], fields.steps[field]
                self.confidence = fields.confidences[field]
                self.relation = _EQUAL
                self.before = b"%0*d" % (digits, last)
                self.expected = b"%0*d" % (digits, last + step) if step and last + step >= 0 else b""
                return
        self.relation = _NONE
        self.before = self.expected = b""


def field_index(label: int) -> int:
    """The field of a number behind a label (rule LOC-6)."""
    number = (label >> 32) * HASH_MULTIPLIER + (label & _WORD) & _WORD
    return ((number ^ number >> 15) * HASH_MULTIPLIER_2 & _WORD) >> 24

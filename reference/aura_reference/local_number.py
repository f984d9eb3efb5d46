"""The numbers of a message, and what the one before in its field says of the next (rules LOC-6 and LOC-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aura_spec import local_model as spec
from aura_spec.local_model import Relation

_WORD = 0xFFFFFFFF
_LABEL = 0xFFFFFFFFFFFFFFFF
_DIGITS = frozenset(b"0123456789")
_NINE = ord("9")


@dataclass(slots=True)
class Field:
    """The last number of a field, its count of digits or 0, by how much it steps, and how often in a row it has."""

    last: int = 0
    digits: int = 0
    step: int = 0
    confidence: int = 0


class Number:
    """A number that may begin here, or has begun.

    Attributes:
        field: to which it belongs.
        before: the digits of the field's last number; none without one.
        relation: of this number to that one so far.
        expected: the digits that are still expected.
        digits: how many it has, at most ``MAX_DIGITS``.
    """

    def __init__(self, field: Field) -> None:
        self.field = field
        self.digits = 0
        self._value = 0
        self.before = str(field.last).zfill(field.digits).encode() if field.digits else b""
        self.relation = Relation.EQUAL if field.digits else Relation.NONE
        self.expected = b""
        if field.digits and field.step and field.last + field.step >= 0:
            self.expected = str(field.last + field.step).zfill(field.digits).encode()

    @property
    def digit_before(self) -> int | None:
        """The digit of the number before at the same position, as long as all were equal."""
        is_there = self.relation is Relation.EQUAL and self.digits < len(self.before)
        return self.before[self.digits] if is_there else None

    @property
    def next_digit(self) -> int | None:
        """The digit after that one, a candidate (rule LOC-8)."""
        digit = self.digit_before
        return None if digit is None or digit == _NINE else digit + 1

    def relation_of(self, symbol: int) -> int:
        """The row of ``FIELD_BIASES`` for a candidate (rule MIX-3)."""
        is_digit = symbol in _DIGITS
        if self.relation is not Relation.EQUAL:
            return 5 + 2 * self.relation + is_digit
        digit = self.digit_before
        if digit is None:
            return 0 if is_digit else 1
        if not is_digit:
            return 2
        if symbol in {digit, digit + 1}:
            return 3 + symbol - digit
        return 5 if symbol > digit else 6

    def read(self, digit: int) -> None:
        """Take in a digit (rule LOC-7)."""
        if self.relation is Relation.EQUAL:
            before = self.digit_before
            if before is None:
                self.relation = Relation.LONGER
            elif digit != before:
                self.relation = Relation.GREATER if digit > before else Relation.LESS
        if self.digits < spec.MAX_DIGITS:
            self._value = 10 * self._value + digit - ord("0")
            self.digits += 1
        self.expected = self.expected[1:] if self.expected and self.expected[0] == digit else b""

    def end(self) -> None:
        """Let the field learn (rule LOC-7)."""
        field = self.field
        if not 0 < self.digits < spec.MAX_DIGITS:
            return
        if field.digits:
            step = self._value - field.last
            if step and step == field.step:
                field.confidence = min(field.confidence + 1, spec.MAX_CONFIDENCE)
            else:
                field.step = step if step.bit_length() <= 31 else 0
                field.confidence = 0
        field.last = self._value
        field.digits = self.digits


class Numbers:
    """The number in a message, and the fields that it may belong to."""

    def __init__(self, fields: Sequence[Field]) -> None:
        """Let a message begin (rule LOC-10)."""
        self._fields = fields
        self._label = 0
        self.number = Number(fields[field_index(0)])

    def read(self, byte: int) -> None:
        """Take in a byte of the message (rule LOC-7)."""
        if byte in _DIGITS:
            self.number.read(byte)
        else:
            self.number.end()
            self._label = self._label << 8 & _LABEL | byte
            self.number = Number(self._fields[field_index(self._label)])


def field_index(label: int) -> int:
    """The field of a number behind a label (rule LOC-6)."""
    value = (label >> 32) * spec.HASH_MULTIPLIER + (label & _WORD) & _WORD
    value ^= value >> 15
    return (value * spec.HASH_MULTIPLIER_2 & _WORD) >> 24

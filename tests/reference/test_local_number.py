"""The numbers of a message, and what the one before in its field says of the next."""

from __future__ import annotations

from itertools import product

import pytest

from aura_reference.local_number import Field, Number, Numbers, field_index
from aura_spec import local_model as spec
from aura_spec.local_model import Relation


def read(text: bytes) -> Numbers:
    """The numbers after this text."""
    numbers = Numbers([Field() for _ in range(spec.FIELDS)])
    for byte in text:
        numbers.read(byte)
    return numbers


def index_after(text: bytes) -> int:
    """The field of a number behind this text."""
    return field_index(read(text)._label)


def steps(*numbers: object) -> bytes:
    """Numbers of one field, and then the place of the next one."""
    return "".join(f"a_number={number};" for number in numbers).encode() + b"a_number="


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((7,), b""),
        ((7, 8), b"9"),
        ((98, 99), b"100"),
        (("008", "009"), b"010"),
        ((20, 10), b"00"),  # with zeros up to the count of digits
        ((12, 5), b""),  # below 0
        ((5, 5), b""),  # no step
        ((1, 2, 9), b"16"),
        ((10**15, 10**15 + 2), b"1000000000000004"),
        ((1, 2, 10**16), b"3"),  # 17 digits teach nothing
        ((1, 2, "x"), b"3"),
        ((2**31, 0), b""),
        ((2**31 - 1, 0), b""),
        ((0, 2**31 - 1), b"4294967294"),
        ((0, 2**31), b""),
        ((9 * 2**31, 8 * 2**31), b""),
        ((9 * 2**31, 9 * 2**31 + 1 - 2**31), b"%d" % (9 * 2**31 + 2 - 2**32)),
    ],
)
def test_what_is_expected(numbers: tuple[object, ...], expected: bytes) -> None:
    """Rules LOC-6 and LOC-7."""
    assert read(steps(*numbers)).number.expected == expected


def test_confidence_grows_with_each_step_and_starts_anew() -> None:
    """Rule LOC-7."""
    for count in range(2, 14):
        assert read(steps(*range(count))).number.field.confidence == min(count - 2, spec.MAX_CONFIDENCE)
    assert read(steps(1, 2, 3, 5)).number.field == Field(5, 1, 2, 0)


def test_digits_take_from_what_is_expected() -> None:
    """Rule LOC-7."""
    text = steps(1233, 1234)
    assert read(text + b"12").number.expected == b"35"
    assert read(text + b"13").number.expected == b""
    assert read(text + b"1235").number.expected == b""
    assert read(text + b"12359").number.expected == b""


@pytest.mark.parametrize(
    ("digits", "relation", "next_digit"),
    [
        (b"", Relation.EQUAL, ord("3")),
        (b"2", Relation.EQUAL, None),  # the 9 after it has no next one
        (b"29", Relation.EQUAL, ord("6")),
        (b"295", Relation.EQUAL, None),
        (b"2950", Relation.LONGER, None),
        (b"3", Relation.GREATER, None),
        (b"31", Relation.GREATER, None),
        (b"28", Relation.LESS, None),
        (b"289", Relation.LESS, None),
    ],
)
def test_the_relation_to_the_number_before(digits: bytes, relation: Relation, next_digit: int | None) -> None:
    """Rules LOC-7 and LOC-8."""
    number = read(steps(295) + digits).number
    assert (number.relation, number.next_digit) == (relation, next_digit)


def test_rows_of_the_biases_of_fields() -> None:
    """Rule MIX-3."""
    number = read(steps(295) + b"2").number
    assert list(map(number.relation_of, b"x989")) == [2, 3, 6, 3]
    number = read(steps(255) + b"2").number
    assert list(map(number.relation_of, b"x5674")) == [2, 3, 4, 5, 6]
    number = read(steps(25) + b"25").number
    assert list(map(number.relation_of, b"5;")) == [0, 1]
    for digits, relation in ((b"26", Relation.GREATER), (b"24", Relation.LESS), (b"250", Relation.LONGER)):
        number = read(steps(25) + digits).number
        assert list(map(number.relation_of, b";5")) == [5 + 2 * relation, 6 + 2 * relation]
    assert read(b"n=").number.relation is Relation.NONE


def test_numbers_of_too_many_digits_are_counted_no_further() -> None:
    """Rule LOC-7."""
    number = read(b"n=" + b"9" * 40).number
    assert number.digits == spec.MAX_DIGITS
    number = Number(Field())
    number.end()
    assert number.field == Field()


def test_a_field_is_told_by_eight_bytes_without_digits() -> None:
    """Rule LOC-6."""
    assert index_after(b"") == 0 == index_after(b"123")
    assert index_after(b"a1=") == index_after(b"a=") == index_after(b"27a34=5")
    assert index_after(b"Xlength=") == index_after(b"1Xlength=9")
    assert index_after(b"Alength:=") == index_after(b"Blength:=") != index_after(b"Alength=")
    assert {field_index(256 * first + second) for first, second in product(range(256), repeat=2)} == {
        *range(spec.FIELDS)
    }


def test_the_first_number_of_a_message_has_a_field() -> None:
    """Rule LOC-6."""
    numbers = read(b"12;")
    assert numbers.number.before == b""
    assert read(b"5").number.field == Field()

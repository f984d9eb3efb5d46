from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura_spec.char_runs import NO_RUN, STATES, Kind, after, build_section, parse_section, state_of
from aura_spec.context_model import END, CharRunList
from aura_spec.errors import DecodeError, EncodeError, Malformed, Truncated


def state(text: bytes) -> int:
    return reduce(after, text, NO_RUN)


@pytest.mark.parametrize(
    ("text", "kind", "length"),
    [
        (b"7", Kind.DIGITS, 1),
        (b"at 2026", Kind.DIGITS, 4),
        (b"1" * 60, Kind.DIGITS, 40),
        (b"face", Kind.LETTERS_TO_F, 4),
        (b"fa7", Kind.HEXADECIMAL, 3),
        (b"7fa", Kind.HEXADECIMAL, 3),
        (b"faces", Kind.LETTERS, 5),
        (b"Face", Kind.LETTERS, 4),
        (b"FA", Kind.LETTERS, 2),
        (b"FA7", Kind.MIXED, 3),
        (b"7FA", Kind.MIXED, 3),
        (b"7fax", Kind.MIXED, 4),
        (b"user7_x-1+/", Kind.MIXED, 11),
        (b"0f8fad5b-", Kind.HEXADECIMAL, 9),
        (b"01234567-", Kind.HEXADECIMAL, 9),
        (b"abcdefab-", Kind.HEXADECIMAL, 9),
        (b"0f8fad5b-d9cb-469f-a165-70867728950e", Kind.HEXADECIMAL, 36),
    ],
)
def test_states(text: bytes, kind: Kind, length: int) -> None:
    """Rules RUN-1 and RUN-2."""
    assert state(text) == state_of(kind, length)


@pytest.mark.parametrize(
    "text", [b"", b"12.", b"abc ", b"12-", b"0f8fad5-", b"letters8-x-"[:7] + b"-", b"x_", b"1_", b"7\xc3"]
)
def test_no_char_run(text: bytes) -> None:
    """Rule RUN-2."""
    assert state(text) == NO_RUN


@given(st.binary(max_size=50))
def test_states_are_in_range(text: bytes) -> None:
    """Rule RUN-1."""
    assert 0 <= state(text) < STATES


LISTS = {
    state_of(Kind.DIGITS, length): CharRunList(2, (48, 49, END), bytes((3, length, 63)), 7)
    for length in (4, 5, 6)
} | {state_of(Kind.MIXED, 40): CharRunList(32, (0,), bytes((0,)), 63)}


def test_sections_round_trip() -> None:
    """Rule RUN-3."""
    assert parse_section(build_section(LISTS)) == LISTS
    assert parse_section(build_section({})) == {}


@pytest.mark.parametrize(
    "lists",
    [
        {state_of(Kind.DIGITS, length): CharRunList(2, (48,), b"\0", 7) for length in (4, 6)},
        {state_of(Kind.DIGITS, length): CharRunList(length, (48,), b"\0", 7) for length in (4, 5)},
        {state_of(Kind.DIGITS, length): CharRunList(2, (48 + length,), b"\0", 7) for length in (4, 5)},
    ],
)
def test_lists_of_a_kind_are_a_row(lists: dict[int, CharRunList]) -> None:
    with pytest.raises(EncodeError):
        build_section(lists)


def with_byte(place: int, value: int) -> bytes:
    section = bytearray(build_section(LISTS))
    section[place] = value
    return bytes(section)


DIGITS_END = 5 + 33 + 3 * 4
"""Where the second kind begins: after the count, and a kind's head, set and three lists of four codes."""


@pytest.mark.parametrize(
    "section",
    [
        with_byte(1, 5),  # an unknown kind
        with_byte(1, 4),  # kinds that do not ascend
        with_byte(2, 33),  # an order that no context has
        with_byte(3, 0),  # runs of no length
        with_byte(3, 39),  # runs longer than the longest
        with_byte(4, 0),  # no lists
        with_byte(5 + 32, 3),  # a symbol above END
        with_byte(DIGITS_END - 1, 64),  # a code of seven bits
        build_section(LISTS) + b"\0",
        bytes((1, 0, 2, 4, 1)) + bytes(33) + b"\0",  # no symbols
    ],
)
def test_sections_that_break_the_rule(section: bytes) -> None:
    """Rule RUN-3."""
    with pytest.raises(Malformed):
        parse_section(section)


def test_every_truncation_is_refused() -> None:
    """Rule RUN-3."""
    section = build_section(LISTS)
    for size in range(len(section)):
        with pytest.raises(Truncated):
            parse_section(section[:size])


@given(st.binary(max_size=120))
def test_any_section_is_read_or_refused(section: bytes) -> None:
    try:
        lists = parse_section(section)
    except DecodeError:
        return
    assert build_section(lists) == section

"""Heads, checks and memory (rules STR-2, STR-5, STR-6 and STR-12)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models import NO_CONTEXTS

from aura_spec.errors import DecodeError, Malformed, Truncated
from aura_spec.stream import (
    DEFAULT_MEMORY,
    GENERATORS,
    LARGE_MEMORY,
    MAX_MEMORY,
    MIN_MEMORY,
    Flag,
    Head,
    Terms,
    build_head,
    check_bits,
    expected,
    parse_message,
    remainder,
)


@given(st.integers(0, 7), st.booleans(), st.integers(0, 0xFFFF), st.binary(max_size=8))
def test_heads_come_back(flags: int, text: bool, counter: int, body: bytes) -> None:
    flag = Flag(flags) | (Flag.TEXT if text and flags & Flag.MESSAGE else Flag(0))
    head = Head(flag, counter if flag & Flag.RESET else 0)
    if flag:
        assert parse_message(build_head(head) + body) == (head, body)
    else:
        assert build_head(head) == b""


@pytest.mark.parametrize(
    ("wire", "error"),
    [(b"\0", Truncated), (b"\0\1", Truncated), (b"\0\1\0", Truncated), (b"\0\0", Malformed)]
    + [(bytes((0, flags)), Malformed) for flags in (8, 9, 16, 0xFF)],
)
def test_broken_heads_are_refused(wire: bytes, error: type[DecodeError]) -> None:
    with pytest.raises(error):
        parse_message(wire)


@pytest.mark.parametrize("bits", GENERATORS)
@given(st.binary(min_size=2, max_size=40), st.data())
def test_a_flipped_bit_changes_the_remainder(bits: int, wire: bytes, data: st.DataObject) -> None:
    places = data.draw(st.sets(st.integers(0, 8 * len(wire) - 1), min_size=1, max_size=3))
    other = int.from_bytes(wire, "big")
    for place in places:
        other ^= 1 << place
    changed = remainder(other.to_bytes(len(wire), "big"), bits) != remainder(wire, bits)
    assert changed or len(places) == 2 or (bits == 4 and len(places) > 1)
    if max(places) - min(places) < bits:  # a burst
        assert changed


def test_remainder_of_one_byte() -> None:
    assert [remainder(b"\x13", 4), remainder(b"\x14", 4), remainder(b"\xff", 8)] == [0, 7, 0xFF]


def test_longer_messages_have_more_check() -> None:
    sizes = (1, 31, 32, 127, 128)
    assert [check_bits(size, 4, head=False) for size in sizes] == [4, 4, 8, 8, 16]
    assert [check_bits(size, 16, head=False) for size in sizes] == [16] * 5
    assert check_bits(1, 4, head=True) == 16


def test_messages_and_sides_differ() -> None:
    assert [expected(5, counter, 4, server=False) for counter in (0, 1, 15, 16)] == [5, 6, 4, 5]
    assert expected(5, 0, 4, server=True) == 13


@pytest.mark.parametrize(
    ("memory", "slot_bits", "window"),
    [
        (MIN_MEMORY, 10, 1 << 10),
        (DEFAULT_MEMORY, 10, 7 << 10),
        (LARGE_MEMORY - 1, 10, (39 << 10) - 1),
        (LARGE_MEMORY, 11, 21 << 10),
        (MAX_MEMORY, 11, 1 << 16),
    ],
)
def test_memory_is_slots_and_a_window(memory: int, slot_bits: int, window: int) -> None:
    """Rule STR-12."""
    terms = Terms(NO_CONTEXTS, 0, memory, 8, server=False)
    assert (terms.slot_bits, terms.window) == (slot_bits, window)

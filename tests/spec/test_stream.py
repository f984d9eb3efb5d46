"""Heads, checks and memory (rules STR-2, STR-5, STR-6 and STR-12)."""

from __future__ import annotations

from itertools import accumulate, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.models import NO_CONTEXTS

from aura_spec.errors import DecodeError, Malformed, Truncated
from aura_spec.stream import (
    CHECKS,
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
    check_size,
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
    assert changed or (bits < 32 and len(places) == 2) or (bits == 4 and len(places) > 1)
    if max(places) - min(places) < bits:  # a burst
        assert changed


def _powers(bits: int) -> NDArray[np.uint32]:
    """What a single bit leaves at each place from the last, for messages of up to so many bits."""
    remainders = list(accumulate(range(1, bits), lambda value, _: _doubled(value), initial=1))
    return np.array(remainders, np.uint32)


def _doubled(remainder: int) -> int:
    return remainder << 1 ^ (GENERATORS[32] if remainder >> 31 else 0)


@pytest.mark.no_cover
def test_the_longest_check_finds_up_to_seven_flipped_bits_in_26_bytes() -> None:
    """Rule STR-5: as odd numbers leave a remainder, no two sets of three bits may leave the same."""
    assert GENERATORS[32].bit_count() % 2 == 0  # x + 1 divides it
    single = _powers(8 * 26)
    threes = np.array([one ^ other ^ third for one, other, third in combinations(single, 3)])
    assert len(np.unique(threes)) == len(threes)


def test_the_longest_check_finds_up_to_five_flipped_bits_in_659_bytes() -> None:
    """Rule STR-5: no two pairs of bits leave the same."""
    single = _powers(8 * 659)
    pairs = np.sort(
        np.concatenate([single[: len(single) - far] ^ single[far:] for far in range(1, len(single))])
    )
    assert len(pairs) == len(single) * (len(single) - 1) // 2
    assert np.all(pairs[1:] != pairs[:-1])


def test_remainder_of_the_longest_check() -> None:
    """CRC-32C of RFC 3720 turns bits around and adds ones; its check value is that of 123456789."""
    turned = bytes(int(f"{byte:08b}"[::-1], 2) for byte in b"123456789")
    first, *rest = (int.from_bytes(turned[:4], "big") ^ 0xFFFFFFFF).to_bytes(4, "big"), turned[4:], bytes(4)
    value = remainder(first + b"".join(rest), 32) ^ 0xFFFFFFFF
    assert int(f"{value:032b}"[::-1], 2) == 0xE3069283


def test_remainder_of_one_byte() -> None:
    assert [remainder(b"\x13", 4), remainder(b"\x14", 4), remainder(b"\xff", 8)] == [0, 7, 0xFF]


def test_longer_messages_have_more_check() -> None:
    sizes = (1, 31, 32, 127, 128)
    assert [check_bits(size, 4, head=False) for size in sizes] == [4, 4, 8, 8, 16]
    assert [check_bits(size, 16, head=False) for size in sizes] == [16] * 5
    assert [check_bits(size, 32, head=False) for size in sizes] == [32] * 5
    assert [check_bits(1, least, head=True) for least in CHECKS] == [16, 16, 16, 32]
    assert [check_size(least) for least in CHECKS] == [2, 2, 2, 4]


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

"""Heads, checks, and the domain of mixer inputs (rules STR-2, STR-5, STR-6 and RCL-11)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura_spec.errors import DecodeError, Malformed, Truncated
from aura_spec.stream import (
    GENERATORS,
    Flag,
    Head,
    build_head,
    check_bits,
    expected,
    parse_message,
    remainder,
)
from aura_spec.stream_model import (
    CLASS_BIAS,
    CLASSES,
    LEVEL_BIAS,
    LEVELS,
    LIMIT,
    PROB_ONE,
    WEIGHTS,
    squash,
    stretch,
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


def test_mixer_inputs_rise_and_are_bounded() -> None:
    squashed = [squash(x) for x in range(-LIMIT - 2, LIMIT + 3)]
    assert squashed == sorted(squashed)
    stretched = [stretch(probability) for probability in range(0, PROB_ONE, 7)]
    assert stretched == sorted(stretched)
    assert -LIMIT == stretched[0] < stretched[-1] <= LIMIT


def test_there_is_a_bias_and_weights_for_everything() -> None:
    assert [len(biases) for biases in LEVEL_BIAS] == [LEVELS] * 2 == [len(levels) for levels in WEIGHTS]
    assert len(CLASS_BIAS) == CLASSES

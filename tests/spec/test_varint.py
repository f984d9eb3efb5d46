from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura_spec.errors import EncodeError, LimitExceeded, NonCanonical, Truncated
from aura_spec.varint import MAX_VALUE, VarInt, size, unzigzag, zigzag
from aura_spec.wire import build, parse


@given(st.integers(0, MAX_VALUE))
def test_round_trip_in_the_stated_size(value: int) -> None:
    """Rule VAR-1."""
    wire = build(VarInt(), value)
    assert parse(VarInt(), wire) == value
    assert len(wire) == size(value)


@pytest.mark.parametrize("wire", ["8000", "818000", "ff00", "80808000"])
def test_overlong_spellings_are_not_canonical(wire: str) -> None:
    """Rule VAR-2."""
    with pytest.raises(NonCanonical) as caught:
        parse(VarInt(), bytes.fromhex(wire))
    assert caught.value.offset == 0


@pytest.mark.parametrize("wire", ["ffffffffffffffffff02", "8080808080808080808001", "80" * 41 + "01"])
def test_more_than_64_bits_are_refused(wire: str) -> None:
    """Rule VAR-3."""
    with pytest.raises(LimitExceeded):
        parse(VarInt(), bytes.fromhex(wire))


def test_endless_continuation_is_refused_at_once() -> None:
    """Rule VAR-3."""
    with pytest.raises(LimitExceeded):
        parse(VarInt(), b"\x80" * 1_000_000)


@pytest.mark.parametrize("wire", ["", "80", "ffff"])
def test_a_cut_integer_is_truncated(wire: str) -> None:
    with pytest.raises(Truncated):
        parse(VarInt(), bytes.fromhex(wire))


def test_a_bound_holds_both_ways() -> None:
    """Rule VAR-3."""
    with pytest.raises(LimitExceeded):
        parse(VarInt(300), bytes.fromhex("ad02"))
    with pytest.raises(EncodeError):
        build(VarInt(300), 301)
    assert parse(VarInt(300), build(VarInt(300), 300)) == 300


@pytest.mark.parametrize("value", [-1, MAX_VALUE + 1, "1"])
def test_what_is_not_such_an_integer_is_not_built(value: object) -> None:
    with pytest.raises(EncodeError):
        build(VarInt(), value)


@given(st.integers(-(1 << 62), 1 << 62))
def test_zigzag_is_a_bijection(value: int) -> None:
    """Rule VAR-4."""
    assert zigzag(value) >= 0
    assert unzigzag(zigzag(value)) == value

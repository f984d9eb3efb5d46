"""The declarations of adaptive messages: classes, bounds, and how strings begin."""

from __future__ import annotations

import pytest

from aura_spec import local_model as spec
from aura_spec import range_coder
from aura_spec.auralite import Explicit, build_body, parse_adaptive, parse_body
from aura_spec.errors import EncodeError, Malformed, Truncated
from aura_spec.local_model import CLASS_OF_BYTE
from aura_spec.marker import ADAPTIVE_COMPACT
from aura_spec.mixer import MIN_PROBABILITY, PROB_ONE


def test_classes_of_bytes() -> None:
    """Rule LOC-1."""
    by_class = {
        kind: bytes(byte for byte in range(256) if CLASS_OF_BYTE[byte] == kind)
        for kind in range(spec.CLASSES)
    }
    assert by_class[1] == b"0123456789"
    assert by_class[2] == b"_abcdefghijklmnopqrstuvwxyz"
    assert by_class[3] == b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert by_class[4] == bytes(range(128, 256))


def test_bounds_fit_each_other() -> None:
    """Rules LOC-4, LOC-5, LOC-9 and MIX-4."""
    assert MIN_PROBABILITY < spec.MIN_TRIED < PROB_ONE - MIN_PROBABILITY
    assert spec.LENGTH_STEPS[-1] == spec.MAX_MATCH_LENGTH > spec.LENGTH_STEPS[0] > spec.MIN_MATCH
    assert 24 - spec.SLOT_BITS >= 0
    assert spec.FIELDS == 1 << 8


def test_the_first_interval_is_that_of_the_markers() -> None:
    """Rules RNG-1 and AUR-10."""
    assert ADAPTIVE_COMPACT.start == range_coder.ADAPTIVE_START >> 24
    assert ADAPTIVE_COMPACT.stop == range_coder.ADAPTIVE_END >> 24


@pytest.mark.parametrize("first", [0x00, 0x0F, 0x20, 0xFF])
def test_a_string_begins_in_its_interval(first: int) -> None:
    """Rules AUR-10 and AUR-11."""
    with pytest.raises(Malformed) as caught:
        parse_adaptive(bytes((first, 1)))
    assert caught.value.offset == 0
    with pytest.raises(Malformed) as caught:
        parse_body(bytes((*bytes(8), first)), adaptive=True)
    assert caught.value.offset == 9
    with pytest.raises(EncodeError):
        build_body(Explicit(bytes(8), bytes((first,))), adaptive=True)


def test_bodies_come_back() -> None:
    """Rules AUR-10 and AUR-11."""
    explicit = Explicit(b"12345678", b"\x1f\x01")
    assert build_body(explicit, adaptive=True) == b"12345678\x1f\x01"
    assert parse_body(b"12345678\x1f\x01", adaptive=True) == explicit
    assert parse_adaptive(b"\x1f\x01") == b"\x1f\x01"
    for body in (b"", b"1234567", b"12345678"):
        with pytest.raises(Truncated):
            parse_body(body, adaptive=True)
    with pytest.raises(Truncated):
        parse_adaptive(b"")

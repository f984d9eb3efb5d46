"""The declarations of adaptive messages: tables are as large as the rules index them, strings begin as they do."""

from __future__ import annotations

import pytest

from aura_spec import local_model as spec
from aura_spec import range_coder
from aura_spec.auralite import Explicit, build_body, parse_adaptive, parse_body
from aura_spec.errors import EncodeError, Malformed, Truncated
from aura_spec.local_model import CLASS_OF_BYTE, Context, Relation
from aura_spec.marker import ADAPTIVE_COMPACT
from aura_spec.mixer import PROB_ONE


def shape(table: object) -> tuple[int, ...]:
    """Entries by level; all tables of a level have as many."""
    if isinstance(table, int):
        return ()
    assert isinstance(table, tuple)
    (inner,) = {shape(entry) for entry in table}
    return len(table), *inner


def test_tables_have_an_entry_for_all_evidence() -> None:
    """Rule MIX-3."""
    assert shape(spec.SET_BIASES) == shape(spec.WEIGHTS) == (2, 2, 4, len(spec.SHARE_STEPS) + 1)
    assert shape(spec.CONTEXT_BIASES) == (len(Context), 3, spec.MAX_RUN, 2)
    assert shape(spec.MATCH_BIASES) == (2, len(spec.LENGTH_STEPS) + 1)
    assert shape(spec.NUMBER_BIASES) == (2, spec.MAX_CONFIDENCE + 1)
    assert shape(spec.FIELD_BIASES) == (5 + 2 * Relation.NONE, spec.MAX_LEFT + 1)
    assert shape(spec.MISS_BIASES) == (spec.MAX_MISSES + 1, 2, len(Context) + 1)
    assert shape(spec.LENGTH_BIASES) == (spec.MAX_SINCE + 1, spec.CLASSES)


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
    assert spec.MIN_PROBABILITY < spec.MIN_TRIED < PROB_ONE - spec.MIN_PROBABILITY
    assert spec.LENGTH_STEPS[-1] == spec.MAX_MATCH_LENGTH > spec.LENGTH_STEPS[0] > spec.MIN_MATCH
    assert 24 - spec.SLOT_BITS >= 0
    assert spec.FIELDS == 1 << 8
    assert all(step % 16 == 0 for step in spec.SHARE_STEPS)


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

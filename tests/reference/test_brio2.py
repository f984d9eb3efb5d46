"""BRIO version 2 in the reference: numbers, units, tables, the parse, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.messages import MESSAGES
from tests.searches import sampled

from aura_reference import brio2, message
from aura_reference.interleaved_rans import Reader
from aura_reference.parse import parse
from aura_spec.adaptive import rounds
from aura_spec.brio2 import (
    DISTANCE_CONTEXTS,
    LENGTH_CONTEXTS,
    MAX_LENGTH,
    NUMBERS,
    build_body,
    lanes_of,
    number_of,
    number_symbol,
    parse_body,
)
from aura_spec.errors import EncodeError, LimitExceeded, Malformed, Truncated
from aura_spec.parse import SEARCH_LENGTHS
from aura_spec.unit import (
    CODES,
    CONTEXT_AFTER,
    SYMBOLS,
    UNIT_BYTES,
    UNIT_CONTEXTS,
    UNITS,
    extra_bits,
    first_of,
    symbol_of,
)

LIMIT = 1 << 20
LEVELS = range(len(SEARCH_LENGTHS))


@pytest.mark.no_cover
@sampled()
@given(MESSAGES, st.sampled_from(LEVELS))
@example(b"", 0)
@example(bytes(9000), 1)
def test_any_message_round_trips(data: bytes, level: int) -> None:
    """Rules BII-1, BII-7 and BII-8."""
    assert brio2.decode(brio2.encode(data, level), LIMIT) == data
    assert message.decode(message.encode_brio2(data, level)) == data


@given(st.integers(0, MAX_LENGTH))
def test_numbers_come_back(number: int) -> None:
    """Rule BII-6."""
    symbol, extra, bits = number_symbol(number)
    assert number_of(symbol) == (number - extra, bits)
    assert 0 <= extra < 1 << bits
    assert symbol < NUMBERS


def test_units_come_back_and_differ() -> None:
    """Rules UNI-1 and UNI-2."""
    assert len(set(UNIT_BYTES)) == len(UNIT_BYTES) == UNITS
    for unit in range(UNITS):
        symbol, extra, bits = symbol_of(unit)
        assert first_of(symbol) + extra == unit
        assert extra_bits(symbol) == bits
    assert symbol_of(UNITS - 1)[0] == SYMBOLS - 1


def test_every_symbol_has_a_context_for_the_next() -> None:
    """Rule UNI-3."""
    assert len(CONTEXT_AFTER) == SYMBOLS
    assert max(CONTEXT_AFTER) < UNIT_CONTEXTS
    assert {kind: len(tables) for kind, tables in CODES.items()} == {
        "literal_runs": 1,
        "distances": DISTANCE_CONTEXTS,
        "lengths": LENGTH_CONTEXTS,
        "units": UNIT_CONTEXTS,
    }


def test_phrases_are_short_texts_without_zeros() -> None:
    """Rule UNI-1."""
    for phrase in UNIT_BYTES[256:]:
        assert 2 <= len(phrase) <= 8
        assert phrase.isascii()
        assert 0 not in phrase


@given(st.integers(0, 1 << 27))
def test_lanes_are_a_power_of_two(length: int) -> None:
    """Rule BII-4."""
    lanes = lanes_of(length)
    assert 4 <= lanes <= 2048
    assert lanes.bit_count() == 1


def test_rounds_cover_all_steps() -> None:
    """Rule ADA-4."""
    for steps in range(40):
        assert [step for together in rounds(steps) for step in together] == list(range(steps))


def test_a_match_goes_on_behind_the_window_of_a_block() -> None:
    """Rule PAR-5."""
    data = b"".join(number.to_bytes(2, "big") for number in range(400)) * 2
    cut = parse(data, 0)
    assert [(repeat.length, repeat.distance) for repeat in cut.sequences[-1:]] == [(800, 800)]


def test_more_than_64_mib_are_refused() -> None:
    with pytest.raises(EncodeError):
        brio2.encode(bytes(MAX_LENGTH + 1), 0)


def test_the_length_is_checked_first() -> None:
    """Rule BII-2."""
    body = brio2.encode(b"abcd", 0)
    with pytest.raises(LimitExceeded):
        brio2.decode(body, 3)


def test_literal_runs_have_as_many_units_as_there_are() -> None:
    """Rule BII-9."""
    container = parse_body(brio2.encode(b"0123456789" * 9, 0), LIMIT)
    assert container.sequences
    assert container.units
    with pytest.raises(Malformed, match="the literal runs are longer than the units"):
        brio2.decode(build_body(replace(container, units=container.units - 1)), LIMIT)


def test_words_run_out() -> None:
    """Rule IRN-9."""
    reader = Reader(b"\1\0\0\0" * 4 + b"ab", 4)
    assert reader.words(1) == [int.from_bytes(b"ab", "little")]
    with pytest.raises(Truncated, match="the payload runs out of words") as refusal:
        reader.words(1)
    assert refusal.value.offset == 18

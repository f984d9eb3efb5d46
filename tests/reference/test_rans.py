from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura_reference import rans
from aura_spec.errors import DecodeError, Malformed, Truncated
from aura_spec.rans import frequencies_of

FLAT = (16,) * 256


@given(st.binary(max_size=500))
def test_round_trip(symbols: bytes) -> None:
    """Rules RNS-3 and RNS-6."""
    frequencies = frequencies_of(symbols)
    assert rans.decode(rans.encode(symbols, frequencies), len(symbols), frequencies) == symbols


@given(st.binary(max_size=500), st.binary(max_size=500))
def test_any_valid_table_codes_any_symbols(symbols: bytes, other: bytes) -> None:
    """Rules RNS-2 and RNS-3."""
    frequencies = frequencies_of(other)
    assert rans.decode(rans.encode(symbols, frequencies), len(symbols), frequencies) == symbols


@given(st.binary(max_size=2000))
def test_frequencies_are_positive_and_sum_to_the_total(symbols: bytes) -> None:
    """Rule RNS-1."""
    frequencies = frequencies_of(symbols)
    assert min(frequencies) >= 1
    assert sum(frequencies) == 4096
    if symbols:
        assert all(
            frequencies[symbols[0]] >= frequencies[other] for other in range(256) if other not in symbols
        )


def test_no_symbols_make_a_flat_table_and_a_bare_state() -> None:
    """Rule RNS-4."""
    assert frequencies_of(b"") == FLAT
    assert rans.encode(b"", FLAT).hex() == "0000100000"
    assert rans.decode(bytes.fromhex("0000100000"), 0, FLAT) == b""


def test_one_symbol_worked_by_hand() -> None:
    """Symbol 65, frequency 16, cumulative 16 x 65.

    State 2^20 is not below 16 x 2^16, so its low byte 00 goes out and 2^12 stays; then
    (2^12 div 16) x 4096 + 2^12 mod 16 + 1040 = 2^20 + 1040, which is 10 04 10 00 00, low byte first.

    Rules RNS-2 to RNS-4.
    """
    assert rans.encode(b"A", FLAT).hex() == "001004100000"
    assert rans.decode(bytes.fromhex("001004100000"), 1, FLAT) == b"A"


@given(st.binary(max_size=30), st.integers(0, 200), st.binary(max_size=30))
def test_any_payload_ends_in_symbols_or_a_declared_error(payload: bytes, count: int, seed: bytes) -> None:
    frequencies = frequencies_of(seed)
    try:
        symbols = rans.decode(payload, count, frequencies)
    except DecodeError:
        return
    assert rans.encode(symbols, frequencies) == payload


@pytest.mark.parametrize(
    ("payload", "count", "error"),
    [
        ("", 0, Truncated),
        ("00001000", 0, Truncated),
        ("ffff0f0000", 0, Malformed),  # below the lower bound
        ("0000001000", 0, Malformed),  # at the upper bound
        ("0100100000", 0, Malformed),  # another state at the end
        ("aa0000100000", 0, Malformed),  # a byte left over
        ("0000100000", 1, Truncated),  # a byte missing
    ],
)
def test_broken_payloads(payload: str, count: int, error: type[DecodeError]) -> None:
    """Rules RNS-5 and RNS-6."""
    with pytest.raises(error):
        rans.decode(bytes.fromhex(payload), count, FLAT)

"""Both kinds of rANS, fast and in the reference: the same words, the same symbols, the same refusals."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aura_fast import interleaved_rans
from aura_fast import rans as fast_rans
from aura_reference import interleaved_rans as reference_rans
from aura_reference import rans as order_0
from aura_spec.errors import DecodeError, Malformed, Truncated
from aura_spec.interleaved_rans import frequencies_of
from aura_spec.rans import frequencies_of as order_0_frequencies


@given(st.lists(st.integers(0, 3), max_size=300), st.integers(0, 4), st.integers(0, 1 << 32))
def test_interleaved_rans_round_trips_in_both_backends(kinds: list[int], exponent: int, seed: int) -> None:
    """Rules IRN-1 to IRN-6."""
    rng = random.Random(seed)
    frequencies = [(2048, 1024, 1024), (4000, 96), (4096,), frequencies_of(bytes(range(1, 50)))]
    tables = interleaved_rans.lay_out([(), *frequencies])
    symbols = [rng.choices(range(len(frequencies[kind])), frequencies[kind])[0] for kind in kinds]
    cut = len(kinds) // 3
    spans = (slice(0, cut), slice(cut, cut), slice(cut, None))
    batches = [(np.array(kinds[s], np.int64) + 1, np.array(symbols[s], np.int64)) for s in spans]
    words = interleaved_rans.write_batches(batches, 1 << exponent, tables)
    reader = interleaved_rans.Reader(words, 1 << exponent, tables)
    plain_reader = reference_rans.Reader(words, 1 << exponent)
    plain_tables = [reference_rans.table_of(table) for table in frequencies]
    for span, (indices, _) in zip(spans, batches, strict=True):
        assert reader.read(indices).tolist() == symbols[span]
        assert plain_reader.read([plain_tables[kind] for kind in kinds[span]]) == symbols[span]
    reader.finish()
    plain_reader.finish()


@given(st.lists(st.integers(0, 8), max_size=40), st.integers(0, 3), st.binary(max_size=40))
def test_pieces_of_a_batch_are_read_like_the_whole(sizes: list[int], exponent: int, tail: bytes) -> None:
    tables = interleaved_rans.lay_out([(), (2048, 1024, 1024), (1,) * 257 + (3839,)])
    words = b"\x01\x00\x00\x00" * (1 << exponent) + tail[len(tail) % 2 :]
    indices = np.ones(sum(sizes), np.int64)
    indices[2::3] = 2
    whole = interleaved_rans.Reader(words, 1 << exponent, tables)
    pieces = interleaved_rans.Reader(words, 1 << exponent, tables)
    pieces.begin()

    def read_pieces() -> list[int]:
        ends = np.cumsum(sizes).tolist()
        spans = [indices[end - size : end] for size, end in zip(sizes, ends, strict=True)]
        return [symbol for span in spans for symbol in pieces.read_on(span).tolist()]

    try:
        symbols = whole.read(indices).tolist()
    except Truncated:
        with pytest.raises(Truncated):
            read_pieces()
    else:
        assert read_pieces() == symbols


@given(st.lists(st.integers(0, 2), max_size=20), st.integers(0, 2), st.binary(max_size=12))
def test_what_comes_first_is_refused(kinds: list[int], exponent: int, tail: bytes) -> None:
    """Rule IRN-5."""
    frequencies = [(), (1024, 3072), (1,) * 4096]
    words = b"\x01\x00\x05\x02" * (1 << exponent) + tail[len(tail) % 2 :]
    reader = interleaved_rans.Reader(words, 1 << exponent, interleaved_rans.lay_out(frequencies))
    plain_reader = reference_rans.Reader(words, 1 << exponent)
    tables = [reference_rans.table_of(table) if table else None for table in frequencies]

    def outcome_of(read: object, batch: object) -> object:
        try:
            return list(read(batch))  # type: ignore[operator]  # one of two methods
        except DecodeError as error:
            return error.code

    expected = outcome_of(plain_reader.read, [tables[kind] for kind in kinds])
    assert outcome_of(reader.read, np.array(kinds, np.int64)) == expected


CODES_OF_TABLE = st.lists(st.integers(0, 64) | st.sampled_from([1, 2, 64]), max_size=257).map(bytes)


@given(st.lists(CODES_OF_TABLE.filter(lambda codes: not codes or any(codes)), max_size=8))
@example([bytes([1]) * 3 + bytes([64]) * 250, b"", bytes([1, 0]), bytes([1, 0])])
def test_tables_of_codes_are_laid_out_like_their_frequencies(tables: list[bytes]) -> None:
    laid_out = interleaved_rans.lay_out_codes(tables)
    frequencies = [frequencies_of(codes) if codes else () for codes in tables]
    for number, table in enumerate(frequencies):
        first, row = int(laid_out.firsts[number]), int(laid_out.rows[number])
        assert (row > 0) is bool(table)
        assert (laid_out.intervals[first + 1 :][: len(table)] >> 16).tolist() == list(table)
        if table:
            slots = [symbol + 1 for symbol, frequency in enumerate(table) for _ in range(frequency)]
            assert laid_out.slots[row : row + 4096].tolist() == slots


def test_a_table_without_symbols_is_never_used() -> None:
    """Rule TRI-2."""
    words = interleaved_rans.write_batches([], 1, interleaved_rans.lay_out([]))
    with pytest.raises(Malformed):
        interleaved_rans.Reader(words, 1, interleaved_rans.lay_out([()])).read(np.zeros(1, np.int64))
    with pytest.raises(Malformed):
        reference_rans.Reader(words, 1).read([None])


@given(st.lists(st.integers(0, 64), min_size=1, max_size=257).filter(any))
def test_tables_sum_to_the_total(codes: list[int]) -> None:
    """Rule IRN-7."""
    frequencies = frequencies_of(bytes(codes))
    assert sum(frequencies) == 4096
    assert all((frequency > 0) is (code > 0) for frequency, code in zip(frequencies, codes, strict=True))


@given(st.binary(max_size=300), st.binary(max_size=20), st.integers(0, 30))
@example(b"", bytes.fromhex("0000100000"), 1)
@example(b"", bytes.fromhex("aa0000100000"), 0)
def test_the_backends_have_the_same_order_0_rans(symbols: bytes, payload: bytes, count: int) -> None:
    frequencies = order_0_frequencies(symbols)
    coded = fast_rans.encode(symbols, frequencies)
    assert coded == order_0.encode(symbols, frequencies)
    assert fast_rans.decode(coded, len(symbols), frequencies) == symbols

    def refusal(decode: object) -> object:
        try:
            return decode(payload, count, frequencies)  # type: ignore[operator]
        except DecodeError as error:
            return error.code

    assert refusal(fast_rans.decode) == refusal(order_0.decode)

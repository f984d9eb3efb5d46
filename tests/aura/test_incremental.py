"""Compressor and decompressor objects keep the protocol of ``bz2``, whatever they are fed."""

from __future__ import annotations

import array
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aura
from aura.errors import ChecksumMismatch, DecodeError, EncodeError, LimitExceeded, Malformed

CONTENT = b"".join(b"2026-05-14 08:%02d GET /item/%d 200\n" % (n % 60, n * 37 % 911) for n in range(9000))
WIRE = b"".join(aura.compress_iter([CONTENT], frame_size=90_000))


def fed(wire: bytes, sizes: list[int], max_length: int) -> tuple[bytes, aura.AuraDecompressor]:
    """What comes of a file that is fed in parts of these sizes, as the documentation of ``bz2`` says."""
    decompressor = aura.AuraDecompressor()
    content = bytearray()
    place, turn = 0, 0
    while not decompressor.eof:
        data = b""
        if decompressor.needs_input:
            if place >= len(wire):
                break
            size = sizes[turn % len(sizes)]
            data, place, turn = wire[place : place + size], place + size, turn + 1
        part = decompressor.decompress(data, max_length)
        assert max_length < 0 or len(part) <= max_length
        content += part
    return bytes(content), decompressor


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=4), st.sampled_from([-1, 1000, 65_536, 1 << 20]))
@settings(max_examples=15, deadline=None)
def test_a_file_comes_back_however_it_is_cut(sizes: list[int], max_length: int) -> None:
    content, decompressor = fed(WIRE, sizes, max_length)
    assert content == CONTENT
    assert (decompressor.eof, decompressor.needs_input, decompressor.unused_data) == (True, False, b"")


@given(st.lists(st.binary(max_size=200), max_size=6), st.integers(0, 1), st.sampled_from([None, 300, 700]))
@settings(max_examples=15, deadline=None)
def test_the_compressor_writes_what_an_iterator_writes(
    parts: list[bytes], level: int, frame_size: int | None
) -> None:
    compressor = aura.AuraCompressor(level=level, frame_size=frame_size)
    wire = b"".join(map(compressor.compress, parts)) + compressor.flush()
    assert wire == b"".join(aura.compress_iter(parts, level=level, frame_size=frame_size))
    assert aura.AuraDecompressor().decompress(wire) == b"".join(parts)


def test_what_follows_the_end_is_left_over() -> None:
    decompressor = aura.AuraDecompressor()
    assert decompressor.decompress(WIRE + WIRE[:50], max_length=10) == CONTENT[:10]
    assert (decompressor.eof, decompressor.needs_input, decompressor.unused_data) == (False, False, b"")
    assert decompressor.decompress(b"and more") == CONTENT[10:]
    assert decompressor.unused_data == WIRE[:50] + b"and more"
    with pytest.raises(EOFError):
        decompressor.decompress(b"")


def test_a_file_without_content_ends_at_once() -> None:
    decompressor = aura.AuraDecompressor()
    assert decompressor.decompress(aura.AuraCompressor().flush(), 0) == b""
    assert (decompressor.eof, decompressor.needs_input) == (False, False)
    assert decompressor.decompress(b"", 1) == b""
    assert decompressor.eof


def test_a_file_that_is_cut_short_has_no_end() -> None:
    content, decompressor = fed(WIRE[:-1], [5000], -1)
    assert content == CONTENT
    assert not decompressor.eof
    assert decompressor.needs_input


@given(st.integers(0, len(WIRE) - 1), st.integers(1, 255), st.sampled_from([-1, 999, 1 << 16]))
@settings(max_examples=40, deadline=None)
def test_damage_is_refused_and_content_before_it_is_right(place: int, change: int, max_length: int) -> None:
    damaged = bytearray(WIRE)
    damaged[place] ^= change
    decompressor = aura.AuraDecompressor()
    content = bytearray()
    error = None
    data = bytes(damaged)
    while error is None and not decompressor.eof and (data or not decompressor.needs_input):
        try:
            content += decompressor.decompress(data, max_length)
        except DecodeError as refusal:
            error = refusal
        data = b""
    # a size that grew leaves a file that goes on
    assert error is not None or (not decompressor.eof and decompressor.needs_input)
    assert CONTENT.startswith(content)
    if error is not None:
        with pytest.raises(type(error)):
            decompressor.decompress(b"")


@given(st.binary(max_size=400), st.integers(-1, 50))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes, max_length: int) -> None:
    for wire in (data, WIRE[:7] + data):
        decompressor = aura.AuraDecompressor(max_size=1000)
        try:
            assert len(decompressor.decompress(wire, max_length)) <= 1000
        except DecodeError:
            assert not decompressor.eof


def test_a_bomb_takes_little_memory() -> None:
    wire = b"".join(aura.compress_iter([bytes(3 << 20)]))
    decompressor = aura.AuraDecompressor()
    tracemalloc.start()
    assert decompressor.decompress(wire, 1000) == bytes(1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 << 20
    with pytest.raises(LimitExceeded):
        aura.AuraDecompressor(max_size=1 << 20).decompress(wire)


def test_a_wrong_checksum_at_the_end_is_refused_in_the_call_that_reads_it() -> None:
    wire = bytearray(b"".join(aura.compress_iter([b"hi"])))
    wire[-1] ^= 1
    with pytest.raises(ChecksumMismatch):
        aura.AuraDecompressor().decompress(bytes(wire))


def test_what_a_compressor_takes() -> None:
    compressor = aura.AuraCompressor()
    numbers = array.array("I", range(20_000))
    assert compressor.compress(np.zeros((0, 3))) == b""
    wire = compressor.compress(bytearray(b"hi")) + compressor.compress(memoryview(numbers))
    for wrong in ("text", 5, None):
        with pytest.raises(TypeError):
            compressor.compress(wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            aura.AuraDecompressor().decompress(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        aura.AuraDecompressor().decompress(b"", 2.5)  # type: ignore[arg-type]
    block = compressor.flush_block()
    reader = aura.AuraDecompressor()
    assert reader.decompress(bytearray(wire + block)) == b"hi" + numbers.tobytes()
    assert reader.decompress(memoryview(compressor.flush())) == b""
    assert reader.eof
    for over in (compressor.flush, compressor.flush_block, lambda: compressor.compress(b"")):
        with pytest.raises(ValueError, match="flushed"):
            over()


def test_a_call_with_wrong_arguments_adds_nothing() -> None:
    decompressor = aura.AuraDecompressor()
    with pytest.raises(TypeError):
        decompressor.decompress(WIRE, 1.5)  # type: ignore[arg-type]
    assert decompressor.decompress(WIRE + b"more") == CONTENT
    assert decompressor.unused_data == b"more"


def test_every_call_after_an_error_raises_it_and_holds_nothing() -> None:
    decompressor = aura.AuraDecompressor()
    with pytest.raises(Malformed) as first:
        decompressor.decompress(b"no such file")
    tracemalloc.start()
    try:
        for data in (b"", WIRE, *(bytes(1 << 20) for _ in range(8))):
            for max_length in (-1, 0, 5):
                with pytest.raises(Malformed) as again:
                    decompressor.decompress(data, max_length)
                assert again.value is first.value
        del data, again
        assert tracemalloc.get_traced_memory()[0] < 3 << 20
    finally:
        tracemalloc.stop()
    assert (decompressor.eof, decompressor.unused_data) == (False, b"")


def test_bad_options_are_refused() -> None:
    for options in ({"level": 2}, {"window_bits": 9}, {"frame_size": 0}):
        with pytest.raises(EncodeError):
            aura.AuraCompressor(**options)
    for wrong, error in ((-1, ValueError), (2.5, TypeError), (True, TypeError)):
        with pytest.raises(error, match="max_size is"):
            aura.AuraDecompressor(max_size=wrong)  # type: ignore[arg-type]

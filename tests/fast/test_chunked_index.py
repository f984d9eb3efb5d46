"""The index of a chunked file in both implementations: the same frames, the same refusals, in little time."""

from __future__ import annotations

import random
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura_fast import chunked, chunked_index
from aura_reference import chunked as whole
from aura_reference import chunked_index as reference
from aura_spec.chunked import (
    MAX_BLOCK,
    MAX_CONTENT,
    MAX_INDEX,
    Frame,
    Header,
    build_end,
    build_frame,
    build_header,
    build_trailer,
)
from aura_spec.errors import Code, DecodeError, Malformed
from aura_spec.varint import VarInt

DATA = b"".join(b"%d, " % n for n in range(999))
FILE = whole.encode(DATA, window_bits=10, level=0, frame_size=700)
END = FILE.rindex(build_end(len(DATA), crc32(DATA)))
NUMBERS = st.one_of(
    st.integers(0, 20), st.integers(0, 1 << 20), st.sampled_from([MAX_BLOCK, MAX_CONTENT - 1, MAX_CONTENT])
)

Found = list[tuple[int, int]] | Code


def sealed(varints: bytes) -> bytes:
    """The file with another index, whose last fields agree with it."""
    size = END + len(build_end(len(DATA), 0))
    return FILE[:size] + varints + build_trailer(len(varints), crc32(varints))


def outcome(file: bytes) -> tuple[Found, Found]:
    """What both read from the index: frames, or error code and offset."""
    results: list[Found] = []
    for read in (slow, fast):
        try:
            results.append(read(file))
        except DecodeError as error:
            assert 0 <= error.offset <= len(file)
            results.append(error.code)
    return results[0], results[1]


def slow(file: bytes) -> list[tuple[int, int]]:
    return [(frame.size, frame.length) for frame in reference.read_index(file)]


def find(file: bytes) -> chunked_index.Index | None:
    return chunked_index.read_index(lambda offset, size: file[offset : offset + size], len(file))


def fast(file: bytes) -> list[tuple[int, int]]:
    index = find(file)
    if index is None:
        return []
    return list(zip(np.diff(index.offsets).tolist(), np.diff(index.places).tolist(), strict=True))


def test_both_find_the_frames() -> None:
    """Rules CHK-8 and CHK-12."""
    one, two = outcome(FILE)
    assert one == two
    assert [length for _, length in one] == [700] * (len(DATA) // 700) + [len(DATA) % 700]  # type: ignore[misc]
    empty = whole.encode(b"", window_bits=10, level=0, frame_size=5)
    assert outcome(empty) == ([], [])
    assert outcome(whole.encode(DATA, window_bits=10, level=0)) == ([], [])


def test_each_frame_is_read_by_itself() -> None:
    """Rules CHK-5 and CHK-12."""
    index = find(FILE)
    assert index is not None
    assert index.length == len(DATA)
    for place in (0, 1, 699):
        assert index.start(place) is None
    for place in (700, 701, 1400, len(DATA) - 1, len(DATA), 1 << 70):
        start = index.start(min(place, 1 << 62))
        assert start is not None
        assert start.length <= place < start.length + 700 or place >= len(DATA)
        decompressor = chunked.Decompressor(start=start, max_size=len(DATA))
        decompressor.feed(FILE[start.offset :])
        assert b"".join(decompressor.blocks()) == DATA[start.length :]
        decompressor.finish()


def test_no_damage_behind_the_start_goes_unnoticed() -> None:
    """Rule CHK-12."""
    data = b"one, two, three, four"
    file = whole.encode(data, window_bits=10, level=0, frame_size=8)
    index = find(file)
    assert index is not None
    start = index.start(8)
    assert start is not None
    end = file.rindex(build_end(len(data), crc32(data)))
    crc = range(end + 2, end + 6)  # of the whole content, which is not read
    for place in range(start.offset, len(file)):
        for bit in range(8):
            damaged = bytearray(file)
            damaged[place] ^= 1 << bit
            decompressor = chunked.Decompressor(start=start)
            decompressor.feed(bytes(damaged[start.offset :]))
            content = bytearray()
            try:
                for block in decompressor.blocks():
                    content += block
                decompressor.finish()
            except DecodeError:
                assert data[8:].startswith(content)
            else:
                assert place in crc
                assert content == data[8:]


@given(st.integers(0, 1 << 32))
def test_damage_is_refused_alike(seed: int) -> None:
    rng = random.Random(seed)
    file = bytearray(FILE)
    for _ in range(rng.randrange(1, 4)):
        if rng.random() < 0.8:
            file[-rng.randrange(1, min(len(file), len(FILE) - END + 10))] ^= 1 << rng.randrange(8)
        else:
            del file[rng.randrange(len(file)) :]
            file += rng.randbytes(rng.randrange(1, 9)) + FILE[-12:]
    one, two = outcome(bytes(file))
    assert one == two


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=9), st.binary(max_size=3))
def test_any_numbers_are_refused_alike(frames: list[tuple[int, int]], rest: bytes) -> None:
    """Rule CHK-12."""
    one, two = outcome(sealed(b"".join(build_frame(Frame(*frame)) for frame in frames) + rest))
    assert one == two
    assert isinstance(one, Code)


@given(st.binary(max_size=40))
def test_any_varints_are_refused_alike(varints: bytes) -> None:
    one, two = outcome(sealed(varints))
    assert one == two
    assert isinstance(one, Code)


@pytest.mark.parametrize("frame", [Frame(0, 0), Frame(7, 1), Frame(MAX_CONTENT, 1)])
def test_the_longest_index_is_refused_without_a_loop(frame: Frame, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame of nothing, for whose sake the slow parser begins at most once; and sums that do not fit."""
    numbers = build_frame(frame)
    file = sealed(numbers * (MAX_INDEX // len(numbers)))
    parsed: list[int] = []
    parse = VarInt._parse

    def counted(self: VarInt, *given: object) -> int:
        parsed.append(1)
        return parse(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(VarInt, "_parse", counted)
    with pytest.raises(Malformed):
        find(file)
    assert len(parsed) <= 2


def test_a_long_index_that_is_right_is_read() -> None:
    """As long as an index may be; the blocks are not looked at."""
    numbers = build_frame(Frame(7, 1))
    count = MAX_INDEX // len(numbers)
    file = build_header(Header(has_index=True, window_bits=10)) + bytes(7 * count) + build_end(count, 0)
    index = find(file + numbers * count + build_trailer(MAX_INDEX, crc32(numbers * count)))
    assert index is not None
    assert index.length == count
    start = index.start(count - 1)
    assert start is not None
    assert (start.length, start.offset, len(start.varints)) == (count - 1, 7 * count, MAX_INDEX - 2)

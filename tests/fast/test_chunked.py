"""Chunked files in both implementations: the same bytes, the same content, the same refusals; hostile input."""

from __future__ import annotations

import random
from collections.abc import Iterator
from zlib import crc32

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.messages import MESSAGES

from aura_fast import chunked
from aura_reference import chunked as reference
from aura_spec import chunked as declared
from aura_spec.chunked import (
    BLOCK,
    HEADER_SIZE,
    MAX_BLOCK,
    BlockHead,
    Frame,
    Header,
    Kind,
    build_block,
    build_end,
    build_frame,
    build_header,
    build_trailer,
    parse_block_head,
    stored_body,
)
from aura_spec.errors import (
    ChecksumMismatch,
    Code,
    DecodeError,
    EncodeError,
    LimitExceeded,
    Malformed,
    NonCanonical,
    Truncated,
    Unsupported,
)

LIMIT = 1 << 22
SMALL = 512

LONG = st.builds(
    lambda parts, seed, times: b"".join(random.Random(seed).choices(parts, k=times)),
    st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=12),
    st.integers(0, 1 << 30),
    st.integers(1, 120),
)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks so small that the reference is quick."""
    monkeypatch.setattr(declared, "BLOCK", SMALL)


def encode(data: bytes, *, window_bits: int = 10, level: int = 0, frame_size: int | None = None) -> bytes:
    return reference.encode(data, window_bits=window_bits, level=level, frame_size=frame_size)


def write(data: bytes, step: int, **options: int | None) -> bytes:
    compressor = chunked.Compressor(**{"window_bits": 10, "level": 0, **options})  # type: ignore[arg-type]
    pieces = [compressor.compress(data[start : start + step]) for start in range(0, len(data), step)]
    return b"".join(pieces) + compressor.finish()


def read(file: bytes, step: int = 1 << 20, max_size: int | None = LIMIT) -> bytes:
    return b"".join(_read(file, step, max_size))


def _read(file: bytes, step: int, max_size: int | None) -> Iterator[bytes]:
    decompressor = chunked.Decompressor(max_size=max_size)
    for start in range(0, len(file), step):
        decompressor.feed(file[start : start + step])
        yield from decompressor.blocks()
    decompressor.finish()
    assert decompressor.is_over


HOW = (st.integers(1, 3000), st.none() | st.integers(1, 2000), st.sampled_from([0, 1]))


def check_both(data: bytes, step: int, frame_size: int | None, level: int) -> None:
    """Check that both implementations write the same file and read the same content."""
    if frame_size and len(data) > 100 * frame_size:
        frame_size = len(data) // 100
    file = encode(data, level=level, frame_size=frame_size)
    assert write(data, step, level=level, frame_size=frame_size) == file
    assert read(file, step) == reference.decode(file, LIMIT) == data


@pytest.mark.no_cover
@settings(max_examples=10)
@given(MESSAGES, *HOW)
@example(b"", 1, None, 0)
@example(b"", 1, 5, 0)
@example(b"abc" * 999, 7, 1024, 0)
@example(b"abc" * 999, 7, None, 1)
def test_both_write_and_read_the_same(data: bytes, step: int, frame_size: int | None, level: int) -> None:
    check_both(data, step, frame_size, level)


@pytest.mark.thorough
@settings(max_examples=40)
@given(LONG, *HOW)
def test_both_write_and_read_long_content_the_same(
    data: bytes, step: int, frame_size: int | None, level: int
) -> None:
    check_both(data, step, frame_size, level)


def test_matches_reach_over_blocks_but_not_over_frames() -> None:
    """Rules CHK-4 and CHK-5."""
    piece = random.Random(1).randbytes(SMALL)
    assert len(encode(piece * 4)) < 2 * SMALL
    assert len(encode(piece * 4, frame_size=SMALL)) > 4 * SMALL
    assert len(encode(piece + bytes(1000) + piece, window_bits=10)) > 2 * SMALL
    assert len(encode(piece + bytes(1000) + piece, window_bits=11)) < 2 * SMALL


def test_blocks_are_written_when_they_are_full() -> None:
    """Rule CHK-10."""
    compressor = chunked.Compressor(window_bits=10, level=0)
    assert len(compressor.compress(b"a")) == HEADER_SIZE
    assert not compressor.compress(b"a" * (SMALL - 2))
    assert compressor.compress(b"a")


def test_what_is_flushed_can_be_read() -> None:
    compressor = chunked.Compressor(window_bits=10, level=0)
    decompressor = chunked.Decompressor()
    for text in (b"one", b"two", b""):
        decompressor.feed(compressor.compress(text) + compressor.flush())
        assert b"".join(decompressor.blocks()) == text
    decompressor.feed(compressor.finish())
    assert not list(decompressor.blocks())
    decompressor.finish()


def outcome(file: bytes, limit: int = LIMIT) -> tuple[bytes | Code, bytes | Code]:
    """What both make of a file: content, or error code."""
    results: list[bytes | Code] = []
    for decode in (reference.decode, lambda given, most: read(given, max_size=most)):
        try:
            results.append(decode(file, limit))
        except DecodeError as error:
            assert 0 <= error.offset <= len(file)
            results.append(error.code)
    return results[0], results[1]


HEADER = build_header(Header(has_index=False, window_bits=10))
INDEXED = build_header(Header(has_index=True, window_bits=10))
STORED = build_block(BlockHead(Kind.STORED, begins_frame=True, size=2), stored_body(b"hi"))
NEXT = build_block(BlockHead(Kind.STORED, begins_frame=False, size=2), stored_body(b"ho"))
END = build_end(2, crc32(b"hi"))
VARINTS = build_frame(Frame(len(STORED), 2))
TRAILER = build_trailer(len(VARINTS), crc32(VARINTS))
EMPTY = chunked.encode_block(b"", b"x" * 99, 0, begins=True)
NOTHING = b"AURA\2\0" + bytes(4) + b"\0\0" + b"\1\0\0\0" * 4 + bytes(0)

CASES: dict[str, tuple[bytes, type[DecodeError] | bytes]] = {
    "one block": (HEADER + STORED + END, b"hi"),
    "two blocks": (HEADER + STORED + NEXT + build_end(4, crc32(b"hiho")), b"hiho"),
    "nothing": (HEADER + build_end(0, 0), b""),
    "an index": (INDEXED + STORED + END + VARINTS + TRAILER, b"hi"),
    "an index of nothing": (INDEXED + build_end(0, 0) + build_trailer(0, 0), b""),
    "another magic": (b"AURD" + HEADER[4:], Malformed),
    "another version": (HEADER[:4] + b"\2" + HEADER[5:], Unsupported),
    "another flag": (HEADER[:5] + b"\2" + HEADER[6:], Unsupported),
    "a small window": (HEADER[:6] + b"\x09", LimitExceeded),
    "a large window": (HEADER[:6] + b"\x13", LimitExceeded),
    "an unknown block": (HEADER + b"\x83\1", Unsupported),
    "a block that is an end in a frame": (HEADER + b"\x80\1", Unsupported),
    "an unknown block alone": (HEADER + b"\x83", Unsupported),
    "an empty block": (HEADER + b"\x81\0", Malformed),
    "a long block": (HEADER + b"\x81\x81\x80\x10", LimitExceeded),
    "a hostile size": (HEADER + b"\x81\xff\xff\xff\xff\x7f", LimitExceeded),
    "a needless byte": (HEADER + b"\x81\x80\0", NonCanonical),
    "no frame": (HEADER + NEXT + END, Malformed),
    "damage in a block": (HEADER + STORED[:-1] + b"j" + END, ChecksumMismatch),
    "no content in a container": (
        HEADER + build_block(BlockHead(Kind.BRIO, begins_frame=True, size=len(NOTHING)), NOTHING),
        Malformed,
    ),
    "no content in the first of two blocks": (
        HEADER + build_block(BlockHead(Kind.BRIO, begins_frame=True, size=len(NOTHING)), NOTHING) + NEXT,
        Malformed,
    ),
    "no container": (
        HEADER + build_block(BlockHead(Kind.BRIO, begins_frame=True, size=2), b"hi"),
        DecodeError,
    ),
    "another length": (HEADER + STORED + build_end(3, crc32(b"hi")), Malformed),
    "another CRC-32": (HEADER + STORED + build_end(2, crc32(b"ho")), ChecksumMismatch),
    "too much": (HEADER + STORED + END + b"\0", Malformed),
    "too much after the index": (INDEXED + STORED + END + VARINTS + TRAILER + b"\0", Malformed),
    "no index": (INDEXED + STORED + END, Truncated),
    "another frame": (
        INDEXED + STORED + END + build_frame(Frame(len(STORED), 3)) + TRAILER,
        ChecksumMismatch,
    ),
    "another index size": (
        INDEXED + STORED + END + VARINTS + build_trailer(3, crc32(VARINTS)),
        ChecksumMismatch,
    ),
    "another index magic": (INDEXED + STORED + END + VARINTS + TRAILER[:-1] + b"Y", ChecksumMismatch),
    "a wrong index that is cut": (INDEXED + STORED + END + b"\0" + VARINTS[1:] + TRAILER[:-1], Truncated),
    "another index CRC-32": (INDEXED + STORED + END + VARINTS + build_trailer(2, 7), ChecksumMismatch),
}


@pytest.mark.parametrize("name", CASES)
def test_cases(name: str) -> None:
    """Rules CHK-1 to CHK-9."""
    file, expected = CASES[name]
    if isinstance(expected, bytes):
        assert outcome(file) == (expected, expected)
        for size in range(len(file)):
            assert outcome(file[:size]) == (Code.TRUNCATED, Code.TRUNCATED)
    else:
        one, two = outcome(file)
        assert one == two
        assert expected is DecodeError or one == expected.code


def test_a_file_cut_anywhere_is_refused_however_it_comes() -> None:
    """Rule CHK-7."""
    file = encode(b"to and fro, " * 60, frame_size=300)
    for size in range(len(file)):
        with pytest.raises(Truncated):
            read(file[:size], 5)
    assert read(file, 5) == b"to and fro, " * 60


def test_the_content_has_a_limit() -> None:
    file = encode(bytes(2000))
    assert outcome(file, 1999) == (Code.LIMIT_EXCEEDED, Code.LIMIT_EXCEEDED)
    assert outcome(file, 2000) == (bytes(2000), bytes(2000))
    assert read(file, max_size=None) == bytes(2000)


@pytest.mark.no_cover
@given(st.integers(0, 1 << 32))
def test_damage_is_refused_alike(seed: int) -> None:
    rng = random.Random(seed)
    data = b"".join(b'{"n": %d}\n' % (n * 37 % 101) for n in range(90))
    file = bytearray(write(data, 1000, frame_size=rng.choice([None, 400])))
    for _ in range(rng.randrange(1, 4)):
        if rng.random() < 0.8:
            file[rng.randrange(len(file))] ^= 1 << rng.randrange(8)
        else:
            del file[rng.randrange(len(file)) :]
            file += rng.randbytes(rng.randrange(1, 9))
    one, two = outcome(bytes(file))
    assert one == two
    assert one == data or isinstance(one, Code)


@pytest.mark.no_cover
@given(st.binary(max_size=120), st.booleans())
def test_garbage_is_refused_alike(garbage: bytes, indexed: bool) -> None:
    one, two = outcome((INDEXED if indexed else HEADER) + garbage)
    assert one == two


def test_hostile_sizes_are_not_allocated() -> None:
    decompressor = chunked.Decompressor()
    decompressor.feed(HEADER + b"\x82\x80\x80\x10")
    assert not list(decompressor.blocks())
    assert len(decompressor._input) == 4
    head, size = parse_block_head(b"\x82\x80\x80\x10", 0)
    assert (head.size, size) == (MAX_BLOCK, 4)


REFUSED = [name for name, (_, found) in CASES.items() if isinstance(found, type) and found is not Truncated]


@pytest.mark.parametrize("name", REFUSED)
def test_an_error_is_raised_again(name: str) -> None:
    decompressor = chunked.Decompressor()
    decompressor.feed(CASES[name][0])
    errors = []
    blocks = lambda: list(decompressor.blocks())  # noqa: E731  # it is called twice
    for step in (blocks, blocks, decompressor.finish, lambda: decompressor.feed(STORED), blocks):
        with pytest.raises(DecodeError) as refused:
            step()
        errors.append(refused.value)
    assert all(error is errors[0] for error in errors)
    assert decompressor.rest == b""


def test_blocks_before_an_error_are_given_out() -> None:
    decompressor = chunked.Decompressor()
    decompressor.feed(HEADER + STORED + NEXT + NEXT[:-1] + b"x")
    blocks = decompressor.blocks()
    assert [next(blocks), next(blocks)] == [b"hi", b"ho"]
    with pytest.raises(ChecksumMismatch):
        next(blocks)


def test_an_index_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule CHK-8."""
    file = encode(b"to and fro", frame_size=2)
    for module in (chunked, declared):
        monkeypatch.setattr(module, "MAX_INDEX", 10)
    assert outcome(file) == (b"to and fro", b"to and fro")
    for module in (chunked, declared):
        monkeypatch.setattr(module, "MAX_INDEX", 9)
    assert outcome(file) == (Code.LIMIT_EXCEEDED, Code.LIMIT_EXCEEDED)
    with pytest.raises(EncodeError, match="too short"):
        encode(b"to and fro", frame_size=2)
    with pytest.raises(EncodeError, match="too short"):
        write(b"to and fro", 1, frame_size=2)


@pytest.mark.parametrize("options", [{"level": 2}, {"level": -1}, {"frame_size": 0}, {"frame_size": -5}])
def test_arguments_out_of_range_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(EncodeError):
        encode(b"hi", **options)  # type: ignore[arg-type]
    with pytest.raises(EncodeError):
        write(b"hi", 1, **options)


def test_a_window_that_is_not_allowed_is_not_written() -> None:
    with pytest.raises(EncodeError):
        chunked.Compressor(window_bits=9, level=0)


def test_blocks_of_the_usual_size() -> None:
    assert BLOCK == 1 << 16

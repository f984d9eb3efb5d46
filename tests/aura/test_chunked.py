"""Streams and files of any length: they come back, can be sought in, and take little memory."""

from __future__ import annotations

import array
import io
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aura
from aura.backend import BACKENDS
from aura.errors import DecodeError, EncodeError, LimitExceeded, Malformed, Truncated, Unsupported
from aura.files.chunked import compress_iter, decompress_iter
from aura.files.chunked_reader import ChunkedReader
from aura.files.chunked_writer import ChunkedWriter
from aura_vectors.case_types.chunked import Files
from aura_vectors.file import from_json

VECTORS = Path(__file__).parents[2] / "vectors"
LINES = b"".join(
    b"2026-05-14 08:%02d:%02d GET /item/%d 200\n" % (n % 60, n % 7, n * 37 % 911) for n in range(9000)
)


def test_a_stream_comes_back() -> None:
    for options in ({}, {"level": 1}, {"window_bits": 18}, {"frame_size": 100_000}):
        wire = b"".join(compress_iter([LINES[:70_000], b"", LINES[70_000:]], **options))
        assert len(wire) * 4 < len(LINES)
        assert b"".join(decompress_iter([wire])) == LINES
        assert b"".join(decompress_iter(wire[n : n + 999] for n in range(0, len(wire), 999))) == LINES


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_chunked_file_taken_for_a_message_is_named(backend: str) -> None:
    codec = aura.Codec(backend=backend)
    wire = b"".join(compress_iter([b"GET /item/7 200\n"]))
    with pytest.raises(
        Unsupported, match=r" is not read here; this is a chunked file: use aura\.open or aura decompress$"
    ) as refusal:
        codec.decompress(wire)
    assert (refusal.value.offset, refusal.value.path) == (0, "marker")
    assert str(aura.explain(wire).error) == str(refusal.value)
    [refused, refused_too, _] = codec.decompress_batch([wire, wire[:1], b"\x07hi"], errors="return")
    assert str(refused) == str(refusal.value)
    assert str(refused_too).endswith("is not read here")
    with pytest.raises(Unsupported, match=r"is not read here$"):
        codec.decompress(wire[:1])


def test_output_comes_with_the_first_64_kib() -> None:
    taken: list[int] = []

    def chunks() -> Iterator[bytes]:
        for start in range(0, 200_000, 1000):
            taken.append(start)
            yield LINES[start : start + 1000]

    output = compress_iter(chunks())
    head, block = next(output), next(output)
    assert len(taken) == 66
    decoded = decompress_iter(iter([head + block]))
    assert next(decoded) == LINES[: 1 << 16]


def test_memory_stays_constant() -> None:
    def chunks(count: int) -> Iterator[bytes]:
        for number in range(count):
            yield LINES[number * 1000 % 200_000 :][:60_000]

    def peak(count: int) -> int:
        tracemalloc.start()
        length = sum(map(len, decompress_iter(compress_iter(chunks(count)))))
        assert length == sum(map(len, chunks(count)))
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(3)
    assert peak(12) < peak(4) + (1 << 20)


def test_a_bomb_is_stopped() -> None:
    wire = b"".join(compress_iter([bytes(1 << 20)]))
    with pytest.raises(LimitExceeded):
        list(decompress_iter([wire], max_size=(1 << 20) - 1))


@pytest.mark.parametrize("frame_size", [None, 50_000])
def test_a_file_is_written_and_read(tmp_path: Path, frame_size: int | None) -> None:
    path = tmp_path / "lines.aurc"
    with aura.open(path, "wb", frame_size=frame_size) as file:
        assert file.writable()
        for start in range(0, len(LINES), 7777):
            file.write(LINES[start : start + 7777])
        assert file.tell() == len(LINES)
    with aura.open(path) as file:
        assert file.readable()
        assert file.seekable()
        assert file.read() == LINES
        for place, whence in (
            (0, 0),
            (123_456, 0),
            (-5, 2),
            (100, 0),
            (10, 1),
            (-10, 1),
            (len(LINES) + 9, 0),
        ):
            at = file.seek(place, whence)
            assert file.read(30) == LINES[at : at + 30]
        file.seek(0)
        assert list(file) == LINES.splitlines(keepends=True)
        with pytest.raises(ValueError, match="before"):
            file.seek(-1)
    assert len(list(decompress_iter([path.read_bytes()]))) > 1


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, len(LINES)), min_size=1, max_size=8), st.sampled_from([None, 30_000]))
def test_any_place_is_found(places: list[int], frame_size: int | None) -> None:
    wire = b"before" + b"".join(compress_iter([LINES], frame_size=frame_size))
    below = io.BytesIO(wire)
    below.seek(6)
    reader = ChunkedReader(below)
    for place in places:
        assert reader.seek(place) == place
        assert reader.read(10) == LINES[place : place + 10]


def test_an_index_saves_reading() -> None:
    wire = b"".join(compress_iter([LINES], frame_size=30_000))
    below = io.BytesIO(wire)
    reader = ChunkedReader(below)
    assert reader.seek(-100, io.SEEK_END)
    read: list[int] = []
    below.read = lambda size=-1, /: (read.append(size), io.BytesIO.read(below, size))[1]  # type: ignore[method-assign,assignment]
    assert reader.read(100) == LINES[-100:]
    assert len(read) <= 2


def test_a_file_that_cannot_seek() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    reader = ChunkedReader(Pipe(b"".join(compress_iter([b"hi"]))))
    assert reader.readall() == b"hi"
    with pytest.raises(OSError, match="cannot seek"):
        reader.seek(0)
    reader.close()
    reader.close()


def test_what_is_flushed_can_be_read() -> None:
    below = io.BytesIO()
    writer = ChunkedWriter(below)
    writer.write(b"one")
    writer.flush()
    assert next(decompress_iter([below.getvalue()])) == b"one"
    writer.close()
    writer.close()
    assert not below.closed
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"two")


def test_a_file_that_was_not_finished_does_not_look_complete(tmp_path: Path) -> None:
    path = tmp_path / "half.aurc"

    class Interrupted(Exception):
        pass

    with pytest.raises(Interrupted), aura.open(path, "xb") as file:  # noqa: PT012
        file.write(LINES)
        raise Interrupted
    with aura.open(path) as file, pytest.raises(Truncated):
        file.read()
    with pytest.raises(FileExistsError):
        aura.open(path, "xb")


@pytest.mark.parametrize(
    "options", [{"window_bits": 9}, {"window_bits": 19}, {"level": 2}, {"frame_size": 0}]
)
def test_bad_options_leave_a_file_as_it_was(tmp_path: Path, options: dict[str, int]) -> None:
    path = tmp_path / "kept.aurc"
    path.write_bytes(b"kept")
    with pytest.raises(EncodeError):
        aura.AuraFile(path, "wb", **options)  # type: ignore[arg-type]
    assert path.read_bytes() == b"kept"
    with pytest.raises(EncodeError):
        compress_iter([], **options)


@pytest.mark.parametrize("content", [b"hi", bytearray(b"hi"), memoryview(b"hi"), "hi"])
def test_content_alone_is_not_taken_for_chunks(content: Any) -> None:
    for code in (compress_iter, decompress_iter):
        with pytest.raises(TypeError, match="iterable of bytes"):
            code(content)


def test_a_file_of_another_kind_is_named_as_such() -> None:
    with pytest.raises(Malformed, match=r"Malformed at offset 0 \(magic\): this is not a chunked file"):
        list(aura.decompress_iter([b"2026-11-01T00:00:00Z INFO started"]))


def test_chunks_may_be_anything_like_bytes() -> None:
    numbers = array.array("I", range(9))
    wire = b"".join(compress_iter([bytearray(b"hi"), memoryview(numbers), b""]))  # type: ignore[list-item]
    assert b"".join(decompress_iter([memoryview(wire)])) == b"hi" + numbers.tobytes()  # type: ignore[list-item]
    with pytest.raises(TypeError):
        list(compress_iter(["hi"]))  # type: ignore[list-item]


def test_damaged_files_are_refused_wherever_they_are_read() -> None:
    rng = random.Random(5)
    wire = b"".join(compress_iter([LINES[:150_000]], frame_size=40_000))
    for _ in range(60):
        damaged = bytearray(wire)
        damaged[rng.choice([rng.randrange(len(wire)), -rng.randrange(1, 40)])] ^= 1 << rng.randrange(8)
        reader = ChunkedReader(io.BytesIO(bytes(damaged)))
        try:
            place = reader.seek(rng.randrange(150_000))
            assert reader.read(100) == LINES[place : min(place + 100, 150_000)]
        except DecodeError:
            continue


CASES = list(from_json((VECTORS / "chunked.json").read_text(encoding="ascii")))


def test_the_golden_vectors_are_read_as_they_say() -> None:
    """Rules CHK-1 to CHK-9 and CHK-11."""
    for name, case, case_type in CASES:
        if isinstance(case_type, Files):
            try:
                content = ChunkedReader(io.BytesIO(case.wire), max_size=case_type.max_size).read()
            except DecodeError as error:
                assert error.code == case.code, name
            else:
                assert case.code is None, name
                assert case_type.value_of(content) == case.value, name


def test_the_indexes_of_the_golden_vectors_are_read_as_they_say(tmp_path: Path) -> None:
    """Rules CHK-8 and CHK-12."""
    path = tmp_path / "file"
    for name, case, case_type in CASES:
        if isinstance(case_type, Files):
            continue
        path.write_bytes(case.wire)
        with path.open("rb") as file:
            if case.code is None:
                frames = cast("list[list[int]]", case.value["frames"])
                length = sum(length for _, length in frames) if frames else len(ChunkedReader(file).readall())
                file.seek(0)
                assert ChunkedReader(file).seek(0, io.SEEK_END) == length, name
                continue
            with pytest.raises(DecodeError) as refused:
                ChunkedReader(file).seek(0, io.SEEK_END)
            assert refused.value.code == case.code, name

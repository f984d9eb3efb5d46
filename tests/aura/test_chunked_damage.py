"""Chunked files that are damaged, hostile or not finished: no content is lost, made up or cut off in silence."""

from __future__ import annotations

import io
import random
import signal
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import pytest

import aura
from aura.errors import ChecksumMismatch, DecodeError, LimitExceeded, Malformed, Truncated
from aura.files.chunked import compress_iter, decompress_iter
from aura.files.chunked_reader import ChunkedReader
from aura.files.chunked_writer import ChunkedWriter
from aura_spec.chunked import (
    HEADER_SIZE,
    MAX_HEAD,
    Frame,
    body_size,
    build_frame,
    build_trailer,
    parse_block_head,
)

NOISE = random.Random(7).randbytes(400_000)


def blocks_of(file: bytes) -> list[tuple[int, int]]:
    """The frame of each block, and where it begins."""
    found = []
    place, frame = HEADER_SIZE, -1
    while file[place]:
        head, size = parse_block_head(file[place : place + MAX_HEAD], place)
        frame += head.begins_frame
        found.append((frame, place))
        place += size + body_size(head)
    return found


def rescued(file: bytes) -> tuple[bytes, DecodeError | None]:
    """All content that can be read, and the error behind it."""
    content = bytearray()
    try:
        for block in decompress_iter([file]):
            content += block
    except DecodeError as error:
        return bytes(content), error
    return bytes(content), None


def test_no_bit_of_a_kind_ends_a_file_after_a_seek() -> None:
    """Rules CHK-6 and CHK-12."""
    file = b"".join(compress_iter([NOISE], frame_size=200_000))
    for frame, place in blocks_of(file):
        for bit in range(8):
            damaged = bytearray(file)
            damaged[place] ^= 1 << bit
            reader = ChunkedReader(io.BytesIO(bytes(damaged)))
            assert reader.seek(200_000) == 200_000
            if frame:
                with pytest.raises(DecodeError):
                    reader.readall()
            else:
                assert reader.readall() == NOISE[200_000:]


def test_content_before_damage_is_given_out_and_damage_is_not_passed_over() -> None:
    file = bytearray(b"".join(compress_iter([NOISE])))
    (_, third) = blocks_of(bytes(file))[2]
    file[third + 100] ^= 1
    content, error = rescued(bytes(file))
    assert content == NOISE[: 2 << 16]
    assert isinstance(error, ChecksumMismatch)
    reader = ChunkedReader(io.BytesIO(bytes(file)))
    assert reader.read(2 << 16) == NOISE[: 1 << 16]
    assert reader.read(2 << 16) == NOISE[1 << 16 : 2 << 16]
    for _ in range(3):
        with pytest.raises(ChecksumMismatch):
            reader.read(1)
    reader.seek(5)
    assert reader.read(5) == NOISE[5:10]


def test_a_hostile_index_is_refused_wherever_one_seeks() -> None:
    """Rule CHK-12."""
    whole = b"".join(compress_iter([b"hello world " * 100], frame_size=500))
    begin = whole[: -12 - int.from_bytes(whole[-8:-4], "big")]
    most = (1 << 63) - 1
    for frames in (
        [(most, 1), (most, 1), (5, 1)],
        [(1 << 40, 1), (5, 1)],
        [(1, most), (1, most)],
        [(1, 1 << 40)],
        [(0, 0)] * 1000,
        [(20, 3), (20, 3)],
        [],
    ):
        varints = b"".join(build_frame(Frame(*frame)) for frame in frames)
        trailer = build_trailer(len(varints), crc32(varints))
        for place, whence in ((2, 0), (most, 0), (0, 2), (-1, 2), (7, 1)):
            reader = ChunkedReader(io.BytesIO(begin + varints + trailer))
            assert reader.read(1) == b"h"
            with pytest.raises(Malformed):
                reader.seek(place, whence)
            assert reader.read(4) == b"ello"


def test_the_limit_holds_after_a_seek() -> None:
    """Rule CHK-11."""
    file = b"".join(compress_iter([NOISE], frame_size=200_000))
    assert ChunkedReader(io.BytesIO(file), max_size=400_000).seek(0, io.SEEK_END) == 400_000
    with pytest.raises(LimitExceeded):
        ChunkedReader(io.BytesIO(file), max_size=399_999).seek(0, io.SEEK_END)


def test_whence_is_checked() -> None:
    with pytest.raises(ValueError, match="whence"):
        ChunkedReader(io.BytesIO(b"".join(compress_iter([b"hi"])))).seek(0, 3)


class Full(io.BytesIO):
    """A file on a device with some room, or with less later on."""

    room = 1 << 30

    def write(self, data: object, /) -> int:
        if self.tell() + memoryview(data).nbytes > self.room:  # type: ignore[arg-type]
            raise OSError("no space left on device")
        return super().write(data)  # type: ignore[arg-type]


@pytest.mark.parametrize("failing", ["write", "flush", "close"])
def test_a_file_that_could_not_be_written_does_not_look_complete(failing: str) -> None:
    below = Full()
    writer = ChunkedWriter(below)
    writer.write(NOISE[:100_000])
    below.room = below.tell()
    with pytest.raises(OSError, match="no space"):
        getattr(writer, failing)(*([NOISE] if failing == "write" else []))
    below.room = 1 << 30
    if failing != "close":
        for step in (lambda: writer.write(b"more"), writer.flush, writer.close):
            with pytest.raises(OSError, match="incomplete"):
                step()
    assert writer.closed
    writer.close()
    with pytest.raises(Truncated):
        ChunkedReader(io.BytesIO(below.getvalue())).readall()


def test_a_failed_write_that_was_caught_is_reported_at_the_end_of_the_block() -> None:
    below = Full()
    with pytest.raises(OSError, match="incomplete"), ChunkedWriter(below) as writer:  # noqa: PT012
        below.room = 10
        with pytest.raises(OSError, match="no space"):
            writer.write(NOISE)
        below.room = 1 << 30


def test_the_error_of_a_block_is_not_hidden_by_that_of_closing() -> None:
    below = Full()
    with pytest.raises(OSError, match="no space"), ChunkedWriter(below) as writer:  # noqa: PT012
        below.room = 10
        writer.write(NOISE)


def test_a_raw_file_that_takes_a_part_is_written_whole() -> None:
    class Raw(io.RawIOBase):
        def __init__(self, most: int | None) -> None:
            self.taken = bytearray()
            self.most = most

        def writable(self) -> bool:
            return True

        def write(self, data: object, /) -> int | None:  # type: ignore[override]
            part = bytes(data)[: self.most] if self.most is not None else b""  # type: ignore[call-overload]
            self.taken += part
            return len(part) or None

    raw = Raw(1000)
    with ChunkedWriter(raw) as writer:  # type: ignore[arg-type]
        writer.write(NOISE)
    assert b"".join(decompress_iter([bytes(raw.taken)])) == NOISE
    blocked = ChunkedWriter(Raw(None))  # type: ignore[arg-type]
    with pytest.raises(BlockingIOError):
        blocked.write(NOISE)
    with pytest.raises(OSError, match="incomplete"):
        blocked.close()


KILLED = """
import sys, aura
with aura.open(sys.argv[1], "wb", frame_size=30_000) as file:
    for number in range(10_000):
        file.write(b"line %d of a log that is being written\\n" % number)
        if number == 5000:
            file.flush()
            print("written", flush=True)
            sys.stdin.read()
"""


def test_a_killed_writer_leaves_a_file_that_is_truncated(tmp_path: Path) -> None:
    """Rule CHK-7."""
    path = tmp_path / "killed.aurc"
    command = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    content, error = rescued(path.read_bytes())
    assert content == b"".join(b"line %d of a log that is being written\n" % n for n in range(5001))
    assert isinstance(error, Truncated)
    for read in (aura.AuraFile.read, list, aura.AuraFile.readlines):
        with aura.open(path) as file, pytest.raises(Truncated):
            read(file)  # type: ignore[arg-type]
    with aura.open(path) as file, pytest.raises(DecodeError):
        file.seek(0, io.SEEK_END)
    path.write_bytes(b"")
    with aura.open(path) as file, pytest.raises(Truncated):
        file.read()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are set as Linux does")
def test_files_are_read_in_64_mib_whatever_they_claim() -> None:
    script = Path(__file__).with_name("little_memory.py")
    result = subprocess.run(  # noqa: S603
        [sys.executable, str(script), "64"], capture_output=True, text=True, check=False
    )
    assert not result.returncode, result.stderr

r"""Compressed files with access to each record: Zstandard frames of whole lines, and a table of them at the end.

The form is the Zstandard seekable format, version 0.1.0: the table is a skippable frame, so that ``zstd -d`` and
other programs read the file as well.

>>> import io
>>> file = io.BytesIO()
>>> table = write_archive([b"one\n", b"two\n"], file, frame_size=4)
>>> read_table(file) == table, [read_frame(file, frame) for frame in table]
(True, [b'one\n', b'two\n'])
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

import zstandard

from aura.audit.line import AuditError

FRAME_SIZE: Final = 1 << 18
"""Bytes of lines in a frame, more only if one line is longer."""

_LEVEL: Final = 3
_MAX_FRAME: Final = 1 << 28
"""Bytes that a frame is read into at most, whatever the table says."""

_SKIPPABLE: Final = 0x184D2A5E
_MAGIC: Final = 0x8F92EAB1
_HEAD: Final = struct.Struct("<II")
_ENTRY: Final = struct.Struct("<II")
_FOOTER: Final = struct.Struct("<IBI")


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of an archive.

    Attributes:
        offset: where it begins in the file.
        size: bytes in the file.
        length: bytes of the lines in it.
    """

    offset: int
    size: int
    length: int


def write_archive(lines: Iterable[bytes], file: BinaryIO, *, frame_size: int = FRAME_SIZE) -> list[Frame]:
    """Write lines, and give the frames that hold them."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    frames: list[Frame] = []
    for content in _batches(lines, frame_size):
        _append(file, frames, compressor.compress(content), len(content))
    _write_table(file, frames)
    return frames


def rewrite_archive(source: BinaryIO, frames: Iterable[tuple[Frame, bytes | None]], file: BinaryIO) -> None:
    """Write an archive anew.

    Args:
        source: the archive before.
        frames: of it, each with its new content; None to copy the frame as it is.
        file: the archive after.
    """
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    written: list[Frame] = []
    for frame, content in frames:
        if content is None:
            source.seek(frame.offset)
            _append(file, written, source.read(frame.size), frame.length)
        else:
            _append(file, written, compressor.compress(content), len(content))
    _write_table(file, written)


def _batches(lines: Iterable[bytes], frame_size: int) -> Iterator[bytes]:
    batch = bytearray()
    for line in lines:
        if batch and len(batch) + len(line) > frame_size:
            yield bytes(batch)
            batch.clear()
        batch += line
    if batch:
        yield bytes(batch)


def _append(file: BinaryIO, frames: list[Frame], data: bytes, length: int) -> None:
    offset = frames[-1].offset + frames[-1].size if frames else 0
    file.write(data)
    frames.append(Frame(offset, len(data), length))


def _write_table(file: BinaryIO, frames: list[Frame]) -> None:
    size = len(frames) * _ENTRY.size + _FOOTER.size
    entries = b"".join(_ENTRY.pack(frame.size, frame.length) for frame in frames)
    file.write(_HEAD.pack(_SKIPPABLE, size) + entries + _FOOTER.pack(len(frames), 0, _MAGIC))


def read_table(file: BinaryIO) -> list[Frame]:
    """The frames of an archive.

    Raises:
        AuditError: it has no such table, or one that does not fit the file.
    """
    end = file.seek(0, io.SEEK_END)
    if end < _HEAD.size + _FOOTER.size:
        raise AuditError("the archive ends before its table of frames")
    file.seek(end - _FOOTER.size)
    count, descriptor, magic = _FOOTER.unpack(file.read(_FOOTER.size))
    entry_size = 12 if descriptor & 0x80 else _ENTRY.size  # with a checksum of the content, which is not read
    size = count * entry_size + _FOOTER.size
    start = end - size - _HEAD.size
    if magic != _MAGIC or descriptor & 0x7C or start < 0:
        raise AuditError("the archive has no table of frames at its end")
    file.seek(start)
    if _HEAD.unpack(file.read(_HEAD.size)) != (_SKIPPABLE, size):
        raise AuditError("the table of frames has a wrong size")
    frames, offset = [], 0
    entries = file.read(count * entry_size)
    for place in range(0, len(entries), entry_size):
        compressed, length = _ENTRY.unpack_from(entries, place)
        frames.append(Frame(offset, compressed, length))
        offset += compressed
    if offset != start:
        raise AuditError("the frames of the archive do not end where its table begins")
    return frames


def read_frame(file: BinaryIO, frame: Frame) -> bytes:
    """The lines of a frame.

    Raises:
        AuditError: it is damaged.
    """
    if frame.length > _MAX_FRAME:
        raise AuditError(f"a frame of {frame.length} bytes is longer than {_MAX_FRAME}")
    file.seek(frame.offset)
    decompressor = zstandard.ZstdDecompressor()
    try:
        with decompressor.stream_reader(
            io.BytesIO(file.read(frame.size)), read_across_frames=False
        ) as reader:
            content = reader.read(frame.length + 1)
    except zstandard.ZstdError as error:
        raise AuditError(f"a frame of the archive is damaged: {error}") from None
    if len(content) != frame.length:
        raise AuditError("a frame of the archive has not the length that its table says")
    return content

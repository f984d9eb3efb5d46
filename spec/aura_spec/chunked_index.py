"""The index of a chunked file, with which reading can begin at any frame.

It is of the kind of the seek table in Zstandard's seekable format: sizes of frames, behind the last one.

CHK-8: Behind the end of the file come two canonical varints for each frame: the bytes that it takes in the file,
and the bytes of its content. Then come the CRC-32 of all these varints, the number of their bytes, both four bytes,
big endian, and ``INDEX_MAGIC``. The varints have at most ``MAX_INDEX`` bytes. A reader refuses a file with more
frames as ``LimitExceeded``, at the end of the frame that makes them too many.

CHK-9: A reader that has read the frames knows every byte of the index. It takes as many bytes from the file, else
``Truncated``, and compares them. If any differs, the file is ``ChecksumMismatch``.

CHK-12: A reader of a part of the content reads the index first, and then begins at a frame. The index has to agree
with itself, with the end, and with the size of the file. A frame of n bytes has at most n div ``MIN_BLOCK`` blocks,
and cannot claim more content than they can hold::

    read_index()
        read the header; if the flags announce no index, there is none
        read the last 12 bytes of the file as CRC-32, size and INDEX_MAGIC, else Truncated or Malformed
        if size > MAX_INDEX: LimitExceeded
        varints = the size bytes before; if they do not begin at least MIN_END bytes behind the header: Malformed
        if the CRC-32 of varints is another: ChecksumMismatch
        for each frame in varints
            n, length = two varints of at most MAX_CONTENT, read as rules VAR-1 to VAR-3 say
            if n < MIN_BLOCK, or length = 0, or (length - 1) div MAX_BLOCK >= n div MIN_BLOCK: Malformed
        total = the sum of all lengths; if total > MAX_CONTENT: Malformed
        if header, frames, an end with the length total, and the index do not fill the file exactly: Malformed
        if no end with the length total stands behind the frames: Malformed

From the frame on, the reader goes on as rule CHK-7 says, with the lengths of the frames before from the index. It
does not check the CRC-32 of the whole content. It does compare the index, so that no damage can end a file early.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from zlib import crc32

from aura_spec.chunked import (
    FRAME,
    HEADER_SIZE,
    MAX_BLOCK,
    MAX_CONTENT,
    MAX_INDEX,
    MIN_BLOCK,
    MIN_END,
    TRAILER,
    Frame,
    build_trailer,
    end_size,
)
from aura_spec.errors import ChecksumMismatch, LimitExceeded, Malformed, Truncated
from aura_spec.wire import parse, parse_from


@dataclass(frozen=True, slots=True)
class Trailer:
    """The last fields of an index: CRC-32 and size of its varints."""

    crc: int
    size: int


def check_index(data: bytes, varints: bytes, offset: int) -> int:
    """Compare the index with that of the frames that were read; return how many bytes it takes (rule CHK-9).

    Args:
        data: begins with the index.
        varints: two for each frame (rule CHK-8).
        offset: bytes of the file before ``data``.

    Raises:
        Truncated: the index is cut short.
        ChecksumMismatch: a byte differs.
    """
    index = varints + build_trailer(len(varints), crc32(varints))
    if len(data) < len(index):
        raise Truncated("the file ends inside its index", offset + len(data), "index")
    if data[: len(index)] != index:
        raise ChecksumMismatch("the index does not describe the frames", offset, "index")
    return len(index)


def parse_trailer(data: bytes, offset: int) -> Trailer:
    """Read the last fields of an index (rule CHK-12).

    Raises:
        DecodeError: this is not the end of an index that keeps rule CHK-8.
    """
    value = parse(TRAILER, data, base=offset)
    if value.size > MAX_INDEX:
        raise LimitExceeded(f"an index of {value.size} bytes", offset + 4, "size")
    if offset - value.size < HEADER_SIZE + MIN_END:
        raise Malformed(f"the file has no room for an index of {value.size} bytes", offset + 4, "size")
    return Trailer(value.crc, value.size)


def parse_frames(varints: bytes, offset: int) -> list[Frame]:
    """Read the frames of an index (rule CHK-12).

    Raises:
        DecodeError: a number is not spelt as it should be, or a frame cannot be.
    """
    stream = io.BytesIO(varints)
    frames = []
    while (start := stream.tell()) < len(varints):
        value = parse_from(FRAME, stream, base=offset)
        if value.size < MIN_BLOCK or not 0 < value.length <= value.size // MIN_BLOCK * MAX_BLOCK:
            reason = f"a frame of {value.size} bytes with {value.length} bytes of content"
            raise Malformed(reason, offset + start, "length")
        frames.append(Frame(value.size, value.length))
    return frames


def end_offset(size: int, length: int, index_offset: int) -> int:
    """The offset of the end of a file, by its index (rule CHK-12).

    Args:
        size: bytes of all frames in the file.
        length: bytes of content of all frames.
        index_offset: where the index begins.

    Raises:
        Malformed: header, frames, end and index do not fill the file exactly.
    """
    offset = HEADER_SIZE + size
    if length > MAX_CONTENT or offset + end_size(length) != index_offset:
        raise Malformed("the index does not fit the size of the file", index_offset, "frames")
    return offset

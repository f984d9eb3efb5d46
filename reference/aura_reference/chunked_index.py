"""The index of a chunked file, read by itself (rule CHK-12)."""

from __future__ import annotations

from zlib import crc32

from aura_spec import chunked
from aura_spec.chunked import Frame, check_end, parse_header
from aura_spec.chunked_index import end_offset, parse_frames, parse_trailer
from aura_spec.errors import ChecksumMismatch


def read_index(file: bytes) -> list[Frame]:
    """Read the frames from the index alone; none if the file has no index (rule CHK-12).

    Raises:
        DecodeError: as the rule says.
    """
    if not parse_header(file[: chunked.HEADER_SIZE]).has_index:
        return []
    stop = max(0, len(file) - chunked.TRAILER_SIZE)
    trailer = parse_trailer(file[stop:], stop)
    start = stop - trailer.size
    varints = file[start:stop]
    if crc32(varints) != trailer.crc:
        raise ChecksumMismatch("the CRC-32 of the index is wrong", stop, "crc")
    frames = parse_frames(varints, start)
    length = sum(frame.length for frame in frames)
    end = end_offset(sum(frame.size for frame in frames), length, start)
    check_end(file[end:start], length, None, end)
    return frames

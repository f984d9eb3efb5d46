"""The index of a chunked file with numpy, to find frames in a file of any length (rule CHK-12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from aura_fast.chunked import Start
from aura_spec.chunked import HEADER_SIZE, MAX_BLOCK, MIN_BLOCK, TRAILER_SIZE, Header, check_end, parse_header
from aura_spec.chunked_index import end_offset, parse_frames, parse_trailer
from aura_spec.errors import ChecksumMismatch

Wide = npt.NDArray[np.int64]

_LONGEST: Final = 9
"""Bytes of the longest varint of at most ``MAX_CONTENT``, which has 63 bits."""


@dataclass(frozen=True, slots=True)
class Index:
    """Where the frames of a file are.

    Attributes:
        header: of the file.
        varints: of all frames.
        marks: (frames + 1,) where in ``varints`` each frame begins, and where the last ends.
        offsets: (frames + 1,) where in the file each frame begins, and where the last ends.
        places: (frames + 1,) where in the content each frame begins, and where the last ends.
    """

    header: Header
    varints: bytes
    marks: Wide
    offsets: Wide
    places: Wide

    @property
    def length(self) -> int:
        """Bytes of the content."""
        return int(self.places[-1])

    def start(self, place: int) -> Start | None:
        """The last frame that begins at a place in the content or before; None for the start of the file."""
        number = int(self.places[:-1].searchsorted(place, "right")) - 1
        if number < 1:
            return None
        varints = self.varints[: int(self.marks[number])]
        return Start(self.header, int(self.offsets[number]), int(self.places[number]), varints)


def read_index(fetch: Callable[[int, int], bytes], size: int) -> Index | None:
    """Read the index of a file; None if it has none.

    Args:
        fetch: reads bytes of the file, given an offset and how many; fewer only where the file ends.
        size: bytes of the file.

    Raises:
        DecodeError: as rule CHK-12 says.
    """
    header = parse_header(fetch(0, HEADER_SIZE))
    if not header.has_index:
        return None
    stop = max(0, size - TRAILER_SIZE)
    trailer = parse_trailer(fetch(stop, TRAILER_SIZE), stop)
    start = stop - trailer.size
    varints = fetch(start, trailer.size)
    if crc32(varints) != trailer.crc:
        raise ChecksumMismatch("the CRC-32 of the index is wrong", stop, "crc")
    marks, sizes, lengths = _frames(varints, start)
    # integers without bound: hostile ones have sums beyond 64 bits
    length = sum(lengths.tolist())
    end = end_offset(sum(sizes.tolist()), length, start)
    check_end(fetch(end, start - end), length, None, end)
    return Index(header, varints, marks, HEADER_SIZE + _starts(sizes), _starts(lengths))


def _starts(sizes: Wide) -> Wide:
    """Where frames of these sizes begin, and the last ends: (frames + 1,) int64."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])


def _frames(varints: bytes, offset: int) -> tuple[Wide, Wide, Wide]:
    """Where frames begin in the varints, (frames + 1,), their sizes and their lengths, (frames,) each."""
    data = np.frombuffer(varints, np.uint8)
    stops = np.flatnonzero(data < 0x80) + 1
    starts = np.concatenate([np.zeros(1, np.int64), stops])
    spans = np.diff(starts)
    good = (spans <= _LONGEST) & ((spans == 1) | (data[stops - 1] > 0))
    count = _leading(good) // 2
    starts = starts[: 2 * count + 1]
    groups = data[: starts[-1]].astype(np.int64) & 0x7F
    groups <<= 7 * (np.arange(len(groups)) - np.repeat(starts[:-1], spans[: 2 * count]))
    numbers = np.add.reduceat(groups, starts[:-1]) if count else groups
    sizes, lengths = numbers[::2], numbers[1::2]
    fits = (sizes >= MIN_BLOCK) & (lengths > 0) & ((lengths - 1) // MAX_BLOCK < sizes // MIN_BLOCK)
    marks = starts[: 2 * _leading(fits) + 1 : 2]
    # raises the error of the first frame that is not as it should be, if there is one
    parse_frames(varints[int(marks[-1]) :], offset + int(marks[-1]))
    return marks, sizes, lengths


def _leading(flags: npt.NDArray[np.bool_]) -> int:
    """How many flags, (flags,) bool, are set before the first that is not."""
    return len(flags) if flags.all() else int(flags.argmin())

"""Columns of numbers in a file of counts: varints, packed with Zstandard.

A varint has seven bits in a byte, the lowest first; the highest bit of a byte says that another follows, and no
spelling is longer than it must be. A packed column is its size in bytes and its packed size, both varints, and then
the Zstandard frame without its magic number. Where both sizes are the same, the column stands there as it is.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura.models.training.text import Longs
from aura_reference import zstd
from aura_spec.errors import DecodeError, LimitExceeded, Malformed, NonCanonical, Truncated

MAX_VALUE: Final = (1 << 53) - 1
MAX_VARINT: Final = 8
"""Bytes of a varint of ``MAX_VALUE``."""

_LEVEL: Final = 9
_MORE: Final = 0x80
"""Set in a byte that another one follows."""

Bytes = NDArray[np.uint8]


def varint(value: int) -> bytes:
    """One number."""
    return varints(np.array([value]))


def varints(values: Longs) -> bytes:
    """Numbers from 0 to ``MAX_VALUE``, one after the other."""
    rest = values.astype(np.int64)
    sizes = np.ones(len(rest), np.int64)
    for count in range(1, MAX_VARINT):
        sizes += rest >= 1 << 7 * count
    ends = np.cumsum(sizes)
    result = np.zeros(int(sizes.sum()), np.uint8)
    places, chosen = ends - sizes, np.arange(len(rest))
    while len(chosen):
        more = rest[chosen] > 0x7F
        result[places] = rest[chosen] & 0x7F | more * _MORE
        places, chosen = places[more] + 1, chosen[more]
        rest[chosen] >>= 7
    return result.tobytes()


def pack(data: bytes, least: int = 0) -> bytes:
    """A packed column; it is left as it is if it takes less than ``least`` bytes otherwise, or nothing is saved."""
    packed = zstd.encode(data, _LEVEL)
    if not least <= len(packed) < len(data):
        packed = data
    return varint(len(data)) + varint(len(packed)) + packed


class Reader:
    """Reads numbers and columns one after the other; every error has the offset at which they begin."""

    def __init__(self, data: bytes, offset: int) -> None:
        self._data = data
        self.offset = offset

    @property
    def left(self) -> int:
        """Bytes that are not read yet."""
        return len(self._data) - self.offset

    def take(self, size: int, path: str) -> bytes:
        """So many bytes."""
        if size > self.left:
            raise Truncated(f"{size} bytes are expected, {self.left} are left", self.offset, path)
        self.offset += size
        return self._data[self.offset - size : self.offset]

    def number(self, path: str, maximum: int = MAX_VALUE) -> int:
        """One number, at most ``maximum``."""
        start, value = self.offset, 0
        for place in range(MAX_VARINT):
            (byte,) = self.take(1, path)
            value |= (byte & 0x7F) << 7 * place
            if byte < _MORE:
                break
        else:
            raise LimitExceeded(f"a number has more than {MAX_VARINT} bytes", start, path)
        if place and not byte:
            raise NonCanonical("a number is not in its shortest spelling", start, path)
        if value > maximum:
            raise LimitExceeded(f"{value} is more than {maximum}", start, path)
        return value

    def packed(self, limit: int, path: str) -> bytes:
        """The content of a packed column, of at most ``limit`` bytes."""
        start = self.offset
        size, stored = self.number(path, limit), self.number(path)
        content = self.take(stored, path)
        if stored == size:
            return content
        try:
            content = zstd.decode(content, size)
        except DecodeError as error:
            raise type(error)(error.reason, start, path) from None
        if len(content) != size:
            raise Malformed(f"the column has {len(content)} bytes, not {size}", start, path)
        return content

    def column(self, count: int, maximum: int, path: str) -> Longs:
        """A packed column of so many numbers, each at most ``maximum``."""
        start = self.offset
        content = np.frombuffer(self.packed(count * MAX_VARINT, path), np.uint8)
        ends = np.flatnonzero(content < _MORE)
        if len(ends) != count or (count and ends[-1] != len(content) - 1) or (not count and len(content)):
            raise Malformed(f"the column has not {count} numbers", start, path)
        sizes = np.diff(ends, prepend=-1)
        if sizes.max(initial=1) > MAX_VARINT:
            raise LimitExceeded(f"a number has more than {MAX_VARINT} bytes", start, path)
        if bool((content[ends][sizes > 1] == 0).any()):
            raise NonCanonical("a number is not in its shortest spelling", start, path)
        values = _values(content, ends, sizes)
        if values.max(initial=0) > maximum:
            raise LimitExceeded(f"{values.max()} is more than {maximum}", start, path)
        return values


def _values(content: Bytes, ends: Longs, sizes: Longs) -> Longs:
    values = np.zeros(len(ends), np.int64)
    chosen = np.arange(len(ends))
    for count in range(int(sizes.max(initial=0))):
        chosen = chosen[sizes[chosen] > count]
        values[chosen] = values[chosen] << 7 | content[ends[chosen] - count] & 0x7F
    return values

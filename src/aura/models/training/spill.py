"""Columns of numbers that move from memory to disk as they grow.

What does not fit into memory lies in temporary files without names, which vanish with the process, however it
ends. Reading copies: what was read counts against the memory of the reader, never the whole column.
"""

from __future__ import annotations

import tempfile
import threading
import weakref
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

_IN_MEMORY: Final = 1 << 20
"""Bytes of an area that is kept in memory."""

AREA_SIZE: Final = 1 << 28
"""Bytes of an area that gets no more columns."""

Values = NDArray[Any]


class _Area:
    """A temporary file that columns share. It goes with the last of them."""

    def __init__(self, directory: str | None) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=directory)  # noqa: SIM115  # closed with the area
        weakref.finalize(self, self._file.close)
        self._lock = threading.Lock()
        self._size = 0

    @property
    def is_full(self) -> bool:
        """Whether others should go elsewhere."""
        return self._size >= AREA_SIZE

    def write(self, data: bytes) -> int:
        """Write behind the last, and return the place."""
        with self._lock:
            place = self._size
            self._file.seek(place)
            self._file.write(data)
            self._size += len(data)
        return place

    def read(self, place: int, size: int) -> bytes:
        with self._lock:
            self._file.seek(place)
            return self._file.read(size)


_areas: Final[weakref.WeakValueDictionary[str | None, _Area]] = weakref.WeakValueDictionary()
"""By directory, the area that is written to."""
_choosing: Final = threading.Lock()


def _area(directory: str | None) -> _Area:
    """An area with room: few files are open at a time, however many columns there are."""
    with _choosing:
        area = _areas.get(directory)
        if area is None or area.is_full:
            area = _areas[directory] = _Area(directory)
        return area


@dataclass(frozen=True, slots=True)
class _Extent:
    """Numbers of a column that were written together.

    Attributes:
        start, stop: of the numbers in the column.
        area: where they are.
        place: of the first, in bytes.
    """

    start: int
    stop: int
    area: _Area
    place: int


class Column:
    """Numbers of one type in a row, to append to and to read parts of; threads may read it."""

    def __init__(self, dtype: DTypeLike, directory: str | None) -> None:
        self.dtype: Final = np.dtype(dtype)
        self._directory = directory
        self._extents: list[_Extent] = []

    def __len__(self) -> int:
        return self._extents[-1].stop if self._extents else 0

    def __reduce__(self) -> tuple[Callable[..., Column], tuple[str, str | None, Values]]:
        """A column goes to another process with its numbers, and into a directory of the same name."""
        return _filled, (self.dtype.str, self._directory, self.read())

    def append(self, values: Values) -> None:
        """Write numbers behind the last."""
        if not len(values):
            return
        area, start = _area(self._directory), len(self)
        place = area.write(values.astype(self.dtype, copy=False).tobytes())
        self._extents.append(_Extent(start, start + len(values), area, place))

    def read(self, start: int = 0, stop: int | None = None) -> Values:
        """The numbers from ``start`` to before ``stop``; the array cannot be written."""
        stop = len(self) if stop is None else min(stop, len(self))
        if start >= stop:
            return np.zeros(0, self.dtype)
        width, parts = self.dtype.itemsize, []
        for extent in self._extents[bisect_right(self._extents, start, key=lambda extent: extent.stop) :]:
            if extent.start >= stop:
                break
            first, last = max(start, extent.start), min(stop, extent.stop)
            place = extent.place + (first - extent.start) * width
            parts.append(extent.area.read(place, (last - first) * width))
        return np.frombuffer(parts[0] if len(parts) == 1 else b"".join(parts), self.dtype)

    def pieces(self, size: int) -> Iterator[Values]:
        """All numbers, so many at a time."""
        for start in range(0, len(self), size):
            yield self.read(start, start + size)

    @property
    def nbytes(self) -> int:
        """Bytes of all numbers."""
        return len(self) * self.dtype.itemsize

    @property
    def spill(self) -> Spill:
        """Where the column is."""
        return Spill(self._directory)

    def close(self) -> None:
        """Free the memory and the disk that the column takes."""
        self._extents = []


def _filled(dtype: str, directory: str | None, values: Values) -> Column:
    column = Column(dtype, directory)
    column.append(values)
    return column


@dataclass(frozen=True, slots=True)
class Spill:
    """Where columns go.

    Attributes:
        directory: for temporary files; the system's if None.
    """

    directory: str | None = None

    def column(self, dtype: DTypeLike, values: Values | None = None) -> Column:
        """Start a column, with some numbers."""
        column = Column(dtype, self.directory)
        if values is not None:
            column.append(values)
        return column

"""Columns of numbers that move from memory to disk as they grow.

What does not fit into memory lies in temporary files without names, which vanish with the process, however it
ends. Reading copies: what was read counts against the memory of the reader, never the whole column.
"""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

_IN_MEMORY: Final = 1 << 20
"""Bytes of a column that is kept in memory."""

Values = NDArray[Any]


class Column:
    """Numbers of one type in a row, to append to and to read parts of; threads may share it."""

    def __init__(self, dtype: DTypeLike, directory: str | None) -> None:
        self.dtype: Final = np.dtype(dtype)
        self._directory = directory
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=directory)  # noqa: SIM115  # closed with the column
        weakref.finalize(self, self._file.close)
        self._lock = threading.Lock()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __reduce__(self) -> tuple[Callable[..., Column], tuple[str, str | None, Values]]:
        """A column goes to another process with its numbers, and into a directory of the same name."""
        return _filled, (self.dtype.str, self._directory, self.read())

    def append(self, values: Values) -> None:
        """Write numbers behind the last."""
        with self._lock:
            self._file.seek(self._length * self.dtype.itemsize)
            self._file.write(values.astype(self.dtype, copy=False).tobytes())
            self._length += len(values)

    def read(self, start: int = 0, stop: int | None = None) -> Values:
        """The numbers from ``start`` to before ``stop``; the array cannot be written."""
        stop = self._length if stop is None else min(stop, self._length)
        with self._lock:
            self._file.seek(start * self.dtype.itemsize)
            data = self._file.read(max(0, stop - start) * self.dtype.itemsize)
        return np.frombuffer(data, self.dtype)

    def pieces(self, size: int) -> Iterator[Values]:
        """All numbers, so many at a time."""
        for start in range(0, self._length, size):
            yield self.read(start, start + size)

    @property
    def nbytes(self) -> int:
        """Bytes of all numbers."""
        return self._length * self.dtype.itemsize

    @property
    def spill(self) -> Spill:
        """Where the column is."""
        return Spill(self._directory)

    def close(self) -> None:
        """Free the memory and the disk that the column takes."""
        self._file.close()
        self._length = 0


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

"""Writing chunked files as binary file objects (chapter ``chunked`` of the specification)."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from types import TracebackType
from typing import BinaryIO

from aura.files.buffers import ReadableBuffer
from aura.files.options import new_compressor
from aura.files.pieces import cut
from aura_fast.chunked import Compressor


class _State(Enum):
    """Whether content can follow in a file that is being written."""

    OPEN = auto()
    BROKEN = auto()
    OVER = auto()


class ChunkedWriter(io.RawIOBase):
    """Writes a chunked file. Thread-safe: the content of a call stands together.

    Args:
        file: to write to, from where it stands; stays open. It needs ``write`` alone.
        compressor: codes the content; one with the usual options if None.
        close_file: close ``file`` as well when this is closed.
    """

    def __init__(
        self,
        file: BinaryIO,
        compressor: Compressor | None = None,
        *,
        close_file: bool = False,
    ) -> None:
        super().__init__()
        self._compressor = compressor or new_compressor()
        self._file = file
        self._close_file = close_file
        self._length = 0
        self._state = _State.OPEN
        self._lock = threading.RLock()  # closing flushes

    def writable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return how many bytes of content were written."""
        return self._length

    def write(self, data: ReadableBuffer, /) -> int:
        """Write content; return how many bytes.

        Raises:
            OSError: the file below fails, now or before. The file is incomplete then, and stays so.
            ValueError: the file is closed.
        """
        with self._lock:
            if self.closed or self._state is _State.OVER:
                raise ValueError("write to a closed file")
            length = 0
            for piece in cut(data):
                self._put(partial(self._compressor.compress, piece))
                length += len(piece)
            self._length += length
            return length

    def flush(self) -> None:
        """End the block, so that all content so far can be read; costs some bytes.

        Raises:
            OSError: the file below fails, now or before.
        """
        with self._lock:
            if self._state is not _State.OVER:
                self._put(self._compressor.flush)
                if hasattr(self._file, "flush"):
                    self._file.flush()

    def close(self) -> None:
        """Write the end of the file.

        Raises:
            OSError: the file below fails, or has failed before: the file is incomplete, and readers say so.
        """
        with self._lock:
            if not self.closed:
                self._end()

    def _end(self) -> None:
        try:
            if self._state is not _State.OVER:
                self._put(self._compressor.finish)
        finally:
            self._state = _State.OVER
            try:
                super().close()
            finally:
                if self._close_file:
                    self._file.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close; after an error without the end, so that nobody takes the file for complete."""
        if kind is not None:
            self.abandon()
        self.close()

    def abandon(self) -> None:
        """Let nothing follow, not even an end, so that readers find the file incomplete."""
        with self._lock:
            self._state = _State.OVER

    def _put(self, step: Callable[[], bytes]) -> None:
        """Write the bytes that a step of the compressor gives.

        If this is interrupted, bytes are missing, so that nothing may follow.
        """
        if self._state is _State.BROKEN:
            raise OSError("the file is incomplete: an earlier write failed")
        self._state = _State.BROKEN
        wire = step()
        if isinstance(self._file, io.RawIOBase):
            _write_all(self._file, wire)
        else:
            self._file.write(wire)
        self._state = _State.OPEN


def _write_all(file: io.RawIOBase, wire: bytes) -> None:
    """Write to a file that may take a part of the bytes only."""
    rest = memoryview(wire)
    while rest:
        size = file.write(rest)
        if not size:
            raise BlockingIOError("the underlying file accepts no bytes")
        rest = rest[size:]

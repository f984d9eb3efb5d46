"""Reading chunked files as binary file objects (chapter ``chunked`` of the specification)."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

from aura.files.buffers import WriteableBuffer
from aura.files.coders import coders
from aura.files.options import checked_max_size
from aura.files.pieces import PIECE
from aura_fast.chunked_index import Index, read_index
from aura_spec.errors import LimitExceeded


class ChunkedReader(io.RawIOBase):
    """Reads a chunked file; seeks in it, fast if it has an index and the file below can seek.

    Args:
        file: to read from, from where it stands; stays open. It needs ``read`` alone, if nobody seeks.
        max_size: bytes that the content may have; any if None.
        close_file: close ``file`` as well when this is closed.
    """

    def __init__(self, file: BinaryIO, *, max_size: int | None = None, close_file: bool = False) -> None:
        super().__init__()
        self._file = file
        self._close_file = close_file
        self._max_size = checked_max_size(max_size)
        self._start = file.tell() if self.seekable() else 0
        # read of a buffered pipe or socket waits until there is as much as it is asked for
        self._read: Callable[[int], bytes] = (
            file.read if self.seekable() else getattr(file, "read1", file.read)
        )
        self._decompressor = coders().decompressor(max_size=self._max_size)
        self._content = memoryview(b"")
        self._position = 0
        self._index: Index | None = None
        self._has_read_index = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return whether the file below can seek."""
        seekable: Callable[[], bool] | None = getattr(self._file, "seekable", None)
        return seekable is not None and seekable()

    def tell(self) -> int:
        """Return the place in the content, in bytes."""
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read some of the content into ``buffer``; return how many bytes, 0 at the end.

        Raises:
            DecodeError: the file is refused.
        """
        with memoryview(buffer) as view:
            target = view.cast("B")
            if not self._content and target.nbytes:
                self._content = memoryview(self._next())
            size = min(len(target), len(self._content))
            target[:size] = self._content[:size]
            self._content = self._content[size:]
            self._position += size
            return size

    def _next(self) -> bytes:
        """The content of the next block; empty at the end."""
        while True:
            for block in self._decompressor.blocks():
                return block
            data = self._read(PIECE)
            if not data:
                self._decompressor.finish()
                return b""
            self._decompressor.feed(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place in the content, or to its end if it is shorter; return where that is.

        Without an index all content before the place is read, and all content to find its end.

        Raises:
            DecodeError: the file is refused.
            OSError: the file below cannot seek.
            ValueError: the place is before the content, or ``whence`` is not a valid value.
        """
        if not self.seekable():
            raise OSError("the underlying file cannot seek")
        if whence == io.SEEK_CUR:
            offset += self._position
        elif whence == io.SEEK_END:
            offset += self._length()
        elif whence != io.SEEK_SET:
            raise ValueError(f"whence {whence} is not one of 0, 1, 2")
        if offset < 0:
            raise ValueError(f"offset {offset} is before the start of the content")
        self._begin_near(offset)
        while self._position < offset and self._skip(offset - self._position):
            pass
        return self._position

    def _skip(self, most: int) -> bool:
        """Go on by at most that many bytes; return whether there were any."""
        if not self._content:
            self._content = memoryview(self._next())
        size = min(most, len(self._content))
        self._content = self._content[size:]
        self._position += size
        return size > 0

    def _begin_near(self, offset: int) -> None:
        """Stand at the nearest place before ``offset`` at which reading can begin, or stay if that is nearer."""
        index = self._read_index()
        start = index.start(offset) if index else None
        place = start.length if start else 0
        if place <= self._position <= offset:
            return
        self._file.seek(self._start + (start.offset if start else 0))
        self._decompressor = coders().decompressor(max_size=self._max_size, start=start)
        self._content = memoryview(b"")
        self._position = place

    def _length(self) -> int:
        """Bytes of the whole content."""
        if index := self._read_index():
            return index.length
        while self._skip(PIECE):
            pass
        return self._position

    def _read_index(self) -> Index | None:
        """The index, read when it is first needed."""
        if not self._has_read_index:
            back = self._file.tell()
            try:
                index = read_index(self._fetch, self._file.seek(0, io.SEEK_END) - self._start)
            finally:
                self._file.seek(back)
            if index and self._max_size is not None and index.length > self._max_size:
                raise LimitExceeded(f"the content is longer than {self._max_size} bytes", 0, "length")
            self._index = index
            self._has_read_index = True
        return self._index

    def _fetch(self, offset: int, size: int) -> bytes:
        """Bytes of the chunked file; fewer only where it ends."""
        self._file.seek(self._start + offset)
        content = bytearray()
        while len(content) < size and (more := self._file.read(size - len(content))):
            content += more
        return bytes(content)

    def close(self) -> None:
        """Close this, and the file below if ``close_file`` says so."""
        if not self.closed:
            super().close()
            if self._close_file:
                self._file.close()

r"""Payloads too large for memory: chunked files and streams of bytes (chapter ``chunked`` of the specification).

>>> chunks = (b"GET /health 200 %d ms\n" % (n % 7) for n in range(9999))
>>> wire = b"".join(compress_stream(chunks))
>>> len(wire) < 9999, sum(map(len, decompress_stream([wire[:100], wire[100:]])))
(True, 209979)
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final, Literal

from aura_fast.chunked import Compressor, Decompressor
from aura_spec.chunked import (
    HEADER_SIZE,
    TRAILER_SIZE,
    Frame,
    Header,
    parse_header,
    parse_index,
    parse_trailer,
)

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

WINDOW_BITS: Final = 16
"""Matches reach 64 KiB back unless the caller says otherwise."""

_PIECE: Final = 1 << 16
"""Bytes that are read or taken at a time."""


def compress_stream(
    chunks: Iterable[bytes], *, window_bits: int = WINDOW_BITS, effort: int = 0, frame_size: int | None = None
) -> Iterator[bytes]:
    """Code a stream of bytes, in constant memory; the first output comes after the first 64 KiB.

    Args:
        chunks: the content, cut anyhow.
        window_bits: matches reach 2^window_bits bytes back, 10 to 18. Both ends need some more memory for more.
        effort: 0, or 1 to take more time and give less.
        frame_size: bytes of content between places where reading can begin; the file has an index then.

    Raises:
        EncodeError: the window has a size that is not allowed.
    """
    compressor = Compressor(window_bits=window_bits, effort=effort, frame_size=frame_size)
    for chunk in chunks:
        for piece in _pieces(chunk):
            if output := compressor.compress(piece):
                yield output
    yield compressor.finish()


def decompress_stream(chunks: Iterable[bytes], *, max_size: int | None = None) -> Iterator[bytes]:
    """Read a stream of bytes, in constant memory.

    Args:
        chunks: what ``compress_stream`` gave, cut anyhow.
        max_size: bytes that the whole content may have; any if None.

    Raises:
        DecodeError: the stream is refused. The content up to then is good, but not all.
    """
    decompressor = Decompressor(max_size=max_size)
    for chunk in chunks:
        for piece in _pieces(chunk):
            decompressor.feed(piece)
            yield from decompressor.blocks()
    decompressor.finish()


def _pieces(chunk: bytes) -> Iterator[bytes]:
    """A chunk that may be large, in pieces."""
    if len(chunk) <= _PIECE:
        yield chunk
        return
    view = memoryview(chunk)
    for start in range(0, len(view), _PIECE):
        yield bytes(view[start : start + _PIECE])


class ChunkedWriter(io.RawIOBase):
    """Writes a chunked file.

    Args:
        file: to write to, from where it stands; stays open.
        window_bits: as for ``compress_stream``.
        effort: as for ``compress_stream``.
        frame_size: as for ``compress_stream``.
        close_file: close ``file`` as well when this is closed.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        window_bits: int = WINDOW_BITS,
        effort: int = 0,
        frame_size: int | None = None,
        close_file: bool = False,
    ) -> None:
        super().__init__()
        self._compressor = Compressor(window_bits=window_bits, effort=effort, frame_size=frame_size)
        self._file = file
        self._close_file = close_file
        self._length = 0
        self._is_broken = False

    def writable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Bytes of content so far."""
        return self._length

    def write(self, data: ReadableBuffer, /) -> int:
        """Write content; how many bytes."""
        self._check()
        with memoryview(data) as view:
            content = view.cast("B")
            for start in range(0, len(content), _PIECE):
                self._file.write(self._compressor.compress(bytes(content[start : start + _PIECE])))
            self._length += len(content)
            return len(content)

    def flush(self) -> None:
        """End the block, so that all content so far can be read; costs some bytes."""
        if not self._is_broken:
            self._file.write(self._compressor.flush())
            self._file.flush()

    def close(self) -> None:
        """Write the end of the file."""
        if self.closed:
            return
        try:
            if not self._is_broken:
                self._file.write(self._compressor.finish())
        finally:
            self._is_broken = True
            super().close()
            if self._close_file:
                self._file.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close; after an error without the end, so that nobody takes the file for complete."""
        self._is_broken = self._is_broken or kind is not None
        self.close()

    def _check(self) -> None:
        if self.closed:
            raise ValueError("write to a closed file")


class ChunkedReader(io.RawIOBase):
    """Reads a chunked file; seeks in it, fast if it has an index and the file below can seek.

    Args:
        file: to read from, from where it stands; stays open.
        max_size: bytes that the content may have; any if None.
        close_file: close ``file`` as well when this is closed.
    """

    def __init__(self, file: BinaryIO, *, max_size: int | None = None, close_file: bool = False) -> None:
        super().__init__()
        self._file = file
        self._close_file = close_file
        self._max_size = max_size
        self._start = file.tell() if file.seekable() else 0
        self._decompressor = Decompressor(max_size=max_size)
        self._content = memoryview(b"")
        self._position = 0
        self._frames: list[tuple[int, int]] | None = None
        self._header: Header | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Whether the file below is."""
        return self._file.seekable()

    def tell(self) -> int:
        """Where in the content this stands."""
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read some of the content; 0 at its end.

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
            data = self._file.read(_PIECE)
            if not data:
                self._decompressor.finish()
                return b""
            self._decompressor.feed(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place in the content; where that is.

        Without an index everything before it is read; so is everything, to find the end of the content.

        Raises:
            DecodeError: the file is refused.
            OSError: the file below cannot seek.
            ValueError: the place is before the content.
        """
        if whence == io.SEEK_CUR:
            offset += self._position
        elif whence == io.SEEK_END:
            offset += self._length()
        if offset < 0:
            raise ValueError(f"place {offset} is before the content")
        if not self.seekable():
            raise OSError("the file below cannot seek")
        self._begin_near(offset)
        while self._position < offset and self._skip(offset - self._position):
            pass
        return self._position

    def _skip(self, most: int) -> bool:
        """Go on, but not by more than that; whether there was anything."""
        if not self._content:
            self._content = memoryview(self._next())
        size = min(most, len(self._content))
        self._content = self._content[size:]
        self._position += size
        return size > 0

    def _begin_near(self, offset: int) -> None:
        """Stand at the nearest place before ``offset`` at which reading can begin, or stay if that is nearer."""
        frames = self._read_index()
        place, at = max(((start, at) for start, at in frames if start <= offset), default=(0, self._start))
        if place <= self._position <= offset:
            return
        begins = place == 0
        self._file.seek(self._start if begins else at)
        self._decompressor = Decompressor(max_size=self._max_size, header=None if begins else self._header)
        self._content = memoryview(b"")
        self._position = place

    def _length(self) -> int:
        """Bytes of the whole content."""
        frames = self._read_index()
        if frames:
            return frames[-1][0]
        while self._skip(_PIECE):
            pass
        return self._position

    def _read_index(self) -> list[tuple[int, int]]:
        """Where frames begin in the content and in the file, and where the last ends; empty without an index."""
        if self._frames is None:
            back = self._file.tell()
            self._file.seek(self._start)
            self._header = parse_header(self._file.read(HEADER_SIZE))
            self._frames = _places(self._file, self._start) if self._header.has_index else []
            self._file.seek(back)
        return self._frames

    def close(self) -> None:
        """Close."""
        if not self.closed:
            super().close()
            if self._close_file:
                self._file.close()


def _places(file: BinaryIO, start: int) -> list[tuple[int, int]]:
    """Where frames begin in the content and in the file, and where the last ends."""
    end = file.seek(max(start, file.seek(0, io.SEEK_END) - TRAILER_SIZE))
    size, crc = parse_trailer(file.read(TRAILER_SIZE), end)
    file.seek(max(start, end - size))
    frames = parse_index(file.read(size), crc, end - size)
    return list(_sums(frames, start + HEADER_SIZE))


def _sums(frames: Iterable[Frame], at: int) -> Iterator[tuple[int, int]]:
    place = 0
    for frame in frames:
        yield place, at
        place += frame.length
        at += frame.size
    yield place, at


def open(  # noqa: A001  # as gzip.open and its like
    path: str | PathLike[str],
    mode: Literal["rb", "wb", "xb"] = "rb",
    *,
    window_bits: int = WINDOW_BITS,
    effort: int = 0,
    frame_size: int | None = None,
    max_size: int | None = None,
) -> io.BufferedReader | ChunkedWriter:
    """Open a chunked file as a binary file object.

    Args:
        path: of the file.
        mode: ``"rb"`` to read, ``"wb"`` to write, ``"xb"`` to write a file that is not there yet.
        window_bits: to write; as for ``compress_stream``.
        effort: to write; as for ``compress_stream``.
        frame_size: to write; as for ``compress_stream``.
        max_size: to read; as for ``decompress_stream``.

    Raises:
        OSError: the file cannot be opened.
        ValueError: there is no such mode.
    """
    if mode == "rb":
        file = io.open(path, "rb")  # noqa: SIM115, UP020  # closed with the reader; the name is taken here
        return io.BufferedReader(ChunkedReader(file, max_size=max_size, close_file=True), _PIECE)
    if mode not in {"wb", "xb"}:
        raise ValueError(f"mode {mode!r} is not one of rb, wb, xb")
    output = io.open(path, mode)  # noqa: SIM115, UP020
    return ChunkedWriter(
        output, window_bits=window_bits, effort=effort, frame_size=frame_size, close_file=True
    )

r"""Payloads too large for memory: chunked files and streams of bytes (chapter ``chunked`` of the specification).

>>> chunks = (b"GET /health 200 %d ms\n" % (n % 7) for n in range(9999))
>>> wire = b"".join(compress_stream(chunks))
>>> len(wire) < 9999, sum(map(len, decompress_stream([wire[:100], wire[100:]])))
(True, 209979)
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, auto
from functools import partial
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, cast

from aura.files.chunked_reader import PIECE, ChunkedReader
from aura_fast.chunked import Compressor, Decompressor

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["WINDOW_BITS", "ChunkedReader", "ChunkedWriter", "compress_stream", "decompress_stream", "open"]

WINDOW_BITS: Final = 16
"""Matches reach 64 KiB back unless the caller says otherwise."""


def compress_stream(
    chunks: Iterable[bytes], *, window_bits: int = WINDOW_BITS, level: int = 0, frame_size: int | None = None
) -> Iterator[bytes]:
    """Code a stream of bytes, in constant memory; the first output comes after the first 64 KiB.

    Args:
        chunks: the content, cut anywhere.
        window_bits: matches reach 2^window_bits bytes back, 10 to 18. Both ends need some more memory for more.
        level: 0, or 1 to take more time and give less.
        frame_size: bytes of content between places where reading can begin, 1 or more; the file has an index then.
            An index has room for at least 58,000 frames, usually for 170,000.

    Raises:
        EncodeError: an argument is out of range, or ``frame_size`` is too small for so much content.
        TypeError: ``chunks`` is bytes or a string itself.
    """
    compressor = Compressor(window_bits=window_bits, level=level, frame_size=frame_size)
    return _compressed(compressor, _pieces(chunks))


def _compressed(compressor: Compressor, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if output := compressor.compress(piece):
            yield output
    yield compressor.finish()


def decompress_stream(chunks: Iterable[bytes], *, max_size: int | None = None) -> Iterator[bytes]:
    """Read a stream of bytes, in constant memory.

    Args:
        chunks: the output of ``compress_stream``, cut anywhere.
        max_size: bytes that the whole content may have; any if None.

    Raises:
        DecodeError: the stream is refused. The content before the error has been yielded, but it is not all.
        TypeError: ``chunks`` is bytes or a string itself.
    """
    return _decompressed(Decompressor(max_size=max_size), _pieces(chunks))


def _decompressed(decompressor: Decompressor, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        decompressor.feed(piece)
        yield from decompressor.blocks()
    decompressor.finish()


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks, the large ones cut."""
    if isinstance(chunks, (bytes, bytearray, memoryview, str)):
        raise TypeError(f"chunks is an iterable of bytes, not {type(chunks).__name__} itself")
    return (piece for chunk in chunks for piece in _cut(chunk))


def _cut(content: ReadableBuffer) -> Iterator[bytes]:
    """Content in pieces of at most ``PIECE`` bytes."""
    with memoryview(content) as view, view.cast("B") as data:
        for start in range(0, len(data), PIECE):
            yield bytes(data[start : start + PIECE])


class _State(Enum):
    """Of a file that is written: whether content can follow."""

    OPEN = auto()
    BROKEN = auto()
    OVER = auto()


class ChunkedWriter(io.RawIOBase):
    """Writes a chunked file.

    Args:
        file: to write to, from where it stands; stays open.
        window_bits: as for ``compress_stream``.
        level: as for ``compress_stream``.
        frame_size: as for ``compress_stream``.
        close_file: close ``file`` as well when this is closed.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        window_bits: int = WINDOW_BITS,
        level: int = 0,
        frame_size: int | None = None,
        close_file: bool = False,
    ) -> None:
        super().__init__()
        self._compressor = Compressor(window_bits=window_bits, level=level, frame_size=frame_size)
        self._file = file
        self._close_file = close_file
        self._length = 0
        self._state = _State.OPEN

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
        if self.closed:
            raise ValueError("write to a closed file")
        length = 0
        for piece in _cut(data):
            self._put(partial(self._compressor.compress, piece))
            length += len(piece)
        self._length += length
        return length

    def flush(self) -> None:
        """End the block, so that all content so far can be read; costs some bytes.

        Raises:
            OSError: the file below fails, now or before.
        """
        if self._state is not _State.OVER:
            self._put(self._compressor.flush)
            self._file.flush()

    def close(self) -> None:
        """Write the end of the file.

        Raises:
            OSError: the file below fails, or has failed before: the file is incomplete, and readers say so.
        """
        if self.closed:
            return
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
            self._state = _State.OVER
        self.close()

    def _put(self, step: Callable[[], bytes]) -> None:
        """Write the bytes that a step of the compressor gives.

        If this is interrupted, bytes are missing, so that nothing may follow.
        """
        if self._state is _State.BROKEN:
            raise OSError("the file is incomplete, as it could not be written before")
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
            raise BlockingIOError("the file below takes no bytes")
        rest = rest[size:]


_MODES: Final = {"r": "rb", "rb": "rb", "w": "wb", "wb": "wb", "x": "xb", "xb": "xb"}


def open(  # noqa: A001  # as gzip.open and its like
    path: str | PathLike[str],
    mode: Literal["r", "rb", "w", "wb", "x", "xb"] = "rb",
    *,
    window_bits: int = WINDOW_BITS,
    level: int = 0,
    frame_size: int | None = None,
    max_size: int | None = None,
) -> io.BufferedReader | ChunkedWriter:
    """Open a chunked file as a binary file object.

    Args:
        path: of the file.
        mode: ``"rb"`` or ``"r"`` to read, ``"wb"`` or ``"w"`` to write, ``"xb"`` or ``"x"`` to write a file that
            does not exist yet.
        window_bits: to write; as for ``compress_stream``.
        level: to write; as for ``compress_stream``.
        frame_size: to write; as for ``compress_stream``.
        max_size: to read; as for ``decompress_stream``.

    Raises:
        EncodeError: an argument is out of range; the file is left as it was.
        OSError: the file cannot be opened.
        ValueError: the mode is another. Text is not taken, and a file cannot be appended to, as it has one end.
    """
    if mode not in _MODES:
        raise ValueError(f"mode {mode!r} is not one of {', '.join(_MODES)}: bytes alone, and no appending")
    if (binary := _MODES[mode]) == "rb":
        file = io.open(path, "rb")  # noqa: SIM115, UP020  # closed with the reader; the name is taken here
        return io.BufferedReader(ChunkedReader(file, max_size=max_size, close_file=True), PIECE)
    Compressor(window_bits=window_bits, level=level, frame_size=frame_size)  # before a file is overwritten
    output = cast("BinaryIO", io.open(path, binary))  # noqa: SIM115, UP020
    return ChunkedWriter(output, window_bits=window_bits, level=level, frame_size=frame_size, close_file=True)

"""Chunked files as file objects, binary or text, with the calls of ``gzip`` and ``compression.zstd``."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from os import PathLike, fspath
from types import TracebackType
from typing import BinaryIO, Final, Literal, TypeAlias, cast, overload

from aura.files.buffers import ReadableBuffer, WriteableBuffer
from aura.files.chunked_reader import ChunkedReader
from aura.files.chunked_writer import ChunkedWriter
from aura.files.options import checked_max_size, new_compressor
from aura.files.pieces import PIECE, WINDOW_BITS

BinaryMode: TypeAlias = Literal["r", "rb", "w", "wb", "x", "xb"]
TextMode: TypeAlias = Literal["rt", "wt", "xt"]
Source: TypeAlias = str | PathLike[str] | BinaryIO
"""A path, or a binary file object that is open."""

_MODES: Final = ("r", "rb", "w", "wb", "x", "xb")
_TEXT_MODES: Final = ("rt", "wt", "xt")


class AuraFile(io.BufferedIOBase):
    """A chunked file, opened to be read or to be written.

    After an exception in its ``with`` block a file that is written gets no end, so that readers refuse it as
    ``Truncated``.

    Args:
        file: the path of the file, or a binary file object, used from where it stands and left open.
        mode: ``"rb"`` or ``"r"`` to read, ``"wb"`` or ``"w"`` to write, ``"xb"`` or ``"x"`` to write a file that
            does not exist yet.
        level: to write; 0, or 1 to take more time and give smaller output.
        window_bits: to write; matches reach 2^window_bits bytes back, 10 to 18.
        frame_size: to write; bytes of content between places where reading can begin, 1 or more. The file gets an
            index then, so that seeking is fast.
        max_size: to read; bytes that the content may have, any if None.

    Raises:
        EncodeError: an argument is out of range; the file is left as it was.
        OSError: the file cannot be opened.
        TypeError: ``file`` is neither a path nor a file object, or an option is no whole number.
        ValueError: the mode is another, or ``max_size`` is below 0. A file cannot be appended to: it has one end.
    """

    _reader: io.BufferedReader | None = None
    _writer: ChunkedWriter | None = None

    def __init__(
        self,
        file: str | PathLike[str] | BinaryIO,
        mode: Literal["r", "rb", "w", "wb", "x", "xb"] = "rb",
        *,
        level: int = 0,
        window_bits: int = WINDOW_BITS,
        frame_size: int | None = None,
        max_size: int | None = None,
    ) -> None:
        _check_mode(mode, _MODES)
        self._mode = mode[0] + "b"
        # before a file is opened or overwritten
        compressor = new_compressor(window_bits=window_bits, level=level, frame_size=frame_size)
        checked_max_size(max_size)
        is_path = isinstance(file, str | PathLike)
        if isinstance(file, str | PathLike):
            self._name: object = fspath(file)
            self._file = cast("BinaryIO", io.open(file, self._mode))  # noqa: SIM115, UP020  # closed with this
        elif hasattr(file, "read" if self._mode == "rb" else "write"):
            self._name = getattr(file, "name", "")
            self._file = file
        else:
            raise TypeError(f"file is a path or a binary file object, not {type(file).__name__}")
        if self._mode == "rb":
            raw = ChunkedReader(self._file, max_size=max_size, close_file=is_path)
            self._reader = io.BufferedReader(raw, PIECE)
        else:
            self._writer = ChunkedWriter(self._file, compressor, close_file=is_path)

    @property
    def mode(self) -> str:
        """``"rb"``, ``"wb"`` or ``"xb"``."""
        return self._mode

    @property
    def name(self) -> str:
        """The path of the file, or what the file object calls itself; empty if it has no name."""
        return str(self._name)

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        end = self._reader or self._writer
        return end is None or end.closed

    def readable(self) -> bool:
        """Return whether the file was opened to be read."""
        self._check_open()
        return self._reader is not None

    def writable(self) -> bool:
        """Return whether the file was opened to be written."""
        self._check_open()
        return self._writer is not None

    def seekable(self) -> bool:
        """Return whether the file is read and the file below can seek."""
        self._check_open()
        return self._reader is not None and self._reader.seekable()

    def fileno(self) -> int:
        """Return the descriptor of the file below.

        Raises:
            OSError: it has none.
        """
        self._check_open()
        if not hasattr(self._file, "fileno"):
            raise io.UnsupportedOperation("the underlying file has no descriptor")
        return self._file.fileno()

    def read(self, size: int | None = -1, /) -> bytes:
        """Read ``size`` bytes of content, fewer only at the end; all that is left if None or below 0.

        Raises:
            DecodeError: the file is refused.
        """
        return self._reading().read(size)

    def read1(self, size: int = -1, /) -> bytes:
        """Read at most ``size`` bytes of content, with at most one read of the content below.

        Raises:
            DecodeError: the file is refused.
        """
        return self._reading().read1(size)

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read content into ``buffer`` until it is full or the content ends; return how many bytes.

        Raises:
            DecodeError: the file is refused.
        """
        return self._reading().readinto(buffer)

    def readinto1(self, buffer: WriteableBuffer, /) -> int:
        """Read content into ``buffer``, with at most one read of the content below; return how many bytes.

        Raises:
            DecodeError: the file is refused.
        """
        return self._reading().readinto1(buffer)

    def readline(self, size: int | None = -1, /) -> bytes:
        """Read a line of content, at most ``size`` bytes of it.

        Raises:
            DecodeError: the file is refused.
        """
        return self._reading().readline(-1 if size is None else size)

    def peek(self, size: int = 0, /) -> bytes:
        """Return content that comes next without going on; at least a byte, unless the content ends.

        Raises:
            DecodeError: the file is refused.
        """
        return self._reading().peek(size)

    def __iter__(self) -> Iterator[bytes]:
        self._reading()
        return self

    def __next__(self) -> bytes:
        return next(self._reading())

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place in the content that is read, or to its end if it is shorter; return where that is.

        Without an index all content before the place is read, and all content to find its end.

        Raises:
            DecodeError: the file is refused.
            OSError: the file is written, or the file below cannot seek.
            ValueError: the place is before the content, or ``whence`` is not a valid value.
        """
        return self._reading().seek(offset, whence)

    def tell(self) -> int:
        """Return the place in the content, in bytes."""
        self._check_open()
        if self._writer is not None:
            return self._writer.tell()
        return self._reading().tell()

    def write(self, data: ReadableBuffer, /) -> int:
        """Write content; return how many bytes.

        Raises:
            OSError: the file is read, or the file below fails, now or before: it is incomplete then, and stays so.
            EncodeError: ``frame_size`` is too small for so much content.
        """
        self._check_open()
        if self._writer is None:
            raise io.UnsupportedOperation("the file was opened to be read")
        return self._writer.write(data)

    def flush(self) -> None:
        """End the block that is written, so that all content so far can be read; costs some bytes.

        Raises:
            OSError: the file below fails, now or before.
        """
        self._check_open()
        if self._writer is not None:
            self._writer.flush()

    def close(self) -> None:
        """Write the end of a file that is written; close what was opened by its path.

        Raises:
            OSError: the file below fails, or has failed before: the file is incomplete, and readers say so.
        """
        end = self._reader or self._writer
        if end is not None:
            end.close()

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
        """Let nothing follow in a file that is written, not even an end, so that readers find it incomplete."""
        if self._writer is not None:
            self._writer.abandon()

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("the file is closed")

    def _reading(self) -> io.BufferedReader:
        self._check_open()
        if self._reader is None:
            raise io.UnsupportedOperation("the file was opened to be written")
        return self._reader


class _AuraTextFile(io.TextIOWrapper):
    """Text over an :class:`AuraFile`, which gets no end after an exception either."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:  # what is not encoded yet is not written either
            cast("AuraFile", self.buffer).abandon()
            self.buffer.close()
        self.close()


def _check_mode(mode: str, taken: tuple[str, ...]) -> None:
    """Refuse other modes.

    Raises:
        ValueError: it is another.
    """
    if mode not in taken:
        appending = "; a file cannot be appended to, as it has one end" if "a" in str(mode) else ""
        raise ValueError(f"mode {mode!r} is not one of {', '.join(taken)}{appending}")


@overload
def open(  # noqa: A001
    file: Source, mode: BinaryMode = "rb", *, level: int = 0, frame_size: int | None = None
) -> AuraFile: ...


@overload
def open(  # noqa: A001
    file: Source,
    mode: TextMode,
    *,
    level: int = 0,
    frame_size: int | None = None,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
) -> io.TextIOWrapper: ...


def open(  # noqa: A001  # as gzip.open and its like
    file: Source,
    mode: BinaryMode | TextMode = "rb",
    *,
    level: int = 0,
    frame_size: int | None = None,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
) -> AuraFile | io.TextIOWrapper:
    """Open a chunked file as a file object, binary or text.

    Args:
        file: the path of the file, or a binary file object, used from where it stands and left open.
        mode: ``"rb"``, ``"wb"`` and ``"xb"`` for bytes, also without the b; ``"rt"``, ``"wt"`` and ``"xt"`` for
            text. With x the file must not exist yet.
        level: to write; 0, or 1 to take more time and give smaller output.
        frame_size: to write; bytes of content between places where reading can begin. The file gets an index then.
        encoding: of text; UTF-8 if None.
        errors: of text, as for ``io.TextIOWrapper``.
        newline: of text, as for ``io.TextIOWrapper``.

    Raises:
        EncodeError: an argument is out of range; the file is left as it was.
        LookupError: there is no such encoding, or way with ``errors``; the file is left as it was.
        OSError: the file cannot be opened.
        TypeError: ``file`` is neither a path nor a file object, or an option is no whole number.
        ValueError: the mode is another, or ``encoding``, ``errors`` or ``newline`` is given for bytes. A file
            cannot be appended to, as it has one end: read it, and write another.
    """
    _check_mode(mode, (*_MODES, *_TEXT_MODES))
    if "t" not in mode:
        for name, value in (("encoding", encoding), ("errors", errors), ("newline", newline)):
            if value is not None:
                raise ValueError(f"{name} is for text, and mode {mode!r} is for bytes")
        return AuraFile(file, cast("BinaryMode", mode), level=level, frame_size=frame_size)
    # found out before a file is overwritten
    io.TextIOWrapper(io.BytesIO(), encoding or "utf-8", errors, newline)
    codecs.lookup_error(errors or "strict")
    binary = AuraFile(file, cast("BinaryMode", mode[0]), level=level, frame_size=frame_size)
    return _AuraTextFile(binary, encoding or "utf-8", errors, newline)

"""The content of a file that may be compressed with gzip or Zstandard, read once from start to end."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import zstandard

from aura.files.corpus.errors import CorpusError

_PIECE: Final = 1 << 12
"""Bytes that are read at a time. Zstandard makes at most 2^15 bytes of each, and gzip 2^10."""

_MAGIC_SIZE: Final = 4


class Input(Protocol):
    """What is read: any binary file, a pipe included."""

    def read1(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; none at the end."""


class _Decompressor(Protocol):
    """One member of a gzip file, or one frame of a Zstandard file."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Format:
    name: str
    magics: tuple[bytes, ...]
    start: Callable[[], _Decompressor]
    error: type[Exception]


_FORMATS: Final = (
    _Format("gzip", (b"\x1f\x8b",), lambda: zlib.decompressobj(16 + zlib.MAX_WBITS), zlib.error),
    _Format(
        "Zstandard",
        (b"\x28\xb5\x2f\xfd", *(bytes((low, 0x2A, 0x4D, 0x18)) for low in range(0x50, 0x60))),
        lambda: zstandard.ZstdDecompressor().decompressobj(),
        zstandard.ZstdError,
    ),
)


def decompress(file: Input, name: str) -> Iterator[bytes]:
    """Yield the content of a file, whose first bytes tell whether it is compressed.

    Args:
        file: to read; it need not be seekable.
        name: of the file, for errors.

    Raises:
        CorpusError: compressed data is damaged or cut short; names the file and the byte.
    """
    pieces = _Pieces(file)
    data = pieces.fill(b"")
    form = next((form for form in _FORMATS if data.startswith(form.magics)), None)
    if form is None:
        while data:
            yield data
            data = pieces.next()
        return
    while data:
        if not data.startswith(form.magics):
            raise CorpusError(f"{name}: no {form.name} data at byte {pieces.offset - len(data)}")
        decompressor = form.start()
        while not decompressor.eof:
            data = data or pieces.next()
            if not data:
                raise CorpusError(f"{name}: the {form.name} data is cut short at byte {pieces.offset}")
            try:
                output = decompressor.decompress(data)
            except form.error as error:
                before = pieces.offset
                raise CorpusError(f"{name}: damaged {form.name} data before byte {before}: {error}") from None
            data = b""
            if output:
                yield output
        data = pieces.skip_padding(decompressor.unused_data)


class _Pieces:
    """A file in pieces; ``offset`` is how many bytes have been read."""

    def __init__(self, file: Input) -> None:
        self._file = file
        self.offset = 0

    def next(self) -> bytes:
        piece = self._file.read1(_PIECE)
        self.offset += len(piece)
        return piece

    def fill(self, data: bytes) -> bytes:
        """Read on until there are as many bytes as tell a format, or the file ends."""
        while len(data) < _MAGIC_SIZE and (piece := self.next()):
            data += piece
        return data

    def skip_padding(self, data: bytes) -> bytes:
        """Go to the next member: NULs between them and after the last are padding, as on tapes."""
        data = data.lstrip(b"\0")
        while not data and (piece := self.next()):
            data = piece.lstrip(b"\0")
        return self.fill(data)

"""Content cut into pieces, so that what codes it needs the same memory for any amount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from aura.files.buffers import ReadableBuffer

PIECE: Final = 1 << 16
"""Bytes that are read or taken at a time."""

WINDOW_BITS: Final = 16
"""Matches reach 64 KiB back unless the caller says otherwise."""


def pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks, the large ones cut.

    Raises:
        TypeError: ``chunks`` is bytes or a string itself.
    """
    if isinstance(chunks, (bytes, bytearray, memoryview, str)):
        raise TypeError(f"chunks is an iterable of bytes, not {type(chunks).__name__} itself")
    return (piece for chunk in chunks for piece in cut(chunk))


def cut(content: ReadableBuffer) -> Iterator[bytes]:
    """Content in pieces of at most ``PIECE`` bytes."""
    with memoryview(content) as view:
        if not view.nbytes:  # a shape with zeros cannot be cast
            return
        data = view.cast("B")
        for start in range(0, len(data), PIECE):
            yield bytes(data[start : start + PIECE])

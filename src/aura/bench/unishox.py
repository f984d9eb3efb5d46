"""Unishox2, a codec for short texts with a built-in model of prose, through unishox2-py3.

It is favoured here in two ways.  Its decoder must be told the size of the text, and this is taken
as something that the caller knows by other means: not a byte is counted for it.  And it takes only
text, and looks for repeats in time quadratic in the length, so messages that are not UTF-8 or
have more than 64 KiB are counted as stored, at their own size plus one byte, where whether a
message is stored is again known for nothing.

Its documentation says that a wrong size at decoding crashes the process (the C code writes where
it likes), and that nothing can catch this; the buffer for encoding is a guess too.  So it is
measured in a process of its own, see ``aura.bench.isolation``.  What it gets wrong without crashing
is counted as a failure, as for any codec.
"""

from importlib import import_module
from typing import Final, Protocol, cast

from aura.bench.codecs import RefusedError, Stateless

__all__ = ["PACKAGE", "Unishox2Peer"]

PACKAGE: Final = "unishox2"
MAX_SIZE: Final = 1 << 16
STORED: Final = b"\x00"


class _Unishox2(Protocol):
    """The package's two functions, which are published without type information."""

    def compress(self, text: str, /) -> tuple[bytes, int]:
        """Return the compressed bytes, and the size of the text in UTF-8 bytes."""

    def decompress(self, wire: bytes, size: int, /) -> str:
        """Return the text of ``size`` UTF-8 bytes."""


class Unishox2Peer(Stateless):
    """Unishox2 with its default preset."""

    name = "unishox2"

    def __init__(self) -> None:
        self._unishox2 = cast("_Unishox2", import_module(PACKAGE))
        # Known out of band: the size of the message last encoded, None if it was stored.
        self._size: int | None = None

    def encode(self, data: bytes) -> bytes:
        """Return the compressed text, or the message itself after one byte."""
        self._size = None
        if len(data) > MAX_SIZE:
            return STORED + data
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return STORED + data
        wire, self._size = self._unishox2.compress(text)
        return wire

    def decode(self, wire: bytes) -> bytes:
        """Return the message that was encoded last."""
        if self._size is not None:
            return self._unishox2.decompress(wire, self._size).encode()
        if not wire.startswith(STORED):
            raise RefusedError("not a stored message")
        return wire.removeprefix(STORED)

"""The ends of streams of ``aura_fast``, with the calls that streams of the package make."""

from __future__ import annotations

from collections.abc import Callable

from aura_fast import stream
from aura_spec.stream import Text


class Sender(stream.Sender):
    """The end of a stream that sends."""

    __slots__ = ()

    def send(
        self, data: bytes, is_text: bool, compress: Callable[[bytes], bytes] | None, max_string: int, /
    ) -> bytes:
        """The next message."""
        return self.encode(Text(data, is_text), compress, max_string)


class Receiver(stream.Receiver):
    """The end of a stream that receives."""

    __slots__ = ()

    def receive(
        self, wire: bytes, max_size: int, decompress: Callable[[bytes, int], bytes], keeps: bool, /
    ) -> str | bytes:
        """Read the next message."""
        text = self.decode(wire, max_size, decompress, keeps=keeps)
        return text.data.decode() if text.is_text else text.data

r"""The content coding ``aura``: event streams, coded as they are written (chapter ``event_stream``).

>>> from aura.model import Model
>>> model = Model.load_small()
>>> encoder, decoder = EventStreamEncoder(model), EventStreamDecoder(model)
>>> wire = encoder.encode(b"data: Is there anything else I can help you with?\n\ndata: Goo")
>>> len(wire) < 20, decoder.decode(wire)
(True, b'data: Is there anything else I can help you with?\n\n')
>>> decoder.decode(encoder.encode(b"dbye\n\n") + encoder.finish())
b'data: Goodbye\n\n'
>>> decoder.finish()
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from aura.model import Model
from aura.session.coding import SingleDecoder, SingleEncoder
from aura_spec.event_stream import build_record, check_end, take_record
from aura_spec.session import ALL_METHODS

_EVENT_END: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")

LONGEST_PART: Final = 1 << 16
"""Bytes of an event that are kept until it ends; more are sent before it does."""


class EventStreamEncoder:
    """Codes an event stream, event by event.

    Args:
        model: that the client holds, or None.
        level: which methods are tried, as in :class:`aura.Codec`.
    """

    def __init__(self, model: Model | None = None, *, level: int = 2) -> None:
        self._encoder = SingleEncoder(model, level=level, methods=ALL_METHODS, with_builtin=True)
        self._pending = bytearray()

    def encode(self, content: bytes) -> bytes:
        """The records of the events that are complete with this content; empty if there are none."""
        self._pending += content
        parts = []
        while end := _EVENT_END.search(self._pending):
            parts.append(bytes(self._pending[: end.end()]))
            del self._pending[: end.end()]
        if len(self._pending) > LONGEST_PART:
            parts.append(bytes(self._pending))
            self._pending.clear()
        return b"".join(map(self._record, parts))

    def finish(self) -> bytes:
        """The record of what is left."""
        rest = bytes(self._pending)
        self._pending.clear()
        return self._record(rest) if rest else b""

    def _record(self, part: bytes) -> bytes:
        return build_record(self._encoder.code(part))


class EventStreamDecoder:
    """Reads an event stream, as it comes.

    Args:
        model: that the server named, or None.
        max_size: bytes that a part of the content may have.
    """

    def __init__(self, model: Model | None = None, *, max_size: int = 1 << 20) -> None:
        self._decoder = SingleDecoder(model)
        self._max_size = max_size
        self._content = bytearray()
        self._offset = 0

    def decode(self, wire: bytes) -> bytes:
        """The content that is complete with these bytes.

        Raises:
            DecodeError: the content is refused; what came before is good.
        """
        self._content += wire
        return b"".join(self._parts())

    def _parts(self) -> Iterator[bytes]:
        while True:
            before = len(self._content)
            message = take_record(self._content, self._max_size, self._offset)
            if message is None:
                return
            self._offset += before - len(self._content)
            yield self._decoder.read(message, self._max_size)

    def finish(self) -> None:
        """Check that the content is complete.

        Raises:
            Truncated: it ends inside a record.
        """
        check_end(self._content, self._offset)


def decode_event_stream(
    chunks: Iterable[bytes], model: Model | None = None, *, max_size: int = 1 << 20
) -> Iterator[bytes]:
    """The content of an event stream, as it comes.

    Args:
        chunks: what the server sent.
        model: that it named, or None.
        max_size: bytes that a part of the content may have.

    Raises:
        DecodeError: the content is refused.
    """
    decoder = EventStreamDecoder(model, max_size=max_size)
    for chunk in chunks:
        if content := decoder.decode(chunk):
            yield content
    decoder.finish()

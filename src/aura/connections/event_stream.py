r"""The content coding ``aura``: event streams, coded as they are written (chapter ``event_stream``).

>>> from aura.models.model import Model
>>> model = Model.load_small()
>>> encoder, decoder = EventStreamEncoder(model), EventStreamDecoder(model)
>>> wire = encoder.encode(b"data: Is there anything else I can help you with?\n\n")
>>> len(wire) < 20, decoder.decode(wire)
(True, b'data: Is there anything else I can help you with?\n\n')
>>> decoder.decode(encoder.encode(b"data: Goo")), decoder.decode(encoder.encode(b"dbye\n\n"))
(b'data: Goo', b'dbye\n\n')
>>> decoder.finish()
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from os import PathLike
from typing import Final

from aura import arguments
from aura.arguments import BytesLike, to_bytes, wire_bytes
from aura.connections.session.coding import Single
from aura.explanation.peek import peek
from aura.models.model import Model, as_model
from aura.observation import Direction, MessageEvent, Observer, check_observer, current_labels, tell
from aura.policy import LEVELS
from aura_fast.event_stream import build_record, take_record
from aura_spec.errors import DecodeError
from aura_spec.event_stream import MAX_PART, check_end

_EVENT_END: Final = re.compile(rb"(?:\r?\n|\r(?=\r))[\r\n]+")
"""The end of a line, and all empty lines behind it."""


class EventStreamEncoder:
    """Codes an event stream, write by write.

    Nothing is kept from one write to the next: whatever a write contains can be read from the bytes that
    :meth:`encode` returns for it (rule EVS-6).

    Args:
        model: that the client holds, or the path of its file, or None.
        level: which methods are tried, as in :class:`aura.Codec`.
        observer: is told of each record; see :class:`aura.observation.Observer`.

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: there is no such level.
    """

    def __init__(
        self,
        model: Model | str | PathLike[str] | None = None,
        *,
        level: int = 2,
        observer: Observer | None = None,
    ) -> None:
        held = _model(model)
        self._codec = Single(held, level=arguments.one_of("level", level, LEVELS))
        self._model_id = None if held is None else held.id
        self._observer = observer and check_observer(observer)

    def encode(self, content: str | BytesLike) -> bytes:
        """Code what the server writes: a record for each event, and one for the bytes after the last event.

        Write whole events where possible: each record costs two bytes or more, and is coded by itself.

        Args:
            content: any text or bytes. An event of more than 64 KiB takes several records (rule EVS-5).

        Raises:
            TypeError: the content is neither.
        """
        return b"".join(self.records(content))

    def records(self, content: str | BytesLike) -> Iterator[bytes]:
        """Code what the server writes, and yield the records one by one; otherwise as :meth:`encode`."""
        return map(self._record, _parts(to_bytes(content)))

    def _record(self, part: bytes) -> bytes:
        start = time.perf_counter()
        coded = self._codec.compress(part)
        record = build_record(coded)
        if self._observer is not None:
            seen, duration = peek(coded), time.perf_counter() - start
            event = MessageEvent(
                time.time(),
                Direction.OUT,
                part,
                len(record),
                duration,
                str(seen.method),
                seen.template_id,
                self._model_id,
                current_labels(),
            )
            tell(self._observer.on_message, event)
        return record

    def finish(self) -> bytes:
        """Return the bytes that end the stream: none, as nothing is kept."""
        return b""


def _parts(content: bytes) -> Iterator[bytes]:
    """Cut the content after each event, and where a part would be longer than ``MAX_PART``."""
    start = 0
    for stop in (*(end.end() for end in _EVENT_END.finditer(content)), len(content)):
        for begin in range(start, stop, MAX_PART):
            yield content[begin : min(begin + MAX_PART, stop)]
        start = stop


class EventStreamDecoder:
    """Reads an event stream, as it comes.

    Args:
        model: that the server named, or the path of its file, or None.
        max_size: bytes that a part of the content may have. Servers write parts of up to 64 KiB (rule EVS-5).

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: ``max_size`` is below 0.
    """

    def __init__(self, model: Model | str | PathLike[str] | None = None, *, max_size: int = MAX_PART) -> None:
        self._codec = Single(_model(model))
        self._max_size = arguments.whole_number("max_size", max_size, 0)
        self._content = bytearray()
        self._offset = 0
        self._error: DecodeError | None = None

    def parts(self, wire: BytesLike) -> Iterator[bytes]:
        """Take more bytes of the stream, and yield each part of the content that is complete with them.

        The parts are decoded one by one, so that no more than one is in memory at a time.

        Raises:
            DecodeError: the stream is refused. Everything before the error has been yielded, and every later
                call raises the same error.
        """
        self._check()
        self._content += wire_bytes(wire)
        return self._complete()

    def decode(self, wire: BytesLike) -> bytes:
        """Take more bytes of the stream, and return the content that is complete with them.

        Content before an error is not lost: this call returns it, and the next one raises the error.
        ``decode(b"")`` raises it at once.

        Raises:
            DecodeError: the stream is refused; everything before the error has been returned.
        """
        content = bytearray()
        try:
            for part in self.parts(wire):
                content += part
        except DecodeError:
            if not content:
                raise
        return bytes(content)

    def _complete(self) -> Iterator[bytes]:
        while True:
            before = len(self._content)
            try:
                message = take_record(self._content, self._max_size, self._offset)
                if message is None:
                    return
                part = self._codec.decompress(message, max_size=self._max_size)
            except DecodeError as error:
                self._error = error
                raise
            self._offset += before - len(self._content)
            yield part

    def finish(self) -> None:
        """Check that the stream is complete.

        Raises:
            Truncated: it ends inside a record.
            DecodeError: it was refused.
        """
        self._check()
        check_end(self._content, self._offset)

    def _check(self) -> None:
        if self._error:
            raise self._error


def decode_event_stream(
    chunks: Iterable[BytesLike], model: Model | str | PathLike[str] | None = None, *, max_size: int = MAX_PART
) -> Iterator[bytes]:
    """Read an event stream; yield the content as it comes, up to an error.

    Args:
        chunks: the response's body, cut anywhere.
        model: that the server named, or the path of its file, or None.
        max_size: bytes that a part of the content may have.

    Raises:
        DecodeError: the stream is refused; everything before the error has been yielded.
    """
    decoder = EventStreamDecoder(model, max_size=max_size)
    for chunk in chunks:
        yield from filter(None, decoder.parts(chunk))
    decoder.finish()


def _model(model: Model | str | PathLike[str] | None) -> Model | None:
    return None if model is None else as_model("model", model)

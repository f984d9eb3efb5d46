"""A codec that tells an observer of each message.

>>> import aura
>>> class Printer(Observer):
...     def on_message(self, event):
...         print(event.direction, event.method, len(event.message), event.wire_size < 4)
>>> codec = ObservedCodec(aura.Codec(), Printer())
>>> wire = codec.compress("Is there anything else I can help you with?")
out typed 43 True
>>> codec.decompress(wire).decode()
in typed 43 True
'Is there anything else I can help you with?'
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from aura.codec import Codec
from aura.codec_base import CodecBase, CodecWrapper
from aura.explanation.peek import Peek, peek
from aura.observation import (
    Direction,
    MessageEvent,
    Observer,
    RefusalEvent,
    check_observer,
    current_labels,
    tell,
)
from aura.templates import Match
from aura_spec.errors import DecodeError


class ObservedCodec(CodecWrapper[CodecBase]):
    """A codec that tells an observer of each message that it codes, reads or refuses. Thread-safe.

    Args:
        codec: does the work; also one that keeps results or is shared by workers.
        observer: is told; :class:`~aura.observation.Observers` are several in one.

    Raises:
        TypeError: an argument has a wrong type.
    """

    def __init__(self, codec: CodecBase, observer: Observer) -> None:
        if not isinstance(codec, CodecBase):
            raise TypeError(f"codec is a codec such as aura.Codec, not {type(codec).__name__}")
        super().__init__(codec)
        self._observer = check_observer(observer)
        innermost: CodecBase = codec
        while isinstance(innermost, CodecWrapper):
            innermost = innermost.codec
        self._innermost = innermost if isinstance(innermost, Codec) else None
        self._model_id: str | None = None

    @property
    def observer(self) -> Observer:
        """Is told of each message."""
        return self._observer

    def close(self) -> None:
        """Close the codec; it can be used further."""
        self.codec.close()

    def encode_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        """Code messages that are checked already, in order."""
        start = time.perf_counter()
        wires = self.codec.encode_messages(messages)
        self._tell(Direction.OUT, start, messages, wires)
        return wires

    def encode_match(self, match: Match, message: bytes) -> bytes:
        """Code a message as the smallest frame of a template that gives it."""
        start = time.perf_counter()
        wire = self.codec.encode_match(match, message)
        self._tell(Direction.OUT, start, (message,), (wire,))
        return wire

    def decode_wire(self, wire: bytes, max_size: int) -> bytes:
        """Read one compressed message.

        Raises:
            DecodeError: the message is refused.
        """
        start = time.perf_counter()
        try:
            message = self.codec.decode_wire(wire, max_size)
        except DecodeError as error:
            self._tell(Direction.IN, start, (error,), (wire,))
            raise
        self._tell(Direction.IN, start, (message,), (wire,))
        return message

    def decode_wires(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError]:
        """Read compressed messages, in order; in place of one that is refused there is the error."""
        start = time.perf_counter()
        results = self.codec.decode_wires(wires, max_size)
        self._tell(Direction.IN, start, results, wires)
        return results

    def _tell(
        self,
        direction: Direction,
        start: float,
        results: Sequence[bytes | DecodeError],
        wires: Sequence[bytes],
    ) -> None:
        """Tell of messages that took from ``start`` until now."""
        if not wires:
            return
        duration = (time.perf_counter() - start) / len(wires)
        now = time.time()
        labels = current_labels()
        for result, wire in zip(results, wires, strict=True):
            seen = self._look_at(wire)
            method = None if seen is None else str(seen.method)
            if isinstance(result, DecodeError):
                tell(self._observer.on_refusal, RefusalEvent(now, len(wire), result, method, labels))
                continue
            tell(
                self._observer.on_message,
                MessageEvent(
                    now,
                    direction,
                    result,
                    len(wire),
                    duration,
                    method or "",
                    None if seen is None else seen.template_id,
                    (seen and seen.model_id) or self._model_id or self._find_model(),
                    labels,
                ),
            )

    def _look_at(self, wire: bytes) -> Peek | None:
        try:
            return peek(wire, check=self._innermost is not None and self._innermost.check)
        except DecodeError:
            return None

    def _find_model(self) -> str | None:
        """The id of the model; by now the codec has read it."""
        if self._innermost is not None:
            self._model_id = self._innermost.model.id
        return self._model_id

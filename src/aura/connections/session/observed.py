"""What an observer is told of a session: its messages, the frames it refused, and how the connection fares."""

from __future__ import annotations

import time

from aura.connections.prepared import PreparedMessage
from aura.connections.session.coding import FrameCodec, Role, Streamed
from aura.connections.session.status import Status
from aura.explanation.peek import peek
from aura.observation import (
    Connecting,
    ConnectionEvent,
    Direction,
    Labels,
    MessageEvent,
    Observer,
    RefusalEvent,
    current_labels,
    tell,
)
from aura.templates import Hint
from aura_spec.errors import DecodeError
from aura_spec.session import NO_MODEL, Use, parse_data
from aura_spec.session_negotiation import Coding
from aura_spec.stream import HEAD_BYTE, Flag

STREAM = "stream"
"""The method of a message that is coded with the memory of its connection."""


class SessionReporter:
    """Tells an observer of one session.

    A message gets the labels of the context in which the application sends or receives it, then those of the
    session's status, and the role ``"client"`` or ``"server"`` of its sender if neither has one.

    Args:
        observer: is told.
        role: of this end.
        status: of the session.
    """

    __slots__ = ("_authors", "_is_open", "_observer", "_status")

    def __init__(self, observer: Observer, role: Role, status: Status) -> None:
        self._observer = observer
        self._status = status
        self._is_open = False
        peer = "server" if role == "client" else "client"
        self._authors = {Direction.OUT: Labels(role=role), Direction.IN: Labels(role=peer)}

    @classmethod
    def of(cls, observer: Observer | None, role: Role, status: Status) -> SessionReporter | None:
        """One that tells an observer, if there is one."""
        return None if observer is None else cls(observer, role, status)

    def observed(self, codec: FrameCodec, use: Use) -> FrameCodec:
        """The codec of a direction, which tells of each message."""
        return _ObservedFrames(codec, use, self)

    def labels(self, direction: Direction) -> Labels:
        """The labels of a message that is coded or read now."""
        return current_labels().over(self._status.labels).over(self._authors[direction])

    def message(self, event: MessageEvent) -> None:
        """Tell of a message."""
        tell(self._observer.on_message, event)

    def refusal(self, error: DecodeError, wire_size: int = 0) -> None:
        """Tell of a frame that was refused, or of a peer that sent none."""
        event = RefusalEvent(time.time(), wire_size, error, None, self.labels(Direction.IN))
        tell(self._observer.on_refusal, event)

    def opened(self) -> None:
        """Tell that both ends speak AURA."""
        self._is_open = True
        _report(self._observer, Connecting.OPENED)

    def closed(self) -> None:
        """Tell that the connection has ended, once, if it was opened."""
        if self._is_open:
            self._is_open = False
            _report(self._observer, Connecting.CLOSED)


def report_plain(observer: Observer | None) -> None:
    """Tell an observer, if there is one, that a peer does not speak AURA."""
    if observer is not None:
        _report(observer, Connecting.PLAIN)


def _report(observer: Observer, change: Connecting) -> None:
    tell(observer.on_connection, ConnectionEvent(time.time(), change))


class _ObservedFrames:
    """Codes and reads the messages of one direction, and tells of them."""

    __slots__ = ("_codec", "_is_tagged", "_model_id", "_reporter")

    def __init__(self, codec: FrameCodec, use: Use, reporter: SessionReporter) -> None:
        self._codec = codec
        self._model_id = None if use.model == NO_MODEL else use.model.hex()
        self._is_tagged = use.coding is Coding.TAGGED
        self._reporter = reporter

    def encode(self, message: bytes, *, text: bool, hint: Hint | None = None) -> bytes:
        """Code the next message as a frame."""
        start = time.perf_counter()
        frame = self._codec.encode(message, text=text, hint=hint)
        self._tell(Direction.OUT, start, message, frame)
        return frame

    def encode_prepared(self, message: PreparedMessage) -> bytes:
        """Code the next message as a frame, with what other connections have of it."""
        start = time.perf_counter()
        frame = self._codec.encode_prepared(message)
        self._tell(Direction.OUT, start, message.data, frame)
        return frame

    def has_coded(self, message: PreparedMessage) -> bool:
        """Whether sending a message takes next to nothing."""
        return self._codec.has_coded(message)

    def decode(self, frame: bytes, max_size: int) -> str | bytes:
        """Read the message in the next frame; of one that is refused the session tells."""
        start = time.perf_counter()
        data = self._codec.decode(frame, max_size)
        self._tell(Direction.IN, start, data.encode() if isinstance(data, str) else data, frame)
        return data

    def _tell(self, direction: Direction, start: float, message: bytes, frame: bytes) -> None:
        duration = time.perf_counter() - start
        coded, _ = parse_data(frame)
        single = _single_of(coded) if isinstance(self._codec, Streamed) else coded
        seen = None if single is None else peek(single, check=self._is_tagged)
        event = MessageEvent(
            time.time(),
            direction,
            message,
            len(frame),
            duration,
            STREAM if seen is None else str(seen.method),
            None if seen is None else seen.template_id,
            self._model_id,
            self._reporter.labels(direction),
        )
        self._reporter.message(event)


def _single_of(coded: bytes) -> bytes | None:
    """The message that a message of a stream holds, coded by itself; None if it is a string (rule STR-2)."""
    if len(coded) < 3 or coded[0] != HEAD_BYTE or not coded[1] & Flag.MESSAGE:
        return None
    return coded[4:] if coded[1] & Flag.RESET else coded[2:]

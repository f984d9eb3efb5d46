"""The session: frames in, events out, and messages in, frames out. No input or output, as in the library h11.

>>> from aura.models.model import Model
>>> from aura.connections.session import Models, Settings
>>> settings = Settings(Models([Model.load_small()]))
>>> client, server = Session(settings, role="client"), Session(settings, role="server")
>>> [hello], [other] = client.data_to_send(), server.data_to_send()
>>> [type(event).__name__ for event in client.receive_data(other) + server.receive_data(hello)]
['Ready', 'Ready']
>>> client.send("Is there anything else I can help you with?")
>>> use, message = client.data_to_send()
>>> [type(event).__name__ for event in server.receive_data(use)], len(message) < 8
(['Negotiated'], True)
>>> server.receive_data(message)
[TextReceived(data='Is there anything else I can help you with?')]
"""

from __future__ import annotations

from dataclasses import replace

from aura import arguments
from aura.arguments import BytesLike, buffer_bytes
from aura.connections.prepared import PreparedMessage, data_of
from aura.connections.session import control, events, hellos, transfer
from aura.connections.session.agreement import Agreement
from aura.connections.session.coding import FrameCodec, Role
from aura.connections.session.models import announced, find
from aura.connections.session.observed import SessionReporter
from aura.connections.session.settings import Settings
from aura.connections.session.state import State, after_received, after_sent
from aura.connections.session.status import Status
from aura.models.model import Model
from aura.templates import Hint
from aura_spec.errors import DecodeError, EncodeError, LimitExceeded, StreamDesync
from aura_spec.session import (
    CONTROL,
    COUNTERS,
    NO_MODEL,
    Chunk,
    Control,
    Have,
    Kind,
    Offer,
    Request,
    Use,
    build_control,
    check_frame,
    max_frame,
)
from aura_spec.session_negotiation import MAX_MODELS, Hello

_CONTROL, _USE, _REQUEST = (bytes((byte,)) for byte in (CONTROL, Kind.USE, Kind.REQUEST))


class Session:
    """One end of a session. Not thread-safe: one call at a time.

    Give it each frame of the peer with :meth:`receive_data` and each message with :meth:`send`; after every call,
    send the frames that :meth:`data_to_send` returns. :attr:`our_state` and :attr:`their_state` say which frames
    may be sent and received next. A session that raised a ``DecodeError`` is over: close the connection with
    ``aura_spec.session.close_code`` of the error.

    Args:
        settings: shared by the connections of this end.
        role: whether this end opened the connection.

    Raises:
        TypeError: ``role`` is no ``str``.
        ValueError: ``role`` is neither ``"client"`` nor ``"server"``.
    """

    __slots__ = (
        "_agreement",
        "_announced",
        "_decoder",
        "_encoder",
        "_exchange",
        "_has_read",
        "_has_sent",
        "_longest_frame",
        "_next_encoder",
        "_our_state",
        "_peer_models",
        "_reporter",
        "_role",
        "_settings",
        "_status",
        "_their_state",
        "_unsent",
        "_using",
        "_version",
    )

    def __init__(self, settings: Settings, *, role: Role) -> None:
        arguments.role(role)
        self._role: Role = role
        self._status = Status()
        self._settings = settings
        self._reporter = SessionReporter.of(settings.observer, role, self._status)
        self._our_state = self._their_state = State.OPENING
        self._agreement: Agreement | None = None
        self._peer_models: tuple[bytes, ...] = ()
        self._using: Use | None = None
        self._encoder: FrameCodec | None = None
        self._has_sent = False  # with this encoder
        self._next_encoder: FrameCodec | None = None  # the same, as long as nothing speaks for another one
        self._decoder: FrameCodec | None = None
        self._has_read = False  # with this decoder
        self._exchange = transfer.Exchange(settings.max_fetch, self._say)
        self._longest_frame = max_frame(settings.max_message)
        self._version = settings.models.version
        self._announced, hello = hellos.of(settings)
        self._unsent = [hello]  # a deque would take more memory on an idle connection

    @property
    def role(self) -> Role:
        """``"client"`` or ``"server"``."""
        return self._role

    @property
    def status(self) -> Status:
        """Whether and how the session speaks AURA, and what that saves."""
        return self._status

    @property
    def reporter(self) -> SessionReporter | None:
        """Tells the observer of the settings; None if there is none."""
        return self._reporter

    @property
    def our_state(self) -> State:
        """The state of the frames that this end sends; it never fails."""
        return self._our_state

    @property
    def their_state(self) -> State:
        """The state of the frames that the peer sends."""
        return self._their_state

    @property
    def is_ready(self) -> bool:
        """Whether the peer's hello has come, so that messages can be sent."""
        return self._agreement is not None

    @property
    def use(self) -> Use | None:
        """How the messages that this end sends are coded; None before the first."""
        return self._using

    @property
    def is_prepared_to_send(self) -> bool:
        """Whether a message was coded as the next one will be, so that nothing has to be loaded for it."""
        if self._agreement is None or self._settings.models.version != self._version:
            return False
        if self._next_encoder is not None:
            return True
        use, model = self._agreement.best(self._announced, self._peer_models)
        return (self._has_sent and use is self._using) or self._agreement.is_used(model.id if model else None)

    def has_coded(self, message: PreparedMessage) -> bool:
        """Whether another session has coded a message as this one would, so that it takes next to nothing."""
        return self._encoder is not None and self._encoder.has_coded(message)

    def is_prepared_for(self, frame: bytes) -> bool:
        """Whether reading a frame neither loads nor hashes a model."""
        if frame[:1] != _CONTROL:
            return self._has_read
        if frame[1:2] == _USE and self._agreement is not None:
            return all(self._agreement.is_used(model.id) for model in self._announced)
        return frame[1:2] != _REQUEST

    @property
    def max_message(self) -> int:
        """Bytes that a message may have that this end receives."""
        return self._settings.max_message

    def data_to_send(self) -> list[bytes]:
        """Return the frames that are to be sent, in order, and forget them."""
        if not self._unsent:
            return []
        frames, self._unsent = self._unsent, []
        self._status.sent.wire += sum(map(len, frames))
        return frames

    def next_chunk(self) -> bytes | None:
        """Return the next frame of a model file that the peer asked for; None if there is none.

        :meth:`data_to_send` does not return these frames, so that the sender can wait, frame by frame, until the
        peer has taken them.
        """
        chunk = self._exchange.next_chunk()
        if chunk is None:
            return None
        self._our_state = after_sent(self._our_state, Chunk)
        frame = build_control(chunk)
        self._status.sent.wire += len(frame)
        return frame

    @property
    def is_serving(self) -> bool:
        """Whether there are frames of a model file to be sent."""
        return bool(self._exchange.uploads)

    def check_message(self, message: str | bytes | PreparedMessage) -> bytes:
        """The bytes of a message that can be sent.

        Raises:
            EncodeError: it is longer than one of the ends allows, holds a lone surrogate, or the session is not
                ready.
        """
        if self._agreement is None:
            raise EncodeError("no message can be sent before the peer's hello")
        data = message.encode() if type(message) is str and message.isascii() else data_of(message)
        longest = self._agreement.max_message
        if len(data) > longest:
            raise EncodeError(f"a message of {len(data)} bytes is longer than {longest}")
        return data

    def send(self, message: str | bytes | PreparedMessage, *, hint: Hint | None = None) -> None:
        """Code a message; :meth:`data_to_send` returns its frames.

        Args:
            message: to be sent; one that is prepared is coded once for many sessions, and takes no hint.
            hint: the template that the message fills, if that is known. It is then sent as a template frame, if the
                peer holds the template and messages are sent by themselves, and nothing is searched for.

        Raises:
            EncodeError: as :meth:`check_message`, or the hint does not give the message. The message is not sent,
                and the session goes on.
            TypeError: a slot value has a wrong type. The same holds.
        """
        data = self.check_message(message)
        assert self._agreement is not None  # noqa: S101  # that was checked
        if self._settings.models.version != self._version:
            self._look_for_models()
        encoder = self._next_encoder or self._prepare(self._agreement)
        if isinstance(message, PreparedMessage):
            frame = encoder.encode_prepared(message)
        else:
            frame = encoder.encode(data, text=isinstance(message, str), hint=hint)
        self._unsent.append(frame)
        if self._next_encoder is None:
            self._our_state = after_sent(self._our_state, bytes)
            self._next_encoder = encoder
        if not self._has_sent:
            self._has_sent = True
            self._agreement.note_use(self._status.sent_with)
        sent = self._status.sent
        sent.messages += 1
        sent.plain += len(data)

    def receive_data(self, frame: BytesLike, *, longest: int | None = None) -> list[events.Event]:
        """Read a frame, and return its events; there is at most one.

        Args:
            frame: a binary message of the connection; bytes-like.
            longest: bytes of a message that is to be read now. A longer one gives ``[Deferred()]``, and nothing
                has happened then: the frame can be given again, where reading it may take a while.

        Raises:
            DecodeError: the frame is refused; the session is over.
            RuntimeError: a frame before was refused.
            TypeError: ``frame`` is not bytes-like; nothing has happened.
        """
        data = (
            frame
            if type(frame) is bytes
            else buffer_bytes(frame, "a frame is bytes, bytearray or memoryview")
        )
        if self._their_state is State.FAILED:
            raise RuntimeError("the session has refused a frame, and reads no further ones")
        try:
            if len(data) > self._longest_frame:
                check_frame(data, self._settings.max_message)
            event = self._read_control(data) if data[:1] == _CONTROL else self._read_message(data, longest)
        except DecodeError as error:
            self._their_state = State.FAILED
            if self._reporter is not None:
                self._reporter.refusal(error, len(data))
            raise
        return [] if event is None else [event]

    def hold(self, model: Model) -> None:
        """Hold a model that was fetched, and tell the peer. Other peers are told only if they have it, too."""
        self._settings.models.add_fetched(model)
        self._announce(model)

    def _read_message(self, frame: bytes, longest: int | None) -> events.Event:
        """Read a frame that holds a message."""
        if self._their_state is not State.OPEN:
            after_received(self._their_state, bytes)  # an error
        # the state allows a message only after a use frame
        assert self._decoder is not None and self._agreement is not None  # noqa: PT018, S101
        limit = self._settings.max_message
        size = limit if longest is None else min(longest, limit)
        try:
            data = self._decoder.decode(frame, size)
        except LimitExceeded:
            if size == limit:
                raise
            return events.Deferred()
        if not self._has_read:
            self._has_read = True
            self._agreement.note_use(self._status.received_with)
        received = self._status.received
        received.messages += 1
        received.wire += len(frame)
        received.plain += len(data if isinstance(data, bytes) or data.isascii() else data.encode())
        if self._settings.models.version != self._version:
            self._look_for_models()
        return events.TextReceived(data) if isinstance(data, str) else events.BytesReceived(data)

    def _read_control(self, frame: bytes) -> events.Event | None:
        """Read a control frame, and act on it."""
        self._status.received.wire += len(frame)
        said = control.read(frame)
        self._their_state = after_received(self._their_state, type(said))
        match said:
            case Hello():
                return self._begin(said)
            case Use():
                return self._prepare_to_read(said)
            case Have(model):
                # a peer may announce models without end; the latest are enough
                self._peer_models = (model, *self._peer_models)[: 2 * MAX_MODELS]
                self._next_encoder = None
                self._fetch(model)
                return events.ModelAnnounced(model)
            case Request(model, max_size):
                allowed = max_size if self._settings.serve_models else 0
                self._exchange.serve(announced(self._announced, model), allowed)
                return events.ModelRequested(model, max_size)
            case Offer(model, size):
                self._exchange.take_offer(said)
                return events.ModelOffered(model, size)
            case Chunk():
                fetched = self._exchange.take_chunk(said)
                return fetched and events.ModelFetched(*fetched)

    def _begin(self, hello: Hello) -> events.Event:
        """Agree with the peer (rule SES-5)."""
        self._our_state = after_sent(self._our_state, Hello)
        self._agreement = Agreement(self._settings, self._role, hello, self._reporter)
        self._peer_models = hello.models
        self._status.is_agreed = True
        if hello.models:
            self._fetch(hello.models[0])
        return events.Ready(hello)

    def _prepare_to_read(self, use: Use) -> events.Event:
        """Read messages as the peer says from here on (rules SES-7 and SES-8)."""
        assert self._agreement is not None  # noqa: S101  # the state allows a use frame only after the hello
        if use.count != self._status.received.messages % COUNTERS:
            raise StreamDesync("an earlier message was lost or repeated", 2, "count")
        model = None if use.model == NO_MODEL else announced(self._announced, use.model)
        self._decoder = self._agreement.codec_to_read(use, model)
        self._status.received_with = model.id if model else None
        self._has_read = self._agreement.is_used(self._status.received_with)
        return events.Negotiated(use)

    def _prepare(self, agreement: Agreement) -> FrameCodec:
        """The codec of the next message; the peer is told if it is another one than before (rule SES-7)."""
        use, model = agreement.best(self._announced, self._peer_models)
        if self._encoder is None or (use is not self._using and use != self._using):
            self._say(replace(use, count=self._status.sent.messages % COUNTERS))
            self._encoder = agreement.codec_to_send(use, model)
            self._has_sent = False
            self._status.sent_with = model.id if model else None
        self._using = use
        return self._encoder

    def _say(self, said: Control) -> None:
        self._our_state = after_sent(self._our_state, type(said))
        self._unsent.append(control.write(said))

    def _look_for_models(self) -> None:
        """Announce the models that were added since (rule SES-12)."""
        models = self._settings.models
        self._version = models.version
        # a peer may still use what it was told of, so that nothing is taken back
        for model in reversed(list(models)):
            self._announce(model)

    def _announce(self, model: Model) -> None:
        """Tell the peer of a model, unless it knows."""
        if find(self._announced, bytes.fromhex(model.id)) is None:
            self._announced = (model, *self._announced)
            self._next_encoder = None
            self._say(Have(bytes.fromhex(model.id)))

    def _fetch(self, model_id: bytes) -> None:
        """Ask for the model that the peer likes best, unless it is held (rule SES-13)."""
        if find(self._announced, model_id) is not None or not self._settings.max_fetch:
            return
        fetched = self._settings.models.get(model_id)
        if fetched is not None:
            self._announce(fetched)  # it came from another connection
        else:
            self._exchange.ask_for(model_id)

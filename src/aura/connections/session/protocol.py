"""The session: frames in, messages out, and the other way round.

>>> from aura.models.model import Model
>>> from aura.connections.session import Models, Settings
>>> settings = Settings(Models([Model.load_small()]))
>>> client, server = Session(settings, role="client"), Session(settings, role="server")
>>> events = [server.receive(frame) for frame in client.take()] + [client.receive(frame) for frame in server.take()]
>>> client.send("Is there anything else I can help you with?")
>>> use, message = client.take()
>>> server.receive(use), len(message) < 8
(None, True)
>>> server.receive(message).data
'Is there anything else I can help you with?'
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, cast

from aura.arguments import to_bytes
from aura.connections.session import transfer
from aura.connections.session.coding import (
    BUILTIN,
    Decoder,
    Encoder,
    Role,
    Single,
    SingleDecoder,
    SingleEncoder,
    StreamDecoder,
    StreamEncoder,
)
from aura.connections.session.events import Fetched, LongMessage, Message
from aura.connections.session.settings import Settings
from aura.connections.session.status import Status
from aura.connections.stream import Stream
from aura.models.model import Model
from aura_spec.errors import EncodeError, LimitExceeded, Malformed, StreamDesync, UnknownModel, Unsupported
from aura_spec.session import (
    ALL_CODINGS,
    COUNTERS,
    MAX_MODELS,
    NO_MODEL,
    Chunk,
    Coding,
    Codings,
    Control,
    Have,
    Hello,
    Kind,
    Offer,
    Request,
    Use,
    build_control,
    check_frame,
    is_control,
    parse_control,
)
from aura_spec.stream import CHECKS, MAX_STRING
from aura_spec.stream_model import MAX_MEMORY, MIN_MEMORY

_SLOW: Final = frozenset({bytes((Kind.USE,)), bytes((Kind.REQUEST,))})
"""Kinds of control frames for which a model is loaded or hashed."""


class Session:
    """One end of a session. Not thread-safe: one call at a time.

    Whatever there is to send, in order, is taken with :meth:`take` after each call. A session that raised a
    ``DecodeError`` is over: close the connection with ``aura_spec.session.close_code`` of the error.

    Args:
        settings: shared by the connections of this end.
        role: whether this end opened the connection.
    """

    __slots__ = (
        "_announced",
        "_decoder",
        "_encoder",
        "_exchange",
        "_has_read",
        "_has_sent",
        "_outgoing",
        "_peer",
        "_peer_models",
        "_settings",
        "_using",
        "_version",
        "role",
        "status",
    )

    def __init__(self, settings: Settings, *, role: Role) -> None:
        self.role: Role = role
        self.status = Status()
        self._settings = settings
        self._outgoing: list[bytes] = []  # a deque would take more memory on an idle connection
        self._peer: Hello | None = None
        self._peer_models: tuple[bytes, ...] = ()
        self._using: Use | None = None
        self._encoder: Encoder | None = None
        self._has_sent = False  # with this encoder
        self._decoder: Decoder | None = None
        self._has_read = False  # with this decoder
        self._exchange = transfer.Exchange(settings.max_fetch, self._say)
        self._version = settings.models.version
        self._announced = tuple(settings.models)
        self._say(
            Hello(
                settings.methods,
                ALL_CODINGS if settings.readable_memory else ALL_CODINGS & ~Codings.STREAM,
                settings.readable_memory,
                settings.max_message,
                settings.max_modelled,
                BUILTIN,
                tuple(bytes.fromhex(model.id) for model in self._announced),
            )
        )

    @property
    def is_ready(self) -> bool:
        """Whether the peer's hello is there, so that messages can be sent."""
        return self._peer is not None

    @property
    def use(self) -> Use | None:
        """How the messages that this end sends are coded; None before the first."""
        return self._using

    @property
    def is_prepared_to_send(self) -> bool:
        """Whether a message was coded as the next one will be, so that nothing has to be loaded for it."""
        if not self._has_sent or self._peer is None or self._settings.models.version != self._version:
            return False
        return self._choose(self._peer)[0] == self._using

    def is_prepared_for(self, frame: bytes) -> bool:
        """Whether reading a frame neither loads nor hashes a model."""
        return frame[1:2] not in _SLOW if is_control(frame) else self._has_read

    @property
    def max_message(self) -> int:
        """Bytes that a message may have that this end receives."""
        return self._settings.max_message

    def take(self) -> list[bytes]:
        """The frames that are to be sent, in order; each is given once."""
        frames = list(self._outgoing)
        self._outgoing.clear()
        self.status.sent.wire += sum(map(len, frames))
        return frames

    def next_chunk(self) -> bytes | None:
        """A frame of a model file that the peer asked for, or None.

        They are not among those of :meth:`take`, so that who sends them can wait, frame by frame, until the peer
        has taken them.
        """
        chunk = self._exchange.next_chunk()
        if chunk is None:
            return None
        frame = build_control(chunk)
        self.status.sent.wire += len(frame)
        return frame

    @property
    def is_serving(self) -> bool:
        """Whether there are frames of a model file to be sent."""
        return self._exchange.is_serving

    def check_message(self, message: str | bytes) -> bytes:
        """The bytes of a message that can be sent.

        Raises:
            EncodeError: it is longer than one of the ends allows, holds a lone surrogate, or the session is not
                ready.
        """
        if self._peer is None:
            raise EncodeError("the session is not ready")
        data = to_bytes(message)
        longest = min(self._peer.max_message, self._settings.max_message)
        if len(data) > longest:
            raise EncodeError(f"a message of {len(data)} bytes is longer than {longest}")
        return data

    def send(self, message: str | bytes) -> None:
        """Code a message.

        Raises:
            EncodeError: as :meth:`check_message`. It is not sent, and the session goes on.
        """
        data = self.check_message(message)
        self._look_for_models()
        encoder = self._agree(cast("Hello", self._peer))
        self._outgoing.append(encoder.encode(data, text=isinstance(message, str)))
        self._has_sent = True
        self.status.sent.messages += 1
        self.status.sent.plain += len(data)

    def receive(self, frame: bytes, *, longest: int | None = None) -> Message | Fetched | None:
        """Read a frame.

        Args:
            frame: a binary message of the connection.
            longest: bytes of a message that is to be read now; a longer one raises ``LongMessage``, and
                nothing has happened then: the frame can be given again, where reading it may take a while.

        Returns:
            What there is for the application to do, or None.

        Raises:
            DecodeError: the frame is refused; the session is over.
        """
        limit = self._settings.max_message
        check_frame(frame, limit)
        if is_control(frame):
            self.status.received.wire += len(frame)
            return self._take(parse_control(frame))
        if self._decoder is None:
            raise Malformed("a message comes before the frame that says how it is coded")
        size = limit if longest is None else min(longest, limit)
        try:
            data = self._decoder.decode(frame, size)
        except LimitExceeded:
            if size == limit:
                raise
            raise LongMessage from None
        self._has_read = True
        received = self.status.received
        received.messages += 1
        received.wire += len(frame)
        received.plain += len(data if isinstance(data, bytes) or data.isascii() else data.encode())
        self._look_for_models()
        return Message(data)

    def hold(self, model: Model) -> None:
        """Hold a model that was fetched, and tell the peer. Other peers are told only if they have it, too."""
        self._settings.models.add_fetched(model)
        self._announce(model)

    def _say(self, control: Control) -> None:
        self._outgoing.append(build_control(control))

    def _look_for_models(self) -> None:
        """Announce the models that were added since (rule SES-12)."""
        models = self._settings.models
        if models.version == self._version:
            return
        self._version = models.version
        # a peer may still use what it was told of, so that nothing is taken back
        for model in reversed(list(models)):
            self._announce(model)

    def _announce(self, model: Model) -> None:
        """Tell the peer of a model, unless it knows."""
        if self._held(bytes.fromhex(model.id)) is None:
            self._announced = (model, *self._announced)
            self._say(Have(bytes.fromhex(model.id)))

    def _choose(self, peer: Hello) -> tuple[Use, Model | None]:
        """How the next message is coded, and with which model."""
        liked = (model for model in self._announced if bytes.fromhex(model.id) in self._peer_models)
        model = next(liked, None)
        single = Coding.TAGGED if self._settings.tag and peer.codings & Codings.TAGGED else Coding.SINGLE
        if model is None:
            return Use(single, 0, NO_MODEL), None
        memory = min(peer.memory, self._settings.memory_for(model), MAX_MEMORY)
        if memory >= MIN_MEMORY and peer.codings & Codings.STREAM:
            return Use(Coding.STREAM, memory, bytes.fromhex(model.id), self._settings.check), model
        return Use(single, 0, bytes.fromhex(model.id)), model

    def _agree(self, peer: Hello) -> Encoder:
        """The encoder for the next message; says so if it is another one than before (rule SES-7)."""
        use, model = self._choose(peer)
        if self._encoder is None or use != self._using:
            self._say(replace(use, count=self.status.sent.messages % COUNTERS))
            self._using = use
            self._encoder = self._encoder_for(use, model, peer)
            self._has_sent = False
            self.status.sent_with = model.id if model else None
        return self._encoder

    def _encoder_for(self, use: Use, model: Model | None, peer: Hello) -> Encoder:
        single = self._single(model, peer)
        if model is None or use.coding is not Coding.STREAM:
            return single.encoder_for(use)
        return StreamEncoder(self._stream(model, use, single, self._max_modelled(peer)))

    def _stream(self, model: Model, use: Use, single: Single, max_string: int) -> Stream:
        """A stream as it is agreed on (rule SES-11)."""
        return Stream(
            model,
            role=self.role,
            memory=use.memory,
            check=use.check,
            codec=single,
            max_string=min(max_string, MAX_STRING),
        )

    def _max_modelled(self, peer: Hello) -> int:
        """Bytes of the longest message that this end codes with a model (rule SES-18)."""
        return min(peer.max_modelled, self._settings.max_modelled)

    def _single(self, model: Model | None, peer: Hello) -> Single:
        """How single messages are coded and read (rule SES-10)."""
        builtin = peer.templates == BUILTIN
        return Single(
            SingleEncoder(
                model,
                level=self._settings.level,
                methods=peer.methods,
                with_builtin=builtin,
                max_modelled=self._max_modelled(peer),
            ),
            SingleDecoder(model, with_builtin=builtin, max_modelled=self._settings.max_modelled),
        )

    def _take(self, control: Control) -> Fetched | None:
        """Act on a control frame."""
        if isinstance(control, Hello):
            if self._peer is not None:
                raise Malformed("there is a second hello", 1, "kind")
            self._peer = control
            self.status.is_agreed = True
            self._peer_models = control.models
            self._fetch(control.models[:1])
        elif self._peer is None:
            raise Malformed("the first frame is not a hello", 1, "kind")
        elif isinstance(control, Chunk):
            fetched = self._exchange.take_chunk(control)
            return fetched and Fetched(*fetched)
        else:
            self._answer(control, self._peer)
        return None

    def _answer(self, control: Use | Have | Request | Offer, peer: Hello) -> None:
        match control:
            case Use():
                self._decoder = self._decoder_for(control, peer)
                self._has_read = False
                self.status.received_with = None if control.model == NO_MODEL else control.model.hex()
            case Have(model):
                # of models that are announced for ever, the latest are enough
                self._peer_models = (model, *self._peer_models)[: 2 * MAX_MODELS]
                self._fetch((model,))
            case Request(model, max_size):
                allowed = max_size if self._settings.serve_models else 0
                self._exchange.serve(self._announced_model(model), allowed)
            case Offer():
                self._exchange.take_offer(control)

    def _decoder_for(self, use: Use, peer: Hello) -> Decoder:
        """How messages are read from here on (rules SES-7 and SES-8)."""
        if use.count != self.status.received.messages % COUNTERS:
            raise StreamDesync("a message before is lost or repeated", 2, "count")
        model = None if use.model == NO_MODEL else self._announced_model(use.model)
        single = self._single(model, peer)
        if use.coding is not Coding.STREAM:
            return single.decoder_for(use)
        if model is None:
            raise UnknownModel("a stream has no model", 3, "model")
        if use.check not in CHECKS:
            raise Unsupported(f"a stream with a check of {use.check} bits", 3, "check")
        if not MIN_MEMORY <= use.memory <= min(self._settings.readable_memory, MAX_MEMORY):
            raise Unsupported(f"a stream that takes {use.memory} bytes is not allowed", 3)
        longest = self._settings.max_modelled
        return StreamDecoder(self._stream(model, use, single, longest), longest)

    def _announced_model(self, model_id: bytes) -> Model:
        """A model that this end has said it holds."""
        model = self._held(model_id)
        if model is None:
            raise UnknownModel(f"model {model_id.hex()} is not held", 3, "model")
        return model

    def _held(self, model_id: bytes) -> Model | None:
        return next((model for model in self._announced if model.id == model_id.hex()), None)

    def _fetch(self, liked: tuple[bytes, ...]) -> None:
        """Ask for the model that the peer likes best, if it is not held (rule SES-13)."""
        for model_id in liked:
            if self._held(model_id) is not None or not self._settings.max_fetch:
                continue
            fetched = self._settings.models.get(model_id)
            if fetched is not None:
                self._announce(fetched)  # it came from another connection
            else:
                self._exchange.ask_for(model_id)

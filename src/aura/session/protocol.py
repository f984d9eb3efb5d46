"""The session: frames in, messages out, and the other way round.

>>> from aura.model import Model
>>> from aura.session import Models, Settings
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

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from aura.arguments import to_bytes
from aura.model import Model
from aura.session import transfer
from aura.session.coding import (
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
from aura.session.settings import Settings
from aura.stream import Stream
from aura_spec.errors import EncodeError, LimitExceeded, Malformed, StreamDesync, UnknownModel, Unsupported
from aura_spec.recall import LEAST_MEMORY, MOST_MEMORY
from aura_spec.session import (
    COUNTERS,
    MAX_MODELS,
    NO_MODEL,
    Chunk,
    Coding,
    Codings,
    Control,
    Have,
    Hello,
    Offer,
    Request,
    Use,
    build_control,
    check_frame,
    is_control,
    parse_control,
)
from aura_spec.stream import CHECKS


@dataclass(frozen=True, slots=True)
class Message:
    """A message for the application: text or bytes, as it was sent."""

    data: str | bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model file that has come, with the digest that was offered.

    Reading it takes a while, so it is left to whoever runs the session: give :meth:`load`'s result to
    :meth:`Session.hold`.
    """

    model_id: bytes
    data: bytes

    def load(self) -> Model:
        """Read the model.

        Raises:
            DecodeError: the file is damaged, or not the model with this id.
        """
        return transfer.read_model(self.model_id, self.data)


class LongMessage(Exception):
    """A message takes longer to read than was allowed."""


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
        "_counts",
        "_decoder",
        "_download",
        "_encoder",
        "_fetchable",
        "_peer",
        "_peer_models",
        "_requested",
        "_served",
        "_settings",
        "_uploads",
        "_using",
        "_version",
        "outgoing",
        "role",
    )

    def __init__(self, settings: Settings, *, role: Role) -> None:
        self.role: Role = role
        self._settings = settings
        self.outgoing: list[bytes] = []  # a deque would take more memory on an idle connection
        self._peer: Hello | None = None
        self._peer_models: tuple[bytes, ...] = ()
        self._using: Use | None = None
        self._encoder: Encoder | None = None
        self._decoder: Decoder | None = None
        self._download: transfer.Download | None = None
        self._fetchable = settings.max_fetch
        self._requested: tuple[bytes, ...] = ()
        self._served: tuple[bytes, ...] = ()
        self._uploads: deque[Iterator[Chunk]] | None = None
        # messages sent and received
        self._counts = [0, 0]
        self._version = settings.models.version
        self._announced = tuple(settings.models)
        self._say(
            Hello(
                settings.methods,
                Codings.SINGLE | Codings.STREAM if settings.memory else Codings.SINGLE,
                settings.memory,
                settings.max_message,
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

    def take(self) -> list[bytes]:
        """The frames that are to be sent, in order; each is given once."""
        frames = list(self.outgoing)
        self.outgoing.clear()
        return frames

    def next_chunk(self) -> bytes | None:
        """A frame of a model file that the peer asked for, or None.

        They are not among those of :meth:`take`, so that who sends them can wait, frame by frame, until the peer
        has taken them.
        """
        while self._uploads:
            chunk = next(self._uploads[0], None)
            if chunk is not None:
                return build_control(chunk)
            self._uploads.popleft()
        self._uploads = None
        return None

    @property
    def is_serving(self) -> bool:
        """Whether there are frames of a model file to be sent."""
        return bool(self._uploads)

    def send(self, message: str | bytes) -> None:
        """Code a message.

        Raises:
            EncodeError: it is longer than one of the ends allows, holds a lone surrogate, or the session is not
                ready. It is not sent, and the session goes on.
        """
        if self._peer is None:
            raise EncodeError("the session is not ready")
        data = to_bytes(message)
        longest = min(self._peer.max_message, self._settings.max_message)
        if len(data) > longest:
            raise EncodeError(f"a message of {len(data)} bytes is longer than {longest}")
        self._look_for_models()
        encoder = self._agree(self._peer)
        self.outgoing.append(encoder.encode(data, text=isinstance(message, str)))
        self._counts[0] += 1

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
            return self._take(parse_control(frame))
        if self._decoder is None:
            raise Malformed("a message comes before it is said how it is coded")
        size = limit if longest is None else min(longest, limit)
        try:
            data = self._decoder.decode(frame, size)
        except LimitExceeded:
            if size == limit:
                raise
            raise LongMessage from None
        self._counts[1] += 1
        self._look_for_models()
        return Message(data)

    def hold(self, model: Model) -> None:
        """Hold a model that was fetched, for all sessions with these settings, and tell the peer."""
        self._settings.models.add(model)
        self._look_for_models()

    def _say(self, control: Control) -> None:
        self.outgoing.append(build_control(control))

    def _look_for_models(self) -> None:
        """Announce the models that were added since (rule SES-12)."""
        models = self._settings.models
        if models.version == self._version:
            return
        self._version = models.version
        known = {model.id for model in self._announced}
        # a peer may still use what it was told of, so that nothing is taken back
        fresh = [model for model in models if model.id not in known]
        self._announced = (*fresh, *self._announced)
        for model in reversed(fresh):
            self._say(Have(bytes.fromhex(model.id)))

    def _agree(self, peer: Hello) -> Encoder:
        """The encoder for the next message; says so if it is another one than before (rule SES-7)."""
        liked = (model for model in self._announced if bytes.fromhex(model.id) in self._peer_models)
        model = next(liked, None)
        memory = min(peer.memory, self._settings.memory, MOST_MEMORY)
        use = Use(Coding.SINGLE, 0, NO_MODEL)
        if model and memory >= LEAST_MEMORY and peer.codings & Codings.STREAM:
            use = Use(Coding.STREAM, memory, bytes.fromhex(model.id), self._settings.check)
        elif model:
            use = Use(Coding.SINGLE, 0, bytes.fromhex(model.id))
        if self._encoder is None or use != self._using:
            self._say(replace(use, count=self._counts[0] % COUNTERS))
            self._using = use
            self._encoder = self._encoder_for(use, model, peer)
        return self._encoder

    def _encoder_for(self, use: Use, model: Model | None, peer: Hello) -> Encoder:
        single = self._single(model, peer)
        if model is None or use.coding is Coding.SINGLE:
            return single.encoder
        return StreamEncoder(self._stream(model, use, single))

    def _stream(self, model: Model, use: Use, single: Single) -> Stream:
        """A stream as it is agreed on (rule SES-11)."""
        return Stream(model, role=self.role, memory=use.memory, check=use.check, codec=single)

    def _single(self, model: Model | None, peer: Hello) -> Single:
        """How single messages are coded and read (rule SES-10)."""
        builtin = peer.templates == BUILTIN
        return Single(
            SingleEncoder(model, level=self._settings.level, methods=peer.methods, with_builtin=builtin),
            SingleDecoder(model, with_builtin=builtin),
        )

    def _take(self, control: Control) -> Fetched | None:
        """Act on a control frame."""
        if isinstance(control, Hello):
            if self._peer is not None:
                raise Malformed("there is a second hello", 1, "kind")
            self._peer = control
            self._peer_models = control.models
            self._fetch(control.models[:1])
        elif self._peer is None:
            raise Malformed("the first frame is not a hello", 1, "kind")
        elif isinstance(control, Chunk):
            return self._take_chunk(control)
        else:
            self._answer(control, self._peer)
        return None

    def _answer(self, control: Use | Have | Request | Offer, peer: Hello) -> None:
        match control:
            case Use():
                self._decoder = self._decoder_for(control, peer)
            case Have(model):
                # of models that are announced for ever, the latest are enough
                self._peer_models = (model, *self._peer_models)[: 2 * MAX_MODELS]
                self._fetch((model,))
            case Request(model, max_size):
                self._serve(model, max_size)
            case Offer():
                if self._download is None:
                    raise Malformed("a model is offered that was not asked for", 2, "model")
                if not self._download.take_offer(control):
                    self._download = None

    def _decoder_for(self, use: Use, peer: Hello) -> Decoder:
        """How messages are read from here on (rules SES-7 and SES-8)."""
        if use.count != self._counts[1] % COUNTERS:
            raise StreamDesync("a message before is lost or repeated", 2, "count")
        model = None if use.model == NO_MODEL else self._announced_model(use.model)
        single = self._single(model, peer)
        if use.coding is Coding.SINGLE:
            return single.decoder
        if model is None:
            raise UnknownModel("a stream has no model", 3, "model")
        if use.check not in CHECKS:
            raise Unsupported(f"a stream with a check of {use.check} bits", 3, "check")
        if not LEAST_MEMORY <= use.memory <= min(self._settings.memory, MOST_MEMORY):
            raise Unsupported(
                f"a stream takes {use.memory} bytes, where {self._settings.memory} are allowed", 3
            )
        return StreamDecoder(self._stream(model, use, single))

    def _announced_model(self, model_id: bytes) -> Model:
        """A model that this end has said it holds."""
        name = model_id.hex()
        for model in self._announced:
            if model.id == name:
                return model
        raise UnknownModel(f"model {name} is not held", 3, "model")

    def _fetch(self, liked: tuple[bytes, ...]) -> None:
        """Ask for the model that the peer likes best, if it is not held (rule SES-13)."""
        for model_id in liked:
            held = any(model.id == model_id.hex() for model in self._announced)
            asked = model_id in self._requested or len(self._requested) == MAX_MODELS
            if held or asked or self._download is not None or not self._fetchable:
                continue
            self._requested = (*self._requested, model_id)
            self._download = transfer.Download(model_id, self._fetchable)
            self._say(Request(model_id, self._fetchable))

    def _take_chunk(self, chunk: Chunk) -> Fetched | None:
        if self._download is None:
            raise Malformed("a chunk is not part of a model that was offered", 2, "data")
        data = self._download.take_chunk(chunk)
        if data is None:
            return None
        fetched = Fetched(self._download.model_id, data)
        self._fetchable -= len(data)
        self._download = None
        return fetched

    def _serve(self, model_id: bytes, max_size: int) -> None:
        """Answer a request (rule SES-14)."""
        if model_id in self._served:
            raise Malformed("a model is asked for a second time", 2, "model")
        model = self._announced_model(model_id)
        self._served = (*self._served, model_id)
        if not self._settings.serve_models or len(model.data) > max_size:
            self._say(transfer.refusal(model_id))
            return
        self._say(transfer.offer(model))
        if self._uploads is None:
            self._uploads = deque()
        self._uploads.append(transfer.pieces(model))

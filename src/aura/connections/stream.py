"""Streams: connections that remember what was said."""

from __future__ import annotations

from os import PathLike
from typing import Literal, Protocol

from aura import arguments, backends
from aura.arguments import BytesLike, to_bytes, wire_bytes
from aura.backends import StreamReceiver, StreamSender
from aura.codec import Codec
from aura.models.model import Model, as_model
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.stream import (
    CHECKS,
    DEFAULT_CHECK,
    DEFAULT_MEMORY,
    HEAD_BYTE,
    MAX_MEMORY,
    MAX_STRING,
    MIN_MEMORY,
    Terms,
    Text,
    agreement,
)

_WORTHWHILE = 1 << 10
"""Bytes of a message from which on other methods are tried if a string does not halve it."""


def is_worthwhile(size: int, max_string: int) -> bool:
    """Whether other methods are tried on a message of that size, as a string may not halve it or be too long."""
    return size >= _WORTHWHILE or size > max_string


class MessageCodec(Protocol):
    """What a stream needs to code messages by themselves, as :class:`~aura.codec.Codec` does."""

    def compress(self, data: bytes, /) -> bytes:
        """Code one message."""

    def decompress(self, wire: bytes, /, *, max_size: int) -> bytes:
        """Read one message of at most so many bytes."""


class Stream:
    """One end of a connection.

    Each message is coded with what the ones before it said in the same direction, so that messages have to be
    received in the order in which they were sent, each once. A message that is lost, repeated, out of order or
    damaged is refused, and so are all after it, until the direction is reset. Not thread-safe.

    Both ends need the same model, memory and check; one is the client, the other the server.

    Args:
        model: of the messages, or the path of its file; the one that comes with the package if None.
        role: ``"client"`` or ``"server"``.
        memory: bytes that each of both directions may take at each end, 26 to 107 KiB.
        max_size: bytes that a message may decode to.
        check: least bits of each message that tell whether it is the next one and undamaged: 4, 8, 16 or 32.
        codec: for messages that gain nothing here: large ones, or compressed ones. Both ends need one that reads
            what the other's writes; one for ``model`` if None. It writes no tags, as streams have a check. The
            backend of an :class:`aura.Codec` codes the stream, too.
        max_string: bytes of the longest message that is coded with what came before, up to 64 KiB; ``codec`` codes
            longer ones.

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: there is no such role or check, another number is out of range, or ``codec`` writes tags.
    """

    __slots__ = (
        "_backend",
        "_check",
        "_codec",
        "_made_receiver",
        "_made_sender",
        "_max_size",
        "_max_string",
        "_memory",
        "_model",
        "_role",
        "_terms",
    )

    def __init__(
        self,
        model: Model | str | PathLike[str] | None = None,
        *,
        role: Literal["client", "server"],
        memory: int = DEFAULT_MEMORY,
        max_size: int = DEFAULT_MAX_SIZE,
        check: int = DEFAULT_CHECK,
        codec: MessageCodec | None = None,
        max_string: int = MAX_STRING,
    ) -> None:
        arguments.role(role)
        self._check = arguments.one_of("check", check, CHECKS)
        self._memory = arguments.whole_number("memory", memory, MIN_MEMORY, MAX_MEMORY)
        self._max_size = arguments.whole_number("max_size", max_size, 0)
        self._max_string = arguments.whole_number("max_string", max_string, 0, MAX_STRING)
        self._model = Model.load_default() if model is None else as_model("model", model)
        self._role: Literal["client", "server"] = role
        if isinstance(codec, Codec) and codec.check:
            raise ValueError("the codec of a stream has check=True, where messages of streams have no tags")
        self._codec = codec or Codec(model=self.model)
        self._backend = self._codec.backend if isinstance(self._codec, Codec) else backends.resolve("auto")
        agreed = agreement(bytes.fromhex(self.model.id), memory, check)
        held = self.model.context_model
        client, server = (Terms(held, agreed, memory, check, is_server) for is_server in (False, True))
        self._terms = (client, server) if role == "client" else (server, client)
        # made when they are needed, as they take memory
        self._made_sender: StreamSender | None = None
        self._made_receiver: StreamReceiver | None = None

    @property
    def model(self) -> Model:
        """The model of the messages."""
        return self._model

    @property
    def role(self) -> Literal["client", "server"]:
        """``"client"`` or ``"server"``."""
        return self._role

    @property
    def memory(self) -> int:
        """Bytes that each of both directions may take at each end."""
        return self._memory

    @property
    def max_size(self) -> int:
        """Bytes that a message may decode to, unless a call says otherwise."""
        return self._max_size

    @property
    def check(self) -> int:
        """Least bits of each message that tell whether it is the next one and undamaged."""
        return self._check

    @property
    def max_string(self) -> int:
        """Bytes of the longest message that is coded with what came before."""
        return self._max_string

    @property
    def backend(self) -> str:
        """The name of the implementation."""
        return self._backend

    @property
    def _sender(self) -> StreamSender:
        if self._made_sender is None:
            self._made_sender = backends.get(self._backend).stream_sender(self._terms[0])
        return self._made_sender

    @property
    def _receiver(self) -> StreamReceiver:
        if self._made_receiver is None:
            self._made_receiver = backends.get(self._backend).stream_receiver(self._terms[1])
        return self._made_receiver

    def send(self, text: str | BytesLike) -> bytes:
        """Code the next message.

        Raises:
            TypeError: it is neither ``str`` nor bytes-like; nothing is sent.
            EncodeError: the text holds a lone surrogate; nothing is sent.
        """
        return self.send_data(to_bytes(text), text=isinstance(text, str))

    def send_data(self, data: bytes, *, text: bool) -> bytes:
        """Code the next message, whose bytes are at hand."""
        sender = self._made_sender or self._sender
        compress = self._codec.compress if is_worthwhile(len(data), self._max_string) else None
        return sender.send(data, text, compress, self._max_string)

    def send_message(self, data: bytes, coded: bytes, *, text: bool) -> bytes:
        """The next message, which ``codec`` has coded already as ``coded``; the stream remembers it as others."""
        return self._sender.encode_message(Text(data, text), coded)

    def receive(self, wire: BytesLike, *, max_size: int | None = None) -> str | bytes:
        """Read the next message: a ``str`` if one was sent, else ``bytes``.

        Args:
            wire: what the peer's :meth:`send` gave.
            max_size: bytes that the message may decode to; the stream's own limit if None. A message that is
                refused for it can be read again with a larger one.

        Raises:
            TypeError: ``wire`` is not bytes-like; nothing is received.
            ValueError: ``max_size`` is below 0; nothing is received.
            DecodeError: the message is refused, and so is every other until the peer resets the direction;
                :meth:`reset` asks it to. ``StreamDesync`` if it is not the next message.
        """
        wire = wire_bytes(wire)
        limit = self._max_size if max_size is None else arguments.whole_number("max_size", max_size, 0)
        return self.receive_data(wire, limit, keeps=max_size is not None)

    def receive_data(self, wire: bytes, max_size: int, *, keeps: bool) -> str | bytes:
        """Read the next message, of at most ``max_size`` bytes.

        Args:
            wire: what the peer's stream gave.
            max_size: bytes that the message may decode to.
            keeps: whether a message that is refused for it can be read again.

        Raises:
            DecodeError: as :meth:`receive`.
        """
        receiver = self._made_receiver or self._receiver
        message = receiver.receive(wire, max_size, self._decompress, keeps)
        if wire[0] == HEAD_BYTE and receiver.asked:
            self._sender.reset(ask=False)
        return message

    def _decompress(self, message: bytes, max_size: int) -> bytes:
        return self._codec.decompress(message, max_size=max_size)

    @property
    def lost(self) -> bool:
        """Whether a message was refused, so that nothing but a reset by the peer can be received."""
        return self._receiver.lost

    def reset(self) -> None:
        """Begin anew: forget what was sent, and ask the peer, with the next message, to do the same."""
        self._sender.reset(ask=True)

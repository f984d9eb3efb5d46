"""Streams: a connection that remembers what was said."""

from __future__ import annotations

from typing import Literal
from zlib import crc32

from aura.codec import to_bytes
from aura.model import Model
from aura_reference.stream import Receiver, Sender
from aura_spec.errors import Malformed
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.stream import GENERATORS, Head


class Stream:
    """One end of a connection: messages sent, and messages received, each in order.

    Both ends hold the same model, memory and check, and one is the client, the other the server.

    Args:
        model: of the messages; the one that comes with the package if None.
        role: ``"client"`` or ``"server"``.
        memory: bytes that each direction may take at each end.
        max_size: bytes that a message may decode to.
        check: bits of each message that tell whether it is the next one and undamaged; 0, 4, 8, 12 or 16.

    Raises:
        ValueError: there is no such role or check.
    """

    def __init__(
        self,
        model: Model | None = None,
        *,
        role: Literal["client", "server"],
        memory: int = 1 << 15,
        max_size: int = DEFAULT_MAX_SIZE,
        check: int = 8,
    ) -> None:
        if role not in {"client", "server"}:
            raise ValueError(f"role {role!r} is not client or server")
        if check not in GENERATORS:
            raise ValueError(f"there is no check of {check} bits")
        self.model = Model.load_default() if model is None else model
        self.role = role
        self.memory = memory
        self.max_size = max_size
        self.check = check
        held = self.model.context_model
        agreed = crc32(f"{self.model.id} {memory} {check}".encode())
        salts = agreed, agreed + (1 << check >> 1)
        sent, received = salts if role == "client" else salts[::-1]
        self._sender = Sender(held, memory=memory, check=check, salt=sent)
        self._receiver = Receiver(held, memory=memory, check=check, salt=received)

    def send(self, text: str | bytes) -> bytes:
        """Code the next message.

        Raises:
            EncodeError: the text holds a lone surrogate.
        """
        data = to_bytes(text)
        return self._sender.encode(data, binary=not isinstance(text, str))

    def receive(self, wire: bytes) -> str | bytes:
        """Read the next message: text if text was sent, else bytes.

        Raises:
            DecodeError: the message is refused, and so are all that follow until the peer resets its direction;
                :meth:`reset` asks it to. ``StreamDesync`` if a message is lost, repeated or out of order.
        """
        data, binary = self._receiver.decode(bytes(wire), self.max_size)
        if self._receiver.asked:
            self._sender.reset(Head.RESET)
        if binary:
            return data
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise Malformed("the text is not UTF-8", 0, "string") from error

    def reset(self) -> None:
        """Begin anew: forget what was sent, and ask the peer, with the next message, to do the same."""
        self._sender.reset(Head.RESET_BOTH)

"""What the benchmark asks of a codec, so that measuring knows none of them by name."""

from typing import Protocol

__all__ = ["BenchCodec", "RefusedError", "Stateless", "bounded"]


class BenchCodec(Protocol):
    """A codec under measurement: an encoder and the decoder at the other end of the line.

    ``encode`` and ``decode`` are called in turn, message by message.  Both may raise anything: the
    message is then counted as a failure.
    """

    @property
    def name(self) -> str:
        """The name in reports and after ``--codec``."""

    @property
    def stateful(self) -> bool:
        """Whether a message's bytes depend on the messages before it in the same conversation."""

    def encode(self, data: bytes) -> bytes:
        """Return the bytes that go over the line for one message."""

    def decode(self, wire: bytes) -> bytes:
        """Return the message that ``wire`` stands for."""

    def reset(self) -> None:
        """Start a new conversation at both ends."""


class Stateless:
    """A codec to which every message is the first."""

    stateful = False

    def reset(self) -> None:
        """Do nothing: nothing is remembered."""


class RefusedError(ValueError):
    """The decoder was handed something it must not, or cannot, turn into a message."""


def bounded(message: bytes, max_size: int) -> bytes:
    """Return the message, unless it has more than ``max_size`` bytes."""
    if len(message) > max_size:
        raise RefusedError(f"decodes to more than {max_size} bytes")
    return message

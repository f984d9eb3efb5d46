"""Measuring whether messages are shorter in a stream or by themselves.

A stream remembers what was said before on a connection, and pays for it with a check in each message. A model
that knows its messages well may leave nothing to remember. Which is shorter is measured with conversations that
were held out of training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aura.codec import Codec
from aura.connections.stream import Stream
from aura.models.model import Model
from aura_spec.stream import DEFAULT_MEMORY

_CHECK: Final = 16
"""The check of sessions by default."""


def measure(model: Model, conversations: Sequence[Sequence[bytes]]) -> int:
    """The memory that makes messages shortest: ``DEFAULT_MEMORY`` bytes for streams, or 0 for none.

    Args:
        model: to code with.
        conversations: messages as they are sent on one connection each, in one direction.
    """
    codec = Codec(model=model)
    single = sum(len(codec.compress(message)) for conversation in conversations for message in conversation)
    streamed = 0
    for conversation in conversations:
        stream = Stream(model, role="client", memory=DEFAULT_MEMORY, check=_CHECK, codec=codec)
        streamed += sum(len(stream.send(message)) for message in conversation)
    return DEFAULT_MEMORY if streamed < single else 0

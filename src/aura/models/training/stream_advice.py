"""Measuring whether messages are shorter in a stream or by themselves.

A stream remembers what was said before on a connection, and pays for it with a check in each message. A model
that knows its messages well may leave nothing to remember. Which is shorter is measured with conversations that
the model was not trained on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

from aura.codec import Codec
from aura.connections.stream import Stream
from aura.models.model import Model
from aura_spec.stream import DEFAULT_MEMORY

LEAST_CONVERSATIONS: Final = 40
"""Fewer are all needed for training."""

ONE_IN: Final = 20
"""One conversation of this many is kept out of training."""

MOST_BYTES: Final = 1 << 15
"""Bytes of messages that are kept out; it bounds what measuring costs."""

_CHECK: Final = 16
"""The check of sessions by default."""


@dataclass(frozen=True, slots=True)
class KeptOut:
    """Messages in two parts.

    Attributes:
        messages: to train on.
        sources: of each of them.
        conversations: the messages that were kept out, by source, in order.
    """

    messages: list[bytes]
    sources: list[Hashable]
    conversations: list[list[bytes]]


def keep_out(messages: Sequence[bytes], sources: Sequence[Hashable]) -> KeptOut | None:
    """Keep some conversations out of training: spread evenly, up to ``MOST_BYTES``.

    Returns:
        None if there are fewer than ``LEAST_CONVERSATIONS`` sources of several messages that are not larger than
        others by far.
    """
    by_source: defaultdict[Hashable, list[int]] = defaultdict(list)
    for number, source in enumerate(sources):
        by_source[source].append(number)
    largest = min(MOST_BYTES, sum(map(len, messages)) // ONE_IN)
    conversations = [
        numbers
        for numbers in by_source.values()
        if len(numbers) > 1 and sum(len(messages[number]) for number in numbers) <= largest
    ]
    if len(conversations) < LEAST_CONVERSATIONS:
        return None
    chosen: list[list[int]] = []
    left = largest
    for numbers in conversations[ONE_IN - 1 :: ONE_IN]:
        left -= sum(len(messages[number]) for number in numbers)
        if left < 0:
            break
        chosen.append(numbers)
    out = {number for numbers in chosen for number in numbers}
    if not out:
        return None
    kept = [number for number in range(len(messages)) if number not in out]
    return KeptOut(
        [messages[number] for number in kept],
        [sources[number] for number in kept],
        [[messages[number] for number in numbers] for numbers in chosen],
    )


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

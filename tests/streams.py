"""Conversations for streams, and what both ends agree on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from hypothesis import strategies as st
from tests.models import MODELS, SAMPLES, TEXTS

from aura_spec.context_model import ContextModel
from aura_spec.stream import MIN_MEMORY, Terms, Text

MAX_SIZE: Final = 1 << 20


class Sends(Protocol):
    """A sender of either implementation."""

    def reset(self, *, ask: bool) -> None: ...
    def encode(self, text: Text, compressed: Callable[[bytes], bytes] | None = None) -> bytes: ...


class Receives(Protocol):
    """A receiver of either implementation."""

    asked: bool
    lost: bool

    def decode(self, wire: bytes, max_size: int, decompressed: Callable[[bytes, int], bytes]) -> Text: ...


def terms(model: ContextModel, check: int = 8, memory: int = MIN_MEMORY, *, server: bool = False) -> Terms:
    """What both ends agree on."""
    return Terms(model, 77, memory, check, server)


def text(data: bytes | str) -> Text:
    """A message as it is sent."""
    return Text(data.encode() if isinstance(data, str) else data, isinstance(data, str))


def plain(message: bytes, _max_size: int = 0) -> bytes:
    """Stands for a codec that stores messages: reads or writes one."""
    return message


NUMBERED = tuple(
    f'{{"time":{1649023809081 + 37 * n},"seq":{95 + n},"left":{1004 - n},"code":"00{7 + n}","id":{n}}}'
    for n in range(12)
)
"""Numbers that step, over powers of ten as well."""

WORDS = tuple(sample.decode() for sample in SAMPLES) * 2

EXTREME_NUMBERS = (
    "a 1 b 12345678901234567 c 99999999999999999999 d 5",
    "a 3 b 12345678901234569 c 99999999999999999999 d 2",
    "a 5 b 12345678901234571 c 00000000000000000001 d 1x",
    "a 7 b 1234567890123456 c 1 d 0",
    "a 9 b 9999999999999999 c 4294967298 d 0",
    "a 11 b 1 c 8589934595 d",
)

WITH_ZEROS = (
    b"abcdefghijkl",
    b"zabcdefghijkl",
    b"abcdefghijkl\0abcdefghijkl\0zab",
    b"\0",
    b"\0\0abcdefghijkl\0",
)
"""Bytes 0, which look like ends where they are remembered."""

CONVERSATIONS = st.lists(
    (TEXTS | st.sampled_from(WITH_ZEROS)).map(lambda data: Text(data, is_text=False))
    | st.sampled_from(NUMBERED + WORDS + EXTREME_NUMBERS).map(text),
    max_size=8,
)

ANY_MODEL = st.sampled_from(MODELS)

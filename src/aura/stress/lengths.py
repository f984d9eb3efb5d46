"""Who speaks when in a conversation, and how long messages are, by role and by place.

Lengths have a log-normal distribution, as those of chats have: most are short, and some are long.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Place(StrEnum):
    """The part of a conversation that a message stands in."""

    OPENING = "opening"
    MIDDLE = "middle"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Turn:
    """Who speaks next, and where in the conversation.

    Attributes:
        role: of the speaker.
        place: in the conversation.
        conversation: number of the user's conversation, from 0.
    """

    role: str
    place: Place
    conversation: int


MEDIANS: Final[Mapping[str, tuple[int, int, int]]] = MappingProxyType(
    {"user": (70, 45, 20), "assistant": (60, 140, 40), "tool": (90, 110, 60), "log": (80, 100, 80)}
)
"""Median length of a message in bytes, by role, for each place in order."""

SPREAD: Final = 0.7
"""Standard deviation of the logarithm of a length."""

MAX_LENGTH: Final = 4000
"""Bytes of the longest message that is asked for."""

_EXCHANGES: Final = (3, 12)
"""Questions with their answers in a conversation, at least and at most."""

_CALLS: Final = 0.25
"""Share of answers for which a tool is called."""

_LOGS: Final = 0.15
"""Share of answers after which a line is logged."""


def turns(rng: random.Random) -> Iterator[Turn]:
    """The turns of one user's conversations, without end."""
    conversation = 0
    while True:
        count = rng.randint(*_EXCHANGES)
        for number in range(count):
            place = Place.CLOSING if number == count - 1 else Place.MIDDLE if number else Place.OPENING
            for role in _exchange(rng):
                yield Turn(role, place, conversation)
        conversation += 1


def _exchange(rng: random.Random) -> Iterator[str]:
    yield "user"
    if rng.random() < _CALLS:
        yield from ("assistant", "tool")
    yield "assistant"
    if rng.random() < _LOGS:
        yield "log"


def length(rng: random.Random, turn: Turn) -> int:
    """Bytes that a message of this turn should have, from 1 to ``MAX_LENGTH``."""
    median = MEDIANS[turn.role][tuple(Place).index(turn.place)]
    return max(1, min(MAX_LENGTH, round(rng.lognormvariate(math.log(median), SPREAD))))

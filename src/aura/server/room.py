"""The chat of ``aura serve``: who is in it, who hears whom, and what the server answers.

Everything that a page sends is untrusted: the number of visitors, the length and rate of their messages, and what
waits for them are bounded.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, pairwise
from typing import Final

from aura.server import conversation
from aura.server.peers import Peers, Sizes

MAX_VISITORS: Final = 32
"""Pages that may be in the chat at a time."""

LONGEST: Final = 4000
"""Characters of a message."""

BURST: Final = 60
"""Messages that a visitor may send at once."""

RATE: Final = 20.0
"""Messages a second that a visitor may send for long."""

MAX_WAITING: Final = 100
"""Messages that may wait for a visitor."""

MAX_TURNS: Final = 1000
"""Messages of a conversation that a page brings along."""

_ANSWERS: Final = ("Is there anything else I can help you with?", "Can you tell me more?", "I see. And then?")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message of a conversation that a page plays, and what the server says then."""

    said: str
    answers: tuple[str, ...]


def suggestions() -> list[str]:
    """The first messages of riders in the conversation of the package."""
    return [turn.text for turn in conversation.load() if turn.role == "user"][:6]


class Visitor:
    """A page in the chat.

    Attributes:
        name: as others see it.
        inbox: what is to be sent to it.
        dismissed: set once it has broken the bounds.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.inbox: asyncio.Queue[str] = asyncio.Queue()
        self.dismissed = asyncio.Event()
        self._sent = Peers()
        self._received = Peers()
        self._script: deque[Exchange] = deque()
        self._allowed = float(BURST)
        self._counted_at = time.monotonic()

    def note(self, text: str) -> None:
        """Take note of a message that it sends; it is dismissed if that is one too many."""
        now = time.monotonic()
        self._allowed = min(BURST, self._allowed + RATE * (now - self._counted_at)) - 1
        self._counted_at = now
        if self._allowed < 0:
            self.dismissed.set()
        self._sent.add(text)

    def tell(self, text: str) -> None:
        """Have it told something; it is dismissed if it does not read."""
        if self.inbox.qsize() >= MAX_WAITING:
            self.dismissed.set()
        if not self.dismissed.is_set():
            self.inbox.put_nowait(text)
            self._received.add(text)

    def sizes(self, sent: int, received: int) -> dict[str, list[Sizes]]:
        """What peers take for its messages, without the first ones of each direction. Takes time."""
        return {"sent": self._sent.sizes(sent), "received": self._received.sizes(received)}

    def play(self, script: Sequence[Exchange]) -> None:
        """Answer its next messages from a conversation that it brought along."""
        self._script = deque(script)

    def scripted(self, text: str) -> tuple[str, ...] | None:
        """The answers of its conversation, or None if the message is not the next one there."""
        if self._script and self._script[0].said == text:
            return self._script.popleft().answers
        return None


class Room:
    """All visitors."""

    def __init__(self) -> None:
        self._visitors: dict[str, Visitor] = {}
        self._count = 0
        turns = conversation.load()
        self._known = {one.text: other.text for one, other in pairwise(turns) if one.role == "user"}
        self._others = cycle(_ANSWERS)

    def find(self, visit: str) -> Visitor | None:
        """The visitor with an id that its page chose."""
        return self._visitors.get(visit)

    def enter(self, visit: str) -> Visitor | None:
        """Let a page in; None if the room is full, or the id is taken."""
        if visit in self._visitors or len(self._visitors) >= MAX_VISITORS:
            return None
        self._count += 1
        visitor = Visitor(f"Guest {self._count}")
        self._tell_others(visitor, f"{visitor.name} joined the chat.")
        self._visitors[visit] = visitor
        return visitor

    def leave(self, visit: str) -> None:
        """Let a page go."""
        visitor = self._visitors.pop(visit)
        self._tell_others(visitor, f"{visitor.name} left.")

    def say(self, visitor: Visitor, text: str) -> None:
        """Pass on what a visitor says, and answer it if nobody else is there, or its conversation has an answer."""
        visitor.note(text)
        if visitor.dismissed.is_set():
            return
        self._tell_others(visitor, f"{visitor.name}: {text}")
        scripted = visitor.scripted(text)
        if scripted is not None:
            answers = scripted
        elif len(self._visitors) == 1:
            answers = (self._known.get(text) or next(self._others),)
        else:
            answers = ()
        for answer in answers:
            visitor.tell(answer)

    def _tell_others(self, visitor: Visitor, text: str) -> None:
        for other in self._visitors.values():
            if other is not visitor:
                other.tell(text)

"""What the ends of a stress test say to each other.

The server sends every message back. A peer that agrees on the subprotocol ``aura-stress.v1`` may ask how the server
read its messages, with the bytes ``?``, which are not sent back. The answer is a JSON list with ``[method, template
id or null, bytes on the wire]`` for each message since the last question.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from aura.observation import MessageEvent
from aura.stress.errors import StressError

SUBPROTOCOL: Final = "aura-stress.v1"

QUESTION: Final = b"?"

MAX_PENDING: Final = 10_000
"""Messages that a server remembers until it is asked; it forgets the oldest."""

MAX_FRAME: Final = 1 << 30
"""Bytes on the wire that an answer may claim for a message."""

View = tuple[str, int | None, int]
"""How an end sees a message: its method, its template, and its bytes on the wire."""


def view_of(event: MessageEvent) -> View:
    """How an event tells of a message."""
    return event.method, event.template_id, event.wire_size


def build_answer(views: Sequence[View]) -> str:
    """The answer to a question."""
    return json.dumps(list(views), separators=(",", ":"))


def read_answer(answer: str | bytes) -> list[View]:
    """Read an answer.

    Raises:
        StressError: it is none.
    """
    try:
        return [_view(entry) for entry in json.loads(answer)]
    except (ValueError, TypeError, RecursionError):
        raise StressError("the server did not answer how it read the messages") from None


def _view(entry: object) -> View:
    match entry:
        case [str(method), None | int() as template_id, int(size)] if 0 < size <= MAX_FRAME:
            return method, template_id, size
    raise ValueError(entry)

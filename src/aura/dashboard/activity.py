"""What a dashboard shows beside the totals of the last minutes. Bounded in memory, whatever peers send.

>>> from aura.observation import Direction, MessageEvent
>>> activity = Activity()
>>> activity.on_message(MessageEvent(0.0, Direction.OUT, b"Okay", 2, 1e-5, "typed", template_id=5))
>>> activity.templates()
[TemplateUse(name='5', messages=1, plain=4, wire=2)]
>>> activity.since_start
(1, 4, 2)
"""

from __future__ import annotations

import threading
import time
from bisect import insort
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from aura.metrics.names import OTHER, Bounded
from aura.observation import MessageEvent, Observer

WORST: Final = 8
"""Messages with the lowest ratios that are shown."""

MAX_CONTENT: Final = 200
"""Characters of a message that are kept."""

_PART: Final = 30.0
"""Seconds of a part of the time for which the worst messages are kept."""

_PARTS: Final = 10

MAX_POINTS: Final = 120
"""Points of the course that are kept."""


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """How a template is used.

    Attributes:
        name: its id; ``"other"`` for all that are too many to be told apart.
        messages: that are frames of it.
        plain: bytes of these messages.
        wire: bytes of their frames.
    """

    name: str
    messages: int = 0
    plain: int = 0
    wire: int = 0


@dataclass(frozen=True, slots=True, order=True)
class BadMessage:
    """A message of low ratio; they are ordered by it.

    Attributes:
        ratio: bytes before for each byte after.
        time: when, in seconds since 1970.
        direction: ``"out"`` or ``"in"``.
        method: how it is coded.
        plain: its bytes.
        wire: its bytes on the wire.
        content: the beginning of it; None unless content is shown.
    """

    ratio: float
    time: float
    direction: str
    method: str
    plain: int
    wire: int
    content: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """What happened between two looks.

    Attributes:
        time: of the second, in seconds since 1970.
        ratio: of the messages between; None without any.
        messages_per_second: of both directions.
        saved_per_second: bytes that did not go over the wire.
    """

    time: float
    ratio: float | None
    messages_per_second: float
    saved_per_second: float


class Activity(Observer):
    """Counts templates, keeps the messages of the lowest ratios, and the course of the last looks. Thread-safe.

    Args:
        shows_content: keep the beginning of the messages of the lowest ratios.
        clock: gives seconds since 1970.
    """

    def __init__(self, *, shows_content: bool = False, clock: Callable[[], float] = time.time) -> None:
        self._shows_content = shows_content
        self._clock = clock
        self._lock = threading.Lock()
        self._messages = self._plain = self._wire = 0
        self._templates: dict[str, TemplateUse] = {}
        self._names = Bounded()
        self._worst: deque[tuple[float, list[BadMessage]]] = deque([(clock(), [])])
        self._points: deque[Point] = deque(maxlen=MAX_POINTS)
        self._looked = (clock(), 0, 0, 0)

    def on_message(self, event: MessageEvent) -> None:
        """Count a message."""
        plain, wire = len(event.message), event.wire_size
        with self._lock:
            self._messages += 1
            self._plain += plain
            self._wire += wire
            if event.template_id is not None:
                name = self._names.take(str(event.template_id))
                use = self._templates.get(name) or TemplateUse(name)
                self._templates[name] = replace(
                    use, messages=use.messages + 1, plain=use.plain + plain, wire=use.wire + wire
                )
            if wire and plain:
                self._note(plain / wire, event)

    def _note(self, ratio: float, event: MessageEvent) -> None:
        """Keep a message if it is among the worst of this part of the time."""
        now = self._clock()
        if now - self._worst[-1][0] >= _PART:
            self._worst.append((now, []))
            self._forget(now)
        worst = self._worst[-1][1]
        if len(worst) == WORST and ratio >= worst[-1].ratio:
            return
        content = None
        if self._shows_content:
            content = event.message[: 4 * MAX_CONTENT].decode("utf-8", "replace")[:MAX_CONTENT]
        plain, wire = len(event.message), event.wire_size
        insort(worst, BadMessage(ratio, event.time, event.direction, event.method, plain, wire, content))
        del worst[WORST:]

    def _forget(self, now: float) -> None:
        while len(self._worst) > 1 and now - self._worst[0][0] >= _PART * _PARTS:
            self._worst.popleft()

    @property
    def since_start(self) -> tuple[int, int, int]:
        """Messages, their bytes, and their bytes on the wire, since the start."""
        with self._lock:
            return self._messages, self._plain, self._wire

    def templates(self, count: int = 10) -> list[TemplateUse]:
        """The templates that are used most; those that are too many to be told apart come last."""
        with self._lock:
            found = list(self._templates.values())
        found.sort(key=lambda use: (use.name == OTHER, -use.messages, use.name))
        return found[:count]

    def worst(self) -> list[BadMessage]:
        """The messages of the lowest ratios in the last minutes, the lowest first."""
        with self._lock:
            self._forget(self._clock())
            found = sorted(bad for _, part in self._worst for bad in part)
        return found[:WORST]

    def look(self) -> list[Point]:
        """Add a point for what happened since the last look; return all that are kept, in order."""
        now = self._clock()
        messages, plain, wire = self.since_start
        with self._lock:
            before, messages_before, plain_before, wire_before = self._looked
            seconds = max(now - before, 1e-3)
            self._looked = (now, messages, plain, wire)
            new_plain, new_wire = plain - plain_before, wire - wire_before
            self._points.append(
                Point(
                    now,
                    new_plain / new_wire if new_wire else None,
                    (messages - messages_before) / seconds,
                    (new_plain - new_wire) / seconds,
                )
            )
            return list(self._points)

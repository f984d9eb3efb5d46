"""Totals of the last minutes, kept in parts of some seconds each.

>>> from aura.observation import Direction, MessageEvent
>>> window = Window()
>>> for size in range(1, 101):
...     window.on_message(MessageEvent(0.0, Direction.OUT, b"x" * 50, 10, size * 1e-5, "auralite"))
>>> totals = window.totals()
>>> totals.messages, totals.ratio, totals.savings, 0.000_95 <= totals.duration(0.95) <= 0.001_15
(100, 5.0, 0.8, True)
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from aura import arguments
from aura.observation import MessageEvent, Observer, RefusalEvent

_SHORTEST: Final = 1e-6
_STEP: Final = 1.2
_LOG_STEP: Final = math.log(_STEP)
"""Durations are counted by their logarithm, so that quantiles are right to 20 %."""

PARTS: Final = 30
"""Parts of a window; the oldest one goes when a new one begins."""


@dataclass(slots=True)
class Totals:
    """What there was in some time.

    Attributes:
        messages: that were coded or read.
        plain: bytes of the messages as the application sees them.
        wire: bytes on the wire.
        grown: messages that take more bytes on the wire than before.
        templates: messages that are template frames.
        methods: messages by method.
        refusals: by error code.
        durations: messages by the logarithm of their duration.
    """

    messages: int = 0
    plain: int = 0
    wire: int = 0
    grown: int = 0
    templates: int = 0
    methods: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    durations: Counter[int] = field(default_factory=Counter)

    @property
    def ratio(self) -> float:
        """Bytes before for each byte after; 1 without messages."""
        return self.plain / self.wire if self.wire else 1.0

    @property
    def savings(self) -> float:
        """Share of bytes that did not go over the wire; below 0 if messages grew."""
        return 1 - self.wire / self.plain if self.plain else 0.0

    @property
    def growth(self) -> float:
        """Share of messages that grew."""
        return self.grown / self.messages if self.messages else 0.0

    def duration(self, quantile: float) -> float:
        """Seconds that so large a share of messages took at most, 20 % too many at the most."""
        wanted, count = quantile * self.messages, 0
        for step in sorted(self.durations):
            count += self.durations[step]
            if count >= wanted:
                return _SHORTEST * _STEP ** (step + 1)
        return 0.0

    def add(self, other: Totals) -> None:
        """Count what there was in another time."""
        for name in ("messages", "plain", "wire", "grown", "templates"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.methods.update(other.methods)
        self.refusals.update(other.refusals)
        self.durations.update(other.durations)

    def as_dictionary(self) -> dict[str, object]:
        """The figures by name, for JSON."""
        return {
            "messages": self.messages,
            "plain_bytes": self.plain,
            "wire_bytes": self.wire,
            "ratio": round(self.ratio, 3),
            "savings": round(self.savings, 4),
            "growth": round(self.growth, 4),
            "template_share": round(self.templates / self.messages, 4) if self.messages else 0.0,
            "seconds_p50": self.duration(0.5),
            "seconds_p95": self.duration(0.95),
            "seconds_p99": self.duration(0.99),
            "methods": dict(self.methods),
            "refusals": dict(self.refusals),
        }


class Window(Observer):
    """Totals of the last minutes. Thread-safe.

    Args:
        seconds: that the window is long.
        clock: gives seconds; ``time.monotonic`` unless given.

    Raises:
        TypeError: ``seconds`` is no number.
        ValueError: ``seconds`` is below 1.
    """

    def __init__(self, seconds: float = 300.0, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = arguments.number("seconds", seconds, 1)
        self._clock = clock
        self._lock = threading.Lock()
        self._current = Totals()
        self._parts: deque[tuple[float, Totals]] = deque([(clock(), self._current)])

    @property
    def seconds(self) -> float:
        """That the window is long."""
        return self._seconds

    def on_message(self, event: MessageEvent) -> None:
        """Count a message."""
        plain, wire = len(event.message), event.wire_size
        step = int(math.log(event.duration / _SHORTEST) / _LOG_STEP) if event.duration > _SHORTEST else 0
        with self._lock:
            totals = self._renewed()
            totals.messages += 1
            totals.plain += plain
            totals.wire += wire
            totals.grown += wire > plain
            totals.templates += event.template_id is not None
            totals.methods[event.method] += 1
            totals.durations[step] += 1

    def on_refusal(self, event: RefusalEvent) -> None:
        """Count a refusal."""
        with self._lock:
            self._renewed().refusals[code_of(event)] += 1

    def totals(self) -> Totals:
        """What there was in the window."""
        whole = Totals()
        with self._lock:
            self._renewed()
            for _, part in self._parts:
                whole.add(part)
        return whole

    def _renewed(self) -> Totals:
        """The part of now; what is too old is forgotten."""
        now = self._clock()
        if now - self._parts[-1][0] >= self._seconds / PARTS:
            self._current = Totals()
            self._parts.append((now, self._current))
            while self._parts[0][0] < now - self._seconds:
                self._parts.popleft()
        return self._current


def code_of(event: RefusalEvent) -> str:
    """The code of an error, as documentation and vectors have it."""
    return str(getattr(event.error, "code", type(event.error).__name__))

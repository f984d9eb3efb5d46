"""How a test went: totals after each round, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from aura.stress.tallies import Tallies

MAX_POINTS: Final = 200
"""Points that are kept; beyond that every other one is dropped."""


@dataclass(frozen=True, slots=True)
class Point:
    """Totals so far.

    Attributes:
        seconds: since the first message.
        messages: that were said.
        plain: their bytes.
        wire: the bytes of their frames.
        client: bytes of memory that the users' process takes.
        server: the same for the server.
    """

    seconds: float
    messages: int
    plain: int
    wire: int
    client: int
    server: int


class Timeline:
    """Keeps points."""

    def __init__(self) -> None:
        self._points: list[Point] = [Point(0.0, 0, 0, 0, 0, 0)]
        self._step = 1
        self._count = 0

    def add(self, seconds: float, tallies: Tallies, client: int, server: int) -> None:
        """Keep the totals after a round."""
        total = tallies.total
        self._count += 1
        if self._count % self._step:
            return
        self._points.append(Point(seconds, total.messages, total.plain, total.wire, client, server))
        if len(self._points) > MAX_POINTS:
            self._points = self._points[::2]
            self._step *= 2

    def rows(self) -> list[dict[str, float]]:
        """What happened between each point and the one before, for JSON."""
        return [_row(before, after) for before, after in pairwise(self._points)]

    @property
    def points(self) -> list[Point]:
        """All that are kept, in order."""
        return list(self._points)


def _row(before: Point, after: Point) -> dict[str, float]:
    seconds, wire = after.seconds - before.seconds, after.wire - before.wire
    return {
        "messages": after.messages,
        "seconds": round(after.seconds, 3),
        "messages_per_second": round((after.messages - before.messages) / seconds, 1) if seconds else 0.0,
        "ratio": round((after.plain - before.plain) / wire, 4) if wire else 0.0,
        "client_mib": round(after.client / (1 << 20), 2),
        "server_mib": round(after.server / (1 << 20), 2),
    }

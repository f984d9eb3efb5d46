"""When a candidate is taken back: limits of errors, growth and latency.

Every ``every`` messages of a candidate its last minutes are looked at. A limit counts as passed after ``strikes``
looks in a row above it; looks between ``clear`` times the limit and the limit neither add to the row nor end it, so
that a value that trembles around its limit is found. Nothing is said of fewer than ``min_messages`` messages.

>>> guard = Guard(Limits(growth=0.1, min_messages=10, every=1, strikes=2))
>>> bad, fair, good = (Totals(messages=100, grown=grown) for grown in (20, 9, 1))
>>> [guard.look(totals) for totals in (bad, good, bad, fair, bad)]
[None, None, None, None, Breach(limit='growth', value=0.2, allowed=0.1)]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aura import arguments
from aura.metrics.window import Totals


@dataclass(frozen=True, slots=True)
class Limits:
    """What a candidate may cost before it is taken back. None looks at nothing.

    Attributes:
        errors: share of messages that are refused or cannot be coded, at most.
        growth: share of messages that grow, at most.
        latency: seconds that 95 % of messages take at most.
        min_messages: messages in the window, below which nothing is said.
        every: messages after which the window is looked at.
        strikes: looks in a row that have to be above a limit.
        clear: times a limit, at or below which a row ends.
        seconds: that the window is long.

    Raises:
        TypeError: an attribute has a wrong type.
        ValueError: one is out of range.
    """

    errors: float | None = 0.01
    growth: float | None = 0.05
    latency: float | None = 0.01
    min_messages: int = 200
    every: int = 50
    strikes: int = 3
    clear: float = 0.8
    seconds: float = 300.0

    def __post_init__(self) -> None:
        for name in ("errors", "growth"):
            if getattr(self, name) is not None:
                arguments.number(name, getattr(self, name), 0, 1)
        if self.latency is not None:
            arguments.number("latency", self.latency, 0)
        for name in ("min_messages", "every", "strikes"):
            arguments.whole_number(name, getattr(self, name), 1)
        arguments.number("clear", self.clear, 0, 1)
        arguments.number("seconds", self.seconds, 1)


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit was passed.

    Attributes:
        limit: ``"errors"``, ``"growth"`` or ``"latency"``.
        value: that was found at last.
        allowed: the limit.
    """

    limit: str
    value: float
    allowed: float

    def __str__(self) -> str:
        return f"{self.limit} is {self.value:.4g}, above {self.allowed:.4g}"


class Guard:
    """Looks whether a candidate keeps its limits. Not thread-safe."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._strikes: dict[str, int] = {}

    def look(self, totals: Totals) -> Breach | None:
        """Look at the last minutes; return the limit that was passed, if one was.

        Args:
            totals: of the candidate.
        """
        limits = self._limits
        if totals.messages + totals.refusals.total() < limits.min_messages:
            return None
        passed = None
        for name, value, allowed in self._values(totals):
            if value > allowed:
                self._strikes[name] = self._strikes.get(name, 0) + 1
            elif value <= limits.clear * allowed:
                self._strikes[name] = 0
            if self._strikes.get(name, 0) >= limits.strikes and value > allowed:
                passed = passed or Breach(name, value, allowed)
        return passed

    def _values(self, totals: Totals) -> Iterator[tuple[str, float, float]]:
        limits, refused = self._limits, totals.refusals.total()
        if limits.errors is not None:
            yield "errors", refused / (totals.messages + refused), limits.errors
        if limits.growth is not None:
            yield "growth", totals.growth, limits.growth
        if limits.latency is not None:
            yield "latency", totals.duration(0.95), limits.latency

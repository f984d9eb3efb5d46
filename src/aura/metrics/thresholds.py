"""Alerts: what is not as it should be, by the totals of the last minutes.

>>> from aura.metrics.window import Totals
>>> [str(alert) for alert in Thresholds(min_messages=1).alerts(Totals(messages=10, plain=300, wire=250))]
['warning: ratio is 1.2, below 1.5', 'warning: savings are 16.7 %, below 33 %']
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from aura import arguments
from aura.metrics.window import Totals


class Severity(StrEnum):
    """How bad it is."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something is not as it should be.

    Attributes:
        name: of the figure: ``"ratio"``, ``"savings"``, ``"growth"``, ``"hits"``, ``"p95"``, ``"refusals"`` or
            ``"lag"``.
        severity: how bad it is.
        value: of the figure.
        threshold: that it should keep.
        text: for people.
    """

    name: str
    severity: Severity
    value: float
    threshold: float
    text: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.text}"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is as it should be. None looks at nothing.

    Attributes:
        ratio: bytes before for each byte after, at least; below 1 is critical.
        savings: share of bytes that do not go over the wire, at least; below 0 is critical.
        growth: share of messages that grow, at most; above twice as much is critical.
        hits: share of look-ups in caches that find something, at least; nothing without a cache.
        p95: seconds that 95 % of messages take at most; above five times as many is critical.
        refusals: share of messages that are refused, at most; above ten times as many is critical.
        lag: seconds that the event loop is late at most; above ten times as many is critical.
        min_messages: without so many in the window, only the lag is looked at.

    Raises:
        TypeError: a threshold has a wrong type.
        ValueError: one is out of range.
    """

    ratio: float | None = 1.5
    savings: float | None = 0.33
    growth: float | None = 0.05
    hits: float | None = 0.5
    p95: float | None = 0.002
    refusals: float | None = 0.01
    lag: float | None = 0.1
    min_messages: int = 100

    def __post_init__(self) -> None:
        arguments.whole_number("min_messages", self.min_messages, 1)
        for name in ("ratio", "p95", "lag"):
            if getattr(self, name) is not None:
                arguments.number(name, getattr(self, name), 0)
        for name in ("savings", "growth", "hits", "refusals"):
            if getattr(self, name) is not None:
                arguments.number(name, getattr(self, name), 0, 1)

    def alerts(self, totals: Totals, *, hits: float | None = None, lag: float = 0.0) -> list[Alert]:
        """What is not as it should be.

        Args:
            totals: of the last minutes.
            hits: share of look-ups in caches that found something; None without a cache.
            lag: seconds that the event loop was late.
        """
        found = list(self._of_messages(totals, hits)) if totals.messages >= self.min_messages else []
        if self.lag is not None and lag > self.lag:
            text = f"the event loop is {lag * 1e3:.4g} ms late, above {self.lag * 1e3:.4g} ms"
            found.append(Alert("lag", _severity(lag > 10 * self.lag), lag, self.lag, text))
        return found

    def _of_messages(self, totals: Totals, hits: float | None) -> Iterator[Alert]:
        if self.ratio is not None and totals.ratio < self.ratio:
            text = f"ratio is {totals.ratio:.3g}, below {self.ratio:.3g}"
            yield Alert("ratio", _severity(totals.ratio < 1), totals.ratio, self.ratio, text)
        if self.savings is not None and totals.savings < self.savings:
            text = f"savings are {_percent(totals.savings)}, below {_percent(self.savings)}"
            yield Alert("savings", _severity(totals.savings < 0), totals.savings, self.savings, text)
        if self.growth is not None and totals.growth > self.growth:
            text = f"{_percent(totals.growth)} of messages grow, above {_percent(self.growth)}"
            severity = _severity(totals.growth > 2 * self.growth)
            yield Alert("growth", severity, totals.growth, self.growth, text)
        if self.hits is not None and hits is not None and hits < self.hits:
            text = f"{_percent(hits)} of look-ups in caches find something, below {_percent(self.hits)}"
            yield Alert("hits", Severity.WARNING, hits, self.hits, text)
        p95 = totals.duration(0.95)
        if self.p95 is not None and p95 > self.p95:
            text = f"95 % of messages take up to {p95 * 1e3:.3g} ms, above {self.p95 * 1e3:.3g} ms"
            yield Alert("p95", _severity(p95 > 5 * self.p95), p95, self.p95, text)
        refused = totals.refusals.total() / totals.messages
        if self.refusals is not None and refused > self.refusals:
            text = f"{_percent(refused)} of messages are refused, above {_percent(self.refusals)}"
            yield Alert("refusals", _severity(refused > 10 * self.refusals), refused, self.refusals, text)


def _severity(is_critical: bool) -> Severity:
    return Severity.CRITICAL if is_critical else Severity.WARNING


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"

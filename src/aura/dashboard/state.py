"""All that a dashboard shows, at a moment."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from aura import __version__, arguments, native
from aura.dashboard.activity import Activity
from aura.metrics.monitor import Monitor
from aura.terminal import printable
from aura_spec.template import Template, builtin

GIGABYTE: Final = 10**9

MAX_PATTERN: Final = 80
"""Characters of a pattern that are shown."""

MAX_MODELS: Final = 8
"""Models whose freshness is shown."""

MAX_NAMES: Final = 16
"""Methods, and codes of refusals, that are shown."""

MAX_NAME: Final = 40
"""Characters of such a name that are shown."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a gigabyte of traffic costs.

    Attributes:
        amount: for 10^9 bytes.
        currency: three letters, as ISO 4217 has them.

    Raises:
        TypeError: the amount is no number, or the currency no text.
        ValueError: the amount is below 0, or the currency has not three capital letters.
    """

    amount: float = 0.09
    currency: str = "USD"

    def __post_init__(self) -> None:
        arguments.number("amount", self.amount, 0)
        if not isinstance(self.currency, str):
            raise TypeError(f"currency is a str, not {type(self.currency).__name__}")
        if len(self.currency) != 3 or not (self.currency.isascii() and self.currency.isupper()):
            raise ValueError(f"currency is {self.currency!r}, not three letters such as USD")


class State:
    """Puts together what is shown.

    Args:
        monitor: what is known of the service.
        activity: what is shown beside that.
        price: of traffic.
        templates: whose patterns are shown; the built-in ones if None.
    """

    def __init__(
        self,
        monitor: Monitor,
        activity: Activity,
        price: Price,
        templates: Mapping[int, Template] | None = None,
    ) -> None:
        self._monitor = monitor
        self._activity = activity
        self._price = price
        self._templates = builtin() if templates is None else templates
        self._started = time.time()

    def now(self) -> dict[str, Any]:
        """What is shown now."""
        monitor, activity = self._monitor, self._activity
        alerts = monitor.look()
        messages, plain, wire = activity.since_start
        totals = monitor.window.totals().as_dictionary()
        for name in ("methods", "refusals"):
            totals[name] = _most(totals[name])
        decays = [reading for reading in monitor.gauges.readings() if reading.name == "aura_model_decay"]
        return {
            "time": time.time(),
            "started": self._started,
            "version": __version__,
            "backend": native.choose().backend,
            "window_seconds": monitor.window.seconds,
            "totals": totals,
            "since": {
                "messages": messages,
                "plain_bytes": plain,
                "wire_bytes": wire,
                "saved_bytes": plain - wire,
                "saved_money": (plain - wire) / GIGABYTE * self._price.amount,
            },
            "price": asdict(self._price),
            "course": [asdict(point) for point in activity.look()],
            "templates": [self._template(use.name, asdict(use)) for use in activity.templates()],
            "worst": [{**asdict(bad), "method": bad.method[:MAX_NAME]} for bad in activity.worst()],
            "connections": monitor.gauges.connections,
            "lag_seconds": monitor.gauges.lag,
            "alerts": [
                {"name": alert.name, "severity": str(alert.severity), "text": alert.text} for alert in alerts
            ],
            "models": [
                {"id": dict(reading.labels)["model"][:64], "decay": reading.value}
                for reading in decays[:MAX_MODELS]
            ],
        }

    def _template(self, name: str, use: dict[str, Any]) -> dict[str, Any]:
        template = self._templates.get(int(name)) if name.isdecimal() else None
        pattern = "" if template is None else printable(template.pattern[:MAX_PATTERN])
        return {**use, "pattern": pattern[:MAX_PATTERN]}


def _most(counts: Any) -> dict[str, int]:
    """The most frequent of what was counted by name."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_NAMES]
    return {name[:MAX_NAME]: count for name, count in ordered}

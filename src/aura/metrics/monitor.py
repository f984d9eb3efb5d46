"""Looks at what changes without an event: gauges, the lag of the event loop, and alerts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from aura import arguments
from aura.metrics.gauges import Gauges
from aura.metrics.looking import Looking
from aura.metrics.thresholds import Alert, Severity, Thresholds
from aura.metrics.window import Window

_log: Final = logging.getLogger("aura.metrics")

OnAlerts = Callable[[list[Alert], list[Alert]], object]
"""Is told of alerts that are new or have become worse, and of those that are over."""


class Monitor(Looking):
    """Looks once a second, as long as it runs, and logs alerts when they come and when they go.

    Use it as an asynchronous context manager, in the ``lifespan`` of an application for example.

    Args:
        window: totals of the last minutes.
        gauges: to which the lag of the event loop is told.
        thresholds: the usual ones if None.
        refresh: is called each time, such as :meth:`PrometheusMetrics.refresh
            <aura.metrics.prometheus.PrometheusMetrics.refresh>`.
        on_alerts: is called in the event loop when alerts have come or gone.
        interval: seconds between two looks.

    Raises:
        TypeError: ``interval`` is no number.
        ValueError: ``interval`` is below 0.01.
    """

    _task_name = "aura-monitor"

    def __init__(
        self,
        window: Window,
        gauges: Gauges,
        thresholds: Thresholds | None = None,
        *,
        refresh: Callable[[], object] | None = None,
        on_alerts: OnAlerts | None = None,
        interval: float = 1.0,
    ) -> None:
        self._window = window
        self._gauges = gauges
        self._thresholds = thresholds or Thresholds()
        self._refresh = refresh
        self._on_alerts = on_alerts
        self._interval = arguments.number("interval", interval, 0.01)
        self._alerts: dict[str, Alert] = {}

    @property
    def window(self) -> Window:
        """Totals of the last minutes."""
        return self._window

    @property
    def gauges(self) -> Gauges:
        """What is looked at."""
        return self._gauges

    @property
    def thresholds(self) -> Thresholds:
        """What is as it should be; other ones hold from the next look on."""
        return self._thresholds

    @thresholds.setter
    def thresholds(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds

    @property
    def alerts(self) -> list[Alert]:
        """What is not as it should be, as of the last look."""
        return list(self._alerts.values())

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            before = clock()
            await asyncio.sleep(self._interval)
            self._gauges.set_lag(max(0.0, clock() - before - self._interval))
            try:
                self.look()
            except Exception:  # noqa: BLE001  # of a callback: the next look comes in any case
                _log.exception("the monitor failed")

    def look(self) -> list[Alert]:
        """Look now; return the alerts."""
        found = self._thresholds.alerts(self._window.totals(), hits=self._gauges.hits, lag=self._gauges.lag)
        before, self._alerts = self._alerts, {alert.name: alert for alert in found}
        come = [alert for alert in found if _is_worse(alert, before.get(alert.name))]
        gone = [alert for name, alert in before.items() if name not in self._alerts]
        for alert in come:
            _log.log(logging.ERROR if alert.severity is Severity.CRITICAL else logging.WARNING, "%s", alert)
        for alert in gone:
            _log.info("over: %s", alert.text)
        if self._refresh is not None:
            self._refresh()
        if self._on_alerts is not None and (come or gone):
            self._on_alerts(come, gone)
        return found


def _is_worse(alert: Alert, before: Alert | None) -> bool:
    return before is None or (
        alert.severity is Severity.CRITICAL and before.severity is not Severity.CRITICAL
    )

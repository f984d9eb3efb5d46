"""An ASGI application for those who watch a service: ``/metrics`` and ``/health``.

>>> from aura.metrics import Gauges, Monitor, Window
>>> application = OperationsApp(Monitor(Window(), Gauges()))

Mount it into an application, on a port or a path that the world does not reach. With Starlette and FastAPI:
``app.mount("/operations", application)``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from aura import __version__, native
from aura.connections.session.models import Models
from aura.metrics.monitor import Monitor
from aura.metrics.thresholds import Severity

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

_TEXT: Final = b"text/plain; version=0.0.4; charset=utf-8"
_JSON: Final = b"application/json"


class OperationsApp:
    """Answers requests about how a service fares.

    ============================ ======================================================================
    ``/metrics``                 the metrics for Prometheus, if ``exposition`` is given
    ``/health``                  200 if the service is ready and nothing is critical, else 503
    ``/health/live``             200: the event loop answers
    ``/health/ready``            200 once the models are in memory, else 503
    ``/health/detailed``         totals of the last minutes, alerts, gauges and models, as JSON; 200 always
    ============================ ======================================================================

    Args:
        monitor: what is known of the service; it need not run, but then alerts are those of the request.
        models: that have to be in memory; none if None.
        exposition: gives the metrics, such as :meth:`PrometheusMetrics.exposition
            <aura.metrics.prometheus.PrometheusMetrics.exposition>`.
    """

    def __init__(
        self,
        monitor: Monitor,
        *,
        models: Models | None = None,
        exposition: Callable[[], bytes] | None = None,
    ) -> None:
        self._monitor = monitor
        self._models = models
        self._exposition = exposition
        self._start = time.time()

    @property
    def is_ready(self) -> bool:
        """Whether the models are in memory."""
        return self._models is None or self._models.is_loaded

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            raise ValueError(f"only requests of HTTP are answered, not {scope['type']}")
        # the path of a mounted application begins with that of its mount
        path = scope["path"].removeprefix(scope.get("root_path", "")).rstrip("/")
        status, kind, body = self._answer(path) if scope["method"] in {"GET", "HEAD"} else (405, _TEXT, b"")
        headers = [
            (b"content-type", kind),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _answer(self, path: str) -> tuple[int, bytes, bytes]:
        if path == "/metrics" and self._exposition is not None:
            return 200, _TEXT, self._exposition()
        if path == "/health":
            alerts = self._monitor.look()
            is_critical = any(alert.severity is Severity.CRITICAL for alert in alerts)
            state = "critical" if is_critical else "warning" if alerts else "ok"
            return self._as_json({"status": state if self.is_ready else "loading"}, is_good=not is_critical)
        if path == "/health/live":
            return 200, _JSON, _json({"status": "ok"})
        if path == "/health/ready":
            return self._as_json({"status": "ok" if self.is_ready else "loading"})
        if path == "/health/detailed":
            return 200, _JSON, _json(self._details())
        return 404, _TEXT, b""

    def _as_json(self, content: dict[str, object], *, is_good: bool = True) -> tuple[int, bytes, bytes]:
        return 200 if is_good and self.is_ready else 503, _JSON, _json(content)

    def _details(self) -> dict[str, object]:
        alerts = self._monitor.look()
        gauges = [
            {"name": reading.name, "labels": dict(reading.labels), "value": reading.value}
            for reading in self._monitor.gauges.readings()
        ]
        models = [] if self._models is None or not self.is_ready else [model.id for model in self._models]
        return {
            "version": __version__,
            "backend": native.choose().backend,
            "started": self._start,
            "ready": self.is_ready,
            "models": models,
            "window_seconds": self._monitor.window.seconds,
            "totals": self._monitor.window.totals().as_dictionary(),
            "alerts": [
                {
                    "name": alert.name,
                    "severity": alert.severity,
                    "value": alert.value,
                    "threshold": alert.threshold,
                    "text": alert.text,
                }
                for alert in alerts
            ],
            "gauges": gauges,
        }


def _json(content: dict[str, object]) -> bytes:
    return json.dumps(content).encode()

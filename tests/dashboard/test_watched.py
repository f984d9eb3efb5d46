"""An application with a dashboard beside it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.aura.coroutines import run

from aura.dashboard import Dashboard
from aura.server.watched import Watched


class Served:
    """An application that notes what it is asked."""

    def __init__(self, dashboard: Dashboard) -> None:
        self.asked: list[str] = []
        self.is_monitored = False
        self._dashboard = dashboard

    async def __call__(self, scope: Any, _receive: Any, _send: Any) -> None:
        self.asked.append(scope.get("path", scope["type"]))
        monitor: Any = self._dashboard.monitor
        self.is_monitored = monitor._task is not None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/dashboard", 307),
        ("/dashboard/", 200),
        ("/dashboard/state", 200),
        ("/dashboards", None),
        ("/", None),
    ],
)
def test_requests_go_to_the_dashboard_or_the_application(path: str, status: int | None) -> None:
    dashboard = Dashboard()
    application = Served(dashboard)
    sent: list[Any] = []

    @run
    async def ask() -> None:
        async def send(event: Any) -> None:
            sent.append(event)

        unused: Any = None
        scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        await Watched(application, dashboard)(scope, unused, send)
        await Watched(application, dashboard)({"type": "websocket", "path": path}, unused, send)

    ask()
    assert application.asked == ([path, path] if status is None else [path])
    assert [event["status"] for event in sent if "status" in event] == ([] if status is None else [status])


@run
async def test_the_monitor_runs_as_long_as_the_application() -> None:
    dashboard = Dashboard()
    application = Served(dashboard)
    unused: Any = None
    await Watched(application, dashboard)({"type": "lifespan"}, unused, unused)
    assert application.asked == ["lifespan"]
    assert application.is_monitored
    monitor: Any = dashboard.monitor
    assert monitor._task is None

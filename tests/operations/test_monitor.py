from __future__ import annotations

import asyncio
import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest
from tests.aura.small_models import TINY
from tests.operations.happenings import connection, message, play

import aura
from aura.audit import AuditLog
from aura.connections.session import Models, scheduling
from aura.metrics import Alert, Gauges, Monitor, OperationsApp, Thresholds, Window
from aura.metrics.names import MAX_VALUES, METRICS, OTHER, Bounded
from aura.observation import Connecting


def monitor(**options: Any) -> Monitor:
    return Monitor(Window(), Gauges(), **options)


async def get(app: OperationsApp, path: str, **scope: object) -> tuple[int, str]:
    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    async def receive() -> Any:
        raise AssertionError

    await app({"type": "http", "method": "GET", "path": path, **scope}, receive, send)
    start, body = sent
    assert dict(start["headers"])[b"cache-control"] == b"no-store"
    return start["status"], body["body"].decode()


def status(app: OperationsApp, path: str, **scope: object) -> int:
    return asyncio.run(get(app, path, **scope))[0]


def details(app: OperationsApp, path: str = "/health/detailed") -> dict[str, Any]:
    return json.loads(asyncio.run(get(app, path))[1])


def test_health_is_that_of_the_alerts() -> None:
    watched = monitor(thresholds=Thresholds(min_messages=1))
    app = OperationsApp(watched)
    assert (status(app, "/health"), details(app, "/health")) == (200, {"status": "ok"})
    watched.window.on_message(message(140, 100))
    assert (status(app, "/health"), details(app, "/health")) == (200, {"status": "warning"})
    watched.window.on_message(message(1, 1000))
    assert (status(app, "/health"), details(app, "/health")) == (503, {"status": "critical"})
    assert status(app, "/health/live") == status(app, "/health/ready") == 200
    assert {alert["name"] for alert in details(app)["alerts"]} == {"ratio", "savings", "growth"}


def test_a_service_is_ready_once_its_models_are_there() -> None:
    models = Models()
    app = OperationsApp(monitor(), models=models)
    assert status(app, "/health") == status(app, "/health/ready") == 503
    assert status(app, "/health/live") == 200
    assert details(app)["models"] == []
    ready = OperationsApp(monitor(), models=Models([TINY]))
    assert status(ready, "/health") == status(ready, "/health/ready") == 200
    assert details(ready)["models"] == [TINY.id]


def test_details_tell_all(tmp_path: Path) -> None:
    watched = monitor()
    play(watched.window)
    cached = aura.CachedCodec(aura.Codec(model=TINY))
    cached.compress_batch(["yes", "no", "yes"])
    watched.gauges.add_cache("replies", cached)
    with AuditLog(tmp_path / "audit.jsonl") as log:
        watched.gauges.add_audit_log("audit", log)
        watched.gauges.set_decay(TINY.id, 0.03)
        watched.gauges.on_connection(connection(Connecting.OPENED))
        told = details(OperationsApp(watched))
    values = {(gauge["name"], *gauge["labels"].values()): gauge["value"] for gauge in told["gauges"]}
    assert values["aura_connections",] == 1
    assert values["aura_cache_hits", "replies", "out"] == 1
    assert values["aura_cache_misses", "replies", "out"] == 2
    assert values["aura_cache_entries", "replies", "out"] == 2
    assert values["aura_audit_queue", "audit"] == 0
    assert values["aura_model_decay", TINY.id] == 0.03
    assert values["aura_executor_queue", "long"] == 0
    assert {name for name, *_ in values} <= set(METRICS)
    assert told["totals"]["messages"] == 5
    assert told["version"] == aura.__version__
    assert told["backend"] in {"native", "fast", "reference"}


def test_other_requests_are_refused() -> None:
    app = OperationsApp(monitor())
    assert status(app, "/metrics") == status(app, "/nothing") == 404
    assert status(app, "/health", method="POST") == 405
    assert asyncio.run(get(app, "/health/live", method="HEAD")) == (200, "")
    assert status(app, "/operations/health/", root_path="/operations") == 200
    with pytest.raises(ValueError, match="websocket"):
        status(app, "/health", type="websocket")


def test_the_metrics_are_those_of_the_exporter() -> None:
    app = OperationsApp(monitor(), exposition=lambda: b"aura_messages_total 7\n")
    assert asyncio.run(get(app, "/metrics")) == (200, "aura_messages_total 7\n")


def test_a_monitor_tells_of_alerts_as_they_come_and_go(caplog: pytest.LogCaptureFixture) -> None:
    told: list[tuple[list[str], list[str]]] = []

    def tell(come: list[Alert], gone: list[Alert]) -> None:
        told.append(([alert.name for alert in come], [alert.name for alert in gone]))

    now = [0.0]
    looks: list[int] = []
    window = Window(60, clock=lambda: now[0])
    watched = Monitor(
        window,
        Gauges(),
        Thresholds(min_messages=1, savings=None, growth=None),
        on_alerts=tell,
        refresh=lambda: looks.append(1),
    )
    with caplog.at_level(logging.INFO, "aura.metrics"):
        watched.look()
        window.on_message(message(140, 100))
        assert [alert.name for alert in watched.look()] == ["ratio"]
        watched.look()
        window.on_message(message(1, 1000))
        watched.look()
        now[0] = 1000.0
        watched.look()
    assert told == [(["ratio"], []), (["ratio"], []), ([], ["ratio"])]
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR", "INFO"]
    assert len(looks) == 5
    assert not watched.alerts


def test_a_monitor_measures_the_lag_of_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    def failing() -> None:
        raise RuntimeError("refresh")

    async def main() -> float:
        async with monitor(interval=0.01, refresh=failing) as watched:
            await asyncio.sleep(0.05)
            time.sleep(0.2)  # noqa: ASYNC251  # which is the fault that is to be found
            for _ in range(100):
                if watched.gauges.lag > 0.1:
                    break
                await asyncio.sleep(0)
            return watched.gauges.lag

    assert asyncio.run(main()) > 0.1
    assert "the monitor failed" in caplog.text


def test_the_depth_of_the_threads_is_known() -> None:
    async def main() -> None:
        work = [asyncio.create_task(scheduling.in_thread(size, time.sleep, 0.05)) for size in (1, 1, 1 << 20)]
        await asyncio.sleep(0)
        assert scheduling.depths() == {"short": 2, "long": 1}
        await asyncio.gather(*work)
        assert scheduling.depths() == {"short": 0, "long": 0}

    asyncio.run(main())


def test_labels_that_peers_decide_are_bounded() -> None:
    bounded = Bounded()
    taken = [bounded.take(str(number)) for number in range(2 * MAX_VALUES)]
    assert taken == [str(number) for number in range(MAX_VALUES)] + [OTHER] * MAX_VALUES
    assert bounded.take("7") == "7"

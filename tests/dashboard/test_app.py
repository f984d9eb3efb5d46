"""The dashboard as an ASGI application: its files, its headers, and its events."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.aura.coroutines import run
from tests.aura.small_models import TINY
from tests.dashboard.measured_model import with_figures
from tests.operations.happenings import connection, message, play, refusal

from aura.connections.session import Models
from aura.dashboard import Activity, Dashboard, Price
from aura.dashboard import app as dashboard_app
from aura.event_stream import EventStreamDecoder
from aura.metrics import FreshnessWatch, Gauges, Monitor, Thresholds, Window
from aura.metrics.freshness_watch import MAX_SAMPLE
from aura.observation import Connecting, Direction, MessageEvent

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028\x1b[31m"


class Client:
    """A client in memory."""

    def __init__(self, served: Dashboard, path: str, **scope: Any) -> None:
        self.sent: asyncio.Queue[Any] = asyncio.Queue()
        self.left = asyncio.Event()
        usual = {"type": "http", "method": "GET", "path": path, "headers": []}
        self.task = asyncio.ensure_future(served({**usual, **scope}, self._receive, self.sent.put))  # type: ignore[arg-type]
        self._asked = False

    async def _receive(self) -> Any:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b""}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def next(self) -> Any:
        return await asyncio.wait_for(self.sent.get(), 20)

    async def answer(self) -> tuple[int, dict[bytes, bytes], bytes]:
        start, body = await self.next(), await self.next()
        await self.task
        return start["status"], dict(start["headers"]), body["body"]


def answer(served: Dashboard, path: str, **scope: Any) -> tuple[int, dict[bytes, bytes], bytes]:
    async def ask() -> tuple[int, dict[bytes, bytes], bytes]:
        return await Client(served, path, **scope).answer()

    return asyncio.run(ask())


def state(served: Dashboard) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer(served, "/state")[2])
    return found


@pytest.mark.parametrize(
    "path", ["/", "/dashboard.js", "/dashboard.css", "/state", "/nothing", "/../secrets"]
)
def test_no_answer_lets_foreign_scripts_run(path: str) -> None:
    status, headers, body = answer(Dashboard(), path)
    policy = headers[b"content-security-policy"].decode()
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"content-length"] == b"%d" % len(body)
    assert status == (404 if path in {"/nothing", "/../secrets"} else 200)


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    page = answer(Dashboard(), "/")[2].decode()
    script = answer(Dashboard(), "/dashboard.js")[2].decode()
    assert "//" not in page.replace("<!doctype html>", "")
    assert "innerHTML" not in script
    assert script.count("http") == script.count("http://www.w3.org/2000/svg") == 1
    assert "<script>" not in page
    assert " style=" not in page


def test_other_requests_are_refused() -> None:
    served = Dashboard()
    assert answer(served, "/", method="POST")[0] == 405
    assert answer(served, "/events", method="HEAD")[0] == 404
    assert answer(served, "/", method="HEAD")[2:] == (b"",)
    assert answer(served, "/up/state", root_path="/up")[0] == 200
    status, headers, _ = answer(served, "/up", root_path="/up")
    assert (status, headers[b"location"]) == (307, b"/up/")
    unused: Any = None
    with pytest.raises(ValueError, match="websocket"):
        asyncio.run(served({"type": "websocket"}, unused, unused))
    with pytest.raises(ValueError, match="interval"):
        Dashboard(interval=0)


def test_the_state_tells_all() -> None:
    served = Dashboard(price=Price(2.0, "EUR"), activity=Activity(shows_content=True))
    play(served.observer)
    for _ in range(200):
        served.observer.on_message(message(10, 11))
    served.monitor.gauges.set_decay(TINY.id, 0.03)
    shown = state(served)
    assert shown["totals"]["messages"] == shown["since"]["messages"] == 205
    assert shown["since"]["saved_bytes"] == 3 * 40 - 1 + 36 - 200
    assert shown["since"]["saved_money"] == pytest.approx((119 + 36 - 200) * 2e-9)
    assert shown["price"] == {"amount": 2.0, "currency": "EUR"}
    assert shown["connections"] == 1
    assert shown["totals"]["refusals"] == {"Malformed": 1, "StreamDesync": 1}
    assert {alert["name"] for alert in shown["alerts"]} >= {"ratio", "savings", "growth"}
    assert shown["models"] == [{"id": TINY.id, "decay": 0.03}]
    assert shown["templates"] == [{"name": "300", "messages": 1, "plain": 40, "wire": 4, "pattern": ""}]
    assert shown["worst"][0]["content"] == "xxx"
    assert len(shown["worst"]) == 8
    assert shown["course"][0]["ratio"] is not None


def test_what_peers_send_is_bounded() -> None:
    served = Dashboard(activity=Activity(shows_content=True))
    for number in range(3000):
        content = f"{HOSTILE}{number}".encode() * 100
        served.observer.on_message(
            MessageEvent(0.0, Direction.IN, content, 9999, 0.0, "stored", number, f"{number:016x}")
        )
        served.monitor.gauges.set_decay(f"{number:016x}" * 100, 0.1)
    body = answer(served, "/state")[2]
    assert len(body) < 20_000
    assert b"\n" not in body
    assert json.loads(body)["worst"][0]["content"].startswith(HOSTILE)


def test_built_in_patterns_are_shown_on_a_line() -> None:
    served = Dashboard()
    for number in (53, 113):
        served.observer.on_message(message(template_id=number))
    patterns = {use["name"]: use["pattern"] for use in state(served)["templates"]}
    assert patterns["53"] == r"1. {0}\n2. {1}\n3. {2}"
    assert len(patterns["113"]) == 80


def test_a_monitor_of_ones_own_is_looked_at() -> None:
    monitor = Monitor(Window(), Gauges(), Thresholds(min_messages=1))
    served = Dashboard(monitor)
    assert served.monitor is monitor
    monitor.window.on_message(message(140, 100))
    served.observer.on_message(message(140, 100))
    served.observer.on_connection(connection(Connecting.OPENED))
    served.observer.on_refusal(refusal())
    shown = state(served)
    assert shown["totals"]["messages"] == shown["since"]["messages"] == 1
    assert shown["connections"] == 0  # which the monitor's own gauges count


@run
async def test_events_come_until_the_page_is_closed() -> None:
    served = Dashboard(interval=0.05)
    client = Client(served, "/events")
    start = await client.next()
    assert dict(start["headers"])[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert b"content-encoding" not in dict(start["headers"])
    first = (await client.next())["body"]
    assert first.startswith(b"retry: 3000\ndata: {")
    served.observer.on_message(message())
    told = [json.loads((await client.next())["body"].removeprefix(b"data: ")) for _ in range(4)]
    assert told[-1]["since"]["messages"] == 1
    assert len(told[-1]["course"]) == 5
    client.left.set()
    await asyncio.wait_for(client.task, 20)


@run
async def test_a_server_that_stops_lets_pages_go() -> None:
    served = Dashboard(interval=60)
    client = Client(served, "/events")
    assert [(await client.next())["type"] for _ in range(2)] == ["http.response.start", "http.response.body"]
    served.close()
    assert await client.next() == {"type": "http.response.body", "body": b""}
    await asyncio.wait_for(client.task, 20)


@run
async def test_events_are_coded_for_clients_that_speak_aura() -> None:
    served = Dashboard(interval=0.05, models=Models([TINY]))
    headers = [(b"accept-encoding", b"aura"), (b"aura-models", TINY.id.encode())]
    client = Client(served, "/events", headers=headers)
    start = await client.next()
    assert dict(start["headers"])[b"content-encoding"] == b"aura"
    wire = (await client.next())["body"]
    event = EventStreamDecoder(TINY).decode(wire)
    assert json.loads(event.partition(b"data: ")[2])["since"]["messages"] == 0
    assert len(wire) < len(event)
    client.left.set()
    await asyncio.wait_for(client.task, 20)


@run
async def test_there_is_a_limit_of_pages() -> None:
    served = Dashboard(interval=10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dashboard_app, "MAX_VIEWERS", 2)
        clients = [Client(served, "/events") for _ in range(2)]
        for client in clients:
            assert (await client.next())["status"] == 200
        status, headers, _ = await Client(served, "/events").answer()
        assert (status, headers[b"retry-after"]) == (503, b"30")
        for client in clients:
            client.left.set()
            await asyncio.wait_for(client.task, 20)
        third = Client(served, "/events")
        assert (await third.next())["status"] == 200
        third.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await third.task


@run
async def test_all_of_a_dashboard_runs_as_long_as_it_does() -> None:
    def running() -> set[str]:
        return {task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("aura-")}

    async with Dashboard(models=Models([TINY])):
        assert running() == {"aura-monitor", "aura-freshness"}
    assert running() == set()
    async with Dashboard(Monitor(Window(), Gauges())):
        assert running() == set()


def test_the_freshness_of_models_is_shown() -> None:
    model = with_figures()
    served = Dashboard(models=Models([model]))
    for number in range(MAX_SAMPLE):
        content = f"the lamp in hall {number} is on".encode()
        served.observer.on_message(
            MessageEvent(0.0, Direction.OUT, content, 9, 0.0, "auralite", None, model.id)
        )
    for one in served.observer._observers:
        if isinstance(one, FreshnessWatch):
            one.look()
    [shown] = state(served)["models"]
    assert shown["id"] == model.id
    assert shown["decay"] == served.monitor.gauges.readings()[-1].value

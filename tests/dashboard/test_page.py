"""The page of the dashboard in Chromium: what it shows, hostile content, keyboard, phones, dark screens."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from tests import browser
from tests.aura.coroutines import run
from tests.operations.happenings import connection, message, play

from aura.dashboard import Activity, Dashboard, Price
from aura.observation import Connecting, Direction, MessageEvent
from aura.server.watched import WatchedServer

HOSTILE = "</td><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"

TEXT = "document.getElementById('{}').innerText"


@asynccontextmanager
async def served(dashboard: Dashboard) -> AsyncIterator[str]:
    """An application with the dashboard mounted, and the address of the mount."""
    application = Starlette(routes=[Mount("/dashboard", dashboard)])
    server = WatchedServer(uvicorn.Config(application, log_level="warning", lifespan="off"), dashboard)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/dashboard"
        server.should_exit = True
        await serving


def busy() -> Dashboard:
    """A dashboard of a service where much happens."""
    dashboard = Dashboard(activity=Activity(shows_content=True), price=Price(90.0, "EUR"), interval=0.1)
    play(dashboard.observer)
    for number in range(300):
        dashboard.observer.on_message(
            message(200, 40 + number % 7, number * 1e-6, template_id=number % 12 + 50)
        )
        dashboard.observer.on_message(message(100, 90 + number % 20, 2e-3, method="brotli"))
    content = HOSTILE.encode()
    dashboard.observer.on_message(MessageEvent(0.0, Direction.IN, content, 400, 1e-3, HOSTILE))
    dashboard.observer.on_connection(connection(Connecting.OPENED))
    for model, decay in (("00112233445566aa", -0.01), ("00112233445566bb", 0.07), ("00112233445566cc", 0.3)):
        dashboard.monitor.gauges.set_decay(model, decay)
    return dashboard


@run
async def test_the_page_shows_what_happens_and_takes_any_content() -> None:
    dashboard = busy()
    async with browser.tab() as tab, served(dashboard) as url:
        await tab.go(url)
        await tab.until("document.documentElement.dataset.events > 1")
        assert await tab.value("location.pathname") == "/dashboard/"
        totals = dashboard.monitor.window.totals()
        assert await tab.value(TEXT.format("ratio")) == f"{totals.ratio:.2f}"
        assert await tab.value(TEXT.format("messages")) == "606"
        assert await tab.value(TEXT.format("connections")) == "2"
        assert "€" in await tab.value(TEXT.format("money"))
        assert "at €90.00 a GB" in await tab.value(TEXT.format("price"))
        assert "critical" not in await tab.value("document.querySelector('#alerts .warning').className")
        assert "% of messages grow" in await tab.value(TEXT.format("alerts"))
        assert "StreamDesync" in await tab.value(TEXT.format("refusals"))
        states = [
            await tab.value(f"document.querySelectorAll('#models li')[{n}].innerText") for n in range(3)
        ]
        assert [name in text for name, text in zip(("fresh", "ageing", "stale"), states, strict=True)] == [
            True
        ] * 3
        assert await tab.value("document.querySelectorAll('#templates tr').length") == 10
        assert HOSTILE in await tab.value("document.getElementById('worst').textContent")
        assert await tab.value("document.querySelectorAll('main script, main img').length") == 0
        assert await tab.value("document.title") == "AURA dashboard"
        dashboard.observer.on_message(message())
        await tab.until(TEXT.format("messages") + " === '607'")
        assert tab.problems == []


@run
async def test_the_page_fits_phones_and_keyboards() -> None:
    async with browser.tab() as tab, served(busy()) as url:
        await tab.look(390, dark=True)
        await tab.go(url + "/")
        await tab.until("document.documentElement.dataset.events > 1")
        assert await tab.value("document.documentElement.scrollWidth") == 390
        dark = await tab.value("getComputedStyle(document.body).backgroundColor")
        await picture(tab, "phone-dark")
        await tab.look(390)
        assert await tab.value("getComputedStyle(document.body).backgroundColor") != dark
        await picture(tab, "phone-light")
        await tab.look(1280)
        assert await tab.value("document.documentElement.scrollWidth") == 1280
        await picture(tab, "desktop-light")
        await tab.look(1280, dark=True)
        await picture(tab, "desktop-dark")
        reached = []
        for _ in range(4):
            await tab.press("Tab", 9)
            reached.append(await tab.value("document.activeElement.textContent.trim() || 'region'"))
        assert reached[:2] == ["Skip to the figures", "Pause"]
        regions = "Array.from(document.querySelectorAll('[role=region]'), (one) => one.tabIndex).join()"
        assert await tab.value(regions) == "0,0"
        unnamed = (
            "document.querySelectorAll('section:not([aria-labelledby]), meter:not([aria-label])').length"
        )
        assert await tab.value(unnamed) == 0


@run
async def test_a_page_that_pauses_stays_as_it_is() -> None:
    dashboard = busy()
    async with browser.tab() as tab, served(dashboard) as url:
        await tab.go(url + "/")
        await tab.until("document.documentElement.dataset.events > 0")
        await tab.value("document.getElementById('pause').click()")
        assert await tab.value("document.getElementById('pause').getAttribute('aria-pressed')") == "true"
        before = await tab.value("document.documentElement.dataset.events")
        dashboard.observer.on_message(message())
        await asyncio.sleep(0.5)
        assert await tab.value("document.documentElement.dataset.events") == before
        await tab.value("document.getElementById('pause').click()")
        await tab.until(TEXT.format("messages") + " === '607'")


@run
async def test_a_page_without_its_server_says_so() -> None:
    async with browser.tab() as tab:
        async with served(Dashboard(interval=0.1)) as url:
            await tab.go(url + "/")
            await tab.until("document.documentElement.dataset.events > 0")
            assert "no messages yet" in await tab.value(TEXT.format("methods"))
            assert "not checked yet" in await tab.value(TEXT.format("models"))
            assert "all is as it should be" in await tab.value(TEXT.format("alerts"))
        await tab.until(TEXT.format("link") + ".includes('connection lost')")


async def picture(tab: browser.Tab, name: str) -> None:
    """Keep a picture of the page for people to look at, where ``AURA_PICTURES`` names a directory."""
    directory = os.environ.get("AURA_PICTURES")
    shot = await tab.screenshot()
    assert shot.startswith(b"\x89PNG")
    if directory is not None:
        await asyncio.to_thread(Path(directory, f"dashboard-{name}.png").write_bytes, shot)

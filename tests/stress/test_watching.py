"""The dashboard in Chromium while a stress test runs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from tests import browser
from tests.aura.coroutines import run
from tests.stress.extra import needed

needed()

from tests.stress.ends import free_port, model_file, settings  # noqa: E402  # skipped before without the extra

from aura.stress.server import ServerOptions  # noqa: E402
from aura.stress.test import StressTest  # noqa: E402


@run
async def test_a_stress_test_is_watched() -> None:
    options = ServerOptions(model=model_file(), dashboard=free_port(), shows_content=True)
    test = StressTest(settings(server=options, messages=int(os.environ.get("AURA_WATCHED", "2000"))))
    async with browser.tab() as tab:
        testing = asyncio.create_task(test.run())
        await until_served(options.dashboard or 0)
        await tab.go(f"http://127.0.0.1:{options.dashboard}/")
        await tab.until("Number(document.getElementById('ratio').innerText) > 1")
        assert not testing.done()
        first = await tab.value("document.getElementById('messages').innerText")
        await tab.until(f"document.getElementById('messages').innerText !== '{first}'")
        assert await tab.value("document.getElementById('connections').innerText") == "3"
        assert await tab.value("document.querySelectorAll('#methods .name').length") >= 1
        assert await tab.value("document.querySelectorAll('#worst tr').length") == 8
        for width in (1280, 390):
            for dark in (False, True):
                await tab.look(width, dark=dark)
                await picture(tab, f"{width}-{'dark' if dark else 'light'}")
        found = await testing
        assert found.tallies.mismatches == 0
        assert tab.problems == []


async def until_served(port: int) -> None:
    async with asyncio.timeout(40):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def picture(tab: browser.Tab, name: str) -> None:
    """Keep a picture of the page for people to look at, where ``AURA_PICTURES`` names a directory."""
    directory = os.environ.get("AURA_PICTURES")
    if directory is not None:
        shot = await tab.screenshot()
        await asyncio.to_thread(Path(directory, f"stress-{name}.png").write_bytes, shot)

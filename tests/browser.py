"""Drives Chromium by its DevTools protocol, for tests of pages; skips them where there is no Chromium."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from websockets.asyncio.client import connect

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")

OPTIONS: Final = (
    "--headless",
    "--no-sandbox",  # which a container does not allow
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-port=0",
)


def needed() -> str:
    """The program; skips the test without one."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("needs chromium")
    return found


class Tab:
    """A page in the browser."""

    def __init__(self, socket: Any, session: str) -> None:
        self._socket = socket
        self._session = session
        self._number = 100
        self.problems: list[str] = []
        """What the page complained of: errors of its script, and what its policy forbade."""

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask something of the browser."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": params, "sessionId": self._session}
        await self._socket.send(json.dumps(asked))
        while (told := json.loads(await self._socket.recv())).get("id") != self._number:
            self._note(told)
        assert "error" not in told, told
        result: dict[str, Any] = told["result"]
        return result

    def _note(self, told: dict[str, Any]) -> None:
        if told.get("method") in {"Runtime.exceptionThrown", "Log.entryAdded"}:
            self.problems.append(json.dumps(told["params"]))

    async def go(self, url: str) -> None:
        """Open a page."""
        for domain in ("Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        await self.call("Page.navigate", url=url)

    async def value(self, expression: str) -> Any:
        """The value of an expression of JavaScript."""
        told = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        return told["result"].get("value")

    async def until(self, expression: str) -> Any:
        """Wait until an expression is true; its value."""
        async with asyncio.timeout(40):
            while not (found := await self.value(expression)):  # noqa: ASYNC110  # the browser does not tell
                await asyncio.sleep(0.05)
        return found

    async def look(self, width: int, *, dark: bool = False) -> None:
        """Give the page a width in pixels, and a colour scheme."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        await self.call("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])

    async def press(self, key: str, code: int) -> None:
        """Press a key."""
        for kind in ("rawKeyDown", "keyUp"):
            await self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code
            )

    async def screenshot(self) -> bytes:
        """A picture of the whole page, as PNG."""
        shot = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])


@asynccontextmanager
async def tab() -> AsyncIterator[Tab]:
    """A new page in a browser of its own."""
    program = needed()
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program, *OPTIONS, f"--user-data-dir={profile}", "about:blank", stdout=DEVNULL, stderr=PIPE
        )
        assert process.stderr is not None
        try:
            async with asyncio.timeout(60):
                while b"DevTools listening on " not in (line := await process.stderr.readline()):
                    assert line, "the browser has ended"
            url = line.decode().split(" on ")[1].strip()
            draining = asyncio.create_task(process.stderr.read())
            async with connect(url, max_size=None, ping_interval=None) as socket:
                session = await _attached(socket)
                yield Tab(socket, session)
        finally:
            process.kill()
            await process.wait()
            await draining


async def _attached(socket: Any) -> str:
    await socket.send(
        json.dumps({"id": 1, "method": "Target.createTarget", "params": {"url": "about:blank"}})
    )
    while (told := json.loads(await socket.recv())).get("id") != 1:
        pass
    params = {"targetId": told["result"]["targetId"], "flatten": True}
    await socket.send(json.dumps({"id": 2, "method": "Target.attachToTarget", "params": params}))
    while (told := json.loads(await socket.recv())).get("id") != 2:
        pass
    return str(told["result"]["sessionId"])

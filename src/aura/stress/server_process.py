"""The server of a stress test, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any, Final

from aura.stress.errors import StressError
from aura.stress.process import Footprint
from aura.stress.server import ServerOptions

START_TIMEOUT: Final = 60.0
"""Seconds that a server has to start, or to answer."""


class ServerProcess:
    """A server that runs.

    Args:
        process: that it runs in.
    """

    def __init__(self, process: Process) -> None:
        self._process = process
        self.port = 0
        self.pid = process.pid

    async def read(self) -> dict[str, Any]:
        """What the server says next.

        Raises:
            StressError: it has ended, or says nothing.
        """
        assert self._process.stdout is not None  # noqa: S101  # as it was started
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), START_TIMEOUT)
        except TimeoutError:
            raise StressError(f"the server said nothing for {START_TIMEOUT:g} s") from None
        if not line:
            raise StressError("the server has ended")
        said: dict[str, Any] = json.loads(line)
        return said

    async def footprint(self) -> Footprint:
        """What the server takes now.

        Raises:
            StressError: it has ended, or says nothing.
        """
        assert self._process.stdin is not None  # noqa: S101  # as it was started
        try:
            self._process.stdin.write(b"\n")
            await self._process.stdin.drain()
        except OSError:
            raise StressError("the server has ended") from None
        return Footprint(**await self.read())

    async def end(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None  # noqa: S101  # as it was started
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def started(options: ServerOptions) -> AsyncIterator[ServerProcess]:
    """Start a server, and let it end afterwards.

    Raises:
        StressError: it does not start; what it says about that goes to standard error.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "aura.stress.server",
        json.dumps(asdict(options)),
        stdin=PIPE,
        stdout=PIPE,
    )
    server = ServerProcess(process)
    try:
        server.port = (await server.read())["port"]
        yield server
    finally:
        await server.end()

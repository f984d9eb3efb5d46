"""A dashboard beside the server of a stress test (extra ``serve``)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from aura.connections.session import Models
from aura.dashboard import Activity, Dashboard
from aura.observation import Observer
from aura.server.watched import WatchedServer


@asynccontextmanager
async def watched(port: int, models: Models, *, shows_content: bool) -> AsyncIterator[Observer]:
    """Serve a dashboard on a port of this machine, and give what it listens with.

    Raises:
        OSError: the port is in use.
    """
    dashboard = Dashboard(activity=Activity(shows_content=shows_content), models=models)
    config = uvicorn.Config(dashboard, log_level="warning", lifespan="off")
    server = WatchedServer(config, dashboard)
    with socket.create_server(("127.0.0.1", port)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with dashboard:
                yield dashboard.observer
        finally:
            server.should_exit = True
            await serving

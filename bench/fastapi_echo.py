"""A FastAPI application that says what it hears, under uvicorn, for ``connections.py``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, WebSocket

from aura.asgi import AuraMiddleware
from aura.connections.session import Settings


def application(settings: Settings | None) -> FastAPI:
    """The application; with AURA if there are settings."""
    app = FastAPI()

    @app.websocket("/")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        async for message in socket.iter_text():
            await socket.send_text(message)

    if settings is not None:
        app.add_middleware(AuraMiddleware, settings=settings)
    return app


@asynccontextmanager
async def served(settings: Settings | None, *, deflates: bool) -> AsyncIterator[int]:
    """Serve it, with permessage-deflate as uvicorn has it or without; the port."""
    config = uvicorn.Config(
        application(settings),
        port=0,
        log_level="error",
        ws_per_message_deflate=deflates,
        ws_ping_interval=None,
        backlog=4096,
    )
    running = uvicorn.Server(config)
    serving = asyncio.create_task(running.serve())
    while not running.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield running.servers[0].sockets[0].getsockname()[1]
    serving.cancel()

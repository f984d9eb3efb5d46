"""Servers of the library websockets that speak AURA, and what they are tested with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.aura.small_models import STREAMS
from websockets.asyncio import client, server
from websockets.exceptions import ConnectionClosedError

from aura import websockets as aura_websockets
from aura.connections.session import Settings

Handler = Callable[[server.ServerConnection], Awaitable[None]]


async def echo(connection: server.ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


def address_of(running: server.Server) -> str:
    return f"ws://127.0.0.1:{next(iter(running.sockets)).getsockname()[1]}"


async def closing(connection: client.ClientConnection) -> ConnectionClosedError:
    """How a connection ends, whatever comes before."""
    try:
        while True:
            await connection.recv()
    except ConnectionClosedError as error:
        return error


@asynccontextmanager
async def serving(
    handler: Handler = echo, settings: Settings = STREAMS, **kwargs: object
) -> AsyncIterator[str]:
    """A server on a port of its own; its address."""
    async with aura_websockets.serve(handler, "127.0.0.1", 0, settings=settings, **kwargs) as running:  # type: ignore[arg-type]
        yield address_of(running)

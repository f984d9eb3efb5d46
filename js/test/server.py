"""Servers for the tests of the client, which print their addresses as a JSON object.

``aura`` speaks AURA, with the small model, and serves its file; ``chat`` does, and has a subprotocol; ``plain``
knows nothing of it; ``deaf`` selects the subprotocol of AURA and does not speak it. Each sends back what it
receives, but for a few texts: ``close`` has it close the connection, ``drop`` drop it, ``garbage`` send what is no
frame. ``events`` sends server-sent events through the middleware, ``plain_events`` without it.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, nullcontext
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from aura import Model
from aura.asgi import AuraMiddleware
from aura.connections.session import Models, Settings
from aura.websockets import serve as serve_aura

SETTINGS = Settings(Models([Model.load_small()]))


async def echo(connection: ServerConnection) -> None:
    """Send messages back."""
    async for message in connection:
        if message == "close":
            await connection.close(4001, "as you wish")
        elif message == "drop":
            connection.transport.abort()
        elif message == "garbage":
            connection._transmit_now(b"\x7f\x01 no frame")  # type: ignore[attr-defined]  # noqa: SLF001
            connection.send_data()
        else:
            await connection.send(message)


async def ignore_first(connection: ServerConnection) -> None:
    """Send messages back, but for the first, which is a hello."""
    await connection.recv()
    await echo(connection)


async def send_events(request: Request) -> Response:
    """Three events and one with a name, from the last one that the client knows on; no more after the ninth."""
    known = int(request.headers.get("last-event-id", "0"))
    if known >= 9:
        return Response(status_code=204)

    async def written() -> AsyncIterator[str]:
        yield "retry: 20\n\n: nothing\n"
        for number in range(known + 1, known + 4):
            yield f"id: {number}\r\ndata: event {number} \u20ac\r\ndata: Is there anything else?\r\n\r\n"
            await asyncio.sleep(0)
        yield f"event: named\ndata:{known}\n\ndata: cut off"

    return StreamingResponse(written(), media_type="text/event-stream")


async def send_garbage(_request: Request) -> Response:
    """A record that is none, said to be coded."""
    headers = {"Content-Encoding": "aura"}
    return Response(b"\x03\x07hi\x02\x7f\x00", media_type="text/event-stream", headers=headers)


async def send_text(_request: Request) -> Response:
    """No events."""
    return PlainTextResponse("data: no event\n\n")


async def told(request: Request) -> Response:
    """The headers and the query of the request, in an event."""
    content = json.dumps({**request.headers, "query": request.url.query})
    return Response(f"data: {content}\n\n", media_type="text/event-stream")


APPLICATION = Starlette(
    routes=[
        Route("/events", send_events),
        Route("/garbage", send_garbage),
        Route("/text", send_text),
        Route("/told", told),
    ]
)


async def serve_http(application: Any, stack: AsyncExitStack) -> int:
    """Serve an application from now on; the port."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off", ws="none"))
    server.capture_signals = nullcontext  # type: ignore[method-assign]
    task = asyncio.create_task(server.serve([listening]))

    async def stop() -> None:
        server.should_exit = server.force_exit = True
        await task

    stack.push_async_callback(stop)
    return int(listening.getsockname()[1])


async def main() -> None:
    """Serve until standard input ends."""
    deaf = [Subprotocol("aura.v1")]
    async with (
        serve_aura(echo, "127.0.0.1", 0, settings=SETTINGS) as aura,
        serve_aura(echo, "127.0.0.1", 0, settings=SETTINGS, subprotocols=["chat"]) as chat,
        serve(echo, "127.0.0.1", 0) as plain,
        serve(ignore_first, "127.0.0.1", 0, subprotocols=deaf) as refusing,
        AsyncExitStack() as stack,
    ):
        servers = {"aura": aura, "chat": chat, "plain": plain, "deaf": refusing}
        ports = {name: server.sockets[0].getsockname()[1] for name, server in servers.items()}
        addresses = {name: f"ws://127.0.0.1:{port}/" for name, port in ports.items()}
        open_to_all = CORSMiddleware(APPLICATION, allow_origins=["*"], allow_headers=["*"])
        for name, application in (
            ("events", AuraMiddleware(open_to_all, SETTINGS)),
            ("plain_events", open_to_all),
        ):
            addresses[name] = f"http://127.0.0.1:{await serve_http(application, stack)}/"
        print(json.dumps(addresses), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())

"""Applications behind the middleware, and clients in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from tests.aura.small_models import STREAMS

from aura.asgi import Application, AuraMiddleware, Event
from aura.connections.session import Message, Session, Settings

codes: list[int] = []


async def echo(ws: WebSocket) -> None:
    wanted = ws.scope["subprotocols"]
    await ws.accept(subprotocol=wanted[0] if wanted else None)
    try:
        while True:
            event = await ws.receive()
            if event["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(event["code"])  # noqa: TRY301
            if event.get("text") is not None:
                await ws.send_text(event["text"])
            else:
                await ws.send_bytes(event["bytes"])
    except WebSocketDisconnect as error:
        codes.append(error.code)


async def push(ws: WebSocket) -> None:
    """Never receives anything but the end."""
    await ws.accept()
    await ws.send_text("first")
    await ws.send_text("second")
    await ws.close(4000)


async def refuse(ws: WebSocket) -> None:
    await ws.close()


async def events(_request: object) -> StreamingResponse:
    async def written() -> Any:
        for number in range(3):
            yield f"data: event {number}\n\n"
        yield "data: without end"

    return StreamingResponse(written(), media_type="text/event-stream")


async def text(_request: object) -> PlainTextResponse:
    return PlainTextResponse("data: not a stream\n\n")


APPLICATION = Starlette(
    routes=[
        WebSocketRoute("/echo", echo),
        WebSocketRoute("/push", push),
        WebSocketRoute("/refuse", refuse),
        Route("/events", events),
        Route("/text", text),
    ]
)


class Client:
    """A client in memory, whose frames an application gets through the middleware."""

    def __init__(
        self,
        path: str,
        offered: list[str],
        settings: Settings = STREAMS,
        application: Application = APPLICATION,
    ) -> None:
        self.to_app: asyncio.Queue[Event] = asyncio.Queue()
        self.from_app: asyncio.Queue[Event] = asyncio.Queue()
        scope = {
            "type": "websocket",
            "path": path,
            "headers": [],
            "subprotocols": offered,
            "query_string": b"",
        }
        scope |= {"scheme": "ws", "root_path": "", "client": None, "server": None}
        app = AuraMiddleware(application, settings)
        self.to_app.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.ensure_future(app(scope, self.to_app.get, self.from_app.put))

    async def event(self) -> Event:
        return await asyncio.wait_for(self.from_app.get(), 20)

    def give(self, **content: object) -> None:
        self.to_app.put_nowait({"type": "websocket.receive", **content})

    async def end(self) -> None:
        self.to_app.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self.task, 20)

    async def message(self, session: Session) -> str | bytes:
        """What the application sends next."""
        while True:
            event = await self.event()
            assert event["type"] == "websocket.send", event
            for received in session.receive_data(event["bytes"]):
                if isinstance(received, Message):
                    return received.data

    def speak(self, session: Session) -> None:
        for frame in session.data_to_send():
            self.give(bytes=frame)


async def get(
    path: str,
    headers: dict[str, str],
    settings: Settings = STREAMS,
    application: Application = APPLICATION,
) -> tuple[dict[str, str], list[bytes]]:
    """The headers and pieces of a response."""
    sent: list[Event] = []

    async def send(event: Event) -> None:
        await asyncio.sleep(0)
        sent.append(event)

    never: Callable[[], Awaitable[Event]] = asyncio.Queue[Event]().get
    fields = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "headers": fields, "query_string": query.encode()}
    scope |= {"scheme": "http", "root_path": "", "client": None, "server": None, "http_version": "1.1"}
    await asyncio.wait_for(AuraMiddleware(application, settings)(scope, never, send), 20)
    start, *bodies = sent
    received = {name.decode(): value.decode() for name, value in start["headers"]}
    return received, [body["body"] for body in bodies]

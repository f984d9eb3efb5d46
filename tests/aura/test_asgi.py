"""The middleware, with applications and clients in memory: WebSocket connections and server-sent events."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from tests.aura.cancelling import is_cancelled_at

from aura.asgi import Application, AuraMiddleware, Event
from aura.event_stream import decode_event_stream
from aura.model import Model
from aura.session import Message, Models, Session, Settings, Status, scheduling
from aura.session.coding import SingleEncoder
from aura_vectors.forms.message import MODEL

TINY = Model.from_bytes(MODEL.model)
STREAMS = Settings(Models([TINY]))
MESSAGES = ["hi", "", "}{~", "Grüße 🚲", b"\x00\xff", "x" * 9000, "bye"]
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
            received = session.receive(event["bytes"])
            if isinstance(received, Message):
                return received.data

    def speak(self, session: Session) -> None:
        for frame in session.take():
            self.give(bytes=frame)


def run(test: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
    def wrapped() -> None:
        codes.clear()
        asyncio.run(asyncio.wait_for(test(), 60))

    wrapped.__name__ = wrapped.__qualname__ = test.__name__
    return wrapped


@pytest.mark.parametrize("settings", [STREAMS, replace(STREAMS, memory=0)])
def test_messages_come_back(settings: Settings) -> None:
    async def talk() -> None:
        client = Client("/echo", ["aura.v1"], settings)
        assert await client.event() == {"type": "websocket.accept", "subprotocol": "aura.v1", "headers": []}
        session = Session(settings, role="client")
        client.speak(session)
        session.receive((await client.event())["bytes"])
        for message in MESSAGES:
            session.send(message)
            client.speak(session)
            assert await client.message(session) == message
        await client.end()

    asyncio.run(talk())
    assert codes.pop() == 1000


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("settings", [STREAMS, replace(STREAMS, memory=0)])
def test_cancelling_receive_at_any_await_loses_nothing(settings: Settings, late: bool) -> None:
    messages = ["short", "long " * 200, "short again", b"bytes"]

    async def receive_cancelled(number: int) -> bool:
        was_cancelled = False
        got: list[object] = []

        async def application(_scope: Any, receive: Any, send: Any) -> None:
            nonlocal was_cancelled

            async def take() -> None:
                event = await receive()
                got.append(event.get("text") or event["bytes"])

            assert await receive() == {"type": "websocket.connect"}
            await send({"type": "websocket.accept"})
            while len(got) < len(messages):
                if await is_cancelled_at(take(), number, late=late):
                    was_cancelled = True
                    await take()

        client = Client("/", ["aura.v1"], settings, application)
        session = Session(settings, role="client")
        client.speak(session)
        await client.event()
        session.receive((await client.event())["bytes"])
        for message in messages:
            session.send(message)
        client.speak(session)
        await client.task
        assert got == messages
        return was_cancelled

    for number in count():
        if not asyncio.run(asyncio.wait_for(receive_cancelled(number), 60)):
            break
    assert number > 1


@run
async def test_the_application_hears_of_aura_in_the_scope() -> None:
    seen: list[Status] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["aura"])
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "Is there anything else I can help you with?"})

    plain = Client("/", ["chat"], STREAMS, application)
    await plain.task
    client = Client("/", ["aura.plain", "aura.v1"], STREAMS, application)
    await client.event()
    session = Session(STREAMS, role="client")
    client.speak(session)
    assert await client.message(session) == "Is there anything else I can help you with?"
    await client.task
    assert [status.is_agreed for status in seen] == [False, True]
    assert seen[1].sent_with == TINY.id
    assert seen[1].sent == session.status.received


@run
async def test_sending_after_a_refusal_says_so() -> None:
    """An application that sends in a loop must hear of it."""

    async def application(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        with pytest.raises(OSError, match="closed"):
            await send({"type": "websocket.send", "text": "hi"})
        assert (await receive())["type"] == (await receive())["type"] == "websocket.disconnect"

    client = Client("/", ["aura.v1"], STREAMS, application)
    client.give(text="no hello")
    await client.task


def test_nothing_is_loaded_on_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for a connection nor for events."""
    threads: list[str] = []

    def load(_: object) -> Model:
        threads.append(threading.current_thread().name)
        return TINY

    async def talk() -> None:
        client = Client("/push", ["aura.v1"], Settings())
        await client.event()
        client.speak(Session(STREAMS, role="client"))
        await client.task
        await get("/events", {"Accept-Encoding": "aura", "Aura-Models": TINY.id}, Settings())
        await get("/events", {"Accept-Encoding": "aura"}, Settings())
        await get("/events", {}, Settings())

    monkeypatch.setattr(Model, "load_default", classmethod(load))
    asyncio.run(asyncio.wait_for(talk(), 30))
    assert len(threads) == 2
    assert all(name.startswith("aura-") for name in threads)


def test_long_events_are_coded_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[tuple[bool, bool]] = []
    code = SingleEncoder.code

    def watched(encoder: SingleEncoder, message: bytes) -> bytes:
        names.append((len(message) > scheduling.QUICK, threading.current_thread().name.startswith("aura-")))
        return code(encoder, message)

    async def written() -> Any:
        yield "data: one\n\n"
        yield f"data: {'long ' * 200}\n\n"
        yield "data: two\n\n"

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await StreamingResponse(written(), media_type="text/event-stream")(scope, receive, send)

    monkeypatch.setattr(SingleEncoder, "code", watched)
    _, pieces = asyncio.run(get("/", {"Accept-Encoding": "aura"}, STREAMS, application))
    assert len(b"".join(decode_event_stream(pieces))) == 11 + 1008 + 11
    begun, *others = [is_in_thread for is_long, is_in_thread in names]
    assert begun
    assert others[:3] == [is_long for is_long, _ in names][1:4] == [False, True, False]


@run
async def test_an_application_that_only_sends_is_heard() -> None:
    client = Client("/push", ["aura.v1"])
    await client.event()
    session = Session(STREAMS, role="client")
    client.speak(session)
    assert await client.message(session) == "first"
    assert await client.message(session) == "second"
    assert (await client.event())["code"] == 4000
    await client.task


@run
async def test_a_client_without_aura_gets_plain_text() -> None:
    for offered in ([], ["chat"], ["chat", "aura.v1+other", "other"]):
        client = Client("/echo", offered)
        assert (await client.event()).get("subprotocol") == (offered[0] if offered else None)
        client.give(text="plain")
        assert (await client.event())["text"] == "plain"
        await client.end()


@run
async def test_the_subprotocol_of_the_application_is_kept() -> None:
    client = Client("/echo", ["aura.v1+chat", "chat"])
    assert (await client.event())["subprotocol"] == "aura.v1+chat"
    await client.end()


@run
async def test_an_application_may_refuse() -> None:
    client = Client("/refuse", ["aura.v1"])
    assert (await client.event())["type"] == "websocket.close"
    await client.task


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([{"text": "hi"}], 1002),
        ([{"bytes": b"\x07hi"}], 1007),
        ([{"bytes": bytes(1 << 22)}], 1009),
    ],
)
def test_a_bad_client_is_closed_and_the_application_is_told(
    given: list[dict[str, object]], code: int
) -> None:
    async def talk() -> None:
        client = Client("/echo", ["aura.v1"])
        await client.event()
        await client.event()
        for content in given:
            client.give(**content)
        closed = await client.event()
        assert (closed["type"], closed["code"]) == ("websocket.close", code)
        await asyncio.wait_for(client.task, 20)

    codes.clear()
    asyncio.run(talk())
    assert codes == [code]


@run
async def test_a_client_that_says_nothing_is_not_waited_for() -> None:
    """Whether the application sends first or receives first."""
    for path in ("/push", "/echo"):
        client = Client(path, ["aura.v1"], replace(STREAMS, patience=0.05))
        await client.event()
        await client.event()
        assert await client.event() == {"type": "websocket.close", "code": 1002}
        with suppress(WebSocketDisconnect):
            await client.task
    assert codes == [1002]


@run
async def test_a_client_that_leaves_before_its_hello() -> None:
    client = Client("/push", ["aura.v1"])
    with pytest.raises(WebSocketDisconnect):
        await client.end()


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
    scope = {"type": "http", "method": "GET", "path": path, "headers": fields, "query_string": b""}
    scope |= {"scheme": "http", "root_path": "", "client": None, "server": None, "http_version": "1.1"}
    await asyncio.wait_for(AuraMiddleware(application, settings)(scope, never, send), 20)
    start, *bodies = sent
    received = {name.decode(): value.decode() for name, value in start["headers"]}
    return received, [body["body"] for body in bodies]


EVENTS = b"data: event 0\n\ndata: event 1\n\ndata: event 2\n\ndata: without end"


def test_events_are_coded_one_by_one() -> None:
    """Rules EVS-1 and EVS-2."""
    wanted = {"Accept-Encoding": "gzip, aura", "Aura-Models": f"00, {TINY.id}"}
    headers, pieces = asyncio.run(get("/events", wanted))
    assert headers["content-encoding"] == "aura"
    assert headers["aura-model"] == TINY.id
    assert "aura-models" in headers["vary"]
    decoded = list(decode_event_stream(pieces, TINY))
    assert b"".join(decoded) == EVENTS
    assert len(decoded) == 4


@run
async def test_events_are_coded_without_a_model() -> None:
    headers, pieces = await get("/events", {"Accept-Encoding": "aura;q=0.5"})
    assert "aura-model" not in headers
    assert b"".join(decode_event_stream(pieces)) == EVENTS


@run
async def test_others_get_plain_events() -> None:
    for accepted in ("gzip", "aura;q=0", "aura; q=0.0", ""):
        headers, pieces = await get("/events", {"Accept-Encoding": accepted})
        assert "content-encoding" not in headers
        assert b"".join(pieces) == EVENTS


@run
async def test_other_responses_stay_as_they_are() -> None:
    headers, pieces = await get("/text", {"Accept-Encoding": "aura"})
    assert "content-encoding" not in headers
    assert pieces == [b"data: not a stream\n\n"]


@run
async def test_other_scopes_are_passed_on() -> None:
    seen: list[object] = []

    async def application(scope: Any, _receive: object, _send: object) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> Any:
        return {}

    await AuraMiddleware(application, STREAMS)({"type": "lifespan"}, nothing, nothing)
    assert seen == ["lifespan"]

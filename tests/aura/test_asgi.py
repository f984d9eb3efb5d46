"""WebSocket connections through the middleware, with applications and clients in memory."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect
from tests.aura.asgi_ends import Client, codes, get
from tests.aura.cancelling import is_cancelled_at, let_short_messages_wait
from tests.aura.coroutines import run
from tests.aura.small_models import STREAMS, TINY

from aura.connections.session import Session, Settings, Status
from aura.models.model import Model

MESSAGES = ["hi", "", "}{~", "Grüße 🚲", b"\x00\xff", "x" * 9000, "bye"]


@pytest.fixture(autouse=True)
def no_codes() -> None:
    codes.clear()


@pytest.mark.parametrize("settings", [STREAMS, replace(STREAMS, memory=0)])
def test_messages_come_back(settings: Settings) -> None:
    async def talk() -> None:
        client = Client("/echo", ["aura.v1"], settings)
        assert await client.event() == {"type": "websocket.accept", "subprotocol": "aura.v1", "headers": []}
        session = Session(settings, role="client")
        client.speak(session)
        session.receive_data((await client.event())["bytes"])
        for message in MESSAGES:
            session.send(message)
            client.speak(session)
            assert await client.message(session) == message
        await client.end()

    asyncio.run(talk())
    assert codes.pop() == 1000


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("settings", [STREAMS, replace(STREAMS, memory=0)])
def test_cancelling_receive_at_any_await_loses_nothing(
    settings: Settings, late: bool, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = ["short", "long " * 200, "short again", b"bytes"]
    if waits:
        let_short_messages_wait(monkeypatch)

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
        session.receive_data((await client.event())["bytes"])
        for message in messages:
            session.send(message)
        client.speak(session)
        await client.task
        assert got == messages
        return was_cancelled

    for number in count():
        if not asyncio.run(asyncio.wait_for(receive_cancelled(number), 60)):
            break
    assert number > (1 if waits else 0)


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

    asyncio.run(talk())
    assert codes == [code]


@run
async def test_a_client_that_says_nothing_is_not_waited_for() -> None:
    """Whether the application sends first or receives first."""
    for path in ("/push", "/echo"):
        client = Client(path, ["aura.v1"], replace(STREAMS, hello_timeout=0.05))
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

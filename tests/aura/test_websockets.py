"""AURA with the library websockets, over loopback: plain text for both applications, whoever the peer is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from tests.aura.cancelling import is_cancelled_at
from tests.aura.coroutines import run
from tests.aura.small_models import SINGLE, SMALL, STREAMS, TINY
from tests.aura.websocket_ends import address_of, echo, serving
from websockets.asyncio import client, server
from websockets.exceptions import ConcurrencyError

from aura import websockets as aura_websockets
from aura.connections.session import Models, Settings
from aura.errors import EncodeError
from aura.models.model import Model

MESSAGES = ["hi", "", "}{~", "Grüße 🚲", b"\x00\xff", b"", "x" * 9000, "bye"]


def frames_of(connection: client.ClientConnection) -> list[bytes]:
    """The frames that the connection's library gets to see from here on."""
    seen: list[bytes] = []
    receive = connection.protocol.receive_data

    def recorded(data: bytes) -> None:
        seen.append(data)
        receive(data)

    connection.protocol.receive_data = recorded  # type: ignore[method-assign]
    return seen


@pytest.mark.parametrize("settings", [STREAMS, SINGLE, Settings(Models([]))])
def test_messages_come_back(settings: Settings) -> None:
    async def talk() -> None:
        async with (
            serving(settings=settings) as address,
            aura_websockets.connect(address, settings=settings) as ws,
        ):
            for message in MESSAGES:
                await ws.send(message)
                assert await ws.recv() == message
            assert ws.subprotocol is None

    asyncio.run(talk())


@run
async def test_the_wire_is_short() -> None:
    settings = Settings(Models([SMALL]), memory=0)
    text = "Is there anything else I can help you with?"
    async with (
        serving(settings=settings) as address,
        aura_websockets.connect(address, settings=settings) as ws,
    ):
        await ws.send(text)
        await ws.recv()
        seen = frames_of(ws)
        await ws.send(text)
        assert await ws.recv() == text
        assert sum(map(len, seen)) < 8


@run
async def test_fragments_and_types() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    async with serving() as address, aura_websockets.connect(address, settings=STREAMS) as ws:
        await ws.send(["frag", "ments"])
        assert [piece async for piece in ws.recv_streaming()] == ["fragments"]
        await ws.send(pieces())
        assert await ws.recv() == b"ab"
        await ws.send(bytearray(b"text"), text=True)
        assert await ws.recv() == "text"
        await ws.send("bytes", text=False)
        assert await ws.recv() == b"bytes"
        await ws.send("text")
        assert await ws.recv(decode=False) == b"text"
        await ws.send(b"text")
        assert await ws.recv(decode=True) == "text"
        with pytest.raises(TypeError):
            await ws.send({"no": "message"})
        for neither in (5, None):
            with pytest.raises(TypeError, match="data must be str, bytes, iterable, or async iterable"):
                await ws.send(neither)
        for mixed in ([104], ["a", b"b"]):
            with pytest.raises(TypeError, match="iterable must contain uniform types"):
                await ws.send(mixed)
        await ws.send("and goes on")
        assert await ws.recv() == "and goes on"


@run
async def test_a_message_without_fragments_is_not_sent() -> None:
    """As the library does it."""
    for connect, serve in ((aura_websockets.connect, aura_websockets.serve), (client.connect, server.serve)):
        async with (
            serve(echo, "127.0.0.1", 0) as running,
            connect(address_of(running)) as ws,
        ):
            await ws.send([])
            await ws.send("next")
            assert await ws.recv() == "next"


@pytest.mark.parametrize("broadcast", [server.broadcast, aura_websockets.broadcast])
def test_broadcasts_reach_all_peers_in_order(broadcast: Callable[..., None]) -> None:
    """Those that speak AURA and those that do not, between messages that are sent."""

    async def join(connection: server.ServerConnection) -> None:
        joined.put_nowait(connection)
        await connection.wait_closed()

    async def talk() -> None:
        async with (
            serving(join) as address,
            aura_websockets.connect(address, settings=STREAMS) as one,
            aura_websockets.connect(address, settings=SINGLE) as two,
            client.connect(address) as plain,
        ):
            connections = [await joined.get() for _ in range(3)]
            broadcast(connections, "news for all")
            broadcast(connections, "x" * 5000)
            broadcast(connections, b"\x00\xff")
            broadcast(connections, b"text", text=True)
            broadcast(connections, "bytes", text=False)
            await asyncio.gather(*(connection.send("sent") for connection in connections))
            for ws in (one, two, plain):
                received = [await ws.recv() for _ in range(6)]
                assert received == ["news for all", "x" * 5000, b"\x00\xff", "text", b"bytes", "sent"]

    joined: asyncio.Queue[server.ServerConnection] = asyncio.Queue()
    asyncio.run(asyncio.wait_for(talk(), 30))


@run
async def test_a_broadcast_that_a_peer_does_not_take_is_skipped() -> None:
    joined: asyncio.Queue[server.ServerConnection] = asyncio.Queue()

    async def join(connection: server.ServerConnection) -> None:
        joined.put_nowait(connection)
        await connection.wait_closed()

    settings = replace(STREAMS, max_message=10)
    async with (
        serving(join, settings) as address,
        aura_websockets.connect(address, settings=STREAMS) as ws,
    ):
        connections = [await joined.get()]
        server.broadcast(connections, "too long for it")
        with pytest.raises(ExceptionGroup):
            server.broadcast(connections, "too long for it", raise_exceptions=True)
        server.broadcast(connections, "short")
        assert await ws.recv() == "short"


@run
async def test_only_one_task_receives() -> None:
    async with serving() as address, aura_websockets.connect(address, settings=STREAMS) as ws:
        receiving = asyncio.create_task(ws.recv())
        await asyncio.sleep(0)
        with pytest.raises(ConcurrencyError):
            await ws.recv()
        await ws.send("hi")
        assert await receiving == "hi"


@run
async def test_a_connection_says_what_it_saved() -> None:
    seen: asyncio.Queue[Any] = asyncio.Queue()

    async def watched(connection: server.ServerConnection) -> None:
        await echo(connection)
        seen.put_nowait(connection.aura)  # type: ignore[attr-defined]

    text = "Is there anything else I can help you with?"
    async with serving(watched) as address:
        async with aura_websockets.connect(address, settings=STREAMS) as ws:
            assert ws.aura.is_agreed  # type: ignore[attr-defined]
            for _ in range(20):
                await ws.send(text)
                assert await ws.recv() == text
            status = ws.aura  # type: ignore[attr-defined]
        assert status.sent_with == status.received_with == TINY.id
        for direction in (status.sent, status.received):
            assert (direction.messages, direction.plain) == (20, 20 * len(text))
            assert 0 < direction.wire < direction.plain
            assert direction.saved == direction.plain - direction.wire
        other = await seen.get()
        assert (other.sent, other.received) == (status.received, status.sent)
        async with client.connect(address) as plain:
            await plain.send(text)
            await plain.recv()
        assert not (await seen.get()).is_agreed


def test_nothing_is_loaded_on_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default model is read when a connection needs it, in a thread; so is the first message of a direction."""
    threads: list[str] = []

    def load(_: object) -> Model:
        threads.append(threading.current_thread().name)
        return TINY

    async def talk() -> None:
        settings = Settings()
        async with serving(settings=settings) as address:
            assert not threads
            async with client.connect(address) as plain:
                await plain.send("hi")
                await plain.recv()
            async with aura_websockets.connect(address, settings=Settings()) as ws:
                await ws.send("hi")
                assert await ws.recv() == "hi"

    monkeypatch.setattr(Model, "load_default", classmethod(load))
    asyncio.run(asyncio.wait_for(talk(), 30))
    assert len(threads) == 2
    assert all(name.startswith("aura-") for name in threads)


@pytest.mark.parametrize("settings", [STREAMS, SINGLE])
def test_cancelling_recv_at_any_await_loses_nothing(settings: Settings) -> None:
    """As the library promises."""
    messages = ["short", "long " * 200, "short again", b"bytes"]

    async def talk() -> None:
        async with (
            serving(settings=settings) as address,
            aura_websockets.connect(address, settings=settings) as ws,
        ):
            for number in count():
                was_cancelled = False
                sending = [asyncio.ensure_future(ws.send(message)) for message in messages]
                got: list[object] = []
                while len(got) < len(messages):

                    async def receive(got: list[object] = got) -> None:
                        got.append(await ws.recv())

                    if await is_cancelled_at(receive(), number // 2, late=number % 2 == 1):
                        was_cancelled = True
                        await receive()
                await asyncio.gather(*sending)
                assert got == messages
                if number > 1 and not was_cancelled:
                    break

    asyncio.run(asyncio.wait_for(talk(), 60))


@run
async def test_what_a_peer_sends_before_it_leaves_is_received() -> None:
    got: asyncio.Queue[object] = asyncio.Queue()
    closed = asyncio.Event()

    async def late(connection: server.ServerConnection) -> None:
        await closed.wait()
        got.put_nowait([message async for message in connection])

    async with serving(late) as address:
        async with aura_websockets.connect(address, settings=STREAMS) as ws:
            for message in ("short", "long " * 2000, "last"):
                await ws.send(message)
        closed.set()
        assert await got.get() == ["short", "long " * 2000, "last"]


@run
async def test_messages_sent_at_once_stay_in_order() -> None:
    async with serving() as address, aura_websockets.connect(address, settings=STREAMS) as ws:
        messages = [f"message {number}" + "," * (5000 * (number % 5 == 0)) for number in range(20)]
        sending = asyncio.gather(*map(ws.send, messages))
        assert sorted([await ws.recv() for _ in messages]) == sorted(messages)
        await sending


@run
async def test_a_message_whose_reading_was_cancelled_is_not_lost() -> None:
    async with serving(settings=SINGLE) as address, aura_websockets.connect(address, settings=SINGLE) as ws:
        text = "x" * 200_000
        await ws.send(text)
        await ws.send("next")
        received: list[object] = []
        while len(received) < 2:
            try:
                received.append(await asyncio.wait_for(ws.recv(), 0.002))
            except TimeoutError:
                await asyncio.sleep(0)
        assert received == [text, "next"]


@run
async def test_what_is_too_long_is_not_sent() -> None:
    settings = replace(STREAMS, max_message=100)
    async with (
        serving(settings=settings) as address,
        aura_websockets.connect(address, settings=STREAMS) as ws,
    ):
        for length in (101, 9000):
            with pytest.raises(EncodeError):
                await ws.send("x" * length)
        await ws.send("x" * 100)
        assert await ws.recv() == "x" * 100


@run
async def test_models_are_fetched_and_added_while_messages_go_on() -> None:
    held = Settings(Models([TINY]))
    lacking = Settings(Models([]), max_fetch=1 << 20)
    async with serving(settings=held) as address, aura_websockets.connect(address, settings=lacking) as ws:
        number = 0

        async def talk_until(model: Model) -> None:
            nonlocal number
            while not (ws.channel.session.use and ws.channel.session.use.model.hex() == model.id):  # type: ignore[attr-defined]
                number += 1
                await ws.send(f"message {number}")
                assert await ws.recv() == f"message {number}"

        await talk_until(TINY)
        held.models.add(SMALL)
        await talk_until(SMALL)
        assert lacking.models.get(bytes.fromhex(TINY.id))
        assert ws.aura.sent_with == ws.aura.received_with == SMALL.id  # type: ignore[attr-defined]

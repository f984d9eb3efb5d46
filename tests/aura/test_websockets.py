"""AURA with the library websockets, over loopback: plain text for both applications, whoever the peer is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from zlib import crc32

import pytest
from websockets.asyncio import client, server
from websockets.exceptions import ConnectionClosedError
from websockets.typing import Subprotocol

from aura import websockets as aura_websockets
from aura.errors import EncodeError
from aura.model import Model
from aura.session import Models, Settings
from aura_spec.session import (
    ALL_METHODS,
    NO_MODEL,
    Chunk,
    Coding,
    Codings,
    Have,
    Hello,
    Offer,
    Use,
    build_control,
)
from aura_vectors.forms.message import MODEL

TINY = Model.from_bytes(MODEL.model)
SMALL = Model.load_small()
STREAMS = Settings(Models([TINY]))
SINGLE = replace(STREAMS, memory=0)
MESSAGES = ["hi", "", "}{~", "Grüße 🚲", b"\x00\xff", b"", "x" * 9000, "bye"]

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


def run(test: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
    """A test that is a coroutine."""

    def wrapped() -> None:
        asyncio.run(asyncio.wait_for(test(), 60))

    wrapped.__name__ = wrapped.__qualname__ = test.__name__
    return wrapped


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
async def test_a_client_without_aura_gets_plain_text() -> None:
    async with serving() as address:
        for offered in (None, [Subprotocol("chat")]):
            async with client.connect(address, subprotocols=offered) as ws:
                await ws.send("plain")
                assert await ws.recv() == "plain"
                assert ws.subprotocol is None


@run
async def test_a_server_without_aura_gets_plain_text() -> None:
    async with server.serve(echo, "127.0.0.1", 0) as running:
        address = address_of(running)
        async with aura_websockets.connect(address) as ws:
            await ws.send("plain")
            assert await ws.recv() == "plain"
            await ws.send(["frag", "ments"])
            assert [piece async for piece in ws.recv_streaming()] == ["fragments"]


@run
async def test_the_subprotocol_of_the_application_is_kept() -> None:
    async def name(connection: server.ServerConnection) -> None:
        await connection.send(str(connection.subprotocol))

    async with serving(name, subprotocols=["chat.v2", "chat"]) as address:
        for connect in (aura_websockets.connect, client.connect):
            async with connect(address, subprotocols=["chat", "chat.v2"]) as ws:  # type: ignore[operator]
                assert await ws.recv() == "chat.v2"
                assert ws.subprotocol == "chat.v2"


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


HELLO = build_control(Hello(ALL_METHODS, Codings.SINGLE, 0, 1 << 20, bytes(8), ()))
USE = build_control(Use(Coding.SINGLE, 0, NO_MODEL))
VERSION_9 = b"\x7f\x01\x09" + crc32(b"\x7f\x01\x09").to_bytes(4, "big")
BAD: dict[str, tuple[list[bytes | str], int]] = {
    "no hello": ([b"\x07hi"], 1007),
    "a text": ([HELLO, "hi"], 1002),
    "a text first": (["hi"], 1002),
    "an unknown version": ([VERSION_9], 1002),
    "no marker": ([HELLO, USE, b""], 1007),
    "an unassigned marker": ([HELLO, USE, b"\x42"], 1002),
    "not UTF-8": ([HELLO, USE, b"\x07\xff"], 1007),
    "a bomb": ([HELLO, USE, b"\x01" + bytes.fromhex("5b ff ff ff 7f" + "00" * 40)], 1007),
    "too long": ([HELLO, USE, b"\x07" + bytes(4100)], 1009),
    "a long frame": ([HELLO, USE, b"\x07" + bytes(1 << 15)], 1009),
    "a chunk nobody asked for": ([HELLO, build_control(Chunk(b"hi"))], 1007),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_client_is_closed_and_hurts_nobody_else(name: str) -> None:
    """Rules SES-2, SES-16 and SES-17."""
    frames, code = BAD[name]
    told: list[object] = []

    async def handler(connection: server.ServerConnection) -> None:
        try:
            await echo(connection)
        except ConnectionClosedError as error:
            told.append(error)

    async def talk() -> None:
        settings = replace(STREAMS, max_message=4096)
        async with (
            serving(handler, settings) as address,
            aura_websockets.connect(address, settings=settings) as good,
        ):
            await good.send("before")
            async with client.connect(address, subprotocols=[Subprotocol("aura.v1")]) as bad:
                for frame in frames:
                    await bad.send(frame)
                closed = await closing(bad)
            assert closed.rcvd
            assert closed.rcvd.code == code
            await good.send("after")
            assert [await good.recv(), await good.recv()] == ["before", "after"]

    asyncio.run(asyncio.wait_for(talk(), 30))
    assert len(told) <= 1


@run
async def test_a_bad_server_is_closed() -> None:
    async def lie(connection: server.ServerConnection) -> None:
        await connection.send(VERSION_9)
        await connection.wait_closed()

    async with server.serve(lie, "127.0.0.1", 0, subprotocols=[Subprotocol("aura.v1")]) as running:
        address = address_of(running)
        async with aura_websockets.connect(address, settings=STREAMS) as ws:
            with pytest.raises(ConnectionClosedError) as closed:
                await ws.recv()
        assert closed.value.sent
        assert closed.value.sent.code == 1002


@run
async def test_a_client_that_says_nothing_is_not_waited_for() -> None:
    offered = [Subprotocol("aura.v1")]
    async with (
        serving(settings=replace(STREAMS, patience=0.2)) as address,
        client.connect(address, subprotocols=offered) as silent,
    ):
        assert await closing(silent)


@run
async def test_a_server_that_nobody_reads_from_waits() -> None:
    sent: list[int] = []

    async def flood(connection: server.ServerConnection) -> None:
        for number in range(4000):
            await connection.send(bytes([number % 251]) * 4000)
            sent.append(number)

    settings = replace(SINGLE, level=0)
    async with serving(flood, settings) as address, aura_websockets.connect(address, settings=settings) as ws:
        before = -1
        while len(sent) != before:
            before = len(sent)
            await asyncio.sleep(0.2)
        assert before < 4000
        for number in range(4000):
            assert await ws.recv() == bytes([number % 251]) * 4000


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
        assert len(lacking.models) == 2


@run
async def test_a_model_that_is_not_one_closes_the_connection() -> None:
    async def lie(connection: server.ServerConnection) -> None:
        await connection.send(HELLO)
        await connection.send(build_control(Have(bytes(8))))
        frames = [await connection.recv() for _ in range(2)]
        assert frames[1][:2] == b"\x7f\x04"  # type: ignore[comparison-overlap]
        digest = bytes.fromhex("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        await connection.send(build_control(Offer(bytes(8), 1, digest)))
        await connection.send(build_control(Chunk(b"\0")))
        await connection.wait_closed()

    async with server.serve(lie, "127.0.0.1", 0, subprotocols=[Subprotocol("aura.v1")]) as running:
        address = address_of(running)
        async with aura_websockets.connect(address, settings=replace(STREAMS, max_fetch=99)) as ws:
            with pytest.raises(ConnectionClosedError) as closed:
                await ws.recv()
        assert closed.value.sent
        assert closed.value.sent.code == 1007

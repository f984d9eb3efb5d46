"""AURA with the library websockets, over loopback: plain text for both applications, whoever the peer is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any
from zlib import crc32

import pytest
from tests.aura.cancelling import is_cancelled_at
from websockets.asyncio import client, server
from websockets.exceptions import ConcurrencyError, ConnectionClosedError, InvalidStatus
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


@pytest.mark.parametrize("offered", [None, ["chat"], ["news", "chat"], ["other"]])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"subprotocols": ["chat", "news"]},
        {"select_subprotocol": lambda _, names: names[0] if names else None},
        {"select_subprotocol": lambda *_: None},
        {
            "subprotocols": ["chat"],
            "select_subprotocol": lambda _, names: "news" if "news" in names else None,
        },
    ],
)
def test_subprotocols_are_selected_as_the_library_does(
    offered: list[Subprotocol] | None, options: dict[str, Any]
) -> None:
    """Whether the client speaks AURA or not."""

    async def subprotocol(connect: Any, serve: Any) -> object:
        async def name(connection: server.ServerConnection) -> None:
            await connection.send(str(connection.subprotocol))

        async with serve(name, "127.0.0.1", 0, **options) as running:
            try:
                async with connect(address_of(running), subprotocols=offered) as ws:
                    return await ws.recv(), ws.subprotocol
            except InvalidStatus as error:
                return error.response.status_code

    async def talk() -> None:
        def connect(address: str, subprotocols: list[str] | None) -> client.connect:
            return aura_websockets.connect(address, subprotocols=subprotocols or ())

        plain = await subprotocol(client.connect, server.serve)
        for either in (connect, client.connect):
            assert await subprotocol(either, aura_websockets.serve) == plain

    asyncio.run(talk())


async def greeting(connection: server.ServerConnection) -> None:
    await connection.send("welcome")
    await quiet(connection)


async def bytes_first(connection: server.ServerConnection) -> None:
    await connection.send(b"welcome")
    await quiet(connection)


async def quiet(connection: server.ServerConnection) -> None:
    async for message in connection:
        if isinstance(message, str):
            await connection.send(f"got {message}")


@pytest.mark.parametrize("selected", ["the first", "aura.v1"])
@pytest.mark.parametrize(
    ("handler", "first"), [(greeting, "welcome"), (bytes_first, b"welcome"), (quiet, None)]
)
def test_a_server_that_selects_what_it_does_not_speak_gets_plain_text(
    handler: Handler, first: object, selected: str
) -> None:
    """Rule SES-1. The first message is received whether whole or streamed."""

    def select(_: object, offered: Any) -> Subprotocol:
        return offered[0] if selected == "the first" else Subprotocol(selected)  # type: ignore[no-any-return]

    async def talk() -> None:
        async with server.serve(handler, "127.0.0.1", 0, select_subprotocol=select) as running:
            for streamed in (False, True):
                async with aura_websockets.connect(
                    address_of(running), settings=replace(STREAMS, fallback_delay=0.05)
                ) as ws:
                    assert ws.subprotocol in {None, "aura.v1"}
                    assert not ws.aura.is_agreed  # type: ignore[attr-defined]
                    if first is not None and streamed:
                        assert [piece async for piece in ws.recv_streaming()] == [first]
                    elif first is not None:
                        assert await ws.recv() == first
                    await ws.send("hi")
                    assert await ws.recv() == "got hi"

    asyncio.run(asyncio.wait_for(talk(), 20))


@run
async def test_a_server_that_closes_on_a_hello_is_told_of() -> None:
    async def shut(connection: server.ServerConnection) -> None:
        await connection.recv()
        await connection.close(1003)

    async with server.serve(shut, "127.0.0.1", 0, subprotocols=[Subprotocol("aura.v1")]) as running:
        with pytest.raises(ConnectionClosedError, match="1003"):
            await aura_websockets.connect(address_of(running), settings=STREAMS)


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


def test_refusals_are_logged_without_content(caplog: pytest.LogCaptureFixture) -> None:
    secret = "the password is hunter2"  # noqa: S105  # of nobody

    async def talk() -> None:
        async with (
            serving() as address,
            client.connect(address, subprotocols=[Subprotocol("aura.v1")]) as bad,
        ):
            await bad.send(HELLO)
            await bad.send(USE)
            await bad.send(b"\x07" + secret.encode() + b"\xff")
            await closing(bad)

    with caplog.at_level("DEBUG", logger="aura"):
        asyncio.run(asyncio.wait_for(talk(), 30))
    [record] = [record for record in caplog.records if record.name.startswith("aura.")]
    assert "refused with 1007" in record.getMessage()
    assert "Malformed" in record.getMessage()
    assert "hunter2" not in caplog.text


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
async def test_an_own_kind_of_connection_speaks_aura() -> None:
    class Named(server.ServerConnection):
        name = "mine"

    async def named(connection: server.ServerConnection) -> None:
        assert isinstance(connection, Named)
        await connection.send(connection.name)

    async with (
        serving(named, create_connection=Named) as address,
        aura_websockets.connect(address, settings=STREAMS) as ws,
    ):
        assert await ws.recv() == "mine"
        assert ws.aura.received.messages == 1  # type: ignore[attr-defined]


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


HELLO = build_control(Hello(ALL_METHODS, Codings.SINGLE, 0, 1 << 20, 1 << 12, bytes(8), ()))
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
            # the library itself refuses what is too long for any session, and says how long it was
            assert closed.rcvd.reason == "" or name == "a long frame"
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


def test_a_client_that_says_nothing_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    async def talk() -> None:
        offered = [Subprotocol("aura.v1")]
        async with (
            serving(settings=replace(STREAMS, patience=0.2)) as address,
            client.connect(address, subprotocols=offered) as silent,
        ):
            closed = await closing(silent)
            assert closed.rcvd
            assert (closed.rcvd.code, closed.rcvd.reason) == (1002, "")

    asyncio.run(asyncio.wait_for(talk(), 30))
    assert "no hello came" in caplog.text


@run
async def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    async def mute(connection: server.ServerConnection) -> None:
        await connection.wait_closed()

    async with server.serve(mute, "127.0.0.1", 0, subprotocols=[Subprotocol("aura.v1")]) as running:
        settings = replace(STREAMS, patience=0.2, fallback_delay=30.0)
        async with aura_websockets.connect(address_of(running), settings=settings) as ws:
            with pytest.raises(ConnectionClosedError):
                await ws.recv()


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
        assert lacking.models.get(bytes.fromhex(TINY.id))
        assert ws.aura.sent_with == ws.aura.received_with == SMALL.id  # type: ignore[attr-defined]


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

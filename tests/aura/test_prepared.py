from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace

import pytest
from tests.aura.asgi_ends import Client
from tests.aura.listening import Listener
from tests.aura.session_ends import Pair
from tests.aura.small_models import OTHER, SINGLE, STREAMS
from tests.aura.websocket_ends import serving
from websockets.asyncio import client as plain_client
from websockets.asyncio import server

import aura
from aura import asgi
from aura import websockets as aura_websockets
from aura.connections.session import Message, Models, Session, Settings, coding
from aura.websockets import connect

NEWS = "The server goes down in five minutes, so please save your work."


def run(main: Coroutine[None, None, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(60):
            await main

    asyncio.run(limited())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  # what is waited for is done by the library
        await asyncio.sleep(0.001)


class Counted:
    """Counts how often messages are coded by themselves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        choose = coding.choose

        def counting(*args: object, **kwargs: object) -> object:
            self.count += 1
            return choose(*args, **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(coding, "choose", counting)


@pytest.fixture
def coded(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


def read(pair: Pair) -> str | bytes:
    pair.events.clear()
    pair.run()
    [event] = [event for event in pair.events if isinstance(event, Message)]
    return event.data


@pytest.mark.parametrize("settings", [SINGLE, replace(SINGLE, tag=True), STREAMS])
@pytest.mark.parametrize("message", [NEWS, b"\xff\x00bytes", "", "x" * 5000])
def test_a_message_is_coded_once_for_all_that_agree(
    coded: Counted, settings: Settings, message: str | bytes
) -> None:
    prepared = aura.prepare(message)
    pairs = [Pair(settings) for _ in range(5)]
    frames = set()
    for pair in pairs:
        pair.server.send(prepared)
        assert read(pair) == message
        frames.add(pair.seen["server"][-1])
    assert coded.count == prepared.codings == 1
    assert len(frames) == 1


def test_frames_are_those_of_other_messages() -> None:
    for settings in (SINGLE, replace(SINGLE, tag=True)):
        one, other = Pair(settings), Pair(settings)
        one.server.send(NEWS)
        other.server.send(aura.prepare(NEWS))
        assert one.server.data_to_send() == other.server.data_to_send()
        assert one.server.status == other.server.status


def test_those_that_do_not_agree_get_their_own(coded: Counted) -> None:
    prepared = aura.prepare(NEWS)
    for settings in (
        SINGLE,
        replace(SINGLE, tag=True),
        replace(SINGLE, models=Models([OTHER])),
        replace(SINGLE, level=0),
        replace(SINGLE, max_modelled=10),
    ):
        for _ in range(2):
            pair = Pair(settings)
            pair.server.send(prepared)
            assert read(pair) == NEWS
    assert coded.count == prepared.codings == 4  # with a tag it is coded as without one


def test_streams_go_on_around_it() -> None:
    pair = Pair(STREAMS)
    prepared = aura.prepare(NEWS)
    for _ in range(3):
        for message in ("and then the door was shut", b"\xff", NEWS):
            assert pair.carry(message, pair.server) == message
        pair.server.send(prepared)
        assert read(pair) == NEWS
    size = len(pair.seen["server"][-1])
    pair.carry(NEWS, pair.server)
    assert len(pair.seen["server"][-1]) < size / 2  # the stream remembers what was prepared


def test_an_observer_is_told_of_it() -> None:
    ears = Listener()
    for settings in (SINGLE, STREAMS):
        pair = Pair(settings, replace(settings, observer=ears))
        pair.server.send(aura.prepare(NEWS))
        assert not pair.server.has_coded(aura.prepare(NEWS))
    assert [event.message.decode() for event in ears.messages] == [NEWS] * 2
    assert ears.messages[0].method == ears.messages[1].method != "stream"


def test_it_tells_what_it_is() -> None:
    text, data = aura.prepare("ä"), aura.prepare(bytearray(b"\xff"))
    assert (text.plain, text.data, text.is_text) == ("ä", "ä".encode(), True)
    assert (data.plain, data.is_text) == (b"\xff", False)
    assert repr(text) == "PreparedMessage('ä')"
    with pytest.raises(TypeError):
        aura.prepare(7)  # type: ignore[arg-type]
    with pytest.raises(aura.EncodeError):
        aura.prepare("\ud800")
    pair = Pair(replace(SINGLE, max_message=3))
    with pytest.raises(aura.EncodeError):
        pair.server.send(aura.prepare("long"))


@pytest.mark.parametrize("settings", [SINGLE, STREAMS])
def test_broadcasts_code_once(coded: Counted, settings: Settings) -> None:
    connections: list[server.ServerConnection] = []
    messages = [NEWS, b"\xff\x00", "y" * 3000, "short"]

    async def handler(connection: server.ServerConnection) -> None:
        connections.append(connection)
        await connection.wait_closed()

    async def main() -> None:
        async with serving(handler, settings) as address:
            ends = [await connect(address, settings=settings) for _ in range(4)]
            ends.append(await plain_client.connect(address))
            await until(lambda: len(connections) == len(ends))
            for message in messages:
                prepared = aura.prepare(message)
                aura_websockets.broadcast(connections, prepared)
                aura_websockets.broadcast(connections, prepared)
                await connections[0].send(prepared)  # type: ignore[arg-type]
                await connections[-1].send(prepared)  # type: ignore[arg-type]
            for end in ends:
                expected = [message for message in messages for _ in range(3)]
                if end not in {ends[0], ends[-1]}:
                    expected = [message for message in messages for _ in range(2)]
                assert [await end.recv() for _ in expected] == expected
            for end in ends:
                await end.close()

    run(main())
    assert coded.count == len(messages)


def test_a_broadcast_overtakes_nothing() -> None:
    connections: list[server.ServerConnection] = []

    async def handler(connection: server.ServerConnection) -> None:
        connections.append(connection)
        await connection.wait_closed()

    async def main() -> None:
        async with serving(handler, SINGLE) as address, connect(address, settings=SINGLE) as end:
            await until(lambda: bool(connections))
            [connection] = connections
            await connection.send("first")
            sending = [
                asyncio.create_task(connection.send("z" * 9000)),
                asyncio.create_task(connection.send("a")),
            ]
            await asyncio.sleep(0)
            for text in ("b", "c"):
                aura_websockets.broadcast(connections, text)
            await asyncio.gather(*sending)
            aura_websockets.broadcast(connections, "d")
            assert [await end.recv() for _ in range(6)] == ["first", "z" * 9000, "a", "b", "c", "d"]

    run(main())


def test_a_connection_that_does_not_take_it_is_skipped(caplog: pytest.LogCaptureFixture) -> None:
    connections: list[server.ServerConnection] = []

    async def handler(connection: server.ServerConnection) -> None:
        connections.append(connection)
        await connection.wait_closed()

    async def main() -> None:
        async with (
            serving(handler, SINGLE) as address,
            connect(address, settings=replace(SINGLE, max_message=10)) as narrow,
            connect(address, settings=SINGLE) as wide,
        ):
            await until(lambda: len(connections) == 2)
            aura_websockets.broadcast(connections, NEWS)
            with pytest.raises(ExceptionGroup, match="skipped broadcast"):
                aura_websockets.broadcast(connections, NEWS, raise_exceptions=True)
            aura_websockets.broadcast(connections, "short")
            assert [await wide.recv() for _ in range(3)] == [NEWS, NEWS, "short"]
            assert await narrow.recv() == "short"
            await wide.close()
            aura_websockets.broadcast(connections, "later", raise_exceptions=True)
            with pytest.raises(TypeError):
                aura_websockets.broadcast(connections, ["no", "message"])  # type: ignore[arg-type]

    run(main())
    assert "broadcast skipped a connection: EncodeError" in caplog.text


def test_applications_broadcast(coded: Counted) -> None:
    sends: list[asgi.Send] = []

    async def application(_scope: object, receive: asgi.Receive, send: asgi.Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        sends.append(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async def main() -> None:
        clients = [Client("/", offered, SINGLE, application) for offered in (["aura.v1"], ["aura.v1"], [])]
        sessions = [Session(SINGLE, role="client") for _ in clients[:2]]
        for client, session in zip(clients, sessions, strict=False):
            client.speak(session)
            assert (await client.event())["type"] == "websocket.accept"
            session.receive_data((await client.event())["bytes"])
        assert (await clients[2].event())["type"] == "websocket.accept"
        await until(lambda: len(sends) == 3)
        assert await asgi.broadcast(sends, aura.prepare(NEWS)) == []
        for client, session in zip(clients, sessions, strict=False):
            assert await client.message(session) == NEWS
        assert (await clients[2].event())["text"] == NEWS
        await clients[0].end()
        [error] = await asgi.broadcast(sends, b"\xff")
        assert isinstance(error, OSError)
        assert await clients[1].message(sessions[1]) == b"\xff"
        assert (await clients[2].event())["bytes"] == b"\xff"
        for client in clients[1:]:
            await client.end()

    run(main())
    assert coded.count == 2

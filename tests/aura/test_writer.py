"""Writers that begin to send in the task of the sender, where the connection allows it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.aura.asgi_ends import APPLICATION, Client
from tests.aura.coroutines import run
from tests.aura.small_models import STREAMS, TINY

from aura.asgi import AuraMiddleware
from aura.connections.session import Models, Session, Settings, scheduling
from aura.connections.session.channel import Channel
from aura.connections.session.writer import Writer
from aura_spec.errors import DecodeError


@pytest.fixture(autouse=True)
def many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a turn of the event loop code several messages, as with the native core, whatever the backend."""
    monkeypatch.setattr(scheduling, "AT_ONCE", 64)


class Connection(asyncio.Protocol):
    """A connection in memory, as servers have them.

    Args:
        peer: reads what is sent; its hello has come.
        fails: whether sending raises.
    """

    def __init__(self, peer: Session, *, fails: bool = False) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.tasks: list[asyncio.Task[Any] | None] = []
        self.got: list[object] = []
        self._peer = peer
        self.fails = fails
        self.frames: asyncio.Queue[bytes] = asyncio.Queue()
        for frame in peer.data_to_send():
            self.frames.put_nowait(frame)

    async def send(self, frame: bytes) -> None:
        self.tasks.append(asyncio.current_task())
        await self.gate.wait()
        if self.fails:
            raise OSError("the connection is gone")
        self.got += [getattr(event, "data", type(event).__name__) for event in self._peer.receive_data(frame)]


async def refuse(_error: DecodeError) -> None:
    raise AssertionError("nothing is refused")


async def opened(connection: Connection) -> Channel:
    session = Session(STREAMS, role="client")
    channel = Channel(session, connection.frames.get, connection.send, refuse, begins_here=True)
    await channel.until_ready()
    await channel.send("first")
    assert connection.got == ["Ready", "Negotiated", "first"]
    connection.tasks.clear()
    return channel


@run
async def test_what_needs_no_waiting_is_sent_in_the_task_of_the_sender() -> None:
    connection = Connection(Session(STREAMS, role="server"))
    channel = await opened(connection)
    await channel.send("second")
    channel.post("third")
    assert connection.got[3:] == ["second", "third"]
    assert connection.tasks == [asyncio.current_task()] * 2


@run
async def test_what_waits_goes_on_though_its_sender_is_cancelled() -> None:
    connection = Connection(Session(STREAMS, role="server"))
    channel = await opened(connection)
    connection.gate.clear()
    sending = asyncio.create_task(channel.send("second"))
    await asyncio.sleep(0)
    after = asyncio.create_task(channel.send("third"))
    await asyncio.sleep(0)
    assert connection.tasks == [sending]
    sending.cancel()
    await asyncio.wait((sending,))
    assert sending.cancelled()
    assert not after.done()
    connection.gate.set()
    await after
    assert connection.got[3:] == ["second", "third"]
    assert channel.session.our_state.value == "open"


@pytest.mark.parametrize("waits", [False, True])
@run
async def test_an_error_of_the_connection_is_raised_now_and_later(waits: bool) -> None:
    connection = Connection(Session(STREAMS, role="server"))
    channel = await opened(connection)
    connection.fails = True
    if waits:
        connection.gate.clear()
    sending = asyncio.create_task(channel.send("second"))
    await asyncio.sleep(0)
    connection.gate.set()
    for sent in (sending, channel.send("third"), channel.send("x" * 300)):
        with pytest.raises(OSError, match="is gone"):
            await sent
    assert len(connection.tasks) == 1


@run
async def test_an_error_that_is_raised_again_and_again_keeps_no_message() -> None:
    connection = Connection(Session(STREAMS, role="server"))
    channel = await opened(connection)
    channel.close(EOFError("the application has ended"))

    async def depth(message: str) -> int:
        with pytest.raises(EOFError) as raised:
            await (channel.send(message) if len(message) % 2 else channel.post(message))
        return len(raised.traceback)

    first = [await depth("short"), await depth("longer")]
    for _ in range(9):
        assert [await depth("short"), await depth("longer")] == first


@run
async def test_closing_ends_what_waits() -> None:
    connection = Connection(Session(STREAMS, role="server"))
    channel = await opened(connection)
    connection.gate.clear()
    sending = asyncio.create_task(channel.send("second"))
    await asyncio.sleep(0)
    channel.close(EOFError("the application has ended"))
    with pytest.raises(EOFError):
        await sending
    connection.gate.set()
    await asyncio.sleep(0)
    assert connection.got == ["Ready", "Negotiated", "first"]


@run
async def test_a_model_is_offered_before_it_is_served() -> None:
    """Also if the request is read while something else is sent."""
    peer = Session(Settings(Models([]), max_fetch=1 << 20), role="client")
    connection = Connection(peer)
    session = Session(STREAMS, role="server")
    writer = Writer(session, connection.send, begins_here=True)
    session.receive_data(connection.frames.get_nowait())
    (request,) = peer.data_to_send()
    connection.gate.clear()
    session.send("first")
    assert not writer.begin(session.data_to_send())
    async with writer.working():
        session.receive_data(request)
        connection.gate.set()
        await asyncio.sleep(0.01)  # in which the writer comes to the model, and waits
        assert connection.got == ["Ready", "Negotiated", "first"]
    assert writer.task is not None
    await asyncio.wait((writer.task,), timeout=20)
    assert connection.got[3:] == ["ModelOffered", TINY.data]


@run
async def test_middleware_knows_the_connection_of_a_server() -> None:
    """What it sends is sent in the task of the application; whatever else sends gets tasks of its own."""

    class Server(asyncio.Protocol):
        """The connection of a server whose application is that of a client in memory."""

        def __init__(self, client: Client) -> None:
            self.client = client
            self.tasks: set[asyncio.Task[Any] | None] = set()

        async def send(self, event: Any) -> None:
            self.tasks.add(asyncio.current_task())
            await self.client.from_app.put(event)

    client = Client("/echo", ["aura.v1"])
    client.task.cancel()
    server = Server(client)

    async def foreign(event: Any) -> None:
        await server.send(event)

    scope = {"type": "websocket", "path": "/echo", "headers": [], "subprotocols": ["aura.v1"]}
    scope |= {"query_string": b"", "scheme": "ws", "root_path": "", "client": None, "server": None}
    for send, tasks in ((server.send, 1), (foreign, 2)):
        client.to_app = asyncio.Queue()
        client.to_app.put_nowait({"type": "websocket.connect"})
        server.tasks.clear()
        app = AuraMiddleware(APPLICATION, STREAMS)
        client.task = asyncio.create_task(app(scope, client.to_app.get, send))
        session = Session(STREAMS, role="client")
        assert (await client.event())["type"] == "websocket.accept"
        client.speak(session)
        session.receive_data((await client.event())["bytes"])
        session.send("hello")
        client.speak(session)
        assert await client.message(session) == "hello"
        await client.end()
        assert (len(server.tasks) > 1) is (tasks > 1)

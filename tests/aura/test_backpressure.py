"""Peers that never read, on both kinds of servers over loopback: what is sent to them waits, in bounded memory."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio import client
from websockets.typing import Subprotocol

from aura import websockets as aura_websockets
from aura.asgi import AuraMiddleware
from aura.connections.session import Message, Models, Session, Settings
from aura.models.model import Model
from aura_vectors.case_types.message import MODEL

STORED = Settings(Models([Model.from_bytes(MODEL.model)]), level=0, memory=0)
SIZE, COUNT = 1 << 16, 400
"""25 MiB, far more than the buffers of the system hold."""


def message(number: int) -> bytes:
    return bytes([number % 251]) * SIZE


@asynccontextmanager
async def websockets_server(sent: list[int]) -> AsyncIterator[str]:
    async def flood(connection: Any) -> None:
        for number in range(COUNT):
            await connection.send(message(number))
            sent.append(number)

    async with aura_websockets.serve(flood, "127.0.0.1", 0, settings=STORED) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


@asynccontextmanager
async def asgi_server(sent: list[int]) -> AsyncIterator[str]:
    async def flood(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        for number in range(COUNT):
            await send({"type": "websocket.send", "bytes": message(number)})
            sent.append(number)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            AuraMiddleware(flood, STORED), lifespan="off", log_level="critical", ws="websockets-sansio"
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listening]))
        yield f"ws://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


async def settled(sent: list[int]) -> int:
    """How many messages are sent once no more are."""
    before = -1
    while len(sent) != before:
        before = len(sent)
        await asyncio.sleep(0.5)
    return before


@pytest.mark.parametrize("serve", [websockets_server, asgi_server])
def test_a_peer_that_never_reads_is_waited_for(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each message that is not yet on its way the server holds none but the one that waits."""
    coded: list[object] = []
    send = Session.send

    def counted(session: Session, content: str | bytes, **kwargs: Any) -> None:
        coded.append(content)
        send(session, content, **kwargs)

    async def talk() -> None:
        sent: list[int] = []
        serving: AbstractAsyncContextManager[str] = serve(sent)
        session = Session(STORED, role="client")
        async with (
            serving as address,
            client.connect(
                address, subprotocols=[Subprotocol("aura.v1")], compression=None, max_size=None, max_queue=1
            ) as ws,
        ):
            for frame in session.data_to_send():
                await ws.send(frame)
            count = await settled(sent)
            assert 0 < count < COUNT
            assert len(coded) <= count + 1
            received = []
            while len(received) < COUNT:
                events = session.receive_data(await ws.recv(decode=False))
                received += [event.data for event in events if isinstance(event, Message)]
            assert received == [message(number) for number in range(COUNT)]

    monkeypatch.setattr(Session, "send", counted)
    asyncio.run(asyncio.wait_for(talk(), 60))


def test_a_peer_that_sends_and_never_reads_is_not_read_from_any_more() -> None:
    """An echo waits for its peer, and so does the peer."""

    async def echo(connection: Any) -> None:
        connections.append(connection)
        async for content in connection:
            await connection.send(content)

    async def talk() -> None:
        sent: list[int] = []
        async with aura_websockets.serve(echo, "127.0.0.1", 0, settings=STORED) as server:
            address = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
            async with aura_websockets.connect(address, settings=STORED, max_queue=1) as ws:

                async def flood() -> None:
                    for number in range(2 * COUNT):
                        await ws.send(message(number))
                        sent.append(number)

                flooding = asyncio.create_task(flood())
                count = await settled(sent)
                assert 0 < count < 2 * COUNT
                [connection] = connections
                assert connection.transport.get_write_buffer_size() < 4 * SIZE
                for number in range(2 * COUNT):
                    assert await ws.recv() == message(number)
                await flooding

    connections: list[Any] = []
    asyncio.run(asyncio.wait_for(talk(), 60))

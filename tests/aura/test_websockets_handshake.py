"""The opening handshake: subprotocols as the library selects them, and peers that do not speak what they select."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.aura.coroutines import run
from tests.aura.websocket_ends import (
    STREAMS,
    Handler,
    address_of,
    echo,
    serving,
)
from websockets.asyncio import client, server
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.typing import Subprotocol

from aura import websockets as aura_websockets


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

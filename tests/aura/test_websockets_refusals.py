"""Peers over WebSocket that break rules or say nothing: they are closed, and hurt nobody else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from zlib import crc32

import pytest
from tests.aura.coroutines import run
from tests.aura.websocket_ends import (
    STREAMS,
    address_of,
    closing,
    echo,
    serving,
)
from websockets.asyncio import client, server
from websockets.exceptions import ConnectionClosedError
from websockets.typing import Subprotocol

from aura import websockets as aura_websockets
from aura_spec.session import NO_MODEL, Chunk, Have, Offer, Use, build_control
from aura_spec.session_negotiation import ALL_METHODS, Coding, Codings, Hello


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


HELLO = build_control(Hello(ALL_METHODS, Codings.SINGLE, 0, 1 << 20, 1 << 12, bytes(8), ()))
USE = build_control(Use(Coding.SINGLE, 0, NO_MODEL))
VERSION_9 = b"\x7f\x01\x09" + crc32(b"\x7f\x01\x09").to_bytes(4, "big")
BAD: dict[str, tuple[list[bytes | str], int]] = {
    "no hello": ([b"\x07hi"], 1007),
    "a text": ([HELLO, "hi"], 1002),
    "a text first": (["hi"], 1002),
    "an unknown version": ([VERSION_9], 1002),
    "no marker": ([HELLO, USE, b""], 1007),
    "an unassigned marker": ([HELLO, USE, b"\x0a"], 1002),
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
            serving(settings=replace(STREAMS, hello_timeout=0.2)) as address,
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
        settings = replace(STREAMS, hello_timeout=0.2, fallback_delay=30.0)
        async with aura_websockets.connect(address_of(running), settings=settings) as ws:
            with pytest.raises(ConnectionClosedError):
                await ws.recv()


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

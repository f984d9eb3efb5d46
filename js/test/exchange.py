"""A WebSocket server for the exchange of many messages, and another one that drops and damages frames before it.

Messages are JSON objects with a number, a ``text`` and a ``sum`` of its characters; each is answered with another
text that depends on it, and with how many wrong texts came so far. Bytes are sent back in reverse order. ``drop``
drops the connection, and ``model`` has the server hold another model, which it likes best from then on. The
addresses are printed as a JSON object.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from aura import Model
from aura.connections.session import Models, Settings
from aura.websockets import serve as serve_aura

FAULTS = 0.01
"""The share of frames that are dropped, and of those that are damaged."""

SMALL = Model.load_small()
MODELS = Models([SMALL])
SETTINGS = Settings(MODELS, check=16, tag=True)
SUBPROTOCOL = Subprotocol("aura.v1")
wrong = 0


def sum_of(text: str) -> int:
    """A number that tells texts apart; the page makes the same one."""
    value = 0
    for character in text:
        value = (value * 31 + ord(character)) % 1_000_003
    return value


def answer(message: str) -> str:
    """Another text, of which the page knows how it comes about."""
    global wrong  # noqa: PLW0603  # one count for all connections
    try:
        asked = json.loads(message)
        if sum_of(asked["text"]) != asked["sum"]:
            wrong += 1
    except (ValueError, KeyError, TypeError):
        wrong += 1
        return ""
    text = f"You said: {asked['text']}" if asked["number"] % 2 else asked["text"][::-1]
    return json.dumps(
        {"number": asked["number"], "text": text, "sum": sum_of(text), "wrong": wrong}, ensure_ascii=False
    )


async def talk(connection: ServerConnection) -> None:
    """Answer each message, until the connection is closed, or a frame is refused."""
    with suppress(ConnectionClosed):
        await answer_all(connection)


async def answer_all(connection: ServerConnection) -> None:
    """Answer each message."""
    async for message in connection:
        if isinstance(message, bytes):
            await connection.send(message[::-1])
        elif message == "drop":
            connection.transport.abort()
        elif message == "model":
            MODELS.add(SMALL.with_sections(templates={256 + len(MODELS): "{a} and {b}"}))
        else:
            await connection.send(answer(message))


async def faulty(frames: AsyncIterator[str | bytes], chance: random.Random) -> AsyncIterator[str | bytes]:
    """Frames, of which some are lost, and some have a bit changed; hellos come as they are."""
    number = 0
    async for frame in frames:
        number += 1
        luck = chance.random() if number > 1 else 1.0
        if luck < FAULTS:
            continue
        if luck < 2 * FAULTS and isinstance(frame, bytes) and frame:
            damaged = bytearray(frame)
            damaged[chance.randrange(len(frame))] ^= 1 << chance.randrange(8)
            yield bytes(damaged)
        else:
            yield frame


async def pass_on(connection: ServerConnection, *, address: str, chance: random.Random) -> None:
    """Pass the frames of a connection on to a server, and back."""
    async with connect(address, subprotocols=[SUBPROTOCOL], max_size=None) as server:

        async def carry(source: AsyncIterator[str | bytes], target: ServerConnection) -> None:
            with suppress(ConnectionClosed):
                async for frame in faulty(source, chance):
                    await target.send(frame)

        ways = [carry(aiter(connection), server), carry(aiter(server), connection)]  # type: ignore[arg-type]
        tasks = [asyncio.create_task(way) for way in ways]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        connection.transport.abort()  # a proper end would end the exchange


async def main() -> None:
    """Serve until standard input ends."""
    logging.disable()  # frames are refused on purpose
    async with serve_aura(talk, "127.0.0.1", 0, settings=SETTINGS) as good:
        address = f"ws://127.0.0.1:{good.sockets[0].getsockname()[1]}/"
        passing = partial(pass_on, address=address, chance=random.Random(1))  # noqa: S311  # faults, not secrets
        async with serve(passing, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL], max_size=None) as bad:
            port = bad.sockets[0].getsockname()[1]
            print(json.dumps({"good": address, "faulty": f"ws://127.0.0.1:{port}/"}), flush=True)
            await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())

"""Many messages over one server, whose memory stays as it is. ``bench/soak.py`` does it with all the coding."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aura.connections.session import Models, Settings
from aura.models.model import Model
from aura.websockets import connect, serve
from aura_vectors.case_types.message import MODEL

SINGLE = Settings(Models([Model.from_bytes(MODEL.model)]), memory=0)
ROUNDS, CONNECTIONS = 10, 20
MEMORY = Path("/proc/self/statm")


def resident() -> int:
    """Pages of this process in memory."""
    gc.collect()
    return int(MEMORY.read_text(encoding="ascii").split()[1])


@pytest.mark.thorough
@pytest.mark.skipif(not MEMORY.exists(), reason="the system does not say so")
@pytest.mark.parametrize("settings", [replace(SINGLE, level=0), SINGLE])
def test_fifty_thousand_messages_take_no_memory(settings: Settings) -> None:
    """On connections that come and go, to a server that stays."""
    count = 50_000 // ROUNDS // CONNECTIONS

    async def echo(connection: Any) -> None:
        async for message in connection:
            await connection.send(message)

    async def visit(address: str) -> None:
        async with connect(address, settings=settings) as connection:
            for number in range(count):
                await connection.send(f"message {number}")
                assert await connection.recv() == f"message {number}"

    async def talk() -> list[int]:
        used = []
        async with serve(echo, "127.0.0.1", 0, settings=settings) as server:
            address = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
            for _ in range(ROUNDS):
                await asyncio.gather(*(visit(address) for _ in range(CONNECTIONS)))
                used.append(resident())
        return used

    used = asyncio.run(talk())
    assert max(used[2:]) - used[1] < 1000  # pages: 4 MiB

"""Many messages over one server: how fast, and whether its memory stays as it is.

Usage: python bench/soak.py [--messages 50000] [--connections 20] [--memory 32768]

Clients and server share a process and its event loop. Each message, of at most ``LONGEST`` bytes, is echoed: so
it is coded twice and read twice. The script ends with status 1 if the memory grew by more than ``--most`` MiB
after the first tenth of the messages.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from aura import Model
from aura.connections.session import Models, Settings
from aura.server import conversation
from aura.websockets import connect, serve

PAGE = 4096
LONGEST = 100


def resident() -> float:
    """MiB of this process in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE / (1 << 20)


async def echo(connection: Any) -> None:
    """Send back what comes."""
    async for message in connection:
        await connection.send(message)


async def talk(address: str, settings: Settings, texts: Iterator[str]) -> None:
    """Send texts, one after the other, on a connection of its own, and check what comes back."""
    async with connect(address, settings=settings) as connection:
        for text in texts:
            await connection.send(text)
            if await connection.recv() != text:
                raise AssertionError("another text came back")


async def run(messages: int, connections: int, memory: int) -> float:
    """Carry the messages in ten rounds; MiB by which the memory grew after the first."""
    settings = Settings(Models([Model.load_small()]), memory=memory)
    texts = cycle([turn.text for turn in conversation.load() if len(turn.text) <= LONGEST])
    share = messages // 10 // connections
    first = 0.0
    async with serve(echo, "127.0.0.1", 0, settings=settings) as server:
        address = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        for number in range(10):
            begun, used = time.perf_counter(), time.process_time()
            slices = [list(islice(texts, share)) for _ in range(connections)]
            await asyncio.gather(*(talk(address, settings, iter(part)) for part in slices))
            took, used = time.perf_counter() - begun, time.process_time() - used
            now = resident()
            first = first or now
            done = (number + 1) * share * connections
            rate = share * connections
            print(
                f"{done:7} messages, {now:6.1f} MiB, {rate / took:6.0f}/s, {used / rate * 1e3:5.2f} ms of CPU each",
                flush=True,
            )
    return now - first


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--memory", type=int, default=1 << 15)
    parser.add_argument("--most", type=float, default=4.0)
    given = parser.parse_args()
    grown = asyncio.run(run(given.messages, given.connections, given.memory))
    print(f"grown by {grown:.1f} MiB")
    sys.exit(grown > given.most)

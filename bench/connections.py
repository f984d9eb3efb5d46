"""Many connections at once: do all texts arrive, and what do messages and idle connections cost the server?

Usage: python bench/connections.py [--connections N] [--messages N] [--corpus FILE.jsonl.gz] [--modes MODE ...]
    [--framework websockets|fastapi] [--profile]

For each mode a server process of its own echoes what it hears, and a client process opens all connections, sends on
each its messages, all connections at once, and compares what comes back. Then the connections are idle, and the
server's resident memory is read, less what it was after one connection had said as much. Modes:

plain      no compression
deflate    permessage-deflate as RFC 7692 has it by default: windows of 32 KiB, memory level 8
library    permessage-deflate as the library websockets has it by default: windows of 4 KiB, memory level 5
single     AURA, each message by itself
stream     AURA, streams

The server is one of the library websockets, or a FastAPI application under uvicorn, which has permessage-deflate as
in the mode library, and not as in the mode deflate. What is counted is the server's processor time, from when all
connections are open until they are idle: that of clients, of openings and of collecting garbage is not among it.
``--profile`` prints where it went.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gc
import gzip
import json
import pstats
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio import client, server
from websockets.extensions import permessage_deflate as deflate

from aura import websockets as aura_websockets
from aura.connections.session import Settings
from aura.server import conversation

MODES = ("plain", "deflate", "library", "single", "stream")
BATCH = 50
"""Connections that are opened at a time."""
BEGIN, SHOW = "begin\n", "show\n"
"""What the server is asked for a profile."""
LINES = 45
"""Of a profile."""


def options_of(mode: str, *, is_server: bool) -> dict[str, Any]:
    """What ``serve`` and ``connect`` are given; connections are not pinged, which would take memory as well."""
    common: dict[str, Any] = {"compression": None, "ping_interval": None, "open_timeout": 120}
    if mode in {"single", "stream"}:
        return {**common, "settings": Settings() if mode == "stream" else Settings(memory=0)}
    if mode == "library":
        return {**common, "compression": "deflate"}
    if mode == "deflate":
        kinds = deflate.ServerPerMessageDeflateFactory, deflate.ClientPerMessageDeflateFactory
        return {**common, "extensions": [kinds[not is_server]()]}
    return common


async def echo(connection: server.ServerConnection) -> None:
    """Say what is heard."""
    async for message in connection:
        await connection.send(message)


@asynccontextmanager
async def library_server(mode: str) -> AsyncIterator[int]:
    """Serve with the library websockets; the port."""
    module: Any = aura_websockets if mode in {"single", "stream"} else server
    async with module.serve(
        echo, "127.0.0.1", 0, backlog=4096, **options_of(mode, is_server=True)
    ) as running:
        yield next(iter(running.sockets)).getsockname()[1]


def fastapi_server(mode: str) -> AbstractAsyncContextManager[int]:
    """Serve with FastAPI; the port."""
    from fastapi_echo import served  # noqa: PLC0415  # FastAPI may not be installed

    settings = options_of(mode, is_server=True).get("settings")
    return served(settings, deflates=mode == "library")


async def run_server(mode: str, framework: str) -> None:
    """Serve; tell the resident memory for each line of standard input, which may also begin or show a profile."""
    serve = fastapi_server if framework == "fastapi" else library_server
    profile = cProfile.Profile(time.thread_time)  # whatever else the machine does
    async with serve(mode) as port:
        print(port, flush=True)
        loop = asyncio.get_running_loop()
        collected = 0.0  # seconds that collecting garbage took
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            if line == BEGIN:
                profile.enable()
            if line == SHOW:
                profile.disable()
                pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(LINES)
            spent = time.process_time()
            gc.collect()
            collecting = time.process_time() - spent
            print(json.dumps({"rss": resident(), "cpu": spent - collected}), flush=True)
            collected += collecting


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


class Server:
    """A server in a process of its own."""

    def __init__(self, mode: str, framework: str) -> None:
        command = [sys.executable, __file__, "--serve", mode, "--framework", framework]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        self.port = int(self._line())

    def _line(self) -> str:
        assert self.process.stdout  # noqa: S101  # it is a pipe
        return self.process.stdout.readline()

    def ask(self, line: str = "\n") -> dict[str, float]:
        """Its memory and processor time."""
        assert self.process.stdin  # noqa: S101
        self.process.stdin.write(line)
        self.process.stdin.flush()
        told: dict[str, float] = json.loads(self._line())
        return told

    def end(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


async def converse(connection: client.ClientConnection, messages: Sequence[str]) -> int:
    """Send messages, one after the other; how many come back identical."""
    identical = 0
    for message in messages:
        await connection.send(message)
        identical += await connection.recv() == message
    return identical


async def measure(
    mode: str, running: Server, texts: Sequence[Sequence[str]], connections: int, *, profiles: bool
) -> dict[str, object]:
    """Run one mode."""
    module: Any = aura_websockets if mode in {"single", "stream"} else client
    options = options_of(mode, is_server=False)

    async def connect() -> client.ClientConnection:
        opened: client.ClientConnection = await module.connect(f"ws://127.0.0.1:{running.port}", **options)
        return opened

    first = await connect()
    await converse(first, texts[0])
    before = running.ask()
    started = time.monotonic()
    opened: list[client.ClientConnection] = []
    while len(opened) < connections:
        opened += await asyncio.gather(*(connect() for _ in range(min(BATCH, connections - len(opened)))))
    fresh = running.ask(BEGIN if profiles else "\n")
    talks = [converse(one, texts[number % len(texts)]) for number, one in enumerate(opened)]
    identical = sum(await asyncio.gather(*talks))
    await asyncio.sleep(1)
    idle = running.ask(SHOW if profiles else "\n")
    first.transport.abort()
    for connection in opened:
        connection.transport.abort()
    sent = sum(len(texts[number % len(texts)]) for number in range(connections))
    return {
        "mode": mode,
        "messages": sent,
        "identical": identical,
        "kib_per_fresh_connection": round((fresh["rss"] - before["rss"]) / connections / 1024, 1),
        "kib_per_idle_connection": round((idle["rss"] - before["rss"]) / connections / 1024, 1),
        "server_cpu_ms_per_message": round((idle["cpu"] - fresh["cpu"]) / sent * 1000, 3),
        "server_cpu_ms_per_opening": round((fresh["cpu"] - before["cpu"]) / connections * 1000, 3),
        "wall_s": round(time.monotonic() - started, 1),
    }


def conversations(corpus: Path | None, messages: int) -> list[list[str]]:
    """Rows of so many messages; those of a source in a row."""
    if corpus is None:
        texts = [turn.text for turn in conversation.load()]
    else:
        with gzip.open(corpus, "rt", encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for line in lines]
    texts *= -(-messages // len(texts))
    return [texts[start : start + messages] for start in range(0, len(texts) - messages + 1, messages)]


def main() -> None:
    """Measure the modes, one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--messages", type=int, default=20)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--modes", nargs="+", choices=MODES, help="all that the framework has, unless given")
    parser.add_argument("--framework", choices=("websockets", "fastapi"), default="websockets")
    parser.add_argument("--profile", action="store_true", help="print where the server's time went")
    parser.add_argument("--serve", choices=MODES, help="what this process is to serve")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if options.serve:
        asyncio.run(run_server(options.serve, options.framework))
        return
    had = [mode for mode in MODES if options.framework != "fastapi" or mode != "deflate"]
    if not set(had).issuperset(options.modes or had):
        parser.error("uvicorn has permessage-deflate as in the mode library alone")
    texts = conversations(options.corpus, options.messages)
    for mode in options.modes or had:
        running = Server(mode, options.framework)
        measured = measure(mode, running, texts, options.connections, profiles=options.profile)
        print(json.dumps(asyncio.run(measured)), flush=True)
        running.end()


if __name__ == "__main__":
    main()

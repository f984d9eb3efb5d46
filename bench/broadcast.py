"""Processor time of a server that sends one message to many connections: coded for each, or prepared.

    python bench/broadcast.py [--connections 2000] [--rounds 5] [--stream]

A second process opens the connections and reads them; its time does not count. ``sessions`` counts the sessions
alone, ``sockets`` all that the server does until the message is with the operating system.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import websockets.asyncio.server as library

import aura
from aura import websockets as aura_websockets
from aura.connections.session import Session, Settings

TEXTS = [
    "The server goes down in five minutes, so please save your work.",
    json.dumps(
        {"type": "price", "symbol": "AURA", "bid": 101.25, "ask": 101.5, "time": "2026-05-01T09:26:53Z"}
    ),
    "Thank you all for joining. The recording of this call is in the channel, and so are the notes. " * 4,
]


def settings(*, is_stream: bool) -> Settings:
    """Those of both ends."""
    return Settings(memory="auto" if is_stream else 0, max_modelled=1 << 14)


def sessions(count: int, held: Settings) -> list[Session]:
    """Servers' ends that have exchanged hellos."""
    made = []
    for _ in range(count):
        ours, peer = Session(held, role="server"), Session(held, role="client")
        for frame in peer.data_to_send():
            ours.receive_data(frame)
        made.append(ours)
    return made


def measure_sessions(count: int, rounds: int, held: Settings) -> dict[str, float]:
    """Microseconds of processor time for a message and a session."""
    ends = sessions(count, held)
    spent = {"each": 0.0, "prepared": 0.0}
    for number in range(-1, rounds):
        for name in spent:
            text = f"{number} {TEXTS[number % len(TEXTS)]}"
            start = time.process_time()
            message = aura.prepare(text) if name == "prepared" else text
            for end in ends:
                end.send(message)
                end.data_to_send()
            if number >= 0:  # the first round loads what is needed
                spent[name] += time.process_time() - start
    return {name: seconds / rounds / count * 1e6 for name, seconds in spent.items()}


async def measure_sockets(count: int, rounds: int, held: Settings, *, is_stream: bool) -> dict[str, float]:
    """Microseconds of processor time for a message and a connection."""
    connections: list[library.ServerConnection] = []
    is_complete = asyncio.Event()

    async def handler(connection: library.ServerConnection) -> None:
        connections.append(connection)
        if len(connections) == count:
            is_complete.set()
        await connection.wait_closed()

    spent = {"each": 0.0, "prepared": 0.0}
    senders: dict[str, Callable[[list[library.ServerConnection], str], None]] = {
        "each": library.broadcast,
        "prepared": aura_websockets.broadcast,
    }
    async with aura_websockets.serve(handler, "127.0.0.1", 0, settings=held, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        command = [sys.executable, __file__, "--reader", str(port), "--connections", str(count)]
        reader = subprocess.Popen([*command, *(["--stream"] if is_stream else [])])  # noqa: ASYNC220, S603  # ours
        await is_complete.wait()
        for number in range(-1, rounds):
            for name, broadcast in senders.items():
                start = time.process_time()
                broadcast(connections, f"{number} {TEXTS[number % len(TEXTS)]}")
                for connection in connections:
                    channel = connection.channel  # type: ignore[attr-defined]
                    await channel.flush()
                if number >= 0:
                    spent[name] += time.process_time() - start
        reader.kill()
        reader.wait()
    return {name: seconds / rounds / count * 1e6 for name, seconds in spent.items()}


async def read(port: int, count: int, held: Settings) -> None:
    """Open connections, and read them without decoding."""
    opened = []
    for _ in range(count):
        connection = await aura_websockets.connect(
            f"ws://127.0.0.1:{port}", settings=held, ping_interval=None
        )
        connection.protocol.data_received = lambda _data: None  # type: ignore[attr-defined]
        opened.append(connection)
    await asyncio.Event().wait()


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--reader", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    held = settings(is_stream=arguments.stream)
    held.models.load()
    if arguments.reader:
        asyncio.run(read(arguments.reader, arguments.connections, held))
        return
    count, rounds = arguments.connections, arguments.rounds
    measured = {
        "sessions": measure_sessions(count, rounds, held),
        "sockets": asyncio.run(measure_sockets(count, rounds, held, is_stream=arguments.stream)),
    }
    for place, spent in measured.items():
        each, prepared = spent["each"], spent["prepared"]
        print(
            f"{Path(__file__).stem}, {count} connections, {place}: {each:.0f} us coded for each, "
            f"{prepared:.1f} us prepared, {each / prepared:.0f} times less"
        )


if __name__ == "__main__":
    main()

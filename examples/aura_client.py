"""A client for both examples: sends lines, and prints what comes back meanwhile.

Usage: python examples/aura_client.py ws://127.0.0.1:8765 < LINES
"""

from __future__ import annotations

import asyncio
import sys

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from aura.websockets import connect

QUIET = 1.0
"""Seconds without a message after which the client ends, once everything is sent."""


async def send_lines(connection: ClientConnection) -> None:
    """Send standard input line by line. It is read in a thread, as nothing on the event loop may wait for it."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        await connection.send(line.rstrip("\n"))


async def main(address: str) -> None:
    """Send, and print messages as they come."""
    async with connect(address) as connection:
        sending = asyncio.create_task(send_lines(connection))
        while True:
            all_sent = sending.done()
            try:
                print(await asyncio.wait_for(connection.recv(), QUIET), flush=True)
            except TimeoutError:
                if all_sent:
                    break
        await sending


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1]))
    except ConnectionClosed as error:
        sys.exit(f"the connection is closed: {error}")

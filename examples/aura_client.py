"""A client for both examples: sends lines, and prints what comes back.

Usage: python examples/aura_client.py ws://127.0.0.1:8765 < LINES
"""

from __future__ import annotations

import asyncio
import sys

from aura.websockets import connect


async def main(address: str) -> None:
    """Send standard input line by line, and print messages until none comes for a second."""
    async with connect(address) as connection:
        for line in sys.stdin:
            await connection.send(line.rstrip("\n"))
        while True:
            try:
                print(await asyncio.wait_for(connection.recv(), 1), flush=True)
            except TimeoutError:
                break


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

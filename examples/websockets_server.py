"""A chat room with the library websockets: what one says, all others hear.

Usage: python examples/websockets_server.py [PORT]

Clients that speak AURA get it; all others get plain text. Try ``aura_client.py`` beside this file, or any WebSocket
client.
"""

from __future__ import annotations

import asyncio
import sys

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from aura.websockets import serve

room: set[ServerConnection] = set()


async def chat(connection: ServerConnection) -> None:
    """Pass on what someone says."""
    room.add(connection)
    try:
        async for message in connection:
            await asyncio.gather(
                *(other.send(message) for other in room if other is not connection), return_exceptions=True
            )
    except ConnectionClosed:
        pass
    finally:
        room.discard(connection)


async def main(port: int) -> None:
    """Serve until the process ends."""
    async with serve(chat, "127.0.0.1", port) as server:
        address = next(iter(server.sockets)).getsockname()
        print(f"ws://{address[0]}:{address[1]}", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8765))

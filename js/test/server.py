"""WebSocket servers for the tests of the client, which print their addresses as a JSON object.

``aura`` speaks AURA, with the small model, and serves its file; ``chat`` does, and has a subprotocol; ``plain``
knows nothing of it; ``deaf`` selects the subprotocol of AURA and does not speak it. Each sends back what it
receives, but for a few texts: ``close`` has it close the connection, ``drop`` drop it, ``garbage`` send what is no
frame.
"""

from __future__ import annotations

import asyncio
import json
import sys

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from aura import Model
from aura.connections.session import Models, Settings
from aura.websockets import serve as serve_aura

SETTINGS = Settings(Models([Model.load_small()]))


async def echo(connection: ServerConnection) -> None:
    """Send messages back."""
    async for message in connection:
        if message == "close":
            await connection.close(4001, "as you wish")
        elif message == "drop":
            connection.transport.abort()
        elif message == "garbage":
            connection._transmit_now(b"\x7f\x01 no frame")  # type: ignore[attr-defined]  # noqa: SLF001
            connection.send_data()
        else:
            await connection.send(message)


async def ignore_first(connection: ServerConnection) -> None:
    """Send messages back, but for the first, which is a hello."""
    await connection.recv()
    await echo(connection)


async def main() -> None:
    """Serve until standard input ends."""
    deaf = [Subprotocol("aura.v1")]
    async with (
        serve_aura(echo, "127.0.0.1", 0, settings=SETTINGS) as aura,
        serve_aura(echo, "127.0.0.1", 0, settings=SETTINGS, subprotocols=["chat"]) as chat,
        serve(echo, "127.0.0.1", 0) as plain,
        serve(ignore_first, "127.0.0.1", 0, subprotocols=deaf) as refusing,
    ):
        servers = {"aura": aura, "chat": chat, "plain": plain, "deaf": refusing}
        ports = {name: server.sockets[0].getsockname()[1] for name, server in servers.items()}
        print(json.dumps({name: f"ws://127.0.0.1:{port}/" for name, port in ports.items()}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())

"""Both ends of a connection in memory, as channels, and messages for them."""

from __future__ import annotations

import asyncio
from typing import Final

from tests.aura.small_models import STREAMS

from aura.connections.session import Session, Settings, scheduling
from aura.connections.session.channel import Channel
from aura_spec.errors import DecodeError

SHORT: Final = "a short one"
LONG: Final = "a long one, word by word. " * 20
LONGER: Final = "x" * (scheduling.SHORT + 1)


class Ends:
    """Two channels in memory, whose frames take a turn of the loop before they are written, as in ASGI servers.

    Args:
        client: settings of the client.
        server: settings of the server; those of the client if None.
        room: frames that the transport takes in each direction before they are read; 0 for any number.
        begins_here: whether frames are written in the task of their sender, and wait only if there is no room.
    """

    def __init__(
        self,
        client: Settings = STREAMS,
        server: Settings | None = None,
        *,
        room: int = 0,
        begins_here: bool = False,
    ) -> None:
        self._begins_here = begins_here
        self.failures: list[DecodeError] = []
        self.to: dict[str, asyncio.Queue[str | bytes]] = {
            "client": asyncio.Queue(room),
            "server": asyncio.Queue(room),
        }
        self.client = self._channel(Session(client, role="client"), "server")
        self.server = self._channel(Session(server or client, role="server"), "client")

    def _channel(self, session: Session, peer: str) -> Channel:
        async def transmit(frame: bytes) -> None:
            if not self._begins_here:
                await asyncio.sleep(0)
            await self.to[peer].put(frame)

        async def fail(error: DecodeError) -> None:
            self.failures.append(error)

        return Channel(session, self.to[session.role].get, transmit, fail, begins_here=self._begins_here)

    async def ready(self) -> Ends:
        await asyncio.gather(self.client.until_ready(), self.server.until_ready())
        return self

"""A user: one WebSocket connection that says what its speaker says, one message at a time."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import cast

from websockets.exceptions import ConnectionClosed, WebSocketException

from aura.connections.session import Settings
from aura.stress.choice import Evidence
from aura.stress.errors import StressError
from aura.stress.measured import Measured, Recorder
from aura.stress.protocol import QUESTION, SUBPROTOCOL, View, read_answer, view_of
from aura.stress.speaker import Mix, Said, Speaker
from aura.websockets import ClientConnection, connect


class User:
    """A user.

    Args:
        number: of the user, from 0.
        url: of the server.
        settings: of all users' sessions.
    """

    def __init__(self, number: int, url: str, settings: Settings) -> None:
        self.number = number
        self.disagreements = 0
        self._url = url
        self._recorder = Recorder()
        self._settings = replace(settings, observer=self._recorder)
        self._connection: ClientConnection | None = None
        self._is_told = False

    async def open(self) -> None:
        """Connect.

        Raises:
            StressError: there is no server, or it does not speak AURA.
        """
        for subprotocols in ([SUBPROTOCOL], []):  # a server of one's own need not know it
            connection = await self._connected(subprotocols)
            if connection.aura.is_agreed:
                self._connection = connection
                self._is_told = connection.subprotocol == SUBPROTOCOL
                return
            await connection.close()
        raise StressError(f"{self._url} does not speak AURA")

    async def _connected(self, subprotocols: list[str]) -> ClientConnection:
        try:
            opened = await connect(
                self._url, settings=self._settings, subprotocols=subprotocols, ping_interval=None
            )
        except (OSError, TimeoutError, ValueError, WebSocketException) as error:
            raise StressError(f"{self._url}: {str(error) or type(error).__name__}") from None
        return cast(ClientConnection, opened)  # which the library's connect() is given to make

    async def close(self) -> None:
        """Disconnect."""
        if self._connection is not None:
            await self._connection.close()

    async def play(
        self, speaker: Speaker, count: int, mix: Mix, evidence: Evidence
    ) -> tuple[list[Measured], list[View]]:
        """Say so many messages, and compare what comes back.

        Returns:
            What was measured, and how the server saw it; how this end saw it if the server does not tell.

        Raises:
            StressError: the server does not answer as it should.
        """
        assert self._connection is not None  # noqa: S101  # it is open
        connection = self._connection
        try:
            found = [await self._exchange(connection, speaker.say(mix, evidence)) for _ in range(count)]
            views = [view_of(measured.sent) for measured in found]
            if self._is_told:
                await connection.send(QUESTION)
                views = self._compared(views, read_answer(await connection.recv()))
        except ConnectionClosed as error:
            raise StressError(f"{self._url}: the connection was closed: {error}") from None
        return found, views

    async def _exchange(self, connection: ClientConnection, said: Said) -> Measured:
        start = time.perf_counter()
        await connection.send(said.message)
        answer = await connection.recv()
        seconds = time.perf_counter() - start
        recorder = self._recorder
        assert recorder.sent is not None  # noqa: S101  # coded just now
        assert recorder.received is not None  # noqa: S101  # as above
        return Measured(said, recorder.sent, recorder.received, seconds, answer == said.message)

    def _compared(self, own: list[View], told: list[View]) -> list[View]:
        """The server's view of messages; those that it saw otherwise than this end are counted.

        Raises:
            StressError: it has read another number of messages.
        """
        if len(told) != len(own):
            raise StressError(f"{self._url}: {len(own)} messages were sent, and {len(told)} were read")
        self.disagreements += sum(mine != theirs for mine, theirs in zip(own, told, strict=True))
        return told

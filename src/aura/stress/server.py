"""The server of a stress test: sends every message back, and says how it read them.

``python -m aura.stress.server OPTIONS`` is what a test starts, in a process of its own; the options are JSON. It
prints its port, answers each line of its standard input with what it takes, and ends with the input.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from contextlib import AsyncExitStack, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from aura.connections.session import Models, Settings
from aura.observation import (
    ConnectionEvent,
    Direction,
    MessageEvent,
    Observer,
    Observers,
    RefusalEvent,
)
from aura.stress.process import footprint
from aura.stress.protocol import MAX_PENDING, QUESTION, SUBPROTOCOL, View, build_answer, view_of
from aura.websockets import serve

_views: Final[ContextVar[deque[View] | None]] = ContextVar("aura_stress_views", default=None)
"""How the messages of this connection were read since the last question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """What the server is told.

    Attributes:
        model: file of the model; None for the one of the package.
        memory: bytes of a stream for each direction; 0 codes each message by itself.
        level: which methods are tried.
        dashboard: port of this machine on which a dashboard is served; None for no dashboard.
        shows_content: whether the dashboard shows the messages of the lowest ratios.
    """

    model: str | None = None
    memory: int = 0
    level: int = 2
    dashboard: int | None = None
    shows_content: bool = False

    def settings(self) -> Settings:
        """The settings of sessions."""
        models = Models(None if self.model is None else [self.model])
        return Settings(models, memory=self.memory, level=self.level)


_is_answering: Final[ContextVar[bool]] = ContextVar("aura_stress_is_answering", default=False)
"""Whether what is sent now is the answer to a question."""


class _Reader(Observer):
    """Notes how messages are read, for the connection in whose context they are."""

    def on_message(self, event: MessageEvent) -> None:
        """Note a message."""
        views = _views.get()
        if views is not None and event.direction is Direction.IN:
            views.append(view_of(event))


class _Talk(Observer):
    """Passes on what users say, without questions of the test and their answers.

    Args:
        observer: is told.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def on_refusal(self, event: RefusalEvent) -> None:
        """Pass on a refusal."""
        self._observer.on_refusal(event)

    def on_connection(self, event: ConnectionEvent) -> None:
        """Pass on what became of a connection."""
        self._observer.on_connection(event)

    def on_message(self, event: MessageEvent) -> None:
        """Pass on a message of a user."""
        is_asking = event.direction is Direction.IN and event.message == QUESTION
        if not is_asking and not _is_answering.get():
            self._observer.on_message(event)


async def echo(connection: ServerConnection) -> None:
    """Send back what comes, until the connection ends."""
    views: deque[View] = deque(maxlen=MAX_PENDING)
    _views.set(views)
    is_asked = connection.subprotocol == SUBPROTOCOL
    try:
        async for message in connection:
            if is_asked and message == QUESTION:
                if views:
                    views.pop()  # the question itself
                _is_answering.set(True)
                await connection.send(build_answer(views))
                _is_answering.set(False)
                views.clear()
            else:
                await connection.send(message)
    except ConnectionClosed:
        return


async def serve_until_told(options: ServerOptions) -> None:
    """Serve on a free port of this machine, until the standard input ends."""
    settings = options.settings()
    observer: Observer = _Reader()
    async with AsyncExitStack() as stack:
        if options.dashboard is not None:
            from aura.stress.watching import watched  # noqa: PLC0415  # an extra

            watching = watched(options.dashboard, settings.models, shows_content=options.shows_content)
            observer = Observers(observer, _Talk(await stack.enter_async_context(watching)))
        server = await stack.enter_async_context(
            serve(
                echo,
                "127.0.0.1",
                0,
                settings=replace(settings, observer=observer),
                subprotocols=[SUBPROTOCOL],
                ping_interval=None,
            )
        )
        _say({"port": server.sockets[0].getsockname()[1]})
        loop = asyncio.get_running_loop()
        while await loop.run_in_executor(None, sys.stdin.readline):
            _say(asdict(footprint()))


def _say(content: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):  # whoever started it is interrupted, too, and says so
        asyncio.run(serve_until_told(ServerOptions(**json.loads(sys.argv[1]))))

"""Short stress tests over real sockets, with a model that is read quickly."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.aura.small_models import SINGLE, TINY
from websockets.asyncio.server import serve as plain_serve

from aura.connections.session import Settings
from aura.stress.result import Result, result_of
from aura.stress.server import ServerOptions
from aura.stress.settings import StressSettings
from aura.stress.test import Outcome, StressTest
from aura.websockets import serve


@cache
def model_file() -> str:
    path = Path(mkdtemp(), "tiny.aura")
    path.write_bytes(TINY.data)
    return str(path)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def settings(**changed: Any) -> StressSettings:
    usual: dict[str, Any] = {"users": 3, "messages": 45, "round_size": 6}
    options = ServerOptions(model=model_file(), memory=changed.pop("memory", 0))
    return StressSettings(**{**usual, "server": options, **changed})


def outcome(**changed: Any) -> Outcome:
    return asyncio.run(asyncio.wait_for(StressTest(settings(**changed)).run(), 60))


def result(**changed: Any) -> Result:
    return result_of(outcome(**changed))


@asynccontextmanager
async def serving(
    handler: Callable[[Any], Awaitable[None]], held: Settings | None = SINGLE, **options: Any
) -> AsyncIterator[str]:
    """A server of one's own in this process, and its URL; one that does not speak AURA without settings."""
    if held is None:
        server = plain_serve(handler, "127.0.0.1", 0, **options)
    else:
        server = serve(handler, "127.0.0.1", 0, settings=held, **options)
    async with server as running:
        yield f"ws://127.0.0.1:{running.sockets[0].getsockname()[1]}"

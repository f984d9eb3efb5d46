"""Tasks that begin at once, and futures that may be done or cancelled already."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


def begin(work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
    """A task that does its work up to where it has to wait before this returns, from Python 3.12 on.

    Work that has nothing to wait for takes no turn of the event loop then.
    """
    if sys.version_info >= (3, 12):
        return asyncio.Task(work, loop=asyncio.get_running_loop(), eager_start=True)
    return asyncio.create_task(work)


def fulfil(future: asyncio.Future[None]) -> None:
    """Say that something is done to whoever still waits for it."""
    if not future.done():
        future.set_result(None)


def fail(future: asyncio.Future[None], error: BaseException) -> None:
    """Say that something failed to whoever still waits for it."""
    if not future.done():
        future.set_exception(error)


def retrieve(future: asyncio.Future[Any]) -> None:
    """Take note of the error of a future for which nobody may wait any more, so that it is not logged as lost."""
    if not future.cancelled():
        future.exception()

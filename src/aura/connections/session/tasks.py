"""Tasks that begin at once, and futures that may be done or cancelled already."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

Result = TypeVar("Result")


def begin(work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
    """A task that does its work up to where it has to wait before this returns, from Python 3.12 on.

    Work that has nothing to wait for takes no turn of the event loop then.
    """
    if sys.version_info >= (3, 12):
        return asyncio.Task(work, loop=asyncio.get_running_loop(), eager_start=True)
    return asyncio.create_task(work)


def begin_here(work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """Do work up to where it has to wait, in the task that runs. What is left gets a task; None if nothing is left.

    Work that has nothing to wait for needs no task then. It must not ask in which task it is before it waits.
    The task factory of the loop is not asked: one that traces tasks awaits the work, and drops it untold if the
    task is cancelled first.
    """
    try:
        waits_for = work.send(None)
    except StopIteration:
        return None
    return asyncio.Task(_Rest(work, waits_for), loop=asyncio.get_running_loop())


class _Rest(Coroutine[Any, Any, None]):
    """What is left of work that waits for something."""

    __slots__ = ("_waits_for", "_work")

    def __init__(self, work: Coroutine[Any, Any, None], waits_for: object) -> None:
        self._work = work
        self._waits_for = [waits_for]  # until the task of this asks for it

    def send(self, value: object) -> object:
        """Say what it waits for; from then on, go on."""
        return self._waits_for.pop() if self._waits_for else self._work.send(value)

    def throw(self, *error: Any) -> object:
        """Go on with an error, such as a cancellation.

        One before the task has asked what the work waits for takes that along, as a task would have done.
        """
        if self._waits_for:
            waited_for = self._waits_for.pop()
            if isinstance(waited_for, asyncio.Future):
                waited_for.cancel()
        return self._work.throw(*error)

    def close(self) -> None:
        """End it."""
        self._work.close()

    def __await__(self) -> Generator[Any, Any, None]:
        raise TypeError("a task runs this")


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

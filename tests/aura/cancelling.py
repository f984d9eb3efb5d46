"""Cancels coroutines at each of their suspensions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any

import pytest

from aura.connections.session import scheduling
from aura.connections.session.agreement import Agreement


class CancelledAt(Awaitable[None]):
    """Awaits a coroutine, and cancels the task that does at a suspension of the coroutine.

    Args:
        work: the coroutine.
        number: of the suspension, from 0.
        late: whether the cancellation comes together with what the coroutine waits for, not before it.
    """

    def __init__(self, work: Coroutine[Any, Any, None], number: int, *, late: bool) -> None:
        self._work = work
        self._left = number
        self._late = late

    def __await__(self) -> Generator[Any, Any, None]:
        task = asyncio.current_task()
        assert task
        inner = self._work.__await__()
        step: Callable[[], Any] = lambda: next(inner)  # noqa: E731  # it changes below
        while True:
            try:
                waited_for = step()
            except StopIteration:
                return
            if self._left == 0 and self._late and waited_for is not None:
                waited_for.add_done_callback(lambda _: task.cancel())
            elif self._left == 0:
                task.cancel()
            self._left -= 1
            try:
                yield waited_for
            except BaseException as error:  # noqa: BLE001  # passed on
                step = lambda caught=error: inner.throw(caught)  # type: ignore[misc]  # noqa: E731
            else:
                step = lambda: next(inner)  # noqa: E731

    @property
    def is_over(self) -> bool:
        """Whether the coroutine had fewer suspensions."""
        return self._left >= 0


async def is_cancelled_at(work: Coroutine[Any, Any, None], number: int, *, late: bool) -> bool:
    """Run something and cancel it at a suspension; whether it has that many."""
    awaited = CancelledAt(work, number, late=late)

    async def run() -> None:
        await awaited

    with suppress(asyncio.CancelledError):
        await asyncio.create_task(run())
    return not awaited.is_over


def let_short_messages_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each wait for a turn of the event loop, and the first ones of a connection for a thread."""
    monkeypatch.setattr(scheduling, "take_turn", lambda: False)
    monkeypatch.setattr(Agreement, "is_used", lambda _self, _model_id: False)

"""Tasks that begin at once, and futures that may be done or cancelled already."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

import pytest
from tests.aura.coroutines import run

from aura.connections.session import tasks


@run
async def test_work_that_waits_for_nothing_is_done_at_once_where_python_can() -> None:
    done = []

    async def work() -> str:
        done.append(asyncio.current_task())
        return "result"

    task = tasks.begin(work())
    assert task.done() is (sys.version_info >= (3, 12))
    assert await task == "result"
    assert done == [task]


@run
async def test_work_that_waits_goes_on_in_its_task() -> None:
    """Also if whoever began it is cancelled."""
    gate = asyncio.Event()
    seen = []

    async def work() -> None:
        seen.append(asyncio.current_task())
        async with asyncio.timeout(20):
            await gate.wait()
        seen.append(asyncio.current_task())

    async def beginning() -> None:
        begun.append(tasks.begin(work()))
        await asyncio.shield(begun[0])

    begun: list[asyncio.Task[None]] = []
    beginner = asyncio.create_task(beginning())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    beginner.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beginner
    gate.set()
    await begun[0]
    assert seen == [begun[0]] * 2


@run
async def test_a_future_is_done_once() -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    tasks.fulfil(future)
    tasks.fulfil(future)
    tasks.fail(future, OSError("too late"))
    assert future.result() is None
    cancelled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    cancelled.cancel()
    tasks.fulfil(cancelled)
    tasks.fail(cancelled, OSError("too late"))
    tasks.retrieve(cancelled)
    assert cancelled.cancelled()


@run
async def test_work_that_waits_for_nothing_needs_no_task() -> None:
    seen = []

    async def work() -> None:
        seen.append(asyncio.current_task())

    assert tasks.begin_here(work()) is None
    assert seen == [asyncio.current_task()]


@run
async def test_work_that_waits_goes_on_in_a_task_of_its_own() -> None:
    gate = asyncio.Event()
    seen = []

    async def work() -> None:
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        await gate.wait()
        seen.append(asyncio.current_task())
        raise OSError("after that")

    left = tasks.begin_here(work())
    assert left is not None
    gate.set()
    with pytest.raises(OSError, match="after that"):
        await left
    assert seen == [asyncio.current_task(), left]


@pytest.mark.parametrize("turns", [0, 1, 2])
@run
async def test_work_is_told_that_its_task_is_cancelled(turns: int) -> None:
    """Also before the task has begun."""
    told = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            told.append("cancelled")
            raise

    left = tasks.begin_here(work())
    assert left is not None
    for _ in range(turns):
        await asyncio.sleep(0)
    left.cancel()
    with pytest.raises(asyncio.CancelledError):
        await left
    assert told == ["cancelled"]


@pytest.mark.parametrize("turns", [0, 1, 2])
@run
async def test_what_cancelled_work_waits_for_is_cancelled_and_it_may_wait_for_more(turns: int) -> None:
    """Also before the task has begun."""
    waited_for: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    told = []

    async def work() -> None:
        try:
            await waited_for
        except asyncio.CancelledError:
            told.append(waited_for.cancelled())
            await asyncio.wait_for(asyncio.sleep(0), 20)
            told.append(True)

    left = tasks.begin_here(work())
    assert left is not None
    for _ in range(turns):
        await asyncio.sleep(0)
    left.cancel()
    await asyncio.wait_for(left, 20)
    assert told == [True, True]


@run
async def test_work_that_gives_way_is_cancelled_before_its_task_has_begun() -> None:
    async def work() -> None:
        await asyncio.sleep(0)

    left = tasks.begin_here(work())
    assert left is not None
    left.cancel()
    with pytest.raises(asyncio.CancelledError):
        await left


@pytest.mark.parametrize("cancelled", [False, True])
@run
async def test_what_is_left_is_no_business_of_a_task_factory(cancelled: bool) -> None:
    """Those that trace tasks await what they are given, which would be lost if the task never began."""
    gate = asyncio.Event()
    told = []

    async def traced(work: Coroutine[Any, Any, None]) -> None:
        await work

    def factory(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[None]:
        return asyncio.Task(traced(work), loop=loop, **options)

    async def work() -> None:
        try:
            await gate.wait()
        finally:
            told.append("ended")

    asyncio.get_running_loop().set_task_factory(factory)
    left = tasks.begin_here(work())
    assert left is not None
    if cancelled:
        left.cancel()
    else:
        gate.set()
    await asyncio.wait((left,), timeout=20)
    assert told == ["ended"]
    assert left.cancelled() is cancelled
    assert cancelled or left.exception() is None


def test_work_that_no_loop_goes_on_with_is_ended() -> None:
    told = []

    async def work() -> None:
        try:
            await asyncio.sleep(0)
        finally:
            told.append("ended")

    async def begin() -> None:
        tasks.begin_here(work())

    asyncio.run(begin())
    assert told == ["ended"]

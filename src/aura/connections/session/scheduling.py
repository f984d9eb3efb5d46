"""Where messages are coded: short ones on the event loop, a few in each turn of it, and all others in two threads.

Coding takes up to 25 µs a byte, and half a microsecond with the native core. ``AT_ONCE`` messages of ``QUICK``
bytes therefore hold the loop for a few milliseconds, and after as many, of whatever connections, the loop looks
after everything else. The threads are this package's own, so that messages never use up those of
``asyncio.to_thread``. One of them is kept for messages of at most ``SHORT`` bytes, which never wait for the long
ones of other connections.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from itertools import islice
from typing import Final, ParamSpec, TypeVar
from weakref import ReferenceType, WeakKeyDictionary, ref

from aura import native

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

QUICK: Final = 1 << 8
"""Bytes of the longest message that is coded on the event loop, before or after coding."""

AT_ONCE: Final = 64 if native.choose().backend == "native" else 1
"""Messages that are coded in one turn of the event loop."""

SHORT: Final = 1 << 13
"""Bytes of the longest message that the thread for short messages codes."""


LONG: Final = SHORT + 1
"""Bytes from which on work is left to the thread for long messages."""


class _Turns:
    """Gives the turns of one event loop to those who ask, ``AT_ONCE`` each, in the order in which they ask."""

    __slots__ = ("_taken", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._taken = 0  # how many had the turn that is on

    def take(self) -> bool:
        """Have a share of the turn that is on, if there is one left and nobody waits."""
        if self._waiting or self._taken >= AT_ONCE:
            return False
        if not self._taken:
            asyncio.get_running_loop().call_soon(self._begin)
        self._taken += 1
        return True

    def _begin(self) -> None:
        self._taken = 0

    def ask(self) -> asyncio.Future[None]:
        """A future that is done in a turn that is still free."""
        loop = asyncio.get_running_loop()
        asked = loop.create_future()
        self._waiting.append(asked)
        if len(self._waiting) == 1:
            loop.call_soon(self._give)
        return asked

    def _give(self) -> None:
        had = 0  # of the turn that is on
        while self._waiting and self._waiting[0].done():
            had += not self._waiting.popleft().cancelled()
        if had and not self._taken:
            asyncio.get_running_loop().call_soon(self._begin)
        self._taken += had
        for asked in islice(self._waiting, AT_ONCE):
            # they stay in line until the next turn, so that whoever asks meanwhile does not get this one
            if not asked.done():
                asked.set_result(None)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._give)


class _Loops:
    """The turns of each event loop, as long as it lives; those that were asked for last are found at once."""

    __slots__ = ("_latest", "_turns")

    def __init__(self) -> None:
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns] = WeakKeyDictionary()
        self._latest: tuple[ReferenceType[asyncio.AbstractEventLoop], _Turns] | None = None

    def running(self) -> _Turns:
        """The turns of the loop that runs in this thread."""
        loop = asyncio.get_running_loop()
        latest = self._latest  # a pair, as another thread may set it meanwhile
        if latest is not None and latest[0]() is loop:
            return latest[1]
        found = self._turns.get(loop)
        if found is None:
            found = self._turns[loop] = _Turns()
        self._latest = ref(loop), found
        return found


_loops: Final = _Loops()


def take_turn() -> bool:
    """Whether a short message may be coded on the event loop at once."""
    return _loops.running().take()


async def turn() -> None:
    """Wait until a short message may be coded on the event loop."""
    turns = _loops.running()
    if not turns.take():
        await turns.ask()


@cache
def _thread(_process: int, *, is_short: bool) -> ThreadPoolExecutor:
    """The thread for short or for long messages; a process that was forked has its own."""
    return ThreadPoolExecutor(1, thread_name_prefix=f"aura-{'short' if is_short else 'long'}")


async def in_thread(
    size: int, work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Do work on ``size`` bytes in a thread, with the context variables of the caller.

    If it is cancelled before it starts, it is not done.
    """
    context = copy_context()
    is_short = size <= SHORT
    pool = _thread(os.getpid(), is_short=is_short)
    _waiting[is_short] += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(
            pool, lambda: context.run(work, *args, **kwargs)
        )
    finally:
        _waiting[is_short] -= 1


_waiting: Final = {True: 0, False: 0}
"""Tasks that wait for the thread for short messages, and for that for long ones."""


def depths() -> dict[str, int]:
    """How many tasks wait for each thread, or are done there."""
    return {"short": _waiting[True], "long": _waiting[False]}

"""Tests that are coroutines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine


def run(test: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
    """A test that is a coroutine."""

    def wrapped() -> None:
        asyncio.run(asyncio.wait_for(test(), 60))

    wrapped.__name__ = wrapped.__qualname__ = test.__name__
    return wrapped

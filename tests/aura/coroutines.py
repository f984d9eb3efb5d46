"""Tests that are coroutines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import ParamSpec

Arguments = ParamSpec("Arguments")


def run(test: Callable[Arguments, Coroutine[None, None, None]]) -> Callable[Arguments, None]:
    """A test that is a coroutine."""

    @wraps(test)
    def wrapped(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 60))

    return wrapped

"""Time of calls: of the processor, where nothing else is said."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

T = TypeVar("T")
U = TypeVar("U")

ROUNDS: Final = 3
SHORTEST: Final = 0.02
"""Seconds that a round lasts at least, so that the clock's step and noise do not count."""


def seconds(call: Callable[[], object]) -> float:
    """Seconds of a call, which may take but a microsecond: the least of some rounds, as what disturbs only adds."""
    started = time.process_time()
    call()
    once = max(time.process_time() - started, 1e-7)
    times = max(1, round(SHORTEST / once))
    best = once
    for _ in range(ROUNDS if once < 1 else 1):
        started = time.process_time()
        for _ in range(times):
            call()
        best = min(best, (time.process_time() - started) / times)
    return best


def best(call: Callable[[], T], clock: Callable[[], float] = time.process_time) -> tuple[float, T]:
    """The seconds of the quickest of ``ROUNDS`` calls, and what the last one gives."""
    times = []
    for _ in range(ROUNDS):
        started = clock()
        result = call()
        times.append(clock() - started)
    return min(times), result


def each(call: Callable[[T], U], items: Iterable[T]) -> tuple[list[float], list[U]]:
    """The microseconds of the call with each item, made once, and what the calls give."""
    times, results = [], []
    for item in items:
        started = time.process_time()
        results.append(call(item))
        times.append(1e6 * (time.process_time() - started))
    return times, results

"""Processor time of calls that take from a microsecond to seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

ROUNDS: Final = 3
SHORTEST: Final = 0.02
"""Seconds that a round lasts at least, so that the clock's step and noise do not count."""


def seconds(call: Callable[[], object]) -> float:
    """Seconds of processor time of a call: the least of some rounds, as whatever disturbs only adds."""
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

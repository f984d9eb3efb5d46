"""A model that was trained in a moment, with figures of its training."""

from __future__ import annotations

from functools import cache

import aura


@cache
def with_figures() -> aura.Model:
    seen = [f"Lamp {n * 7919 % 3571} in hall {n % 7} is {'on' if n % 2 else 'off'}." for n in range(2000)]
    return aura.train(seen, max_bytes=20_000)

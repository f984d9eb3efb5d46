"""An experiment of small codecs, its users, and what may be counted of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from tests.aura.small_models import TINY

import aura
from aura.experiments import (
    Experiment,
    Limits,
    Rule,
    Variant,
)

KEY = bytes(range(16))
SMALL = aura.Codec(model=TINY)
MESSAGES = [b"yes, of course", b"no, thank you", b"the door is open", b"x"]

LIMITS = Limits(errors=0.1, growth=0.3, latency=0.001, min_messages=20, every=5, strikes=2)
RULE = Rule(min_users=100, min_messages=100)


def experiment(*candidates: Variant, **options: Any) -> Experiment:
    given: dict[str, Any] = {"key": KEY, "control": Variant("control", SMALL), **options}
    return Experiment("trial", candidates=candidates or (Variant("candidate", SMALL),), **given)


def users(count: int) -> Iterator[str]:
    return (f"user-{number}" for number in range(count))


def counted(split: Experiment, wire: tuple[float, float], count: int, seed: int = 1, each: int = 12) -> None:
    """Users with messages of 100 bytes that take so many on the wire in each variant, with differences of users."""
    generator = np.random.default_rng(seed)
    for trial, mean in zip((split.control, *split.candidates), wire, strict=True):
        measures = trial.counts.measures
        for size in generator.normal(mean, mean / 4, count):
            row = measures._total(int(generator.integers(1 << 32)))
            for place, value in enumerate((1, 100, max(1, int(size)), 0, 0, 1e-4)):
                row[place] += each * value

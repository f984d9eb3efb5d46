"""Background text: messages that a model holds likely.

A model file holds probabilities, not the text that they were counted in. Decoding random choices gives messages
that are distributed as the model says; counted at little weight, they tell a new model what its own text leaves
open.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from aura_reference.auralite import Walk
from aura_spec.context_model import END, ContextModel

_LONGEST: Final = 1 << 12
"""Bytes after which a message is left off."""


class _Chance:
    """Makes choices at random, as likely as the model says."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  # the same messages every time

    def choose(self, _symbols: Sequence[int], frequencies: Sequence[int]) -> int:
        bounds = list(accumulate(frequencies))
        return bisect_right(bounds, self._random.randrange(bounds[-1]))


def draw(model: ContextModel, size: int, seed: int = 0) -> Iterator[bytes]:
    """Messages of about ``size`` bytes together; the same ones for the same model and seed."""
    chance = _Chance(seed)
    while size > 0:
        walk = Walk(model)
        while len(walk.matcher.message) < _LONGEST and walk.code(chance) != END:
            pass
        size -= len(walk.matcher.message) + 1
        yield bytes(walk.matcher.message)

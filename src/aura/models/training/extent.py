"""Which n-grams are counted: the limits of a trie.

All limits are monotone: an n-gram that keeps them has only parts that keep them. So what is found in one length
bounds what has to be looked for in the next, and raising a limit takes away from a trie, and changes nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.pieces import distinct
from aura.models.training.tallies import Tallies
from aura.models.training.text import WHOLE, Flags, Longs

_BACKGROUND: Final = 3
"""Contexts that occur so often are extended however little they weigh."""

_SHORT: Final = 8
"""Symbols of n-grams that are worth their place at half the count: they predict more than longer ones do."""


def least_of(length: int, least: int) -> int:
    """How often an n-gram of ``length`` symbols occurs at least, where long ones occur ``least`` times.

    It is 2 at least, unless all n-grams are counted.
    """
    return max(min(least, 2), (least + 1) // 2) if length <= _SHORT else least


def least_by_count(length: int, counts: Longs) -> Longs:
    """The highest ``least`` with which n-grams that occur so often are kept; see :func:`least_of`."""
    return np.where(counts > 1, 2 * counts, counts) if length <= _SHORT else counts


@dataclass(frozen=True, slots=True)
class Extent:
    """Which contexts are extended.

    Attributes:
        order: the longest contexts.
        minimum: a context must occur so often, or in so many messages.
        sources: a context of more than ``free_order`` symbols must occur in so many sources.
        free_order: up to this order, contexts need not occur in several sources.
        by_message: what a message repeats counts once for the minimum.
    """

    order: int
    minimum: int = 1
    sources: int = 1
    free_order: int = 0
    by_message: bool = False

    def extends(self, length: int, tallies: Tallies) -> Flags:
        """Which n-grams of one length are contexts that are extended."""
        often = tallies.weighed >= self.minimum * WHOLE
        if tallies.counts is not None:
            often |= tallies.sizes >= max(self.minimum, _BACKGROUND)
        if tallies.messages is not None:
            often &= distinct(tallies.messages) >= self.minimum
        if length > self.free_order and self.sources > 1:
            often &= distinct(tallies.sources) >= self.sources
        return often

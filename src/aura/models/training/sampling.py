"""A sample of a corpus: the units that a hash puts first, until there are enough bytes.

Which units these are depends neither on the order of messages nor on that of files, and a larger sample contains
each smaller one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.digests import Digests, scattered
from aura.models.training.text import Flags, Longs
from aura.models.training.units import units_of
from aura.models.training.written import Messages, Order

LARGEST: Final = 1 << 16
"""Bytes of the largest source that is drawn as a whole."""

ONE_IN: Final = 200
"""A source with more than one byte in so many is not drawn as a whole: a sample would be too rough."""

_SALT: Final = 0xD6E8FEB86659FD93
"""What is drawn has nothing to do with what is held out."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Messages in their order, and by lot in which order a sample takes them.

    Attributes:
        order: the messages.
        sizes: bytes of each.
        lots: of each; a sample takes the lowest, and messages with the same lot together.
    """

    order: Order
    sizes: Longs
    lots: Digests

    @classmethod
    def of(cls, messages: Messages, order: Order) -> Draw:
        """Draw lots for messages."""
        size = int(messages.lengths.read()[order.messages].sum())
        units = units_of(messages, order, min(LARGEST, size // ONE_IN))
        return cls(order, units.sizes, scattered(units.names + np.uint64(_SALT)))

    @property
    def size(self) -> int:
        """Bytes of all messages."""
        return int(self.sizes.sum())

    def first(self, size: int) -> Draw:
        """A sample of at least ``size`` bytes, at most a unit more; all if there are no more."""
        by_lot = np.argsort(self.lots, kind="stable")
        enough = int(np.searchsorted(np.cumsum(self.sizes[by_lot]), size))
        if enough >= len(by_lot):
            return self
        return self.select(self.lots <= self.lots[by_lot[enough]])

    def select(self, chosen: Flags) -> Draw:
        """Some of the messages."""
        return Draw(self.order.part(chosen), self.sizes[chosen], self.lots[chosen])

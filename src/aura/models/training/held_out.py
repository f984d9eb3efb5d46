"""Messages that are held out of training, to measure the model on what it has not seen.

A hash decides which units, whole sources or single messages: the choice depends neither on the order of messages
nor on that of files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.digests import Digests
from aura.models.training.text import Flags
from aura.models.training.units import units_of
from aura.models.training.written import Messages, Order

HELD_OUT_BYTES: Final = 1 << 16
"""About so many bytes are held out of a large corpus; it bounds the work of measuring."""

ONE_IN: Final = 20
"""Of a small corpus, one byte in about this many is held out."""

MIN_BYTES: Final = 1 << 15
MIN_CONVERSATIONS: Final = 40
"""A corpus with less text and fewer conversations can spare nothing."""

_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Choice:
    """Which units are held out of a corpus.

    Attributes:
        threshold: units whose digest is below are held out.
        largest: bytes of the largest unit that may be held out.
    """

    threshold: int
    largest: int

    @classmethod
    def for_size(cls, size: int) -> Choice:
        """The choice for a corpus of ``size`` bytes."""
        wanted = min(HELD_OUT_BYTES, size // ONE_IN)
        return cls((wanted << _BITS) // max(1, size), wanted // 2)

    def takes(self, digests: Digests) -> Flags:
        """Which units are held out."""
        taken: Flags = digests < np.uint64(self.threshold)
        return taken


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Messages in two parts.

    Attributes:
        kept: which messages, in their order, are trained on.
        units: the messages that were held out, in order within each unit.
        conversations: the units of several messages; none if the corpus has fewer than ``MIN_CONVERSATIONS``.
    """

    kept: Flags
    units: Sequence[Sequence[bytes]]
    conversations: Sequence[Sequence[bytes]]


def hold_out(messages: Messages, order: Order) -> HeldOut | None:
    """Hold some messages out of training.

    Returns:
        None if the corpus is too small to spare any, or the choice met none.
    """
    size = int(messages.lengths.read()[order.messages].sum())
    choice = Choice.for_size(size)
    found = units_of(messages, order, choice.largest)
    conversations = int(np.count_nonzero(found.whole & (found.counts > 1)))
    if size < MIN_BYTES and conversations < MIN_CONVERSATIONS:
        return None
    small = found.in_whole | (found.sizes <= choice.largest)
    out = choice.takes(found.names) & small
    if not out.any():
        return None
    is_unit = np.zeros(len(order), np.bool_)
    is_unit[found.firsts] = True
    is_unit[out & ~found.in_whole] = True
    units: list[list[bytes]] = []
    held = np.flatnonzero(out)
    for place, message in zip(held.tolist(), messages.read(order.messages[held]), strict=True):
        if is_unit[place]:
            units.append([])
        units[-1].append(message)
    several = [unit for unit in units if len(unit) > 1]
    return HeldOut(~out, units, several if conversations >= MIN_CONVERSATIONS else [])

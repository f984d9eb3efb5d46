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
from aura.models.training.text import Flags, Longs
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


@dataclass(frozen=True, slots=True)
class Taken:
    """What is held out of a file, or of all files.

    Attributes:
        places: of the messages that are held out, ascending.
        units: these messages, in order within each unit.
        conversations: how many sources of several messages are small enough to be held out.
    """

    places: Longs
    units: list[list[bytes]]
    conversations: int


def take(messages: Messages, order: Order, choice: Choice, repeated: Longs | None = None) -> Taken:
    """Hold messages of a file out.

    Args:
        messages: on disk.
        order: which of them, and in which order.
        choice: for the whole corpus.
        repeated: by other files; see :func:`aura.models.training.units.units_of`.
    """
    found = units_of(messages, order, choice.largest, repeated)
    conversations = int(np.count_nonzero(found.whole & (found.counts > 1)))
    small = found.in_whole | (found.sizes <= choice.largest)
    out = choice.takes(found.names) & small
    is_unit = np.zeros(len(order), np.bool_)
    is_unit[found.firsts] = True
    is_unit[out & ~found.in_whole] = True
    units: list[list[bytes]] = []
    held = np.flatnonzero(out)
    for place, message in zip(held.tolist(), messages.read(order.messages[held]), strict=True):
        if is_unit[place]:
            units.append([])
        units[-1].append(message)
    return Taken(held, units, conversations)


def is_enough(size: int, taken: Sequence[Taken]) -> bool:
    """Whether a corpus of ``size`` bytes can spare what is taken from its files, and something is."""
    spared = size >= MIN_BYTES or _conversations(taken) >= MIN_CONVERSATIONS
    return spared and any(len(some.places) for some in taken)


def _conversations(taken: Sequence[Taken]) -> int:
    return sum(some.conversations for some in taken)


def joined(kept: Flags, taken: Sequence[Taken]) -> HeldOut:
    """What is held out of all files."""
    units = [unit for some in taken for unit in some.units]
    several = [unit for unit in units if len(unit) > 1]
    return HeldOut(kept, units, several if _conversations(taken) >= MIN_CONVERSATIONS else [])


def hold_out(messages: Messages, order: Order) -> HeldOut | None:
    """Hold some messages out of training.

    Returns:
        None if the corpus is too small to spare any, or the choice met none.
    """
    size = int(messages.lengths.read()[order.messages].sum())
    taken = take(messages, order, Choice.for_size(size))
    if not is_enough(size, [taken]):
        return None
    kept = np.ones(len(order), np.bool_)
    kept[taken.places] = False
    return joined(kept, [taken])

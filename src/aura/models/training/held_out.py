"""Messages that are held out of training, to measure the model on what it has not seen.

A hash decides which: the choice depends neither on the order of messages nor on that of files. It is made for
units. All messages of a source are one unit, so that no conversation is known in part. Where a source is too large
to spare, or where there are no sources, each message is a unit by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.digests import Digests, scattered
from aura.models.training.text import Flags, Longs
from aura.models.training.written import Messages, Order

HELD_OUT_BYTES: Final = 1 << 16
"""About so many bytes are held out of a large corpus; it bounds the work of measuring."""

ONE_IN: Final = 20
"""Of a small corpus, one byte in about this many is held out."""

MIN_BYTES: Final = 1 << 15
MIN_CONVERSATIONS: Final = 40
"""A corpus with less text and fewer conversations can spare nothing."""

_BITS: Final = 64
_SOURCE: Final = 0x9E3779B97F4A7C15


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
    sizes = messages.lengths.read()[order.messages]
    choice = Choice.for_size(int(sizes.sum()))
    firsts = np.flatnonzero(np.diff(order.sources, prepend=-1))
    counts = np.diff(firsts, append=len(order))
    if messages.sources is None:
        whole = np.zeros(len(firsts), np.bool_)
        owners = np.zeros(len(firsts), np.uint64)
    else:
        whole = np.add.reduceat(sizes, firsts) <= choice.largest
        owners = messages.sources.read()[order.messages[firsts]]
    conversations = int(np.count_nonzero(whole & (counts > 1)))
    if int(sizes.sum()) < MIN_BYTES and conversations < MIN_CONVERSATIONS:
        return None
    out = np.repeat(whole & choice.takes(scattered(owners)), counts)
    single = np.flatnonzero(np.repeat(~whole, counts) & (sizes <= choice.largest))
    digests = messages.digests.read()[order.messages[single]]
    names = scattered(digests ^ scattered(np.repeat(owners, counts)[single] + np.uint64(_SOURCE)))
    repeated = occurrences(names).astype(np.uint64)
    taken = single[choice.takes(scattered(names + repeated * np.uint64(_SOURCE)))]
    out[taken] = True
    if not out.any():
        return None
    is_unit = np.zeros(len(order), np.bool_)
    is_unit[firsts] = True
    is_unit[taken] = True
    units: list[list[bytes]] = []
    held = np.flatnonzero(out)
    for place, message in zip(held.tolist(), messages.read(order.messages[held]), strict=True):
        if is_unit[place]:
            units.append([])
        units[-1].append(message)
    several = [unit for unit in units if len(unit) > 1]
    return HeldOut(~out, units, several if conversations >= MIN_CONVERSATIONS else [])


def occurrences(names: Digests) -> Longs:
    """For each of some names, how often it stands before."""
    order = np.argsort(names, kind="stable")
    starts = np.flatnonzero(
        np.concatenate((np.ones(min(len(names), 1), np.bool_), np.diff(names[order]) != 0))
    )
    result = np.empty(len(names), np.int64)
    result[order] = np.arange(len(names)) - np.repeat(starts, np.diff(starts, append=len(names)))
    return result

"""Units of a corpus: messages that are taken together, to be held out of training or to be counted in a sample.

All messages of a source are one unit, so that no conversation is known in part. Where a source is too large for
that, or where there are no sources, each message is a unit by itself. A hash of its source or of its content names
a unit: names depend neither on the order of messages nor on that of files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.digests import Digests, scattered
from aura.models.training.text import Flags, Longs
from aura.models.training.written import Messages, Order

_SOURCE: Final = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Units:
    """The units of messages in their order.

    Attributes:
        sizes: bytes of each message.
        firsts: the first message of each source.
        whole: of each source, whether it is one unit.
        names: of each message, the name of its unit.
    """

    sizes: Longs
    firsts: Longs
    whole: Flags
    names: Digests

    @property
    def counts(self) -> Longs:
        """How many messages each source has."""
        return np.diff(self.firsts, append=len(self.sizes))

    @property
    def in_whole(self) -> Flags:
        """Which messages are of a source that is one unit."""
        return np.repeat(self.whole, self.counts)


def units_of(messages: Messages, order: Order, largest: int) -> Units:
    """Divide messages into units.

    Args:
        messages: on disk.
        order: which of them, and in which order.
        largest: bytes of the largest source that is one unit.
    """
    sizes = messages.lengths.read()[order.messages]
    firsts = np.flatnonzero(np.diff(order.sources, prepend=-1))
    counts = np.diff(firsts, append=len(order))
    if messages.sources is None:
        whole = np.zeros(len(firsts), np.bool_)
        owners = np.zeros(len(firsts), np.uint64)
    else:
        whole = np.add.reduceat(sizes, firsts) <= largest
        owners = messages.sources.read()[order.messages[firsts]]
    names = np.repeat(scattered(owners), counts)
    single = np.flatnonzero(np.repeat(~whole, counts))
    digests = messages.digests.read()[order.messages[single]]
    own = scattered(digests ^ scattered(np.repeat(owners, counts)[single] + np.uint64(_SOURCE)))
    names[single] = scattered(own + occurrences(own).astype(np.uint64) * np.uint64(_SOURCE))
    return Units(sizes, firsts, whole, names)


def occurrences(names: Digests) -> Longs:
    """For each of some names, how often it stands before."""
    order = np.argsort(names, kind="stable")
    starts = np.flatnonzero(
        np.concatenate((np.ones(min(len(names), 1), np.bool_), np.diff(names[order]) != 0))
    )
    result = np.empty(len(names), np.int64)
    result[order] = np.arange(len(names)) - np.repeat(starts, np.diff(starts, append=len(names)))
    return result

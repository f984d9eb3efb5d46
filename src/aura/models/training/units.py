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
from aura.models.training.text import Flags, Longs, starts_of
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


@dataclass(frozen=True, slots=True)
class Contents:
    """Messages that are units by themselves, named by their content.

    Attributes:
        single: which messages.
        names: of each, by its content and its source; equal for those that repeat others.
    """

    single: Longs
    names: Digests


def units_of(messages: Messages, order: Order, largest: int, repeated: Longs | None = None) -> Units:
    """Divide messages into units.

    Args:
        messages: on disk.
        order: which of them, and in which order.
        largest: bytes of the largest source that is one unit.
        repeated: for each message that is a unit by itself, how many in files before have its content; 0 if None.
    """
    sources = _Sources.of(messages, order, largest)
    names = np.repeat(scattered(sources.owners), sources.counts)
    contents = sources.contents(messages, order)
    before = occurrences(contents.names) + (0 if repeated is None else repeated)
    names[contents.single] = scattered(contents.names + before.astype(np.uint64) * np.uint64(_SOURCE))
    return Units(sources.sizes, sources.firsts, sources.whole, names)


def contents_of(messages: Messages, order: Order, largest: int) -> Contents:
    """Find the messages that are units by themselves; for the arguments see :func:`units_of`."""
    return _Sources.of(messages, order, largest).contents(messages, order)


@dataclass(frozen=True, slots=True)
class _Sources:
    """The sources of messages in order.

    Attributes:
        sizes: of each message, its bytes.
        firsts: of each source, the place of its first message.
        counts: of each, how many messages it has.
        owners: of each, its digest.
        whole: which are one unit each.
    """

    sizes: Longs
    firsts: Longs
    counts: Longs
    owners: Digests
    whole: Flags

    @staticmethod
    def of(messages: Messages, order: Order, largest: int) -> _Sources:
        sizes = messages.lengths.read()[order.messages]
        firsts = starts_of(order.sources)
        counts = np.diff(firsts, append=len(order))
        if messages.sources is None:
            nobody = np.zeros(len(firsts), np.uint64)
            return _Sources(sizes, firsts, counts, nobody, np.zeros(len(firsts), np.bool_))
        owners = messages.sources.read()[order.messages[firsts]]
        return _Sources(sizes, firsts, counts, owners, np.add.reduceat(sizes, firsts) <= largest)

    def contents(self, messages: Messages, order: Order) -> Contents:
        """The messages that are units by themselves."""
        single = np.flatnonzero(np.repeat(~self.whole, self.counts))
        owners = np.repeat(self.owners, self.counts)[single]
        digests = messages.digests.read()[order.messages[single]]
        return Contents(single, scattered(digests ^ scattered(owners + np.uint64(_SOURCE))))


def occurrences(names: Digests) -> Longs:
    """For each of some names, how often it stands before."""
    order = np.argsort(names, kind="stable")
    starts = starts_of(names[order])
    result = np.empty(len(names), np.int64)
    result[order] = np.arange(len(names)) - np.repeat(starts, np.diff(starts, append=len(names)))
    return result

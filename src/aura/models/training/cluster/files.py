"""Files on the workers that read them: the tasks before counting.

Messages never leave a worker by way of these: where a file is needed on another worker, that worker reads it again.
What the tasks return are counts, values that labels name, and the messages that are held out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aura.models.training.cluster.parts import apparent_size
from aura.models.training.cluster.tasks import ClusterError
from aura.models.training.digests import Digests, mark_of, scattered
from aura.models.training.held_out import Choice, Taken, take
from aura.models.training.spill import Spill
from aura.models.training.survey import Survey, survey_of
from aura.models.training.text import Flags, Longs, starts_of
from aura.models.training.units import contents_of
from aura.models.training.written import Messages, Order

Read = Callable[[], Iterable[tuple[bytes, str]]]
"""Reads a file: its messages, each with its source. Can be sent to workers."""


class WrittenFile:
    """The messages of a file, written down on the worker that read them.

    Sent to another worker, it is how to read the file, and no more.
    """

    def __init__(self, read: Read, spill: Spill, digest: bytes | None = None) -> None:
        """Read nothing yet.

        Args:
            read: reads the file.
            spill: where its messages go.
            digest: of its messages, where they were read before.
        """
        self._read = read
        self._spill = spill
        self._digest = digest
        self._messages: Messages | None = None
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type[WrittenFile], tuple[Read, Spill, bytes | None]]:
        return WrittenFile, (self._read, self._spill, self._digest)

    def __sizeof__(self) -> int:
        """What Dask takes for its size."""
        return apparent_size([] if self._messages is None else [self._messages.text])

    @property
    def messages(self) -> Messages:
        """The messages; they are read if they are not here.

        Raises:
            ClusterError: they are not those that were read before.
        """
        with self._lock:
            if self._messages is None:
                found = Messages.write([self._read()], self._spill, have_sources=True)
                digest = found.files[0][1] if found.files else b""
                if self._digest not in {None, digest}:
                    raise ClusterError("a file changed while a model was trained on it, or differs by worker")
                self._messages, self._digest = found, digest
            return self._messages


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file.

    Attributes:
        digest: of its messages.
        messages: how many.
        size: bytes of the messages.
        sources: how many.
        source: the digest of the source if there is only one.
    """

    digest: bytes
    messages: int
    size: int
    sources: int
    source: int | None


def write(read: Read, spill: Spill) -> WrittenFile:
    """Read a file, and write its messages down."""
    written = WrittenFile(read, spill)
    len(written.messages)
    return written


def describe(written: WrittenFile) -> Facts:
    """Count what is in a file."""
    messages = written.messages
    if not len(messages) or messages.sources is None:
        return Facts(b"", 0, 0, 0, None)
    sources = np.unique(messages.sources.read())
    size = int(messages.lengths.read().sum())
    only = int(sources[0]) if len(sources) == 1 else None
    return Facts(messages.files[0][1], len(messages), size, len(sources), only)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the messages of a file stand among all.

    Attributes:
        messages, sources: how many are in the files before.
        have_sources: whether messages have sources, or each is one by itself.
    """

    messages: int
    sources: int
    have_sources: bool


@dataclass(frozen=True, slots=True)
class Ordered:
    """The messages of a file in order.

    Attributes:
        messages: on disk.
        order: of them; sources are numbered in the file.
    """

    messages: Messages
    order: Order


def ordered(written: WrittenFile, place: Place, held_out: Longs | None = None) -> Ordered:
    """Put the messages of a file in order, without those that are held out."""
    messages = written.messages if place.have_sources else replace(written.messages, sources=None)
    order = messages.in_order()
    marks = order.marks
    if not place.have_sources:
        numbers = order.sources.astype(np.uint64) + np.uint64(place.sources)
        marks = mark_of(scattered(numbers))
    order = replace(order, marks=marks, places=order.places + place.messages)
    if held_out is not None:
        kept = np.ones(len(order), np.bool_)
        kept[held_out] = False
        order = order.select(kept)
    return Ordered(messages, order)


@dataclass(frozen=True, slots=True)
class NameCounts:
    """How often a file has contents of messages.

    Attributes:
        names: of the contents, ascending.
        counts: of each.
    """

    names: Digests
    counts: Longs


def count_names(written: WrittenFile, place: Place, choice: Choice, shard: range) -> NameCounts:
    """Count messages that are units by themselves, by their content.

    Args:
        written: the file.
        place: of it.
        choice: for the whole corpus.
        shard: the number of the shard of the names that is counted, and behind it how many there are.
    """
    found = ordered(written, place)
    names = contents_of(found.messages, found.order, choice.largest).names
    some, counts = np.unique(names[_in_shard(names, shard)], return_counts=True)
    return NameCounts(some, counts)


def count_earlier(*files: NameCounts) -> list[NameCounts]:
    """For each file how often the files before have what it has."""
    names = np.concatenate([file.names for file in files])
    counts = np.concatenate([file.counts for file in files])
    order = np.argsort(names, kind="stable")
    sums = np.cumsum(counts[order]) - counts[order]
    ascending = names[order]
    starts = starts_of(ascending)
    earlier = np.empty(len(names), np.int64)
    earlier[order] = sums - np.repeat(sums[starts], np.diff(starts, append=len(names)))
    ends = np.cumsum([len(file.names) for file in files])
    parts = np.split(earlier, ends[:-1])
    return [NameCounts(file.names, part) for file, part in zip(files, parts, strict=True)]


def pick(found: Sequence[NameCounts], number: int) -> NameCounts:
    """The counts for one of the files."""
    return found[number]


def hold_out(written: WrittenFile, place: Place, choice: Choice, *earlier: NameCounts) -> Taken:
    """Hold messages out, with what the files before have of their contents, shard by shard."""
    found = ordered(written, place)
    names = contents_of(found.messages, found.order, choice.largest).names
    repeated = np.zeros(len(names), np.int64)
    for number, counts in enumerate(earlier):
        own = _in_shard(names, range(number, len(earlier)))
        repeated[own] = counts.counts[np.searchsorted(counts.names, names[own])]
    return take(found.messages, found.order, choice, repeated)


def _in_shard(names: Digests, shard: range) -> Flags:
    chosen: Flags = names % np.uint64(shard.stop) == np.uint64(shard.start)
    return chosen


def survey(written: WrittenFile, place: Place, held_out: Longs | None) -> Survey:
    """Read what labels name in a file."""
    found = ordered(written, place, held_out)
    sources = found.order.sources + np.int64(place.sources)
    return survey_of(found.messages, replace(found.order, sources=sources))

"""Messages on disk, and the order in which they are counted, which does not depend on that of the files.

Messages are written down as they come. Then files are put in the order of their digests, and the messages that a
source has in a file together, in the order of the first of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura.models.training.digests import SourceNames, mark_of, scattered
from aura.models.training.digests import digest as digest_of
from aura.models.training.spill import Column, Spill
from aura.models.training.text import Ints, Longs

Change = Callable[[Sequence[bytes], Sequence[int]], list[bytes]]
"""Makes other messages of some, given their places."""

BATCH: Final = 1 << 22
"""Bytes of messages that are read at a time."""


_EACH: Final = 64
"""Bytes that a message counts for besides its own."""


@dataclass(slots=True)
class Messages:
    """Messages on disk, as they come.

    Attributes:
        text: all bytes.
        lengths: of each message, int64.
        digests: of each message, uint64.
        sources: of each, a digest of its source, uint64; None if each is a source by itself.
        files: the first message of each file, and the digest of its messages.
    """

    text: Column
    lengths: Column
    digests: Column
    sources: Column | None
    files: list[tuple[int, bytes]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lengths)

    @staticmethod
    def write(
        files: Iterable[Iterable[tuple[bytes, Hashable]]], spill: Spill, *, have_sources: bool
    ) -> Messages:
        """Write down the messages of several files, each with its source."""
        names = SourceNames()
        result = Messages(
            spill.column(np.uint8),
            spill.column(np.int64),
            spill.column(np.uint64),
            spill.column(np.uint64) if have_sources else None,
        )
        for file in files:
            first, digest = len(result), blake2b(digest_size=16)
            messages: list[bytes] = []
            sources: list[int] = []
            size = 0
            for message, source in file:
                messages.append(message)
                if have_sources:
                    sources.append(names.digest(source))
                size += len(message) + _EACH
                if size >= BATCH:
                    result._append(messages, sources, digest)
                    messages, sources, size = [], [], 0
            result._append(messages, sources, digest)
            if len(result) > first:
                result.files.append((first, digest.digest()))
        return result

    def _append(self, messages: list[bytes], sources: list[int], digest: blake2b) -> None:
        text = b"".join(messages)
        lengths = np.fromiter(map(len, messages), np.int64, len(messages))
        owners = np.array(sources, np.uint64)
        for part in (lengths.tobytes(), owners.tobytes(), text):
            digest.update(part)
        self.text.append(np.frombuffer(text, np.uint8))
        self.lengths.append(lengths)
        self.digests.append(np.fromiter(map(digest_of, messages), np.uint64, len(messages)))
        if self.sources is not None:
            self.sources.append(owners)

    def forget_a_single_source(self) -> None:
        """Take each message for a source by itself if all have the same source."""
        if self.sources is not None and len(self):
            first = self.sources.read(0, 1)
            if all(bool((some == first).all()) for some in self.sources.pieces(BATCH)):
                self.sources = None

    def in_order(self) -> Order:
        """Put files in the order of their digests, and the messages of a source in a file together."""
        firsts = [first for first, _ in self.files]
        ends = [*firsts[1:], len(self)]
        by_digest = sorted(zip(self.files, ends, strict=True), key=lambda file: file[0][1])
        messages: list[Longs] = []
        sources: list[Ints] = []
        marks: list[NDArray[np.uint8]] = []
        count = 0
        for (first, _), end in by_digest:
            numbers = np.arange(first, end, dtype=np.int32)
            if self.sources is None:
                own = np.arange(count, count + len(numbers), dtype=np.int32)
                marked = scattered(own.astype(np.uint64))
            else:
                digests = self.sources.read(first, end)
                _, start, kind = np.unique(digests, return_index=True, return_inverse=True)
                rank = np.empty(len(start), np.int32)
                rank[np.argsort(start)] = np.arange(count, count + len(start), dtype=np.int32)
                together = np.argsort(rank[kind], kind="stable")
                numbers, own, marked = numbers[together], rank[kind][together], digests[together]
            count = int(own[-1]) + 1
            messages.append(numbers)
            sources.append(own)
            marks.append(mark_of(marked))
        return Order(
            np.concatenate(messages),
            np.concatenate(sources),
            np.concatenate(marks),
            np.arange(len(self), dtype=np.int32),
        )

    def batches(self, numbers: Longs) -> Iterator[tuple[Longs, bytes]]:
        """Read messages: some lengths, and the bytes of these messages."""
        lengths = self.lengths.read()
        ends = np.cumsum(lengths)
        sizes = np.cumsum(lengths[numbers] + _EACH)
        start = 0
        while start < len(numbers):
            before = int(sizes[start - 1]) if start else 0
            stop = max(start + 1, int(np.searchsorted(sizes, before + BATCH, side="right")))
            some = numbers[start:stop]
            # neighbours are read together
            breaks = (np.flatnonzero(np.diff(some) != 1) + 1).tolist()
            parts = zip([0, *breaks], [*breaks, len(some)], strict=True)
            data = b"".join(
                self.text.read(int(ends[some[a]] - lengths[some[a]]), int(ends[some[b - 1]])).tobytes()
                for a, b in parts
            )
            yield lengths[some], data
            start = stop

    def read_batches(self, numbers: Longs) -> Iterator[list[bytes]]:
        """Read messages, some at a time."""
        for lengths, data in self.batches(numbers):
            ends = np.cumsum(lengths).tolist()
            yield [data[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)]

    def read(self, numbers: Longs) -> Iterator[bytes]:
        """Read messages one by one."""
        return chain.from_iterable(self.read_batches(numbers))


@dataclass(frozen=True, slots=True)
class Order:
    """Messages in the order in which they are counted.

    Attributes:
        messages: the numbers of the messages, int32.
        sources: of each, the number of its source in its file, in the order in which they first occur, int32.
        marks: of each, the bit of 64 that marks its source, by its digest, uint8.
        places: of each, its place among all messages, int32.
    """

    messages: Longs
    sources: Ints
    marks: NDArray[np.uint8]
    places: Longs

    def __len__(self) -> int:
        return len(self.messages)

    def select(self, chosen: NDArray[np.bool_]) -> Order:
        """Some of the messages; the numbers of sources and the places stay."""
        return Order(self.messages[chosen], self.sources[chosen], self.marks[chosen], self.places[chosen])

    def part(self, chosen: NDArray[np.bool_]) -> Order:
        """Some of the messages, as if there were no others: sources and places are numbered anew."""
        some = self.select(chosen)
        sources = np.cumsum(np.diff(some.sources, prepend=some.sources[:1]) != 0, dtype=np.int32)
        return Order(some.messages, sources, some.marks, np.arange(len(some)))

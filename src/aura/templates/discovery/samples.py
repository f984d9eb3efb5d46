"""Samples of a stream of messages of one kind, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final

MAX_SAMPLE: Final = 64
"""Messages of a kind that are kept to mine, and as many to judge."""

MAX_SAMPLE_SIZE: Final = 1 << 16
"""Bytes of the messages of a kind that are kept to mine, and as many to judge."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A message in UTF-8, as bytes take less memory than text, and where it comes from."""

    data: bytes
    source: str

    @property
    def text(self) -> str:
        """The message."""
        return self.data.decode()


@dataclass(slots=True)
class Reservoir:
    """A uniform random sample of the messages that were offered.

    Attributes:
        offered: how many messages were.
    """

    offered: int = 0
    _kept: list[Sample] = field(default_factory=list)
    _size: int = 0

    def offer(self, sample: Sample, rng: Random) -> None:
        """Keep a message, or not (Vitter's algorithm R; long messages take the place of several)."""
        self.offered += 1
        size = len(sample.data)
        if len(self._kept) < MAX_SAMPLE and self._size + size <= MAX_SAMPLE_SIZE:
            self._kept.append(sample)
            self._size += size
            return
        place = rng.randrange(self.offered)
        if place < len(self._kept):
            grown = self._size + size - len(self._kept[place].data)
            if grown <= MAX_SAMPLE_SIZE:
                self._kept[place] = sample
                self._size = grown

    @property
    def kept(self) -> list[Sample]:
        """The messages that are kept now."""
        return self._kept


@dataclass(slots=True)
class Group:
    """Messages of one kind.

    Attributes:
        mined: a sample from which a pattern may be made.
        held_out: a sample of others, on which it is judged.
    """

    mined: Reservoir = field(default_factory=Reservoir)
    held_out: Reservoir = field(default_factory=Reservoir)

    @property
    def count(self) -> int:
        """Messages of the kind in the stream."""
        return self.mined.offered + self.held_out.offered

"""Messages that are searched together, since short ones take longer one by one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from operator import add
from typing import Final

from aura.models.training.sensitive import BETWEEN, Found, without_escapes

_SIZE: Final = 1 << 14
"""Bytes of a block, or one message."""


class Block:
    """Messages as one text.

    Attributes:
        messages: in order.
        text: the messages without escapes, with ``BETWEEN`` between them.
        starts: where each of them begins in the text.
    """

    def __init__(self, messages: Sequence[bytes]) -> None:
        self.messages = messages
        self.text = without_escapes(BETWEEN.join(messages))
        sizes = accumulate(map(len, messages[:-1]), initial=0)
        self.starts = list(map(add, sizes, range(len(messages))))  # as BETWEEN is one byte

    def by_message(self, found: Iterable[Found]) -> Iterator[tuple[int, list[Found]]]:
        """The number of each message that has something, with what it has, in order."""
        ordered = sorted(found, key=lambda each: (each.start, -each.end))
        for number, group in groupby(ordered, lambda each: bisect_right(self.starts, each.start) - 1):
            yield number, list(group)

    def bounds(self, number: int) -> tuple[int, int]:
        """Where a message begins and ends in the text."""
        start = self.starts[number]
        return start, start + len(self.messages[number])


def blocks(messages: Sequence[bytes]) -> Iterator[Block]:
    """Messages in blocks, in order."""
    ends = list(accumulate(map(len, messages)))
    first = 0
    while first < len(messages):
        before = ends[first - 1] if first else 0
        last = max(first + 1, bisect_right(ends, before + _SIZE))
        yield Block(messages[first:last])
        first = last

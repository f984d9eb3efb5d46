"""Matches: finding them, and copying them (rules LZ-1 and LZ-2)."""

from __future__ import annotations

from collections import defaultdict

from aura_spec import lz77 as spec
from aura_spec.errors import Malformed

MAX_CANDIDATES = 32
"""Earlier places that the finder tries; bounds its work on hostile input."""


class Finder:
    """Finds the longest earlier occurrence of what stands at a position.

    Remembers each position that was added under the four bytes that stand there, and tries the latest
    ``MAX_CANDIDATES`` of them that lie in the window. Of equally long matches the nearest wins.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._places: defaultdict[bytes, list[int]] = defaultdict(list)

    def add(self, position: int) -> None:
        """Remember ``position`` as the start of a possible match."""
        key = self._data[position : position + spec.MIN_LENGTH]
        if len(key) == spec.MIN_LENGTH:
            self._places[key].append(position)

    def find(self, position: int) -> tuple[int, int]:
        """The best match at ``position`` as (distance, length); (0, 0) if there is none."""
        data = self._data
        longest = min(spec.MAX_LENGTH, len(data) - position)
        best = (0, 0)
        places = self._places.get(data[position : position + spec.MIN_LENGTH], [])
        for place in reversed(places[-MAX_CANDIDATES:]):
            if position - place > spec.WINDOW:
                break
            length = spec.MIN_LENGTH
            while length < longest and data[place + length] == data[position + length]:
                length += 1
            if length > best[1]:
                best = (position - place, length)
        return best


def copy(output: bytearray, distance: int, length: int) -> None:
    """Append ``length`` bytes from ``distance`` back, byte by byte (rule LZ-1).

    Raises:
        Malformed: the match begins before the output does (rule LZ-2).
    """
    if distance > len(output):
        raise Malformed("a match begins before the output", 0, "distance")
    for _ in range(length):
        output.append(output[-distance])

"""Numbers as symbols, and distances as recent ones, for BRIO version 2 (rules BII-6 and BII-7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from aura_fast.interleaved_rans import Wide
from aura_spec.brio2 import NUMBERS, RECENT, number_of

# For each symbol its least number, and how many extra bits follow (rule BII-6).
NUMBER_LEAST, NUMBER_BITS = (
    np.array(column, np.int64) for column in zip(*map(number_of, range(NUMBERS)), strict=True)
)

Recent = tuple[int, int, int]
_FIRST, _SECOND, _THIRD = RECENT
FIRST_RECENT: Final[Recent] = (_FIRST, _SECOND, _THIRD)


def number_symbols(numbers: Wide) -> tuple[Wide, Wide]:
    """Symbols and extra bits of numbers (rule BII-6): both int64 of the shape of ``numbers``."""
    symbols = np.searchsorted(NUMBER_LEAST, numbers, "right") - 1
    return symbols, numbers - NUMBER_LEAST.take(symbols)


def distance_symbols(distances: list[int]) -> tuple[Wide, Wide]:
    """Symbols and extra bits of distances (rule BII-7): both (distances,) int64.

    Extra bits of recent distances have no meaning.
    """
    recent = np.fromiter(recent_places(distances), np.int64)
    far, extra = number_symbols(np.array(distances, np.int64) - 1)
    return np.where(recent >= 0, recent, far + len(RECENT)), extra


def recent_places(distances: Iterable[int]) -> Iterator[int]:
    """For each distance its place among the recent ones, or -1 (rule BII-7)."""
    first, second, third = FIRST_RECENT
    for distance in distances:
        if distance == first:
            yield 0
        elif distance == second:
            yield 1
            first, second = distance, first
        else:
            yield 2 if distance == third else -1
            first, second, third = distance, first, second


def recent_in_force(distances: Iterable[int]) -> Iterator[Recent]:
    """The recent distances before the first of the distances, and after each of them (rule BII-7)."""
    first, second, third = FIRST_RECENT
    yield first, second, third
    for distance in distances:
        if distance != first:
            if distance != second:
                third = second
            first, second = distance, first
        yield first, second, third

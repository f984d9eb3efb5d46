"""Messages in units: what is drawn, measured or trained on together, since its messages resemble each other.

A unit is the messages of a source. Where a source holds a large part of all messages, as a log file does, its units
are runs of neighbouring messages.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

UNITS: Final = 64
"""A unit holds at most one byte of this many, or one message."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Messages that resemble each other, in order."""

    messages: list[bytes]

    @property
    def size(self) -> int:
        """Bytes of the messages."""
        return sum(map(len, self.messages))


def as_units(messages: Sequence[bytes], sources: Sequence[Hashable] | None) -> list[Unit]:
    """Put messages into units, in the order in which these begin."""
    largest = sum(map(len, messages)) // UNITS
    units: list[Unit] = []
    begun: dict[Hashable, tuple[Unit, int]] = {}
    for number, message in enumerate(messages):
        source = None if sources is None else sources[number]
        unit, size = begun.get(source, (None, 0))
        if unit is None or size + len(message) > largest:
            unit, size = Unit([]), 0
            units.append(unit)
        unit.messages.append(message)
        begun[source] = unit, size + len(message)
    return units


def draw(units: Sequence[Unit], size: int, random: np.random.Generator) -> list[int]:
    """The places, ascending, of random units: as many as have ``size`` bytes together, and at least one."""
    chosen: list[int] = []
    left = size
    for place in random.permutation(len(units)).tolist():
        left -= units[place].size
        if left < 0 and chosen:
            break
        chosen.append(place)
    return sorted(chosen)

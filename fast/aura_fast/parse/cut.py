"""What a parse gives: units and matches, and the recent distances that are in force between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aura_fast.number import recent_in_force
from aura_fast.unit import UNIT_SIZES


@dataclass(frozen=True, slots=True)
class Cut:
    """A message in units and matches.

    Attributes:
        units: all units in order, (units,) int16.
        literal_runs: how many units stand before each match.
        lengths: how many bytes each match copies.
        distances: how far back each match begins.
    """

    units: NDArray[np.int16]
    literal_runs: list[int]
    lengths: list[int]
    distances: list[int]


@dataclass(frozen=True, slots=True)
class Recent:
    """The recent distances in force along a message (rule PAR-6).

    Attributes:
        ends: where in the message each match ends, (matches,) int64.
        distances: the recent distances before the first match, and after each, (matches + 1, 3) int32.
    """

    ends: NDArray[np.int64]
    distances: NDArray[np.int32]


def recent_after(cut: Cut, begin: int) -> Recent:
    """The recent distances that a parse that began at ``begin`` leaves in force."""
    sizes = np.concatenate([np.zeros(1, np.int64), np.cumsum(UNIT_SIZES.take(cut.units))])
    ends = sizes.take(np.cumsum(cut.literal_runs, dtype=np.int64)) + np.cumsum(cut.lengths, dtype=np.int64)
    return Recent(begin + ends, np.array(list(recent_in_force(cut.distances)), np.int32))

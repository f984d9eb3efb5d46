"""What a sample leaves unlearned: an estimate of how much better a model of all messages would be.

Models of a sixteenth, of a quarter and of all of the sample code the same messages, which were held out. Their bits
fall as by a power law, b(n) = c + a·n^-e: each time there is four times as much text, what is gained is the same
share of what was gained the time before, and c is nothing at least. This is carried on to the size of the corpus;
the farther that is, the rougher. The error is that of the held-out units, drawn again and again (the bootstrap:
Efron, 1979); that the law itself may fail is not in it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura.codec import Codec
from aura.models.model import Model
from aura.models.training.text import Longs

STEP: Final = 4
"""Each sample has so many times the text of the one before."""

SAMPLES: Final = 3

_DRAWS: Final = 400

_INTERVAL: Final = 1.96
"""Standard errors on each side of an estimate in an interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What more text saves.

    Attributes:
        share: of the compressed bytes, 0 to 1.
        error: half of the interval of 95 % around it.
    """

    share: float
    error: float


def coded_sizes(model: Model, units: Sequence[Sequence[bytes]]) -> Longs:
    """The bytes that each unit takes when its messages are compressed one by one."""
    coded = Codec(model=model).compress_batch([message for unit in units for message in unit])
    ends = np.cumsum([len(unit) for unit in units])
    sums = np.concatenate((np.zeros(1, np.int64), np.cumsum([len(wire) for wire in coded])))
    sizes: Longs = np.diff(sums[ends], prepend=0)
    return sizes


def gain(sizes: Sequence[Longs], growth: float) -> Gain:
    """What ``growth`` times the text of the last sample saves.

    Args:
        sizes: for each sample, from the smallest, the compressed bytes of each held-out unit.
        growth: at least 1.
    """
    table = np.stack(sizes).astype(np.float64)
    steps = math.log(max(growth, 1.0), STEP)
    picked = np.random.default_rng(0).integers(table.shape[1], size=(_DRAWS, table.shape[1]))
    drawn = np.stack([row[picked].sum(axis=1) for row in table])
    share = float(_saved(table.sum(axis=1)[:, None], steps)[0])
    return Gain(share, float(_INTERVAL * _saved(drawn, steps).std()))


def _saved(bits: NDArray[np.float64], steps: float) -> NDArray[np.float64]:
    """The share that is saved after some steps; ``bits`` has a row for each sample."""
    before, last = bits[0] - bits[1], bits[1] - bits[2]
    ratio = np.clip(last / np.maximum(before, 1.0), 0.0, bits[2] / (bits[2] + np.maximum(last, 1.0)))
    saved = np.maximum(last, 0.0) * ratio * (1.0 - ratio**steps) / (1.0 - ratio)
    result: NDArray[np.float64] = saved / bits[2]
    return result

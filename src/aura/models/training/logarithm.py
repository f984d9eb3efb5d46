"""Logarithms to base 2 that are the same on every machine.

Those of numpy differ in the last bits between processors, by the instructions that these have. So would what is
pruned, how probabilities are rounded, and with them models. These are made of basic operations only, which IEEE 754
rounds; ``aura_log2`` of the native core has the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from aura import native
from aura.models.training import native_weights
from aura.models.training.text import Floats

_ROOT_OF_HALF: Final = float.fromhex("0x1.6a09e667f3bcdp-1")

_COEFFICIENTS: Final = tuple(
    map(
        float.fromhex,
        (
            "0x1.1964ec6fc9491p-3",
            "0x1.3703c1f4d0ffep-3",
            "0x1.5b9ac9b743f0dp-3",
            "0x1.89f3b1694cffep-3",
            "0x1.c68f568d31760p-3",
            "0x1.0c9a84994022dp-2",
            "0x1.484b13d7c02a9p-2",
            "0x1.a61762a7aded9p-2",
            "0x1.2776c50ef9bfep-1",
            "0x1.ec709dc3a03fdp-1",
            "0x1.71547652b82fep+1",
        ),
    )
)
"""2 / (ln 2 · (2k + 1)), from k = 10 down to 0."""

_TOGETHER: Final = 1 << 14
"""Numbers that are worked on at a time: few enough to stay in the cache."""


def log2(numbers: Floats) -> Floats:
    """The logarithms of finite numbers from 0 on, float64."""
    flat = np.ascontiguousarray(numbers, np.float64).reshape(-1)
    result = np.empty_like(flat)
    if native.is_chosen():
        native_weights.log2(flat, result)
    else:
        for first in range(0, len(flat), _TOGETHER):
            result[first : first + _TOGETHER] = _log2(flat[first : first + _TOGETHER])
    return result.reshape(np.shape(numbers))


def _log2(numbers: Floats) -> Floats:
    """The same: a power of two, and 2 / ln 2 · (s + s^3 / 3 + s^5 / 5 + …), where s is (rest - 1) / (rest + 1)."""
    part, power = np.frexp(numbers)
    small = part < _ROOT_OF_HALF
    part[small] *= 2.0
    power[small] -= 1
    s = (part - 1.0) / (part + 1.0)
    square = s * s
    total = np.full_like(s, _COEFFICIENTS[0])
    for coefficient in _COEFFICIENTS[1:]:
        total *= square
        total += coefficient
    result: Floats = power + s * total
    result[numbers == 0.0] = -np.inf
    return result

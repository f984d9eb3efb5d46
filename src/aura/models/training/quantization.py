"""Probabilities as six-bit codes (rules CTX-4 and CTX-5).

Some neighbouring codes stand for the same frequency once it is rounded; of these only the first is used.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from aura.models.training.logarithm import log2
from aura.models.training.text import Floats, Ints, Longs
from aura_spec.context_model import ESCAPES, FREQUENCIES, TOTAL_OF_ONE

_SCALE: Final = FREQUENCIES[0]


def _distinct(values: tuple[int, ...]) -> Longs:
    """The codes whose value differs from the one before."""
    return np.array([code for code, value in enumerate(values) if code == 0 or value != values[code - 1]])


def _between(values: Floats) -> Floats:
    """The bounds halfway between neighbours of a falling series, ascending."""
    return ((values[1:] + values[:-1]) / 2)[::-1]


_CODES: Final = _distinct(FREQUENCIES)
_BOUNDS: Final = _between(log2(np.array(FREQUENCIES)[_CODES]))
_ESCAPE_CODES: Final = _distinct(ESCAPES)
_ESCAPE_ODDS: Final = np.array(ESCAPES)[_ESCAPE_CODES] / (TOTAL_OF_ONE - np.array(ESCAPES)[_ESCAPE_CODES])
_ESCAPE_BOUNDS: Final = _between(log2(_ESCAPE_ODDS))

CODE_BITS: Final = 6


def codes(probability: Floats) -> Ints:
    """The codes of the nearest frequencies, in lists of several entries."""
    level = log2(np.maximum(probability, 1e-9) * _SCALE)
    found: Ints = _CODES[len(_BOUNDS) - np.searchsorted(_BOUNDS, level)].astype(np.int32)
    return found


def codes_of_one(escape: Floats) -> Ints:
    """The codes of the nearest escapes, in lists of one entry."""
    escape = np.clip(escape, 1e-9, 1 - 1e-9)
    odds = log2(escape / (1.0 - escape))
    found: Ints = _ESCAPE_CODES[len(_ESCAPE_BOUNDS) - np.searchsorted(_ESCAPE_BOUNDS, odds)].astype(np.int32)
    return found

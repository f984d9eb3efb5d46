"""Units as arrays (rules UNI-1 and UNI-2)."""

from __future__ import annotations

from typing import Final

import numpy as np

from aura_spec.unit import CONTEXT_AFTER, UNIT_BYTES, UNITS, symbol_of

# The symbol of each unit, (units,).
SYMBOL_OF_UNIT: Final = np.array([symbol_of(unit)[0] for unit in range(UNITS)], np.int64)

CONTEXTS: Final = np.array(CONTEXT_AFTER, np.int64)
"""For each symbol the context of the next (rule UNI-3), (symbols,) int64."""

# The bytes of all units, end to end, (bytes,); and how many each has and where they begin, (units,) each.
UNIT_TEXT: Final = np.frombuffer(b"".join(UNIT_BYTES), np.uint8)
UNIT_SIZES: Final = np.array([len(text) for text in UNIT_BYTES], np.int64)
UNIT_STARTS: Final = np.cumsum(UNIT_SIZES) - UNIT_SIZES

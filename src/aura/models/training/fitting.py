"""Fitting a model into a number of bytes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from aura.models.model import Model
from aura.models.training.trainer import Prepared
from aura_fast import model as model_file
from aura_spec.context_model import SYMBOLS
from aura_spec.errors import LimitExceeded
from aura_spec.trie import MAX_ENTRIES

_ATTEMPTS: Final = 6
_CLOSE_ENOUGH: Final = 0.97
_AIM: Final = 0.985

_BITS_OF_ALL: Final = 2.7
"""About what an entry takes in a file where all are kept."""

_BITS_FEWER: Final = 1.2
"""About how much more it takes for each time that e times fewer are kept: those that stay are farther apart."""

_LEAST_BITS: Final = 1.5
_STEPS: Final = 30


def fit(prepared: Prepared, max_bytes: int, room: int, progress: Callable[[str, float], None]) -> Model:
    """The model with the most entries that fits, or nearly the most; it has no metadata yet.

    Args:
        prepared: counted messages.
        max_bytes: of the model file.
        room: bytes of the file that are left for metadata.
        progress: is called with a stage and the share of it that is done.

    Raises:
        ValueError: no model fits.
    """
    best: Model | None = None
    most = min(prepared.entries, MAX_ENTRIES)
    fits, too_many = 0, most + 1  # the nearest numbers of entries that fit and do not
    entries = max(SYMBOLS, min(most, _entries(max_bytes, _BITS_OF_ALL, prepared.entries)))
    for attempt in range(_ATTEMPTS):
        progress("fitting the size", attempt / _ATTEMPTS)
        try:
            data = model_file.write(prepared.model(entries))
            size = len(data) + room
            if size <= max_bytes and (best is None or len(data) > len(best.data)):
                best = Model.from_bytes(data)
        except LimitExceeded:  # a file so small may not have so many entries (rule TRI-8)
            too_many = entries
            entries = max(SYMBOLS, fits + 1, (fits + entries) // 2)
            continue
        fits, too_many = (entries, too_many) if size <= max_bytes else (fits, entries)
        if fits + 1 == too_many or _CLOSE_ENOUGH * max_bytes <= size <= max_bytes:
            break
        # aim just below the limit along the curve through what is known
        bits_of_all = 8 * size / entries + _BITS_FEWER * math.log(entries / prepared.entries)
        guess = _entries(_AIM * max_bytes, bits_of_all, prepared.entries)
        low, high = fits + 1, too_many - 1
        entries = max(SYMBOLS, min(guess, high), min(low, high))
    progress("fitting the size", 1.0)
    if best is None:
        raise ValueError(f"no model fits into {max_bytes} bytes")
    return best


def _entries(size: float, bits_of_all: float, all_entries: int) -> int:
    """How many entries take so many bytes, where each takes ``bits_of_all`` if all are kept."""
    entries = float(all_entries)
    for _ in range(_STEPS):
        bits = bits_of_all - _BITS_FEWER * math.log(entries / all_entries)
        entries = 8 * size / max(bits, _LEAST_BITS)
    return int(entries)

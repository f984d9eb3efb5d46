"""Fitting a model into a number of bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aura.models.model import Model
from aura.models.training.trainer import BITS_AN_ENTRY, Prepared
from aura_spec.context_model import SYMBOLS
from aura_spec.errors import LimitExceeded
from aura_spec.trie import MAX_ENTRIES

_ATTEMPTS: Final = 6
_CLOSE_ENOUGH: Final = 0.97
_AIM: Final = 0.985


def fit(
    prepared: Prepared, max_bytes: int, metadata: Mapping[str, str], progress: Callable[[str, float], None]
) -> Model:
    """The model with the most entries that fits, or nearly the most.

    Args:
        prepared: counted messages.
        max_bytes: of the model file.
        metadata: to store with the model.
        progress: is called with a stage and the share of it that is done.

    Raises:
        ValueError: no model fits.
    """
    best: Model | None = None
    most = min(prepared.entries, MAX_ENTRIES)
    entries = max(SYMBOLS, min(most, int(max_bytes * 8 / BITS_AN_ENTRY)))
    below, above = (0, 0), (most + 1, 0)  # entries and size of the nearest that fits and does not
    for attempt in range(_ATTEMPTS):
        progress("fitting the size", attempt / _ATTEMPTS)
        try:
            model = Model.from_context_model(prepared.model(entries), metadata)
        except LimitExceeded:  # a file so small may not have so many entries (rule TRI-8)
            above = (entries, 0)
            entries = max(SYMBOLS, below[0] + 1, (below[0] + entries) // 2)
            continue
        size = len(model.data)
        last, below, above = (
            (below, (entries, size), above) if size <= max_bytes else (above, below, (entries, size))
        )
        if size <= max_bytes and (best is None or size > len(best.data)):
            best = model
        if below[0] + 1 == above[0] or _CLOSE_ENOUGH * max_bytes <= size <= max_bytes:
            break
        # sizes grow evenly with entries: aim just below the limit along the line through what is known
        known = last[1] not in (0, size) and last[0] != entries
        each = (size - last[1]) / (entries - last[0]) if known else size / entries
        guess = entries + int((_AIM * max_bytes - size) / each)
        low, high = below[0] + 1, above[0] - 1
        entries = max(SYMBOLS, min(guess, high), min(low, high))
    progress("fitting the size", 1.0)
    if best is None:
        raise ValueError(f"no model fits into {max_bytes} bytes")
    return best

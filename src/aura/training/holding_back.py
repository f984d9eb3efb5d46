"""Choosing the messages from which weights are learned, and not counts."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import numpy as np

from aura.training.framing import Flags, Longs

SHARE: Final = 0.1
_RUN: Final = 16
"""Without sources, so many messages that follow each other stay together: neighbours are often alike."""

_LARGEST: Final = 2.0
"""A source so many times larger than the share is never held back."""


def hold_back(lengths: Longs, sources: Longs | None) -> Flags:
    """Mark about a tenth of the bytes, in whole sources, chosen by a hash of their numbers."""
    groups = np.arange(len(lengths)) // _RUN if sources is None else sources
    sizes = np.bincount(groups, lengths + 1.0)
    wanted = SHARE * sizes.sum()
    chosen = np.zeros(len(sizes), np.bool_)
    for group in sorted(range(len(sizes)), key=lambda group: sha256(b"%d" % group).digest()):
        if wanted <= 0:
            break
        if sizes[group] <= _LARGEST * SHARE * sizes.sum() and (len(sizes) > 1):
            chosen[group] = True
            wanted -= sizes[group]
    return chosen[groups]

"""The cases of each chapter: worked examples at the edges of the rules, and what must be refused.

A module has the name of its chapter, and a function ``groups``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aura_vectors.case import Groups
from aura_vectors.families import brio, brio2, brotli, classic, foreseen, marker, stored, typed, zstd

FAMILIES: Final[Mapping[str, Callable[[], Groups]]] = {
    "marker": marker.groups,
    "stored": stored.groups,
    "typed": typed.groups,
    "foreseen": foreseen.groups,
    "classic": classic.groups,
    "brio": brio.groups,
    "brio2": brio2.groups,
    "zstd": zstd.groups,
    "brotli": brotli.groups,
}
"""The families, in the order in which a port would be built."""

"""Numbers of 64 bits that stand for messages and sources, the same in every process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

Digests = NDArray[np.uint64]

_MARK_SHIFT: Final = np.uint64(58)
_FACTORS: Final = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def digest(data: bytes) -> int:
    """The digest of some bytes."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


def scattered(numbers: Digests) -> Digests:
    """Numbers that look independent of those: the finalizer of SplitMix64 (Steele et al., 2014)."""
    first, second = map(np.uint64, _FACTORS)
    mixed = (numbers ^ numbers >> np.uint64(30)) * first
    mixed = (mixed ^ mixed >> np.uint64(27)) * second
    return mixed ^ mixed >> np.uint64(31)


def mark_of(digests: Digests) -> NDArray[np.uint8]:
    """The bit of 64 that marks what has a digest: its highest bits."""
    return (digests >> _MARK_SHIFT).astype(np.uint8)


class SourceNames:
    """Digests of sources.

    Texts, bytes, numbers, None and tuples of these are named by themselves. Any other source is named by its
    number in order of appearance, since its text may hold an address or depend on hash seeds.
    """

    def __init__(self) -> None:
        self._others: defaultdict[Hashable, int] = defaultdict(lambda: len(self._others))
        self._last: Hashable = None
        self._digest = digest(repr(None).encode())

    def digest(self, source: Hashable) -> int:
        """The digest of a source."""
        if source is not self._last:
            name = repr(source) if _is_plain(source) else f"source {self._others[source]}"
            self._last, self._digest = source, digest(name.encode("utf-8", "surrogatepass"))
        return self._digest


def _is_plain(source: Hashable) -> bool:
    if type(source) is tuple:
        return all(map(_is_plain, source))
    return source is None or type(source) in {str, bytes, int, float, bool}

"""Looking into the prefix of a model (rules HIS-1 to HIS-3)."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_spec import prefix as spec
from aura_spec.match import MIN_LENGTH, MULTIPLIER

FILTER_SHIFT: Final = 12
"""From the product of rule MAT-1 to the index of ``Index.ends``."""

_WORD: Final = 8
_FACTORS: Final = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
_MASK: Final = (1 << 64) - 1


class Index:
    """Finds what follows the last bytes of a message in a prefix.

    Attributes:
        text: the prefix.
        ends: for each value of the product of rule MAT-1, less ``FILTER_SHIFT`` bits, whether four bytes with
            it end a stretch of ``LENGTH`` in the prefix; so that most positions need no further look.
    """

    def __init__(self, text: bytes) -> None:
        self.text = text
        codes = np.frombuffer(text, np.uint8)
        places = np.arange(spec.LENGTH, len(text) + 1)
        fours = sum(
            (
                codes[places - MIN_LENGTH + byte].astype(np.uint32) << np.uint32(8 * byte)
                for byte in range(MIN_LENGTH)
            ),
            np.zeros(len(places), np.uint32),
        )
        ends = np.zeros(1 << 32 - FILTER_SHIFT, np.uint8)
        ends[fours * np.uint32(MULTIPLIER) >> FILTER_SHIFT] = 1
        self.ends = ends.tobytes()
        # of places with the same hash the last; stable sorting leaves it behind the others
        hashes = _hashes(codes)
        order = np.argsort(hashes, kind="stable")
        is_last = np.append(hashes[order][1:] != hashes[order][:-1], True)[: len(order)]
        self._hashes = array("Q", hashes[order][is_last].tobytes())
        self._places = array("q", places[order][is_last].tobytes())

    def find(self, stretch: bytes | bytearray) -> int:
        """The last place after ``LENGTH`` bytes; 0 if there is none, or it is the end (rule HIS-1)."""
        value = sum(
            int.from_bytes(stretch[word * _WORD : (word + 1) * _WORD], "little") * factor
            for word, factor in enumerate(_FACTORS)
        )
        number = bisect_left(self._hashes, value & _MASK)
        if number == len(self._hashes) or self._hashes[number] != value & _MASK:
            return 0
        place = self._places[number]
        if (
            self.text[place - spec.LENGTH : place] != stretch
        ):  # a stretch with the same hash stands further back
            place = self.text.rfind(stretch) + spec.LENGTH
        return place if spec.LENGTH <= place < len(self.text) else 0


def _hashes(codes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The hash of each stretch of ``LENGTH`` bytes: the sum of its words, each times a factor, modulo 2^64.

    ``codes`` are (bytes,) uint8, the hashes (stretches,) uint64.
    """
    count = len(codes) - spec.LENGTH + 1
    hashes = np.zeros(max(0, count), np.uint64)
    for place in range(spec.LENGTH if count > 0 else 0):
        weight = _FACTORS[place // _WORD] << 8 * (place % _WORD) & _MASK
        hashes += codes[place : place + count] * np.uint64(weight)
    return hashes

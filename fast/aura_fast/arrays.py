"""Arrays of the standard library, which plain Python indexes quickly, and whose bytes numpy can fill."""

from __future__ import annotations

from array import array
from typing import Final

_BLOCK: Final = 1 << 16
"""Bytes that are repeated."""


def zeros(typecode: str, size: int) -> array[int]:
    """An array of zeros.

    >>> zeros("H", 3)
    array('H', [0, 0, 0])
    """
    block = array(typecode, bytes(_BLOCK))
    values = block * (-(-size // len(block)))
    del values[size:]
    return values

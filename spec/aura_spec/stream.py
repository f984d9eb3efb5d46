"""Streams: the messages of a connection, each coded with what the ones before it said.

(The rules of this chapter follow below the declarations they speak of.)
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

MAX_CHECK: Final = 16

GENERATORS: Final = {0: 1, 4: 0x13, 8: 0x107, 12: 0x180F, 16: 0x11021}


class Head(IntEnum):
    """The first byte of messages that are not a string alone."""

    RESET = 0x01
    RESET_BOTH = 0x02
    MESSAGE = 0x03


def residue(wire: bytes, bits: int) -> int:
    """The bits of ``wire`` as a polynomial, modulo the generator of degree ``bits``."""
    generator = GENERATORS[bits]
    value = 0
    for byte in wire:
        value = value << 8 | byte
        for place in range(bits + 7, bits - 1, -1):
            if value >> place & 1:
                value ^= generator << place - bits
    return value

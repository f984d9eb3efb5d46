"""The canonical variable-length integer.

This is the base-128 varint of Protocol Buffers and LEB128, with one spelling for each integer.

VAR-1: An unsigned integer is written in groups of seven bits, the least significant group first. Bit 7 of every
byte but the last is set.

VAR-2: An integer has exactly one spelling: the shortest. A last byte of zero after another byte is refused as
``NonCanonical``.

VAR-3: Values end at 2^64 - 1, or at a smaller bound where a field names one. A greater value is refused as
``LimitExceeded`` as soon as it shows, so that no message can make a decoder build a large number. It shows at the
first byte with which the bits so far are more than the bound, or which is not zero and stands behind k others with
7 · k greater than the number of bits of the bound; this comes before rule VAR-2. So a reader, for a bound of B
bits, does this::

    value, k = 0, 0
    repeat
        byte = the next byte, else Truncated
        value = value + (byte mod 128) · 128^k
        if value > bound, or byte > 0 and 7 · k > B: LimitExceeded
        k = k + 1
    until byte < 128
    if byte = 0 and k > 1: NonCanonical

>>> VarInt().build(300).hex()
'ac02'

VAR-4: Signed integers are folded onto unsigned ones by ``zigzag``, as in Protocol Buffers: 0, -1, 1, -2, 2, …
become 0, 1, 2, 3, 4, …
"""

from __future__ import annotations

from typing import IO, Any, Final

import construct as c

from aura_spec.errors import LimitExceeded, NonCanonical
from aura_spec.wire import Declaration, bits, refuse

MAX_VALUE: Final = (1 << 64) - 1


GROUP = c.BitStruct(
    bits("more", 1, "another byte follows"),
    bits("group", 7, "seven bits of the integer, the lowest in the first byte"),
)
"""A byte of the spelling (rule VAR-1)."""


class VarInt(Declaration):
    """Rules VAR-1 to VAR-3 for values from 0 to ``maximum``."""

    def __init__(self, maximum: int = MAX_VALUE) -> None:
        super().__init__()
        self.maximum = maximum

    def _parse(self, stream: IO[bytes], context: Any, path: str) -> int:
        start = stream.tell()
        offset = context._params.get("base", 0) + start  # noqa: SLF001
        value = shift = 0
        while True:
            byte = c.stream_read(stream, 1, path)[0]
            value |= (byte & 0x7F) << shift
            if value > self.maximum or (byte and shift > self.maximum.bit_length()):
                reason = f"an integer is larger than {self.maximum}"
                raise refuse(LimitExceeded, reason, offset=offset, path=path)
            if byte < 0x80:
                break
            shift += 7
        if byte == 0 and shift:
            reason = "an integer is not in its shortest spelling"
            raise refuse(NonCanonical, reason, offset=offset, path=path)
        return value

    def _build(self, obj: Any, stream: IO[bytes], _context: Any, path: str) -> int:
        if not isinstance(obj, int) or not 0 <= obj <= self.maximum:
            raise c.IntegerError(f"{obj!r} is not an integer from 0 to {self.maximum}", path)
        rest = obj
        while rest > 0x7F:
            c.stream_write(stream, bytes((rest & 0x7F | 0x80,)), 1, path)
            rest >>= 7
        c.stream_write(stream, bytes((rest,)), 1, path)
        return obj


def size(value: int) -> int:
    """Bytes that the canonical spelling of ``value`` takes.

    >>> size(0), size(127), size(128)
    (1, 1, 2)
    """
    return max(1, (value.bit_length() + 6) // 7)


def zigzag(value: int) -> int:
    """Fold a signed integer onto the unsigned ones (rule VAR-4).

    >>> [zigzag(n) for n in (0, -1, 1, -2)]
    [0, 1, 2, 3]
    """
    return 2 * value if value >= 0 else -2 * value - 1


def unzigzag(value: int) -> int:
    """The inverse of :func:`zigzag`."""
    return value >> 1 if value % 2 == 0 else -(value >> 1) - 1

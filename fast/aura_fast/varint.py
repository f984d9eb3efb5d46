"""The canonical variable-length integer, read and written without ``construct`` (rules VAR-1 to VAR-3)."""

from __future__ import annotations

from aura_spec.errors import LimitExceeded, NonCanonical, Truncated


def varint(value: int) -> bytes:
    """The spelling of an integer, 0 or above (rules VAR-1 and VAR-2).

    >>> varint(300).hex()
    'ac02'
    """
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)


def read_varint(body: bytes, place: int, maximum: int, path: str) -> tuple[int, int]:
    """Read an integer of at most ``maximum`` that stands at a place of a body.

    Args:
        body: of a frame, which is one byte behind the start of its message.
        place: of the integer in ``body``.
        maximum: bound of the field.
        path: dotted name of the field.

    Returns:
        The integer, and the place behind it.

    Raises:
        DecodeError: ``Truncated``, ``LimitExceeded`` or ``NonCanonical``.
    """
    offset = 1 + place
    value = shift = 0
    while True:
        if place == len(body):
            raise Truncated("the message ends inside a field", 1 + len(body), path)
        byte = body[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if value > maximum or (byte and shift > maximum.bit_length()):
            raise LimitExceeded(f"an integer is larger than {maximum}", offset, path)
        if byte < 0x80:
            break
        shift += 7
    if byte == 0 and shift:
        raise NonCanonical("an integer is not in its shortest spelling", offset, path)
    return value, place

"""Classic template frames, read and written without ``construct`` (rules CLS-1 to CLS-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from aura_spec.classic import is_utf8
from aura_spec.errors import EncodeError, Malformed, Truncated
from aura_spec.template import Template, find_for

_HEAD_SIZE: Final = 2
_LENGTH_SIZE: Final = 2
_MAX_LENGTH: Final = 0xFFFF


def encode(template_id: int, values: Sequence[bytes]) -> bytes:
    """Write a frame.

    Raises:
        EncodeError: the id is above 255, there are more than 255 values, or a value is longer than 65,535 bytes or
            not UTF-8.
    """
    if not (0 <= template_id <= 0xFF and len(values) <= 0xFF):
        raise EncodeError("the template id or the number of slots does not fit a byte")
    body = bytearray((template_id, len(values)))
    for value in values:
        if len(value) > _MAX_LENGTH or not is_utf8(value):
            raise EncodeError("a slot value is longer than 65,535 bytes, or not UTF-8")
        body += len(value).to_bytes(_LENGTH_SIZE, "big") + value
    return bytes(body)


def decode(body: bytes, templates: Mapping[int, Template], max_size: int) -> bytes:
    """Read a frame and fill its template.

    Raises:
        DecodeError: as rules CLS-1 to CLS-4 say; ``LimitExceeded`` before the output outgrows ``max_size`` bytes.
    """
    if len(body) < _HEAD_SIZE:
        field = "slot_count" if body else "template_id"
        raise Truncated("the message ends inside a field", 1 + len(body), field)
    values = _values(body)
    return find_for(body[0], values, templates).render_within(values, max_size)


def _values(body: bytes) -> list[bytes]:
    """The values of a frame, which is read to its end (rules CLS-1 and CLS-3)."""
    place = _HEAD_SIZE
    values = []
    for _ in range(body[1]):
        start = place + _LENGTH_SIZE
        if start > len(body):
            raise Truncated("the message ends inside a field", 1 + len(body), "slots.length")
        place = start + int.from_bytes(body[place:start], "big")
        if place > len(body):
            raise Truncated("the message ends inside a field", 1 + len(body), "slots.text")
        value = body[start:place]
        if not is_utf8(value):
            raise Malformed("a slot value is not UTF-8", 1 + start, "slots.text")
        values.append(value)
    if place < len(body):
        raise Malformed("bytes follow the end of the structure", 1 + place)
    return values

"""Classic template frames, read and written without ``construct`` (rules CLS-1 to CLS-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from aura_spec.classic import is_utf8
from aura_spec.errors import EncodeError, LimitExceeded, Malformed, Truncated, UnknownTemplate
from aura_spec.template import Template

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
    template_id, values = body[0], _values(body)
    template = templates.get(template_id)
    if template is None:
        raise UnknownTemplate(f"no template has the id {template_id}", 1, "template_id")
    if len(values) != len(template.slots):
        reason = f"template {template_id} has {len(template.slots)} slots, not {len(values)}"
        raise Malformed(reason, 2, "slot_count")
    if template.rendered_size(values) > max_size:
        raise LimitExceeded(f"the message decodes to more than {max_size} bytes", 1)
    return template.render(values)


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

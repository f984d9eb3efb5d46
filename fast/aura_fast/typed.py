"""Typed template frames, read and written without ``construct`` (rules TYP-1 to TYP-3, SLT-1 to SLT-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aura_fast import slot
from aura_fast.slot import Spelt
from aura_fast.varint import read_varint, varint
from aura_spec.errors import DecodeError, EncodeError, Malformed, Truncated
from aura_spec.limits import MAX_TEMPLATE_ID
from aura_spec.slot import is_text_only
from aura_spec.template import Slot, Template, find
from aura_spec.varint import MAX_VALUE


def encode(template_id: int, template: Template, values: Sequence[bytes]) -> bytes:
    """Write a frame with one value a slot, in the order of rule TPL-2.

    Raises:
        EncodeError: the id is out of range.
    """
    last = len(template.slots) - 1
    body = b""
    for index, (place, value) in enumerate(zip(template.slots, values, strict=True)):
        if not is_text_only(place):
            spelt = slot.spell(place, value)
            body += spelt or b"\0"
            if spelt:
                continue
        body += value if index == last else varint(len(value)) + value
    return write_template_id(template_id) + body


def decode(body: bytes, templates: Mapping[int, Template], max_size: int) -> bytes:
    """Read a frame and fill its template.

    Raises:
        DecodeError: as rules TYP-1 to TYP-3 and SLT-1 to SLT-13 say; ``LimitExceeded`` before the output outgrows
            ``max_size`` bytes.
    """
    template_id, place = read_template_id(body, templates)
    template = templates[template_id]
    values = [
        read_value(template, index, spelt) for index, spelt in enumerate(_parse(template.slots, body, place))
    ]
    return template.render_within(values, max_size)


def write_template_id(template_id: int) -> bytes:
    """The spelling of an id (rules TYP-1 and FRS-1).

    Raises:
        EncodeError: the id is out of range.
    """
    if not 0 <= template_id <= MAX_TEMPLATE_ID:
        raise EncodeError(f"template_id: {template_id} is not an integer from 0 to {MAX_TEMPLATE_ID}")
    return varint(template_id)


def read_template_id(body: bytes, templates: Mapping[int, Template]) -> tuple[int, int]:
    """The id of a template that is held, and the place behind it (rules TYP-1, TYP-3, FRS-1 and FRS-4).

    Raises:
        DecodeError: ``UnknownTemplate``, or as rules VAR-1 to VAR-3 say.
    """
    template_id, place = read_varint(body, 0, MAX_TEMPLATE_ID, "template_id")
    find(template_id, templates)
    return template_id, place


def read_value(template: Template, index: int, spelt: Spelt) -> bytes:
    """The characters of the value in a slot of a template, whose number is ``index``.

    Raises:
        DecodeError: as :func:`slot.read`, with the place of the value.
    """
    try:
        return slot.read(template.slots[index], spelt)
    except DecodeError as error:
        raise type(error)(error.reason, 1, f"slots.{index}") from None


def _parse(slots: tuple[Slot, ...], body: bytes, place: int) -> list[Spelt]:
    """The values of all slots, from a place to the end of the body (rule TYP-2)."""
    last = len(slots) - 1
    found = []
    for index, each in enumerate(slots):
        path = f"slots.{index}"
        if is_text_only(each):
            spelt = Spelt(0)
        else:
            spelt, place = slot.parse(each, body, place, path)
            path += ".value"
        if not spelt.head:
            start = place
            if index == last:
                place = len(body)
            else:
                length, start = read_varint(body, place, MAX_VALUE, f"{path}.length")
                place = start + length
                if place > len(body):
                    raise Truncated("the message ends inside a field", 1 + len(body), f"{path}.text")
            spelt = Spelt(0, body[start:place])
        found.append(spelt)
    if place < len(body):
        raise Malformed("bytes follow the end of the structure", 1 + place, "slots")
    return found

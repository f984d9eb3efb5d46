"""Typed template frames (rules TYP-1 to TYP-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aura_reference import slot
from aura_spec import varint
from aura_spec.errors import DecodeError
from aura_spec.template import Template
from aura_spec.typed import TypedFrame, build_body, parse_body


def encode(template_id: int, template: Template, values: Sequence[bytes]) -> bytes:
    """Write a frame with one value a slot, in the order of rule TPL-2.

    Raises:
        EncodeError: the id is out of range.
    """
    spelt = (slot.spell(*pair) for pair in zip(template.slots, values, strict=True))
    return build_body(TypedFrame(template_id, tuple(spelt)), template)


def size(template_id: int, template: Template, values: Sequence[bytes]) -> int:
    """Length of :func:`encode`'s result in bytes, without making it."""
    last = len(values) - 1
    return varint.size(template_id) + sum(
        slot.size(place, value, last=index == last)
        for index, (place, value) in enumerate(zip(template.slots, values, strict=True))
    )


def read_values(body: bytes, templates: Mapping[int, Template]) -> tuple[int, tuple[bytes, ...]]:
    """Read a frame: its template id and one value a slot.

    Raises:
        DecodeError: as rules TYP-1 to TYP-3 and SLT-1 to SLT-13 say.
    """
    frame = parse_body(body, templates)
    values = []
    slots = templates[frame.template_id].slots
    for index, (place, spelt) in enumerate(zip(slots, frame.values, strict=True)):
        try:
            values.append(slot.read(place, spelt))
        except DecodeError as error:
            raise type(error)(error.reason, 1, f"slots.{index}") from None
    return frame.template_id, tuple(values)


def decode(body: bytes, templates: Mapping[int, Template], max_size: int) -> bytes:
    """Read a frame and fill its template.

    Raises:
        DecodeError: as :func:`read_values`; ``LimitExceeded`` before the output outgrows ``max_size``.
    """
    template_id, values = read_values(body, templates)
    return templates[template_id].render_within(values, max_size)

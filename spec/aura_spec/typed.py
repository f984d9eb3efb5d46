"""Marker 0x06, the typed template frame.

TYP-1: The body begins with the id of the template, a canonical varint.

TYP-2: The value of each slot follows, in the order of rule TPL-2, spelt as its type demands (chapter ``slot``). The
template tells the number of slots; nothing else delimits them.

TYP-3: An id that is not held is ``UnknownTemplate``.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import construct as c

from aura_spec.limits import MAX_TEMPLATE_ID
from aura_spec.slot import SlotValue, declaration, from_container, to_container
from aura_spec.template import Slot, Template, find
from aura_spec.varint import VarInt
from aura_spec.wire import Declaration, End, Field, Span, build, parse_from

HEAD: Final = c.Struct(Field("template_id", VarInt(MAX_TEMPLATE_ID), "which pattern to fill"))


@dataclass(frozen=True, slots=True)
class TypedFrame:
    """A template id and one value a slot."""

    template_id: int
    values: tuple[SlotValue, ...]


def _slots(slots: tuple[Slot, ...]) -> Declaration:
    """The values of all slots, up to the end of the message (rule TYP-2)."""
    last = len(slots) - 1
    named = (str(i) / declaration(slot, i == last) for i, slot in enumerate(slots))
    return "slots" / c.Struct(*named, End)


def parse_body(body: bytes, templates: Mapping[int, Template], trace: list[Span] | None = None) -> TypedFrame:
    """Read a typed frame (rules TYP-1 to TYP-3).

    Raises:
        DecodeError: as the rules say.
    """
    stream = io.BytesIO(body)
    template_id = parse_template_id(stream, templates, trace)
    slots = templates[template_id].slots
    value = parse_from(_slots(slots), stream, base=1, trace=trace)
    values = (from_container(value[str(index)]) for index in range(len(slots)))
    return TypedFrame(template_id, tuple(values))


def parse_template_id(
    stream: io.BytesIO, templates: Mapping[int, Template], trace: list[Span] | None = None
) -> int:
    """Read the id of a template that is held (rules TYP-1 and TYP-3)."""
    template_id: int = parse_from(HEAD, stream, base=1, trace=trace).template_id
    find(template_id, templates)
    return template_id


def build_body(frame: TypedFrame, template: Template) -> bytes:
    """Write a typed frame (rules TYP-1 and TYP-2)."""
    containers = {
        str(index): to_container(slot, value)
        for index, (slot, value) in enumerate(zip(template.slots, frame.values, strict=True))
    }
    head = build(HEAD, {"template_id": frame.template_id})
    return head + build(_slots(template.slots), containers)

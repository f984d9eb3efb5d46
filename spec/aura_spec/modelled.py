"""Marker 0x08, the modelled template frame: a typed frame whose texts are coded with the implied model.

A template id as canonical varint (rule FRS-1); then, in the order of rule TPL-2, the values of the slots that
have a type other than text and word, the last one spelt like those before it; then a string of the range coder
(rule FRS-2). A value is spelt as in a typed frame, but where its head is 0, for it does not fit the type, no
text follows (rule FRS-3). Such a value is a text like those of the slots of type text and word: all texts are
in the string.

Without a model the message is ``UnknownModel``; this is checked before the id is read. An id that is not held
is ``UnknownTemplate``, before anything behind it is read (rule FRS-4). A frame without any text is
``NonCanonical``, since marker 0x06 says the same (rule FRS-5), and so is a text that fits the type of its slot,
as in rule SLT-5 (rule FRS-6).

The string begins like that of an AURALITE message, its first byte at least 0x80 (rules RNG-1 and RNG-5). It is
coded along the whole message for which the frame stands, from its first byte on, with contexts, runs and matches
as in rules AUR-1 to AUR-5. Texts, where they first stand, are coded; all other bytes are fed, which are literals,
values that are no texts, and texts that stand a second time (rule FRS-7). To feed a byte codes nothing: its
position enters the table of matches as in rule MAT-3, no match is active after it, the run goes on as in rule
RUN-2, and the current context becomes the one that is named by the entry for this byte in the first context that
has one, from the current one along the suffixes (rule FRS-8).

What ends a text is the literal behind it, not a length. The stop of a text is the first ``STOP_SIZE`` bytes of
that literal, or all of it if it has fewer. After the bytes of the text the bytes of the stop are coded, so that
only the rest of the literal is fed: the text is over where the bytes from its beginning on end with the stop
(rule FRS-9). Where they would do so too early, because the text has the stop in it or runs into it, ``END`` is
coded in place of that byte, the last one of the stop; the byte is fed, is part of the text, and the text goes
on. Bytes that are fed so count when the next stop is looked for (rule FRS-10). So a decoder takes ``END`` only
where the last byte of the stop would make the bytes from the beginning of the text on end with the stop; with a
stop of one byte that is everywhere. ``END`` elsewhere in a text with a stop is ``Malformed`` (rule FRS-11). A
text with nothing behind it, which only the last one can be, ends with ``END`` (rule FRS-12). The current
context stays the same over an ``END``.

A decoder gives up with ``LimitExceeded`` as soon as the message is longer than its output limit or
``limits.MAX_MODELLED`` (rule FRS-13).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import construct as c

from aura_spec.auralite import STRING
from aura_spec.errors import NonCanonical
from aura_spec.slot import SlotValue, from_container, is_text_only, to_container, without_text
from aura_spec.template import Slot, Template
from aura_spec.typed import HEAD, parse_template_id
from aura_spec.wire import Declaration, Span, build, parse_from

STOP_SIZE: Final = 2
"""Bytes of a literal that end a text (rule FRS-9)."""

FOOT: Final = c.Struct(STRING)


@dataclass(frozen=True, slots=True)
class ModelledFrame:
    """A template id, one value a slot, and the string. A text is a value with the head 0, and has no bytes here."""

    template_id: int
    values: tuple[SlotValue, ...]
    string: bytes


def _values(slots: tuple[Slot, ...]) -> Declaration:
    """The values of all slots that have a head (rules FRS-2 and FRS-3)."""
    named = (str(i) / without_text(slot) for i, slot in enumerate(slots) if not is_text_only(slot))
    return "slots" / c.Struct(*named)


def parse_body(
    body: bytes, templates: Mapping[int, Template], trace: list[Span] | None = None
) -> ModelledFrame:
    """Read a frame, but not its string (rules FRS-1 to FRS-5).

    Raises:
        DecodeError: as the rules say.
    """
    stream = io.BytesIO(body)
    template_id = parse_template_id(stream, templates, trace)
    slots = templates[template_id].slots
    found = parse_from(_values(slots), stream, base=1, trace=trace)
    values = tuple(
        SlotValue(0) if is_text_only(slot) else from_container(found[str(index)])
        for index, slot in enumerate(slots)
    )
    if all(value.head for value in values):
        raise NonCanonical("a modelled frame has no text", 1, "slots")
    return ModelledFrame(template_id, values, parse_from(FOOT, stream, base=1, trace=trace).string)


def build_body(frame: ModelledFrame, template: Template) -> bytes:
    """Write a frame (rules FRS-1 to FRS-3).

    Raises:
        EncodeError: the id is out of range, or the string does not begin as one.
    """
    containers = {
        str(index): to_container(slot, value)
        for index, (slot, value) in enumerate(zip(template.slots, frame.values, strict=True))
        if not is_text_only(slot)
    }
    head = build(HEAD, {"template_id": frame.template_id})
    return head + build(_values(template.slots), containers) + build(FOOT, {"string": frame.string})

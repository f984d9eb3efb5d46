"""Marker 0x08, the modelled template frame: a typed frame whose texts are coded with the implied model.

The frame combines template mining (a typed frame, chapter ``typed``) with PPM (chapter ``auralite``): the literals
of the template and its typed values are known to the decoder before the texts, and serve the model as context. A
text needs no length. The beginning of the literal behind it ends it, as a delimiter does in a text format.

FRS-1: The body begins with the id of the template, a canonical varint.

FRS-2: The values of the slots with a type other than text and word follow, in the order of rule TPL-2, the last one
spelt like those before it. A string of the range coder ends the body.

FRS-3: A value is spelt as in a typed frame, except where it does not fit its type. There its head is 0, and no text
follows. Such a value is a text like those of the slots of type text and word. All texts are in the string.

FRS-4: Without a model the message is ``UnknownModel``; this is checked before the id is read. A template that is
not held is ``UnknownTemplate``, before anything behind its id is read.

FRS-5: A frame without any text is ``NonCanonical``, since marker 0x06 says the same.

FRS-6: A text that fits the type of its slot is ``NonCanonical``, as in rule SLT-5.

FRS-7: The string begins like that of an AURALITE message, with a first byte of at least 0x80 (rules RNG-1 and
RNG-5). It is coded along the whole message for which the frame stands, from its first byte on, with contexts,
character runs and matches as in rules AUR-1 to AUR-5. Texts are coded where they first stand. All other bytes are
fed: literals, values that are no texts, and texts that stand a second time::

    code_frame()
        begin as rule AUR-1 says
        feed(the first literal)
        for each place of the template, in order, and the literal behind it
            if the value of its slot is known
                feed(the value)
                feed(literal)
            else
                stop = the first STOP_SIZE bytes of literal, or all of it if it has fewer
                code_text(stop) (rules FRS-9 to FRS-12)
                feed(literal without stop)
                the value of the slot is known

FRS-8: A fed byte codes nothing. Its position enters the table of matches (rule MAT-3), no match is active after it,
and character run and context go on::

    feed(bytes)
        for each byte
            if the message has 4 bytes or more
                put its length into the slot of this position (rule MAT-3)
            no match is active
            append byte to the message
            char_run = the state after byte (rule RUN-2)
            follow(byte) (rule AUR-2)

FRS-9: A text ends with the literal behind it, not with a length. The stop of a text is the first ``STOP_SIZE``
bytes of that literal, or all of it if it has fewer. The bytes of the text are coded, and then the bytes of the
stop, so that only the rest of the literal is fed. The text is over where the bytes from its beginning on end with
the stop.

FRS-10: The text may have the stop in it, or run into it. Where its bytes would so end with the stop too early,
``END`` is coded in place of the last byte of the stop. This byte is then fed, it is part of the text, and the text
goes on. Fed bytes count when the next stop is looked for. A writer does this; code_symbol is that of rule AUR-5,
without its last step for ``END``: the current context stays the same over an ``END``::

    write_text(text, stop)
        coded = text and then stop
        for n = 1, 2, … the number of bytes of coded
            if stop is not empty, n is not the last, and the first n bytes of coded end with stop
                code_symbol() for END
                feed(the last byte of stop)
            else
                code_symbol() for byte n of coded
        if stop is empty
            code_symbol() for END

FRS-11: A decoder accepts ``END`` only where the last byte of the stop would make the bytes from the beginning of
the text on end with the stop. With a stop of one byte this is everywhere. ``END`` elsewhere in a text with a stop
is ``Malformed``::

    read_text(stop)
        text = nothing
        repeat
            symbol = code_symbol()
            if symbol is a byte
                append it to text
                if stop is not empty, and text ends with stop
                    return text without stop
            else if stop is empty
                return text
            else if text ends with all of stop but its last byte
                feed(the last byte of stop), and append it to text
            else: Malformed

FRS-12: A text with nothing behind it has an empty stop, and ends with ``END``. Only the last text can be such a
one.

FRS-13: A decoder stops with ``LimitExceeded`` as soon as the message is longer than its output limit or
``limits.MAX_MODELLED``.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import construct as c

from aura_spec import typed
from aura_spec.auralite import STRING
from aura_spec.context_model import END
from aura_spec.errors import NonCanonical
from aura_spec.slot import SlotValue, from_container, is_text_only, to_container, without_text
from aura_spec.template import Slot, Template
from aura_spec.typed import parse_template_id
from aura_spec.wire import Declaration, Span, build, parse_from

STOP_SIZE: Final = 2
"""Bytes of a literal that end a text (rule FRS-9)."""

FOOT: Final = c.Struct(STRING)

TextCoder = Callable[[int, bytes], bytes]
"""Codes the text of the slot with this index, and its stop, and returns the text."""


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
    head = build(typed.HEAD, {"template_id": frame.template_id})
    return head + build(_values(template.slots), containers) + build(FOOT, {"string": frame.string})


def traverse(
    template: Template, known: Mapping[int, bytes], feed: Callable[[bytes], None], code_text: TextCoder
) -> tuple[bytes, ...]:
    """Go along the message of a frame, and return all values (rules FRS-7 and FRS-9).

    All implementations share this; each feeds and codes itself.

    Args:
        template: of the frame.
        known: the values that are no texts, by the index of their slot.
        feed: takes in bytes that both ends know (rule FRS-8).
        code_text: codes each text, once.
    """
    values = dict(known)
    feed(template.literals[0])
    for place, literal in zip(template.places, template.literals[1:], strict=True):
        if place in values:
            feed(values[place] + literal)
        else:
            values[place] = code_text(place, literal[:STOP_SIZE])
            feed(literal[STOP_SIZE:])
    return tuple(values[index] for index in range(len(values)))


def symbols_of(text: bytes, stop: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the symbols that code a text and its stop, each with what is fed after it (rules FRS-9 to FRS-12).

    All encoders share this.

    >>> list(symbols_of(b"a.b", b". "))
    [(97, b''), (46, b''), (98, b''), (46, b''), (32, b'')]
    >>> [symbol for symbol, _ in symbols_of(b"a. b", b". ")] == [*b"a.", END, *b"b. "]
    True
    """
    coded = text + stop
    for size, byte in enumerate(coded, 1):
        if stop and size < len(coded) and coded.endswith(stop, 0, size):
            yield END, stop[-1:]
        else:
            yield byte, b""
    if not stop:
        yield END, b""

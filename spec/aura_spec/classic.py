"""Marker 0x00, the classic template frame of the earlier prototype.

CLS-1: The body is the template id (one byte), the slot count (one byte), and for each slot its length in bytes (two
bytes, big endian) and its text in UTF-8. A decoder reads the frame to its end before it checks rules CLS-2 and
CLS-4.

CLS-2: The slot count is that of the template, otherwise the frame is ``Malformed``.

CLS-3: Every value is well-formed UTF-8, otherwise the frame is ``Malformed``. This is checked as soon as the value
is read.

CLS-4: An id that is not held is ``UnknownTemplate``, which is checked before the slot count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import construct as c
from construct import this

from aura_spec.wire import Checked, End, Field, Span, build, parse


def is_utf8(value: bytes) -> bool:
    """Whether the bytes are well-formed UTF-8 (rule CLS-3)."""
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


UTF8: Final = Checked(c.Bytes(this.length), is_utf8, "a slot value is not UTF-8")

SLOT: Final = c.Struct(
    Field("length", c.Rebuild(c.Int16ub, c.len_(this.text)), "bytes of text"),
    Field("text", UTF8, "UTF-8"),
)

FRAME: Final = c.Struct(
    Field("template_id", c.Byte, "which pattern to fill"),
    Field("slot_count", c.Rebuild(c.Byte, c.len_(this.slots)), "slots of the template"),
    "slots" / c.Array(this.slot_count, SLOT),
    End,
)


@dataclass(frozen=True, slots=True)
class ClassicFrame:
    """A template id, 0 to 255, and the UTF-8 of each slot, at most 65,535 bytes each."""

    template_id: int
    values: tuple[bytes, ...]


def parse_body(body: bytes, trace: list[Span] | None = None) -> ClassicFrame:
    """Read a classic frame (rules CLS-1 and CLS-3)."""
    value = parse(FRAME, body, base=1, trace=trace)
    return ClassicFrame(value.template_id, tuple(slot.text for slot in value.slots))


def build_body(frame: ClassicFrame) -> bytes:
    """Write a classic frame (rule CLS-1).

    Raises:
        EncodeError: the id, the number of slots or a length does not fit its field, or a value is
            not UTF-8.
    """
    slots = [{"text": value} for value in frame.values]
    return build(FRAME, {"template_id": frame.template_id, "slots": slots})

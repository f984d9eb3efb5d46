"""Typed slots: how the value of a slot is spelt on the wire.

A value is ``text`` (any bytes) or has the type of its slot (rule SLT-1). Text is a length as varint and
the bytes; in the last slot of a frame it has no length and runs to the end (rule SLT-2). ``word`` is
spelt like text (rule SLT-3).

Every other type begins with a varint ``head``. A head of 0 says that the value did not fit the type and text
follows; a head above the largest that the type defines is ``Malformed`` (rule SLT-4). A value has one spelling:
a text that fits the type, or a head and parts other than those an encoder would choose for the characters that
they stand for, is refused as ``NonCanonical``. So are parts that stand for no text of the type: no digits in
``hex``, a low half that is not 0, upper case without letters, more digits of a fraction than are stated, a
comma without digits, a mapped form of an address that is not mapped (rule SLT-5). Heads other than 0 carry what
the type needs to give back the identical characters:

``int``        an integer without sign or with ``-``, without leading zeros, of magnitude at most
               2^63 - 1; not ``-0``. Head: 1 + zigzag(value) (rule SLT-6).
``decimal``    digits with an optional ``-`` and an optional point with ``scale`` digits after it, at
               most 18; before the point at most 19, no leading zeros but a single one. Head: 1 + 2·scale
               + (1 if negative), so that ``-0`` is one; then the digits without the point as varint, at
               most 2^64 - 1 (rule SLT-7).
``hex``        one digit or more, 0–9 with letters all lower or all upper case. Head: 1 + 2·digits + (1 if
               upper case), where digits is their number; the head is at most 2^32 - 1, and so digits at most
               2^31 - 1. Then two digits a byte, an odd last digit in the high half, under which the low half is
               0. Without letters the case is lower (rule SLT-8).
``uuid``       8-4-4-4-12 hexadecimal digits of one case. Head: 1 lower, 2 upper case; then 16 bytes. Without
               letters the case is lower (rule SLT-9).
``ipv4``       four numbers 0–255 without leading zeros. Head 1; then 4 bytes (rule SLT-10).
``ipv6``       Head: 1 + form; then 16 bytes. Forms, of which the first that renders the text is used:
               0 shortest lower case as RFC 5952 section 4 but without dotted quads, 1 the same in upper
               case, 2 eight groups without leading zeros, lower case, 3 the same in upper case, 4 eight
               groups of four digits, lower case, 5 the same in upper case, 6 ``::ffff:`` before a dotted
               quad. An address of fewer than 15 characters is a text, which is shorter (rule SLT-11).
``timestamp``  ``YYYY-MM-DD``, ``T`` or a space, ``HH:MM:SS``, optionally a point or comma and 1–9 digits,
               and a zone: none, ``Z``, ``±HH:MM``, ``±HHMM`` or ``±HH``. Head: 1 + ((2·comma + separator)·5
               + zone)·10 + digits, where comma is 1 if a comma precedes the digits, separator is 0 for
               ``T``, and zones count from 0 in that order. Then zigzag of the seconds from
               2024-01-01T00:00:00 to the date and time as spelt, whatever the zone, in the Gregorian
               calendar, all days of 86,400 seconds; then, if there are digits, their value; then, if the
               zone has an offset, 2·minutes + (1 if negative). Years 1–9999, seconds 0–59, offsets below
               24 hours; another year, or minutes in an offset of hours alone, is ``Malformed``, a longer
               offset ``LimitExceeded`` (rule SLT-12).
enumerations   Head: 1 + index of the alternative (rule SLT-13).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import construct as c
from construct import this

from aura_spec.template import Kind
from aura_spec.template import Slot as TemplateSlot
from aura_spec.varint import VarInt
from aura_spec.wire import Checked, Declaration, Field

MAX_MAGNITUDE: Final = (1 << 63) - 1
MAX_SCALE: Final = 18
MAX_FRACTION_DIGITS: Final = 9
MARKS: Final = (".", ",")
SEPARATORS: Final = ("T", " ")
ZONES: Final = ("", "Z", "hh:mm", "hhmm", "hh")
IPV6_FORMS: Final = 7
MIN_IPV6: Final = 15
"""Characters of the shortest address that is not spelt as text."""

MAX_SECONDS: Final = (1 << 39) - 1
"""Bound of the zigzagged seconds of a timestamp; years 1 to 9999 need less."""

_KEPT: Final = 1024
"""Declarations that are kept; templates come from peers and models, too."""


@dataclass(frozen=True, slots=True)
class SlotValue:
    """A slot as spelt: ``text`` if ``head`` is 0 or the type has no head, else head and parts.

    Attributes:
        head: as the type defines it; 0 for text.
        text: the bytes of a text; empty otherwise.
        content: the bytes after the head of ``hex``, ``uuid``, ``ipv4`` and ``ipv6``.
        numbers: the varints after the head of ``decimal`` and ``timestamp``.
    """

    head: int
    text: bytes = b""
    content: bytes = b""
    numbers: tuple[int, ...] = ()


def _has_fraction(head: int) -> bool:
    return (head - 1) % 10 > 0


def _has_offset(head: int) -> bool:
    return (head - 1) // 10 % 5 >= 2


def _text(last: bool) -> tuple[Declaration, ...]:
    """Rule SLT-2."""
    if last:
        return (Field("text", c.GreedyBytes, "to the end of the message"),)
    return (
        Field("length", c.Rebuild(VarInt(), c.len_(this.text)), "bytes of text"),
        Field("text", c.Bytes(this.length), "as it is"),
    )


def _content(size: Any) -> Declaration:
    return Field("content", c.Bytes(size), "packed digits or bytes")


_NUMBER: Final = VarInt()

_PARTS: Final[dict[Kind, tuple[int, tuple[Declaration, ...]]]] = {
    # the largest head, and the fields that follow a head other than 0
    Kind.INT: (2 * MAX_MAGNITUDE + 1, ()),
    Kind.DECIMAL: (2 + 2 * MAX_SCALE, (Field("digits", _NUMBER, "without the point"),)),
    Kind.HEX: ((1 << 32) - 1, (_content((((this.head - 1) >> 1) + 1) >> 1),)),
    Kind.UUID: (2, (_content(16),)),
    Kind.IPV4: (1, (_content(4),)),
    Kind.IPV6: (IPV6_FORMS, (_content(16),)),
    Kind.TIMESTAMP: (
        len(MARKS) * len(SEPARATORS) * len(ZONES) * (MAX_FRACTION_DIGITS + 1),
        (
            Field("seconds", VarInt(MAX_SECONDS), "zigzag, since 2024-01-01 as spelt"),
            Field(
                "fraction",
                c.If(lambda this: _has_fraction(this.head), VarInt(10**MAX_FRACTION_DIGITS - 1)),
                "digits after the point",
            ),
            Field(
                "offset",
                c.If(lambda this: _has_offset(this.head), VarInt(2 * 24 * 60 - 1)),
                "2·minutes + sign",
            ),
        ),
    ),
}

_NUMBER_FIELDS: Final = ("digits", "seconds", "fraction", "offset")


def is_text_only(slot: TemplateSlot) -> bool:
    """Whether values of the slot have no head (rules SLT-2 and SLT-3)."""
    return slot.kind in (Kind.TEXT, Kind.WORD)


@lru_cache(_KEPT)
def declaration(slot: TemplateSlot, last: bool) -> Declaration:
    """The structure of a slot's value, in the last place of a frame or before it."""
    text = c.Struct(*_text(last))
    return text if is_text_only(slot) else _headed(slot, text)


@lru_cache(_KEPT)
def without_text(slot: TemplateSlot) -> Declaration:
    """The structure of a value with a head whose text, if it is one, stands elsewhere (rule FRS-3)."""
    return _headed(slot, c.Struct())


def _headed(slot: TemplateSlot, text: Declaration) -> Declaration:
    """A head, and then ``text`` or the parts that the type defines (rule SLT-4)."""
    maximum, parts = _PARTS.get(slot.kind, (len(slot.choices), ()))
    in_range: Callable[[Any], bool] = lambda head: head <= maximum  # noqa: E731
    head = Checked(VarInt(), in_range, f"the head of {slot.kind} is larger than {maximum}")
    return c.Struct(
        Field("head", head, f"0 for text, else how the {slot.kind} is spelt"),
        "value" / c.IfThenElse(this.head == 0, text, _with_head(parts)),
    )


def _with_head(parts: tuple[Declaration, ...]) -> Declaration:
    """Parts that may refer to ``this.head``, though it stands one level up."""
    return c.Struct("head" / c.Computed(this._.head), *parts)


def from_container(value: Any) -> SlotValue:
    """Leave the construct boundary: a parsed slot as a :class:`SlotValue`."""
    if "head" not in value:
        return SlotValue(0, text=value.text)
    if value.head == 0:
        return SlotValue(0, text=value.value.get("text", b""))
    numbers = (value.value.get(name) for name in _NUMBER_FIELDS)
    return SlotValue(
        value.head,
        content=value.value.get("content", b""),
        numbers=tuple(number for number in numbers if number is not None),
    )


def to_container(slot: TemplateSlot, value: SlotValue) -> dict[str, object]:
    """Enter the construct boundary: the inverse of :func:`from_container`."""
    if is_text_only(slot):
        return {"text": value.text}
    if value.head == 0:
        return {"head": 0, "value": {"text": value.text}}
    head, numbers = value.head, iter(value.numbers)
    parts: dict[str, object] = {"content": value.content}
    if slot.kind is Kind.DECIMAL:
        parts["digits"] = next(numbers)
    elif slot.kind is Kind.TIMESTAMP:
        parts["seconds"] = next(numbers)
        parts["fraction"] = next(numbers) if _has_fraction(head) else None
        parts["offset"] = next(numbers) if _has_offset(head) else None
    return {"head": head, "value": parts}

"""Typed slots: how a frame spells the value of a slot.

Each type has a binary form that gives back the identical characters, as the variables of CLP and the typed columns
of Parquet have. Values that do not fit their type are spelt as text.

SLT-1: A value is ``text`` (any bytes), or has the type of its slot.

SLT-2: A text is a length as varint and the bytes. In the last slot of a frame it has no length and runs to the end.

SLT-3: A ``word`` is spelt like a text.

SLT-4: Every other type begins with a varint ``head``. The head 0 says that the value did not fit the type, and a
text follows. A head above the largest that the type defines is ``Malformed``.

SLT-5: A value has one spelling. ``NonCanonical`` are a text that fits the type, and a head and parts other than an
encoder would choose for the characters that they mean. So are parts that mean no text of the type: ``hex`` without
digits, or with a low half that is not 0; upper case without letters; a fraction with more digits than stated; a
comma without digits; a mapped form of an address that is not mapped::

    read_value(slot)
        read the head and the parts, or a text
        text = the characters that they mean
        if there are none, or spell(slot, text) differs: NonCanonical
        return text

SLT-6: ``int`` is an integer without leading zeros, with ``-`` if it is negative, of a magnitude of at most 2^63 -
1; ``-0`` is none::

    head = 1 + zigzag(value)

SLT-7: ``decimal`` is an optional ``-``, digits, and optionally a point with ``scale`` digits, at most 18. At most
19 digits precede the point, without leading zeros except a single one. ``-0`` is a decimal::

    head = 1 + 2 · scale + (1 if there is a minus, else 0)
    then the digits without the point as varint, at most 2^64 - 1

SLT-8: ``hex`` is one or more digits: 0 to 9, and letters a to f all lower or all upper case. Without letters the
case is lower. The head is at most 2^32 - 1, so there are at most 2^31 - 1 digits::

    head = 1 + 2 · (number of digits) + (1 for upper case, else 0)
    then two digits a byte; an odd last digit is the high half of its byte, and the low half is 0

SLT-9: ``uuid`` is 8-4-4-4-12 hexadecimal digits of one case, with hyphens. Without letters the case is lower::

    head = 1 for lower case, 2 for upper case
    then 16 bytes

SLT-10: ``ipv4`` is four numbers from 0 to 255 without leading zeros, with points between them::

    head = 1
    then 4 bytes

SLT-11: ``ipv6`` is an address in one of seven forms, of which the first that renders the text is used. An address
of fewer than 15 characters is spelt as a text, which is shorter::

    form = 0 for the shortest form of RFC 5952, section 4, in lower case, but without dotted quads
           1 for the same in upper case
           2 for eight groups without leading zeros, in lower case
           3 for the same in upper case
           4 for eight groups of four digits, in lower case
           5 for the same in upper case
           6 for ::ffff: before a dotted quad
    head = 1 + form
    then 16 bytes

SLT-12: ``timestamp`` is ``YYYY-MM-DD``, ``T`` or a space, ``HH:MM:SS``, optionally a point or comma and 1 to 9
digits, and a zone: none, ``Z``, ``±HH:MM``, ``±HHMM`` or ``±HH``. Years are 1 to 9999, seconds 0 to 59, offsets
less than 24 hours. Another year, or minutes in an offset of hours alone, is ``Malformed``; a longer offset is
``LimitExceeded``. Seconds count from 2024-01-01T00:00:00 to the date and time as spelt, whatever the zone, in the
Gregorian calendar, with days of 86,400 seconds::

    comma = 1 if a comma precedes the digits, else 0
    separator = 0 for T, 1 for a space
    zone = 0 for none, 1 for Z, 2 for ±HH:MM, 3 for ±HHMM, 4 for ±HH
    head = 1 + ((2 · comma + separator) · 5 + zone) · 10 + (number of digits)
    then zigzag(seconds)
    then, if there are digits, the number that they are
    then, if zone is 2 or more, 2 · (minutes of the offset) + (1 if it is negative, else 0)

SLT-13: An enumeration has a head alone::

    head = 1 + (index of the alternative)
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
    """The structure of a value without its text, which is in the string of a modelled frame (rule FRS-3)."""
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
    """Parts that may refer to ``this.head``, which is one level up."""
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

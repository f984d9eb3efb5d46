"""Values of typed slots, from their characters to the wire and back (rules SLT-4 to SLT-13).

A value that fits the type of its slot is spelt as a head and parts. The bytes of a head and its parts say the same
as their numbers do, so that the canonical spelling of a value is compared as bytes (rule SLT-5).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from aura_fast.varint import read_varint, varint
from aura_spec.errors import Malformed, NonCanonical, Truncated
from aura_spec.slot import (
    IPV6_FORMS,
    MARKS,
    MAX_FRACTION_DIGITS,
    MAX_MAGNITUDE,
    MAX_SCALE,
    MAX_SECONDS,
    MIN_IPV6,
    SEPARATORS,
    ZONES,
)
from aura_spec.template import Kind, Slot
from aura_spec.varint import MAX_VALUE, unzigzag, zigzag

_DIGITS: Final = MAX_FRACTION_DIGITS + 1
_DAY: Final = 86_400
_EPOCH: Final = date(2024, 1, 1).toordinal()
_NONE, _UTC, _COLON, _PLAIN, _HOURS = range(len(ZONES))
_MAPPED: Final = IPV6_FORMS - 1
"""The form of an IPv4 address inside IPv6 (rule SLT-11)."""

_INT: Final = re.compile(rb"0|-?[1-9][0-9]{0,18}")
_DECIMAL: Final = re.compile(rb"(-?)(0|[1-9][0-9]{0,18})(?:\.([0-9]{1,%d}))?" % MAX_SCALE)
_HEX: Final = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
_UUID: Final = re.compile(
    rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}"
)
_IPV4: Final = re.compile(rb"(0|[1-9][0-9]{0,2})" + rb"\.(0|[1-9][0-9]{0,2})" * 3)
_IPV6: Final = re.compile(rb"[0-9A-Fa-f:.]{%d,39}" % MIN_IPV6)
_GROUP: Final = re.compile(r"[0-9a-f]{1,4}")
_ZEROS: Final = re.compile(r"\b0(?::0)+\b")
_TIMESTAMP: Final = re.compile(
    rb"(\d{4})-(\d\d)-(\d\d)([T ])([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:([.,])(\d{1,9}))?"
    rb"(?:(Z)|([+-])([01]\d|2[0-3])(?:(:)?([0-5]\d))?)?"
)


class Spelt(NamedTuple):
    """A value as it stands in a frame.

    Attributes:
        head: 0 for a text, else as the type defines it.
        data: the bytes of a text, or of the content after a head.
        numbers: the varints after a head.
        wire: the head and its parts; empty for a text.
    """

    head: int
    data: bytes = b""
    numbers: tuple[int, ...] = ()
    wire: bytes = b""


def spell(slot: Slot, value: bytes) -> bytes:
    r"""The head and parts of a value; empty if it does not fit the type of its slot, and so is a text.

    >>> spell(Slot("n", Kind.INT), b"-2"), spell(Slot("n", Kind.INT), b"007")
    (b'\x04', b'')
    """
    if slot.kind is Kind.ENUM:
        return varint(1 + slot.choices.index(value)) if value in slot.choices else b""
    speller = _SPELLERS.get(slot.kind)
    return speller(value) if speller else b""


def read(slot: Slot, spelt: Spelt) -> bytes:
    """The characters of a value.

    Raises:
        Malformed: the parts name no value of the type (rule SLT-12).
        NonCanonical: the value has another spelling (rule SLT-5).
    """
    if spelt.head == 0:
        value = spelt.data
    elif slot.kind is Kind.ENUM:
        value = slot.choices[spelt.head - 1]
    else:
        value = _RENDERERS[slot.kind](spelt).encode()
    if spell(slot, value) != spelt.wire:
        raise NonCanonical(f"a value has another spelling as {slot.kind}")
    return value


def parse(slot: Slot, body: bytes, place: int, path: str) -> tuple[Spelt, int]:
    """Read a head and its parts, but not the text that may follow a head of 0 (rule SLT-4).

    Args:
        slot: with a type other than text and word.
        body: of the frame, which is one byte behind the start of its message.
        place: of the head in ``body``.
        path: dotted name of the value.

    Returns:
        The value, and the place behind it.

    Raises:
        DecodeError: the message ends, an integer breaks a rule of varints, or the head is too large.
    """
    head, end = read_varint(body, place, MAX_VALUE, f"{path}.head")
    kind = slot.kind
    maximum = _MAX_HEADS.get(kind, len(slot.choices))
    if head > maximum:
        raise Malformed(f"the head of {kind} is larger than {maximum}", 1 + place, f"{path}.head")
    if not head:
        return Spelt(0), end
    content, numbers = b"", ()  # type: tuple[bytes, tuple[int, ...]]
    if kind is Kind.DECIMAL:
        digits, end = read_varint(body, end, MAX_VALUE, f"{path}.value.digits")
        numbers = (digits,)
    elif kind is Kind.TIMESTAMP:
        numbers, end = _timestamp_numbers(head, body, end, path)
    elif kind in _SIZES or kind is Kind.HEX:
        start = end
        end += _SIZES.get(kind) or (head + 1) // 2 >> 1  # of hex, two digits a byte
        if end > len(body):
            raise Truncated("the message ends inside a field", 1 + len(body), f"{path}.value.content")
        content = body[start:end]
    return Spelt(head, content, numbers, body[place:end]), end


def _timestamp_numbers(head: int, body: bytes, place: int, path: str) -> tuple[tuple[int, ...], int]:
    """The seconds, fraction and offset behind a head, those that it says there are, and the place behind them."""
    number, place = read_varint(body, place, MAX_SECONDS, f"{path}.value.seconds")
    numbers = [number]
    if (head - 1) % _DIGITS:
        number, place = read_varint(body, place, 10**MAX_FRACTION_DIGITS - 1, f"{path}.value.fraction")
        numbers.append(number)
    if (head - 1) // _DIGITS % len(ZONES) >= _COLON:
        number, place = read_varint(body, place, 2 * 24 * 60 - 1, f"{path}.value.offset")
        numbers.append(number)
    return tuple(numbers), place


def _spell_int(value: bytes) -> bytes:
    """Rule SLT-6."""
    if not _INT.fullmatch(value):
        return b""
    number = int(value)
    return varint(1 + zigzag(number)) if abs(number) <= MAX_MAGNITUDE else b""


def _render_int(spelt: Spelt) -> str:
    return str(unzigzag(spelt.head - 1))


def _spell_decimal(value: bytes) -> bytes:
    """Rule SLT-7."""
    found = _DECIMAL.fullmatch(value)
    if not found:
        return b""
    sign, whole, fraction = found.groups(b"")
    digits = int(whole + fraction)
    return varint(1 + 2 * len(fraction) + len(sign)) + varint(digits) if digits <= MAX_VALUE else b""


def _render_decimal(spelt: Spelt) -> str:
    scale, is_negative = divmod(spelt.head - 1, 2)
    digits = str(spelt.numbers[0]).rjust(scale + 1, "0")
    if scale:
        digits = f"{digits[:-scale]}.{digits[-scale:]}"
    return f"-{digits}" if is_negative else digits


def _spell_hex(value: bytes) -> bytes:
    """Rule SLT-8."""
    if not _HEX.fullmatch(value):
        return b""
    count = len(value)
    head = 1 + 2 * count + (value != value.lower())
    return varint(head) + bytes.fromhex(value.decode() + "0" * (count & 1))


def _render_hex(spelt: Spelt) -> str:
    count, is_upper = divmod(spelt.head - 1, 2)
    digits = spelt.data.hex()[:count]
    return digits.upper() if is_upper else digits


def _spell_uuid(value: bytes) -> bytes:
    """Rule SLT-9."""
    if not _UUID.fullmatch(value):
        return b""
    head = b"\1" if value == value.lower() else b"\2"
    return head + bytes.fromhex(value.replace(b"-", b"").decode())


def _render_uuid(spelt: Spelt) -> str:
    digits = spelt.data.hex()
    text = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
    return text.upper() if spelt.head == 2 else text


def _quad(value: bytes) -> bytes:
    """The four bytes of an IPv4 address; empty if it is none (rule SLT-10)."""
    found = _IPV4.fullmatch(value)
    numbers = [int(number) for number in found.groups()] if found else [256]
    return bytes(numbers) if max(numbers) < 256 else b""


def _spell_ipv4(value: bytes) -> bytes:
    content = _quad(value)
    return b"\1" + content if content else b""


def _render_ipv4(spelt: Spelt) -> str:
    return ".".join(map(str, spelt.data))


def _spell_ipv6(value: bytes) -> bytes:
    """Rule SLT-11."""
    if not _IPV6.fullmatch(value):
        return b""
    if b"." in value:
        quad = _quad(value[7:])
        if not quad or value[:7] != b"::ffff:":
            return b""
        return bytes((1 + _MAPPED,)) + bytes(10) + b"\xff\xff" + quad
    text = value.decode()
    lower = text.lower()
    groups = _groups(lower)
    for form, rendered in enumerate(_renderings(groups)):
        if rendered == lower:
            if text != lower and text != lower.upper():
                break
            content = b"".join([group.to_bytes(2, "big") for group in groups])
            return bytes((1 + 2 * form + (text != lower),)) + content
    return b""


def _groups(text: str) -> list[int]:
    """The groups of an address in lower case without a dotted quad; empty if it is none."""
    left, double, right = text.partition("::")
    before = left.split(":") if left else []
    after = right.split(":") if right else []
    if double:
        before += ["0"] * (8 - len(before) - len(after))
    groups = before + after
    if len(groups) != 8 or not all(map(_GROUP.fullmatch, groups)):
        return []
    return [int(group, 16) for group in groups]


def _renderings(groups: list[int]) -> tuple[str, ...]:
    """The forms of an address in lower case: the shortest, without leading zeros, and with them (rule SLT-11)."""
    if not groups:
        return ()
    plain = ":".join([f"{group:x}" for group in groups])
    zeros = max(_ZEROS.finditer(plain), key=lambda run: len(run[0]), default=None)
    short = plain
    if zeros:  # the first of the longest runs
        short = f"{plain[: zeros.start()].rstrip(':')}::{plain[zeros.end() :].lstrip(':')}"
    return short, plain, ":".join([f"{group:04x}" for group in groups])


def _render_ipv6(spelt: Spelt) -> str:
    form, is_upper = divmod(spelt.head - 1, 2)
    if spelt.head - 1 == _MAPPED:
        return "::ffff:" + ".".join(map(str, spelt.data[12:]))
    groups = [int.from_bytes(spelt.data[at : at + 2], "big") for at in range(0, 16, 2)]
    text = _renderings(groups)[form]
    return text.upper() if is_upper else text


def _spell_timestamp(value: bytes) -> bytes:
    """Rule SLT-12."""
    found = _TIMESTAMP.fullmatch(value)
    if not found:
        return b""
    year, month, day, separator, hour, minute, second = found.groups()[:7]
    mark, fraction, utc, sign, hours, colon, minutes = found.groups()[7:]
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        return b""
    tail = varint(zigzag(_DAY * days + 3600 * int(hour) + 60 * int(minute) + int(second)))
    if fraction:
        tail += varint(int(fraction))
    zone = _UTC if utc else _NONE
    if sign:
        zone = _HOURS if minutes is None else _COLON if colon else _PLAIN
        tail += varint(2 * (60 * int(hours) + int(minutes or 0)) + (sign == b"-"))
    form = len(SEPARATORS) * (mark == b",") + (separator == b" ")
    return varint(1 + (form * len(ZONES) + zone) * _DIGITS + len(fraction or b"")) + tail


def _render_timestamp(spelt: Spelt) -> str:
    form, digits = divmod(spelt.head - 1, _DIGITS)
    form, zone = divmod(form, len(ZONES))
    mark, separator = divmod(form, len(SEPARATORS))
    days, seconds = divmod(unzigzag(spelt.numbers[0]), _DAY)
    try:
        text = date.fromordinal(_EPOCH + days).isoformat()
    except (ValueError, OverflowError):
        raise Malformed("a timestamp is outside the years 1 to 9999") from None
    minutes, seconds = divmod(seconds, 60)
    text += f"{SEPARATORS[separator]}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    if digits:
        text += f"{MARKS[mark]}{spelt.numbers[1]:0{digits}}"
    if zone < _COLON:
        return text + ZONES[zone]
    offset, is_negative = divmod(spelt.numbers[-1], 2)
    hours, minutes = divmod(offset, 60)
    text += f"{'-' if is_negative else '+'}{hours:02}"
    if zone == _HOURS:
        if minutes:
            raise Malformed("an offset in whole hours has minutes")
        return text
    return f"{text}:{minutes:02}" if zone == _COLON else f"{text}{minutes:02}"


_SPELLERS: Final[dict[Kind, Callable[[bytes], bytes]]] = {
    Kind.INT: _spell_int,
    Kind.DECIMAL: _spell_decimal,
    Kind.HEX: _spell_hex,
    Kind.UUID: _spell_uuid,
    Kind.IPV4: _spell_ipv4,
    Kind.IPV6: _spell_ipv6,
    Kind.TIMESTAMP: _spell_timestamp,
}
_RENDERERS: Final[dict[Kind, Callable[[Spelt], str]]] = {
    Kind.INT: _render_int,
    Kind.DECIMAL: _render_decimal,
    Kind.HEX: _render_hex,
    Kind.UUID: _render_uuid,
    Kind.IPV4: _render_ipv4,
    Kind.IPV6: _render_ipv6,
    Kind.TIMESTAMP: _render_timestamp,
}
_MAX_HEADS: Final[dict[Kind, int]] = {
    Kind.INT: 2 * MAX_MAGNITUDE + 1,
    Kind.DECIMAL: 2 + 2 * MAX_SCALE,
    Kind.HEX: (1 << 32) - 1,
    Kind.UUID: 2,
    Kind.IPV4: 1,
    Kind.IPV6: IPV6_FORMS,
    Kind.TIMESTAMP: len(MARKS) * len(SEPARATORS) * len(ZONES) * _DIGITS,
}
_SIZES: Final[dict[Kind, int]] = {Kind.UUID: 16, Kind.IPV4: 4, Kind.IPV6: 16}
"""Bytes of content; that of ``hex`` depends on the head."""

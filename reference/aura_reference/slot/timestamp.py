"""Timestamps in slots (rule SLT-12)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from aura_spec import slot, varint
from aura_spec.errors import Malformed
from aura_spec.slot import SlotValue

_TIMESTAMP: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(?:([.,])(\d{1,9}))?"
    r"(?:Z|([+-])([01]\d|2[0-3])(:?)([0-5]\d)?)?",
    re.ASCII,
)
_EPOCH: Final = datetime(2024, 1, 1)  # noqa: DTZ001  # as spelt: the zone is kept beside it
_DIGITS: Final = slot.MAX_FRACTION_DIGITS + 1
_NONE, _UTC, _COLON, _PLAIN, _HOURS = range(len(slot.ZONES))


def parts(characters: str) -> SlotValue | None:
    """Take a timestamp apart.

    >>> parts("2024-01-01T00:00:01.250Z")
    SlotValue(head=14, text=b'', content=b'', numbers=(2, 250))
    """
    found = _TIMESTAMP.fullmatch(characters)
    if not found:
        return None
    date, separator, time, mark, fraction, sign, hours, colon, minutes = found.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{time}")
    except ValueError:
        return None
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    numbers = [varint.zigzag(seconds)]
    if fraction:
        numbers.append(int(fraction))
    zone = _UTC if characters.endswith("Z") else _NONE
    if sign:
        zone = _HOURS if minutes is None else _COLON if colon else _PLAIN
        numbers.append(2 * (60 * int(hours) + int(minutes or 0)) + (sign == "-"))
    first = len(slot.SEPARATORS) * (mark == ",") + slot.SEPARATORS.index(separator)
    form = len(slot.ZONES) * first + zone
    return SlotValue(1 + form * _DIGITS + len(fraction or ""), numbers=tuple(numbers))


def text(spelt: SlotValue) -> str:
    """The inverse of :func:`parts`.

    Raises:
        Malformed: the parts name no timestamp.
    """
    form, digits = divmod(spelt.head - 1, _DIGITS)
    form, zone = divmod(form, len(slot.ZONES))
    mark, separator = divmod(form, len(slot.SEPARATORS))
    seconds, *rest = spelt.numbers
    try:
        moment = _EPOCH + timedelta(seconds=varint.unzigzag(seconds))
    except OverflowError:
        raise Malformed("a timestamp is outside the years 1 to 9999") from None
    characters = moment.isoformat(sep=slot.SEPARATORS[separator])
    if digits:
        fraction, *rest = rest
        characters += slot.MARKS[mark] + str(fraction).zfill(digits)
    return characters + (_offset(zone, rest[0]) if rest else ("", "Z")[zone])


def _offset(zone: int, number: int) -> str:
    magnitude, negative = divmod(number, 2)
    hours, minutes = divmod(magnitude, 60)
    if zone == _HOURS and minutes:
        raise Malformed("an offset in whole hours has minutes")
    tail = {_COLON: f":{minutes:02}", _PLAIN: f"{minutes:02}", _HOURS: ""}[zone]
    return f"{'+-'[negative]}{hours:02}{tail}"

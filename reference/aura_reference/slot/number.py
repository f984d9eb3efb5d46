"""Integers and decimal fractions in slots (rules SLT-6 and SLT-7)."""

from __future__ import annotations

import re
from typing import Final

from aura_spec import slot, varint
from aura_spec.slot import SlotValue

_INT: Final = re.compile(r"-?(0|[1-9][0-9]{0,18})", re.ASCII)
_DECIMAL: Final = re.compile(rf"(-?)(0|[1-9][0-9]{{0,18}})(?:\.([0-9]{{1,{slot.MAX_SCALE}}}))?", re.ASCII)


def int_parts(characters: str) -> SlotValue | None:
    """Rule SLT-6."""
    if not _INT.fullmatch(characters) or abs(int(characters)) > slot.MAX_MAGNITUDE:
        return None
    return SlotValue(1 + varint.zigzag(int(characters)))


def int_text(spelt: SlotValue) -> str:
    """The inverse of :func:`int_parts`."""
    return str(varint.unzigzag(spelt.head - 1))


def decimal_parts(characters: str) -> SlotValue | None:
    """Rule SLT-7.

    >>> decimal_parts("-1.50")
    SlotValue(head=6, text=b'', content=b'', numbers=(150,))
    """
    found = _DECIMAL.fullmatch(characters)
    if not found:
        return None
    sign, whole, fraction = found[1], found[2], found[3] or ""
    digits = int(whole + fraction)
    if digits > varint.MAX_VALUE:
        return None
    return SlotValue(1 + 2 * len(fraction) + len(sign), numbers=(digits,))


def decimal_text(spelt: SlotValue) -> str:
    """The inverse of :func:`decimal_parts`."""
    scale, negative = divmod(spelt.head - 1, 2)
    digits = str(spelt.numbers[0]).zfill(scale + 1)
    point = len(digits) - scale
    return "-" * negative + digits[:point] + ("." + digits[point:] if scale else "")

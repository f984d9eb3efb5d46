"""Hexadecimal digits and UUIDs in slots (rules SLT-8 and SLT-9)."""

from __future__ import annotations

import re
from typing import Final

from aura_spec.slot import SlotValue

_HEX: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+", re.ASCII)
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)


def hex_parts(characters: str) -> SlotValue | None:
    """Rule SLT-8.

    >>> hex_parts("BEE").content.hex(), hex_parts("Bee")
    ('bee0', None)
    """
    if not _HEX.fullmatch(characters):
        return None
    upper = characters != characters.lower()
    content = bytes.fromhex(characters + "0" * (len(characters) % 2))
    return SlotValue(1 + 2 * len(characters) + upper, content=content)


def hex_text(spelt: SlotValue) -> str:
    """The inverse of :func:`hex_parts`."""
    count, upper = divmod(spelt.head - 1, 2)
    digits = spelt.content.hex()[:count]
    return digits.upper() if upper else digits


def uuid_parts(characters: str) -> SlotValue | None:
    """Rule SLT-9."""
    if not _UUID.fullmatch(characters):
        return None
    head = 1 if characters == characters.lower() else 2
    return SlotValue(head, content=bytes.fromhex(characters.replace("-", "")))


def uuid_text(spelt: SlotValue) -> str:
    """The inverse of :func:`uuid_parts`."""
    digits = spelt.content.hex()
    text = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return text.upper() if spelt.head == 2 else text

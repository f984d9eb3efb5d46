"""IPv4 and IPv6 addresses in slots (rules SLT-10 and SLT-11)."""

from __future__ import annotations

import re
from typing import Final

from aura_spec import slot
from aura_spec.slot import SlotValue

_QUAD: Final = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})", re.ASCII)
_IPV6: Final = re.compile(rf"[0-9A-Fa-f:.]{{{slot.MIN_IPV6},39}}", re.ASCII)
_GROUP: Final = re.compile(r"[0-9A-Fa-f]{1,4}", re.ASCII)
_MAPPED: Final = 6
"""The form of an IPv4 address inside IPv6."""


def ipv4_parts(characters: str) -> SlotValue | None:
    """Rule SLT-10."""
    found = _QUAD.fullmatch(characters)
    if not found or max(numbers := [int(group) for group in found.groups()]) > 255:
        return None
    return SlotValue(1, content=bytes(numbers))


def ipv4_text(spelt: SlotValue) -> str:
    """The inverse of :func:`ipv4_parts`."""
    return _quad(spelt.content)


def _quad(content: bytes) -> str:
    return ".".join(map(str, content))


def ipv6_parts(characters: str) -> SlotValue | None:
    """Rule SLT-11: the first form that renders the identical characters.

    >>> [ipv6_parts(text).head for text in ("2001:db8::beef:1", "2001:DB8::BEEF:1", "0:0:0:0:0:0:0:1")]
    [1, 2, 3]
    >>> ipv6_parts("::1")  # shorter as a text
    """
    content = _bytes_of(characters) if _IPV6.fullmatch(characters) else None
    if content is None:
        return None
    spellings = (SlotValue(1 + form, content=content) for form in range(slot.IPV6_FORMS))
    return next((spelt for spelt in spellings if ipv6_text(spelt) == characters), None)


def ipv6_text(spelt: SlotValue) -> str:
    """The inverse of :func:`ipv6_parts`."""
    form = spelt.head - 1
    if form == _MAPPED:
        return "::ffff:" + _quad(spelt.content[12:])
    groups = [int.from_bytes(spelt.content[at : at + 2], "big") for at in range(0, 16, 2)]
    if form < 2:
        text = _shortest(groups)
    else:
        text = ":".join(f"{group:04x}" if form >= 4 else f"{group:x}" for group in groups)
    return text.upper() if form % 2 else text


def _bytes_of(characters: str) -> bytes | None:
    """The 16 bytes of an address in any form of rule SLT-11, or None."""
    quad = ipv4_parts(characters.rpartition(":")[2])
    if quad is not None:
        return (b"\xff\xff" + quad.content).rjust(16, b"\0")
    left, double, right = characters.partition("::")
    before, after = (part.split(":") if part else [] for part in (left, right))
    missing = 8 - len(before) - len(after)
    if missing < 0 or (missing and not double):
        return None
    groups = (*before, *["0"] * missing, *after)
    if not all(map(_GROUP.fullmatch, groups)):
        return None
    return b"".join(int(group, 16).to_bytes(2, "big") for group in groups)


def _shortest(groups: list[int]) -> str:
    """RFC 5952, section 4: the first of the longest runs of two or more zeros becomes ``::``."""
    texts = [f"{group:x}" for group in groups]
    runs = [
        (end - start, -start)
        for start in range(8)
        for end in range(start + 2, 9)
        if not any(groups[start:end])
    ]
    if not runs:
        return ":".join(texts)
    length, start = max(runs)
    return ":".join(texts[:-start]) + "::" + ":".join(texts[length - start :])

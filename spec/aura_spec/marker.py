"""The marker: the first byte of every message names the method of its body.

MSG-1: A message is one marker byte and a body. A message without a marker is ``Truncated``.

MSG-2: A marker is ``Unsupported`` if the registry does not assign it, or the profile of an implementation leaves it
out.

MSG-3: Bytes after the end of a body are ``Malformed``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import construct as c

from aura_spec.wire import Field, Span, build, parse


class Marker(IntEnum):
    """The registry of markers. 0x0B to 0x0F and 0x20 to 0x7F are unassigned.

    A text begins with one of the latter; taken for a message, it is refused at once.
    """

    CLASSIC = 0x00
    BROTLI = 0x01
    BRIO = 0x02
    AURALITE_EXPLICIT = 0x03
    ZSTANDARD = 0x04
    ZSTANDARD_DICTIONARY = 0x05
    TYPED = 0x06
    STORED = 0x07
    MODELLED = 0x08
    ADAPTIVE_EXPLICIT = 0x09
    FUZZY = 0x0A


ADAPTIVE_COMPACT: Final = range(0x10, 0x20)
"""Markers of adaptive messages with the implied model; their low four bits are payload."""

AURALITE_COMPACT: Final = range(0x80, 0x100)
"""Markers of AURALITE with the implied model; their low seven bits are payload."""

MESSAGE: Final = c.Struct(
    Field("marker", c.Byte, "names the method of the body"),
    "body" / c.GreedyBytes,
)


@dataclass(frozen=True, slots=True)
class Message:
    """A marker, 0 to 255, and the bytes that follow it."""

    marker: int
    body: bytes


def parse_message(wire: bytes, trace: list[Span] | None = None) -> Message:
    """Split a message (rule MSG-1)."""
    value = parse(MESSAGE, wire, trace=trace)
    return Message(value.marker, value.body)


def build_message(marker: Marker, body: bytes) -> bytes:
    """Join a marker and a body (rule MSG-1).

    >>> build_message(Marker.STORED, b"hi").hex()
    '076869'
    """
    return build(MESSAGE, {"marker": marker, "body": body})


def name_of(marker: int) -> str:
    """The name of a marker in the registry, for people.

    >>> name_of(0x07), name_of(0x12), name_of(0x42), name_of(0x90)
    ('stored', 'adaptive compact', 'unassigned', 'auralite compact')
    """
    if marker in ADAPTIVE_COMPACT:
        return "adaptive compact"
    if marker in AURALITE_COMPACT:
        return "auralite compact"
    try:
        return Marker(marker).name.lower().replace("_", " ")
    except ValueError:
        return "unassigned"

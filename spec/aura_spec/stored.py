"""Marker 0x07, stored.

STO-1: The body is the message itself.
"""

from __future__ import annotations

from typing import Final

import construct as c

from aura_spec.wire import Field, Span, parse

BODY: Final = c.Struct(Field("text", c.GreedyBytes, "the message itself"))


def parse_body(body: bytes, trace: list[Span] | None = None) -> bytes:
    """Read a stored body (rule STO-1)."""
    content: bytes = parse(BODY, body, base=1, trace=trace).text
    return content

"""Marker 0x01, Brotli: the body is one stream of RFC 7932.

The body is exactly one complete stream: it neither ends early nor continues after the stream's last
meta-block (rule BRO-1). Windows have at most 2^24 - 16 bytes, as the RFC has it: the large-window extension
is not part of the format (rule BRO-2). Any stream that decodes is accepted; encoders are free in their
choice of quality and window (rule BRO-3).
"""

from __future__ import annotations

from typing import Final

import construct as c

from aura_spec.wire import Field, Span, parse

BODY: Final = c.Struct(Field("stream", c.GreedyBytes, "one stream of RFC 7932"))


def parse_body(body: bytes, trace: list[Span] | None = None) -> bytes:
    """Read a Brotli body; the stream itself is checked by its decoder."""
    stream: bytes = parse(BODY, body, base=1, trace=trace).stream
    return stream

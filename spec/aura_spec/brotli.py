"""Marker 0x01, Brotli: the body is one stream of RFC 7932.

BRO-1: The body is exactly one complete stream. It neither ends early nor continues after the last meta-block of the
stream.

BRO-2: Windows have at most 2^24 - 16 bytes, as in the RFC. The large-window extension is not part of the format.

BRO-3: Any stream that decodes is accepted. Encoders are free in their choice of quality and window.
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

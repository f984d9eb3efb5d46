"""Brotli bodies (rules BRO-1 to BRO-3). The coding itself is the brotli library's."""

from __future__ import annotations

import brotli

from aura_spec.brotli import parse_body
from aura_spec.errors import LimitExceeded, Malformed, Truncated

_STATED_IN_ONE_BIT = (1 << 16) - 16
"""Bytes that a window of 2^16 holds."""

_PIECE = 1 << 16
"""Bytes decoded at a time, so that a small body cannot make a decoder allocate its claim."""


def encode(data: bytes, quality: int = 11) -> bytes:
    """Write a Brotli body; ``quality`` from 0 to 11.

    A window of 2^16 is the cheapest to state, one bit; longer messages get one that holds them.
    """
    window = 16 if len(data) < _STATED_IN_ONE_BIT else min(24, max(18, len(data).bit_length()))
    stream: bytes = brotli.compress(data, quality=quality, lgwin=window)
    return stream


def decode(body: bytes, max_size: int) -> bytes:
    """Read a Brotli body.

    Raises:
        Truncated: the stream ends early.
        Malformed: the stream is broken, or bytes follow it.
        LimitExceeded: it decodes to more than ``max_size`` bytes.
    """
    decoder = brotli.Decompressor()
    output = bytearray()
    rest = parse_body(body)
    try:
        while not decoder.is_finished():
            piece = decoder.process(rest, output_buffer_limit=_PIECE)
            rest = b""
            output += piece
            if len(output) > max_size:
                raise LimitExceeded(f"the message decodes to more than {max_size} bytes", 1)
            if not piece and not decoder.is_finished():
                raise Truncated("the stream ends early", 1 + len(body), "stream")
    except brotli.error:
        raise Malformed("not one stream of RFC 7932", 1, "stream") from None
    return bytes(output)

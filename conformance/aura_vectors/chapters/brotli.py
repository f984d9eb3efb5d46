"""Brotli streams: empty ones in several spellings, an uncompressed one, a compressed one."""

from __future__ import annotations

from aura_spec.errors import Code
from aura_vectors.case import Groups, refused
from aura_vectors.case_types.message import NOTHING, valid
from aura_vectors.derive import limits, with_variants
from aura_vectors.flags import Flag


def groups() -> Groups:
    """All groups of the chapter."""
    streams = [
        ("06", b"", "empty, window 2^16"),
        ("3b", b"", "empty, window 2^22"),
        ("0b028068656c6c6f03", b"hello", "a raw meta-block"),
    ]
    cases = [
        valid(comment, ("BRO-1", "BRO-3"), b"\x01" + bytes.fromhex(stream), text)
        for stream, text, comment in streams
    ]
    yield from with_variants(NOTHING, cases)
    yield from limits(NOTHING, cases[2])
    flag = Flag.LARGE_WINDOW
    yield NOTHING, [refused(Code.MALFORMED, "BRO-2", "0111de", "empty, a large window of 2^30", flag)]

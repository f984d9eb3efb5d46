"""Marker 0x02, the BRIO container: a token stream, entropy coded.

Version 1 is LZ77 with phrases and templates as further tokens, through rANS of order 0 (Duda 2013). Only decoders
still need it.

BRI-1: All integers are big endian. A container begins with ``AURA``, otherwise it is ``Malformed``, and a version
byte. A version that an implementation does not know is ``Unsupported``.

BRI-2: Version 1 continues with the length of the token stream and of the rANS payload (four bytes each), the number
of metadata entries (two bytes), the 256 frequencies of the token bytes (two bytes each), the metadata and the
payload, which ends the message. Rule RNS-1 holds for the frequencies.

BRI-3: A metadata entry names the token at a place in the stream, which a reader then need not decode. It has the
index of the token (two bytes), its kind (one byte: 0 literal, 1 dictionary phrase, 2 match; a template event at
index 0 has kind 1), a value (two bytes), and flags (one byte; 0x80: for the server only, the other bits are unused
and ignored). A kind above 2 is ``Malformed``, before the value is read. Metadata never changes what a message
decodes to.

BRI-4: The claimed length of the token stream is at most 4 · max_size + 4096 bytes, otherwise ``LimitExceeded``.
This is checked when the container has been read to its end, before anything is decoded.

BRI-5: Then the claimed length is checked against the payload. No frequency exceeds 3841 of 4096, so each byte of
the payload holds at most 87 token bytes. A greater length is ``Malformed``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import construct as c
from construct import this

from aura_spec import rans
from aura_spec.errors import LimitExceeded, Malformed, Unsupported
from aura_spec.wire import Checked, End, Field, Span, bits, build, parse

MAGIC: Final = b"AURA"
VERSION: Final = 1
HEADER_SIZE: Final = 527
SERVER_ONLY: Final = 0x80
MAX_METADATA: Final = (1 << 16) - 1
TOKENS_PER_PAYLOAD_BYTE: Final = 87
KINDS: Final = ("literal", "phrase", "match")

FLAGS: Final = c.BitStruct(
    bits("server_only", 1, "for the server only"),
    bits("unused", 7, "ignored"),
)
"""The flags of a metadata entry."""

METADATA: Final = c.Struct(
    Field("index", c.Int16ub, "of the token"),
    Field(
        "kind",
        Checked(c.Byte, lambda kind: kind < len(KINDS), "no metadata has this kind"),
        "0 literal, 1 phrase or template, 2 match",
    ),
    Field("value", c.Int16ub, "byte, id or distance"),
    Field("flags", c.Byte, "0x80: for the server only"),
)

CONTAINER: Final = c.Struct(
    Field("magic", c.Const(MAGIC), "AURA"),
    Field(
        "version",
        Checked(c.Byte, lambda v: v == VERSION, "the container's version is unknown", Unsupported),
        "of the container",
    ),
    Field("token_length", c.Int32ub, "bytes of the token stream"),
    Field("payload_length", c.Rebuild(c.Int32ub, c.len_(this.payload)), "bytes of the payload"),
    Field("metadata_count", c.Rebuild(c.Int16ub, c.len_(this.metadata)), "metadata entries"),
    Field(
        "frequencies",
        Checked(
            c.Array(rans.SYMBOLS, c.Int16ub),
            lambda table: min(table) >= 1 and sum(table) == rans.TOTAL,
            f"the frequencies are not all positive with sum {rans.TOTAL}",
        ),
        "of the token bytes",
    ),
    "metadata" / c.Array(this.metadata_count, METADATA),
    Field("payload", c.Bytes(this.payload_length), "rANS"),
    End,
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The token at a place of the token stream; advisory (rule BRI-3)."""

    index: int
    kind: int
    value: int
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Container:
    """A BRIO version 1 container.

    Attributes:
        token_length: bytes of the decoded token stream.
        frequencies: 256 frequencies that sum to 4096.
        metadata: at most 65,535 entries.
        payload: the token stream, through rANS.
    """

    token_length: int
    frequencies: tuple[int, ...]
    metadata: tuple[Metadata, ...]
    payload: bytes


def parse_body(body: bytes, max_size: int, trace: list[Span] | None = None) -> Container:
    """Read a container (rules BRI-1 to BRI-5).

    Raises:
        DecodeError: as the rules say.
    """
    value = parse(CONTAINER, body, base=1, trace=trace)
    if value.token_length > 4 * max_size + 4096:
        raise LimitExceeded(f"{value.token_length} bytes of tokens claimed", 6, "token_length")
    if value.token_length > TOKENS_PER_PAYLOAD_BYTE * value.payload_length:
        raise Malformed("the payload is too short for its tokens", 6, "token_length")
    metadata = (Metadata(entry.index, entry.kind, entry.value, entry.flags) for entry in value.metadata)
    return Container(value.token_length, tuple(value.frequencies), tuple(metadata), value.payload)


def build_body(container: Container) -> bytes:
    """Write a container (rule BRI-2).

    Raises:
        EncodeError: a value does not fit its field.
    """
    metadata = [
        {"index": entry.index, "kind": entry.kind, "value": entry.value, "flags": entry.flags}
        for entry in container.metadata
    ]
    return build(
        CONTAINER,
        {
            "magic": MAGIC,
            "version": VERSION,
            "token_length": container.token_length,
            "frequencies": container.frequencies,
            "metadata": metadata,
            "payload": container.payload,
        },
    )

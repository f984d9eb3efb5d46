"""Chunked files: payloads of any length, coded block by block, with little memory at both ends.

A file is a header, blocks, and an end. The header has ``MAGIC``, the version byte, 1, a byte of flags, 1 if an
index follows the end and else 0, and the window: matches reach 2^w bytes back, w from 10 to ``MAX_WINDOW_BITS``
(rule CHK-1). Another version or flag is ``Unsupported``, another window ``LimitExceeded``.

**Blocks.** A block has 1 to ``MAX_BLOCK`` bytes of content. Its first byte says what it is: 1 stored, 2 a BRIO
container, with 0x80 added if it begins a frame; any other, 0 apart, is ``Unsupported``. Its size follows, a
canonical varint of 1 to ``MAX_BLOCK``, else ``LimitExceeded`` or ``Malformed`` (rule CHK-2). A stored block goes
on with the CRC-32 of its content (four bytes, big endian) and the content; a wrong one is ``ChecksumMismatch``
(rule CHK-3). A BRIO block is the body of a container of version 2, with chapter ``brio2``'s rules; its length is 1
to ``MAX_BLOCK``, and its matches may begin in the window, that is the last 2^w bytes of the content before it in
its frame, which the parse looks at as well (rule CHK-4). The first block begins a frame, else ``Malformed``; a
frame can be read without those before it (rule CHK-5).

**End.** A byte 0, the length of the whole content as a canonical varint and its CRC-32 (rule CHK-6). Another
length is ``Malformed``, another CRC-32 ``ChecksumMismatch``. A file without it is ``Truncated``: what was read
until then may be used, but it is not all (rule CHK-7). Nothing follows the end, or the index, else ``Malformed``.

**Index.** For each frame two canonical varints, the bytes that it takes in the file and those of its content; then
the CRC-32 of all these varints, how many bytes they are (both four bytes, big endian), and ``INDEX_MAGIC`` (rule
CHK-8). A reader that has seen the frames checks that the index says the same of them, else ``ChecksumMismatch``,
and that its last fields are as they should be, else ``Malformed`` (rule CHK-9). A reader that wants a part of the
content finds its way from the end of the file, and refuses an index of more than ``MAX_INDEX`` bytes of varints as
``LimitExceeded`` and one whose CRC-32 is wrong as ``ChecksumMismatch``.

The encoders of this project cut blocks of ``BLOCK`` bytes, or less where a frame, the content, or the patience of
the writer ends. A block is stored if a container would not be shorter (rule CHK-10).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import IntEnum
from typing import Final
from zlib import crc32

import construct as c

from aura_spec import varint
from aura_spec.errors import ChecksumMismatch, LimitExceeded, Malformed, Unsupported
from aura_spec.varint import VarInt
from aura_spec.wire import Checked, End, Field, build, parse, parse_from

MAGIC: Final = b"AURC"
INDEX_MAGIC: Final = b"AURX"
VERSION: Final = 1
HAS_INDEX: Final = 1
MIN_WINDOW_BITS: Final = 10
MAX_WINDOW_BITS: Final = 18
MAX_BLOCK: Final = 1 << 18
MAX_CONTENT: Final = (1 << 63) - 1
BLOCK: Final = 1 << 16
MAX_INDEX: Final = 1 << 20
FRAME_BIT: Final = 0x80


class Kind(IntEnum):
    """What a block is (rule CHK-2)."""

    END = 0
    STORED = 1
    BRIO = 2


HEADER: Final = c.Struct(
    Field("magic", c.Const(MAGIC), "AURC"),
    Field(
        "version",
        Checked(c.Byte, lambda v: v == VERSION, "the version of the file is not 1", Unsupported),
        "of the file",
    ),
    Field(
        "flags",
        Checked(c.Byte, lambda flags: flags <= HAS_INDEX, "a flag is unknown", Unsupported),
        "1: index",
    ),
    Field(
        "window",
        Checked(
            c.Byte,
            lambda bits: MIN_WINDOW_BITS <= bits <= MAX_WINDOW_BITS,
            "the window has a size that is not allowed",
            LimitExceeded,
        ),
        "how far back matches reach, as a power of two",
    ),
)
"""Rule CHK-1."""

HEADER_SIZE: Final = 7

BLOCK_HEAD: Final = c.Struct(
    Field(
        "kind",
        Checked(
            c.Byte,
            lambda kind: kind & ~FRAME_BIT in {Kind.STORED, Kind.BRIO},
            "no block has this kind",
            Unsupported,
        ),
        "1 stored, 2 BRIO; 0x80: begins a frame",
    ),
    Field(
        "size", Checked(VarInt(MAX_BLOCK), lambda size: size > 0, "a block is empty"), "bytes of the block"
    ),
)
"""Rule CHK-2."""

MAX_HEAD: Final = 5
"""Bytes that show any head of a block, or that its size is too large (rule VAR-3)."""

STORED: Final = c.Struct(
    Field("crc", c.Int32ub, "CRC-32 of the content"), Field("content", c.GreedyBytes, "as it is")
)
"""Rule CHK-3."""

END: Final = c.Struct(
    Field("kind", c.Const(bytes((Kind.END,))), "0"),
    Field("length", VarInt(MAX_CONTENT), "bytes of the content"),
    Field("crc", c.Int32ub, "CRC-32 of the content"),
)
"""Rule CHK-6."""

MAX_END: Final = 14
"""Bytes of the longest end."""

FRAME: Final = c.Struct(
    Field("size", VarInt(MAX_CONTENT), "bytes in the file"),
    Field("length", VarInt(MAX_CONTENT), "bytes of the content"),
)

TRAILER: Final = c.Struct(
    Field("crc", c.Int32ub, "CRC-32 of the varints"),
    Field("size", c.Int32ub, "bytes of the varints"),
    Field("magic", c.Const(INDEX_MAGIC), "AURX"),
    End,
)
"""Rule CHK-8."""

TRAILER_SIZE: Final = 12


@dataclass(frozen=True, slots=True)
class Header:
    """How a file is read.

    Attributes:
        has_index: whether an index follows the end.
        window_bits: matches reach 2^window_bits bytes back.
    """

    has_index: bool
    window_bits: int


@dataclass(frozen=True, slots=True)
class BlockHead:
    """What a block is: whether it begins a frame, and its ``size`` bytes after the head, a CRC-32 apart."""

    kind: Kind
    begins_frame: bool
    size: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What the index says of a frame: its bytes in the file, and of the content."""

    size: int
    length: int


def parse_header(data: bytes) -> Header:
    """Read a header (rule CHK-1).

    Raises:
        DecodeError: as the rule says.
    """
    value = parse(HEADER, data)
    return Header(bool(value.flags), value.window)


def build_header(header: Header) -> bytes:
    """Write a header (rule CHK-1).

    Raises:
        EncodeError: the window has a size that is not allowed.
    """
    flags = HAS_INDEX if header.has_index else 0
    return build(HEADER, {"magic": MAGIC, "version": VERSION, "flags": flags, "window": header.window_bits})


def parse_block_head(data: bytes, offset: int) -> tuple[BlockHead, int]:
    """Read the head of a block at the start of ``data``, and how many bytes it takes (rule CHK-2).

    Raises:
        DecodeError: as the rule says.
    """
    value = parse(BLOCK_HEAD, data, base=offset)
    head = BlockHead(Kind(value.kind & ~FRAME_BIT), bool(value.kind & FRAME_BIT), value.size)
    return head, 1 + varint.size(value.size)


def build_block(head: BlockHead, body: bytes) -> bytes:
    """Write a block (rules CHK-2 to CHK-4)."""
    kind = head.kind | FRAME_BIT if head.begins_frame else head.kind
    return build(BLOCK_HEAD, {"kind": kind, "size": head.size}) + body


def stored_body(content: bytes) -> bytes:
    """A stored block behind its head (rule CHK-3)."""
    return build(STORED, {"crc": crc32(content), "content": content})


def read_stored(body: bytes, offset: int) -> bytes:
    """The content of a stored block, from what is behind its head (rule CHK-3).

    Raises:
        ChecksumMismatch: it does not have its CRC-32.
    """
    value = parse(STORED, body, base=offset)
    if crc32(value.content) != value.crc:
        raise ChecksumMismatch("a block does not have its CRC-32", offset, "crc")
    content: bytes = value.content
    return content


def body_size(head: BlockHead) -> int:
    """Bytes of a block behind its head."""
    return head.size + (4 if head.kind is Kind.STORED else 0)


def check_end(data: bytes, length: int, crc: int, offset: int) -> int:
    """Check the end of a file against what was read (rule CHK-6); how many bytes of ``data`` it takes.

    Raises:
        DecodeError: as the rule says.
    """
    value = parse(END, data, base=offset)
    if value.length != length:
        raise Malformed(f"the content has {length} bytes, not {value.length}", offset + 1, "length")
    if value.crc != crc:
        raise ChecksumMismatch("the content does not have its CRC-32", offset + 1, "crc")
    return 5 + varint.size(value.length)


def build_end(length: int, crc: int) -> bytes:
    """Write an end (rule CHK-6)."""
    return build(END, {"kind": bytes((Kind.END,)), "length": length, "crc": crc})


def build_frame(frame: Frame) -> bytes:
    """The varints of a frame in the index (rule CHK-8)."""
    return build(FRAME, {"size": frame.size, "length": frame.length})


def build_trailer(size: int, crc: int) -> bytes:
    """What follows the varints of the index (rule CHK-8)."""
    return build(TRAILER, {"crc": crc, "size": size, "magic": INDEX_MAGIC})


def check_trailer(data: bytes, size: int, crc: int, offset: int) -> None:
    """Check the last fields of an index against what was read (rule CHK-9).

    Raises:
        DecodeError: as the rule says.
    """
    value = parse(TRAILER, data, base=offset)
    if value.size != size:
        raise Malformed(f"the index has {size} bytes, not {value.size}", offset + 4, "size")
    if value.crc != crc:
        raise ChecksumMismatch("the index does not have its CRC-32", offset, "crc")


def parse_trailer(data: bytes, offset: int) -> tuple[int, int]:
    """Size and CRC-32 of the varints of an index, from its last fields (rule CHK-8).

    Raises:
        DecodeError: this is not the end of an index.
    """
    value = parse(TRAILER, data, base=offset)
    if value.size > MAX_INDEX:
        raise LimitExceeded(f"an index of {value.size} bytes", offset + 4, "size")
    return value.size, value.crc


def parse_index(varints: bytes, crc: int, offset: int) -> list[Frame]:
    """The frames of an index (rule CHK-8).

    Raises:
        DecodeError: it is damaged.
    """
    if crc32(varints) != crc:
        raise ChecksumMismatch("the index does not have its CRC-32", offset, "crc")
    stream = io.BytesIO(varints)
    frames = []
    while stream.tell() < len(varints):
        value = parse_from(FRAME, stream, base=offset)
        frames.append(Frame(value.size, value.length))
    return frames

"""Chunked files: payloads of any length, coded block by block, with little memory at both ends.

The format is of the kind of Zstandard's frames and blocks with a window, together with the seekable variant of
Zstandard: an index at the end of the file, by which reading can begin at any frame. A file is a header, blocks, an
end, and an optional index (chapter ``chunked_index``).

CHK-1: The header is ``MAGIC``, the version byte, 1, a byte of flags, and a byte w for the window. The flags are 1
if the file has an index, and otherwise 0. Matches reach 2^w bytes back; w is 10 to ``MAX_WINDOW_BITS``. Another
version or flag is ``Unsupported``, another w is ``LimitExceeded``.

CHK-2: The first byte of a block is its kind: 1 stored, 2 BRIO, with 0x80 added if the block begins a frame. Any
other byte, except 0, is ``Unsupported``. The size of the block follows, a canonical varint. A size of 0 is
``Malformed``, a size above ``MAX_BLOCK`` is ``LimitExceeded``.

CHK-3: A stored block has the CRC-32 of the content, four bytes, big endian, and as many bytes of content as the
size tells. A wrong CRC-32 is ``ChecksumMismatch``.

CHK-4: A BRIO block has as many bytes as the size tells, the body of a container of version 2 (chapter ``brio2``). A
container without content is ``Malformed``, one with more than ``MAX_BLOCK`` bytes of content is ``LimitExceeded``.
Matches may begin in the window, the last 2^w bytes of content before the block in its frame, as if these preceded
the content of the block. A match that begins before the window is ``Malformed``.

CHK-5: A frame can be read without the frames before it: its first block has an empty window. The first block of a
file begins a frame, otherwise the file is ``Malformed``.

CHK-11: A reader may have a limit for the content of a file, *max_size*. The block that makes the content longer is
``LimitExceeded``.

CHK-6: The end is a byte 0, the length of the whole content, a canonical varint of at most ``MAX_CONTENT``, and the
CRC-32 of the content. Another length is ``Malformed``, another CRC-32 is ``ChecksumMismatch``.

CHK-7: A file is ``Truncated`` if it stops before its end, or before the end of the index that its flags announce.
The content up to there may be used, but is not complete. Bytes behind that are ``Malformed``, also an index that
the flags do not announce. So a reader goes through a file from the start like this; rules CHK-8 and CHK-9 describe
the index::

    read_file()
        read the header (rule CHK-1)
        content, window, frames = nothing
        loop
            without a next byte: Truncated
            if the next byte is 0: leave the loop
            read the kind and the size of the block (rule CHK-2)
            if it does not begin a frame, and frames is empty: Malformed (rule CHK-5)
            read the bytes of the block, else Truncated
            if the block begins a frame
                end_frame()
                add a frame to frames
                window = nothing
            read the content of the block (rules CHK-3 and CHK-4)
            if content is longer than max_size with it: LimitExceeded (rule CHK-11)
            append it to content and to window
            keep the last 2^w bytes of window
        end_frame()
        read the end; compare its length and its CRC-32 with those of content (rule CHK-6)
        if the flags announce an index: compare it with the one that frames give (rule CHK-9)
        if bytes follow: Malformed

    end_frame()
        if there is a frame, the flags announce an index, and its varints have more than MAX_INDEX bytes
            LimitExceeded (rule CHK-8)

CHK-10: The encoders of this project cut blocks of ``BLOCK`` bytes. Blocks are shorter where a frame or the content
ends, or where the writer is asked to flush. A block is stored if a container would not be shorter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final
from zlib import crc32

import construct as c

from aura_spec import varint
from aura_spec.errors import (
    ChecksumMismatch,
    DecodeError,
    EncodeError,
    LimitExceeded,
    Malformed,
    Unsupported,
)
from aura_spec.varint import VarInt
from aura_spec.wire import Checked, End, Field, build, parse

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
MIN_BLOCK: Final = 7
"""Bytes of the shortest block, a stored one of one byte."""
MIN_END: Final = 6
"""Bytes of the shortest end."""
FRAME_BIT: Final = 0x80


class Kind(IntEnum):
    """The kind of a block (rule CHK-2)."""

    END = 0
    STORED = 1
    BRIO = 2


HEADER: Final = c.Struct(
    Field(
        "magic",
        Checked(c.Bytes(len(MAGIC)), lambda magic: magic == MAGIC, "this is not a chunked file"),
        "AURC",
    ),
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
            "the size of the window is not allowed",
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
    """The head of a block: its kind, whether it begins a frame, and the bytes behind the head, without a CRC-32."""

    kind: Kind
    begins_frame: bool
    size: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame, as the index has it.

    Attributes:
        size: its bytes in the file.
        length: bytes of its content.
    """

    size: int
    length: int


def check_options(level: int, frame_size: int | None) -> None:
    """Check the arguments with which a file is to be written, those of the header apart.

    Raises:
        EncodeError: one is out of range.
    """
    if level not in {0, 1}:
        raise EncodeError(f"level {level!r} is neither 0 nor 1")
    if frame_size is not None and frame_size < 1:
        raise EncodeError(f"frame_size {frame_size!r} is not 1 or more")


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
        EncodeError: the size of the window is not allowed.
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
    """The content of a stored block, from the bytes behind its head (rule CHK-3).

    Raises:
        ChecksumMismatch: it does not have its CRC-32.
    """
    value = parse(STORED, body, base=offset)
    if crc32(value.content) != value.crc:
        raise ChecksumMismatch("the CRC-32 of a block is wrong", offset, "crc")
    content: bytes = value.content
    return content


def build_smaller_block(content: bytes, container: bytes, *, begins: bool) -> bytes:
    """Write a block: as the container if that is shorter, else stored (rules CHK-2 to CHK-4 and CHK-10).

    All implementations share this; each makes the container itself.

    Args:
        content: 1 to ``MAX_BLOCK`` bytes.
        container: the body of a container of version 2 for it.
        begins: whether the block begins a frame.
    """
    if len(container) < len(content):
        return build_block(BlockHead(Kind.BRIO, begins, len(container)), container)
    return build_block(BlockHead(Kind.STORED, begins, len(content)), stored_body(content))


def read_content(head: BlockHead, body: bytes, offset: int, decoded: Callable[[bytes], bytes]) -> bytes:
    """Read a block behind its head (rules CHK-3 and CHK-4).

    All implementations share this; each decodes the container itself.

    Args:
        head: kind and size, as :func:`parse_block_head` gave them.
        body: all of the block behind its head.
        offset: bytes of the file before the body.
        decoded: decodes the body of a container, of at most ``MAX_BLOCK`` bytes of content, with the window.

    Raises:
        DecodeError: as the rules say; its offset is that in the file.
    """
    if head.kind is Kind.STORED:
        return read_stored(body, offset)
    try:
        content = decoded(body)
    except DecodeError as error:  # its offset counts the marker that a message has before the container
        raise type(error)(error.reason, offset + max(0, error.offset - 1), error.path) from None
    if not content:
        raise Malformed("a block has no content", offset, "length")
    return content


def body_size(head: BlockHead) -> int:
    """Bytes of a block behind its head."""
    return head.size + (4 if head.kind is Kind.STORED else 0)


def check_end(data: bytes, length: int, crc: int | None, offset: int) -> int:
    """Compare the end of a file with the content; return how many bytes of ``data`` the end takes (rule CHK-6).

    Args:
        data: begins with the end.
        length: bytes of the content.
        crc: CRC-32 of the content; None if only a part of it was read.
        offset: bytes of the file before ``data``.

    Raises:
        Malformed: the length is another.
        ChecksumMismatch: the CRC-32 is another.
    """
    value = parse(END, data, base=offset)
    if value.length != length:
        raise Malformed(f"the content has {length} bytes, not {value.length}", offset + 1, "length")
    if crc is not None and value.crc != crc:
        raise ChecksumMismatch("the CRC-32 of the content is wrong", offset + 1, "crc")
    return end_size(length)


def end_size(length: int) -> int:
    """Bytes of the end of a file with ``length`` bytes of content (rule CHK-6)."""
    return 5 + varint.size(length)


def build_end(length: int, crc: int) -> bytes:
    """Write an end (rule CHK-6)."""
    return build(END, {"kind": bytes((Kind.END,)), "length": length, "crc": crc})


def build_frame(frame: Frame) -> bytes:
    """The varints of a frame in the index (rule CHK-8)."""
    return build(FRAME, {"size": frame.size, "length": frame.length})


def build_trailer(size: int, crc: int) -> bytes:
    """Write the fields behind the varints of an index: how many bytes they are, and their CRC-32 (rule CHK-8)."""
    return build(TRAILER, {"crc": crc, "size": size, "magic": INDEX_MAGIC})

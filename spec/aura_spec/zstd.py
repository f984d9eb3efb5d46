"""Markers 0x04 and 0x05, Zstandard: the body is one frame of RFC 8878 without its four magic bytes.

ZST-1: The body is exactly one frame: header, blocks up to and including the one marked last, and the content
checksum if the header announces one. Nothing follows.

ZST-2: The reserved bit of the descriptor and the reserved block type are refused.

ZST-3: The frame names no dictionary: a non-zero ``dictionary_id`` is ``UnknownModel``.

ZST-4: The window, or the content size of a frame without a window, is at most ``limits.MAX_WINDOW``. A stated
content size is at most the output limit of the decoder. More is ``LimitExceeded`` before anything is allocated.

ZST-5: A block holds at most 128 KiB.

ZST-6: The bit that RFC 8878 calls unused is ignored.

ZST-7: A frame after marker 0x05 is decoded with the dictionary of the implied model, taken as raw content whatever
its first bytes are: matches may reach into it as if it preceded the first byte of the frame.

ZST-8: Without a model, or with a model that has no dictionary, a message with marker 0x05 is ``UnknownModel``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any, Final

import construct as c
from construct import this

from aura_spec.errors import LimitExceeded, Malformed, UnknownModel
from aura_spec.limits import MAX_WINDOW
from aura_spec.wire import Checked, Declaration, End, Field, Span, bits, parse, refuse

MAX_BLOCK: Final = 1 << 17
"""Bytes that one block may hold (rule ZST-5)."""

DESCRIPTOR: Final = c.BitStruct(
    bits("content_size_flag", 2, "bytes of content_size: 0, or 1 in a single segment; 2; 4; 8"),
    bits("single_segment", 1, "no window; the content size takes its place"),
    bits("unused", 1, "ignored"),
    bits("reserved", 1, "0, else the frame is refused"),
    bits("checksum_flag", 1, "a checksum follows the blocks"),
    bits("dictionary_id_flag", 2, "bytes of dictionary_id: 0, 1, 2, 4"),
)
"""The descriptor, bit by bit."""

WINDOW: Final = c.BitStruct(
    bits("exponent", 5, "the window's base is 2^(10 + exponent) bytes"),
    bits("mantissa", 3, "eighths of the base that are added to it"),
)
"""The window's byte."""

BLOCK: Final = c.BitStruct(
    bits("size", 21, "bytes of the block; of a repeated byte, how often it is repeated"),
    bits("type", 2, "0 as it is, 1 one byte that is repeated, 2 compressed, 3 reserved"),
    bits("last", 1, "no block follows"),
)
"""The header of a block, as a number: its three bytes stand in little-endian order."""

RAW, RLE, COMPRESSED, RESERVED = range(4)


class Blocks(Declaration):
    """Blocks up to the one marked last (rule ZST-1). Gives their number."""

    def _parse(self, stream: IO[bytes], context: Any, path: str) -> int:
        count = 0
        last = 0
        while not last:
            start = stream.tell()
            header = int.from_bytes(c.stream_read(stream, 3, path), "little")
            last, kind, size = header & 1, header >> 1 & 3, header >> 3
            offset = context._params.get("base", 0) + start  # noqa: SLF001
            if kind == RESERVED:
                raise refuse(Malformed, "a block has the reserved type", offset=offset, path=path)
            if size > MAX_BLOCK:
                reason = "a block is larger than 128 KiB"
                raise refuse(Malformed, reason, offset=offset, path=path)
            c.stream_read(stream, 1 if kind == RLE else size, path)
            count += 1
        return count


def _window_size(descriptor: int) -> int:
    """RFC 8878, 3.1.1.1.2: a power of two and eighths of it."""
    power = 1 << 10 + (descriptor >> 3)
    return power + (power >> 3) * (descriptor & 7)


FRAME: Final = c.Struct(
    Field(
        "descriptor",
        Checked(c.Byte, lambda byte: not byte & 0x08, "the reserved bit is set"),
        "content size flag (bits 7-6), single segment (5), unused (4), reserved (3),"
        " checksum (2), dictionary id flag (1-0)",
    ),
    "size_flag" / c.Computed(this.descriptor >> 6),
    "single_segment" / c.Computed(this.descriptor >> 5 & 1),
    Field(
        "window",
        c.If(
            this.single_segment == 0,
            Checked(
                c.Byte,
                lambda byte: _window_size(byte) <= MAX_WINDOW,
                f"the window is larger than {MAX_WINDOW} bytes",
                LimitExceeded,
            ),
        ),
        "window descriptor: exponent (bits 7-3), mantissa (2-0)",
    ),
    Field(
        "dictionary_id",
        Checked(
            c.Switch(
                this.descriptor & 3,
                {0: c.Computed(0), 1: c.Int8ul, 2: c.Int16ul, 3: c.Int32ul},
                default=c.Error,
            ),
            lambda value: value == 0,
            "the frame needs a dictionary",
            UnknownModel,
        ),
        "absent or zero",
    ),
    Field(
        "content_size",
        c.Switch(
            this.size_flag,
            {
                0: c.If(this.single_segment == 1, c.Int8ul),
                1: c.ExprAdapter(c.Int16ul, lambda n, _: n + 256, lambda n, _: n - 256),
                2: c.Int32ul,
                3: c.Int64ul,
            },
            default=c.Error,
        ),
        "decoded bytes, if stated",
    ),
    Field("blocks", Blocks(), "data blocks"),
    Field("checksum", c.If(this.descriptor >> 2 & 1, c.Bytes(4)), "low half of XXH64, if announced"),
    End,
)


@dataclass(frozen=True, slots=True)
class Frame:
    """The facts that a frame's structure shows before it is decoded.

    Attributes:
        content_size: decoded bytes as stated, or None.
        blocks: number of blocks; each decodes to at most ``MAX_BLOCK`` bytes.
        has_checksum: whether a content checksum follows the blocks.
    """

    content_size: int | None
    blocks: int
    has_checksum: bool


def parse_frame(body: bytes, max_size: int, trace: list[Span] | None = None) -> Frame:
    """Check the structure of a frame without decoding its blocks (rules ZST-1 to ZST-6).

    Raises:
        DecodeError: as the rules say.
    """
    value = parse(FRAME, body, base=1, trace=trace)
    size: int | None = value.content_size
    if size is not None:
        if size > max_size:
            raise LimitExceeded(f"the frame claims {size} bytes", 1, "content_size")
        if value.single_segment and size > MAX_WINDOW:
            raise LimitExceeded(f"the window is larger than {MAX_WINDOW} bytes", 1, "content_size")
    return Frame(size, value.blocks, value.checksum is not None)

"""Chunked files that are put together by hand, block by block, for cases that no encoder writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from aura_reference import brio2
from aura_reference.parse import Parse, Repeat
from aura_spec.chunked import (
    MAX_BLOCK,
    MAX_WINDOW_BITS,
    MIN_WINDOW_BITS,
    BlockHead,
    Frame,
    Header,
    Kind,
    build_block,
    build_end,
    build_frame,
    build_header,
    build_trailer,
    stored_body,
)

WINDOW: Final = 1 << MIN_WINDOW_BITS
WIDEST: Final = 1 << MAX_WINDOW_BITS
NOISE: Final = b"".join((n * n * 40503 % 65521).to_bytes(2, "big") for n in range(1, WINDOW // 2 + 1))
"""As long as the least window."""

FIVE: Final = Parse((), (Repeat(0, 5, WINDOW),))
"""Five bytes that stood as far back as the least window reaches."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a file that is put together by hand: stored unless ``cut`` says otherwise."""

    content: bytes
    begins: bool = False
    cut: Parse | None = None

    def build(self) -> bytes:
        """Its bytes."""
        if self.cut is None:
            head = BlockHead(Kind.STORED, self.begins, len(self.content))
            return build_block(head, stored_body(self.content))
        body = brio2.encode_parse(self.content, self.cut)
        return build_block(BlockHead(Kind.BRIO, self.begins, len(body)), body)


def file_of(*blocks: Block, window_bits: int = MIN_WINDOW_BITS, with_index: bool = False) -> bytes:
    """A file of these blocks, all of them right."""
    header = build_header(Header(with_index, window_bits))
    content = b"".join(block.content for block in blocks)
    end = build_end(len(content), crc32(content))
    return (
        header + b"".join(block.build() for block in blocks) + end + (index_of(blocks) if with_index else b"")
    )


def index_of(blocks: Sequence[Block]) -> bytes:
    """The index of a file of these blocks."""
    frames: list[Frame] = []
    for block in blocks:
        last = Frame(0, 0) if block.begins else frames.pop()
        frames.append(Frame(last.size + len(block.build()), last.length + len(block.content)))
    return sealed(b"".join(map(build_frame, frames)))


def sealed(varints: bytes) -> bytes:
    """An index of any varints, its other fields as they should be."""
    return varints + build_trailer(len(varints), crc32(varints))


LARGE: Final = Block(
    b"xyz" + b"a" * (MAX_BLOCK - 3), True, Parse((120, 121, 122, 97), (Repeat(4, MAX_BLOCK - 4, 1),))
)
"""A block as long as the widest window; begins with three bytes that occur nowhere else in it."""

"""Chunked files, as a whole (rules CHK-1 to CHK-12)."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from aura_reference import brio2
from aura_reference.parse import parse
from aura_spec import chunked as spec
from aura_spec.chunked import (
    BlockHead,
    Frame,
    Header,
    Kind,
    body_size,
    build_end,
    build_frame,
    build_header,
    build_smaller_block,
    build_trailer,
    check_end,
    check_options,
    parse_block_head,
    parse_header,
    read_content,
)
from aura_spec.chunked_index import check_index
from aura_spec.errors import EncodeError, LimitExceeded, Malformed, Truncated


def encode(data: bytes, *, window_bits: int, level: int, frame_size: int | None = None) -> bytes:
    """Write a file.

    Args:
        data: the content.
        window_bits: matches reach 2^window_bits bytes back, 10 to 18.
        level: of the parse, 0 or 1 (rule PAR-1).
        frame_size: bytes of a frame, 1 or more; there is an index then. One frame and no index if None.

    Raises:
        EncodeError: an argument is out of range, or the index has more than ``MAX_INDEX`` bytes.
    """
    check_options(level, frame_size)
    output = bytearray(build_header(Header(frame_size is not None, window_bits)))
    varints = b""
    for start in range(0, len(data), frame_size or max(1, len(data))):
        content = data[start:][:frame_size]
        frame = b"".join(_blocks(content, 1 << window_bits, level))
        output += frame
        varints += build_frame(Frame(len(frame), len(content)))
    output += build_end(len(data), crc32(data))
    if frame_size is None:
        return bytes(output)
    if len(varints) > spec.MAX_INDEX:
        raise EncodeError(f"frames of {frame_size} bytes are too short for so much content")
    return bytes(output) + varints + build_trailer(len(varints), crc32(varints))


def _blocks(content: bytes, window: int, level: int) -> Iterator[bytes]:
    """The blocks of a frame (rule CHK-10)."""
    start = 0
    while start < len(content):
        stop = start + spec.BLOCK
        yield encode_block(
            content[max(0, start - window) : start], content[start:stop], level, begins=not start
        )
        start = stop


def encode_block(window: bytes, content: bytes, level: int, *, begins: bool) -> bytes:
    """A block, with the window before it (rules CHK-2 to CHK-4 and CHK-10)."""
    container = brio2.encode_parse(content, parse(window + content, level, len(window)))
    return build_smaller_block(content, container, begins=begins)


def decode(file: bytes, max_size: int) -> bytes:
    """Read a file from its start (rules CHK-1 to CHK-9 and CHK-11).

    Raises:
        DecodeError: as the rules say.
    """
    header = parse_header(file[: spec.HEADER_SIZE])
    offset = spec.HEADER_SIZE
    frame: Frame | None = None
    varints = b""
    output = bytearray()
    window = b""
    while True:
        if offset == len(file):
            raise Truncated("the file has no end", offset, "kind")
        if file[offset] == Kind.END:
            break
        head, size = parse_block_head(file[offset : offset + spec.MAX_HEAD], offset)
        if not head.begins_frame and frame is None:
            raise Malformed("the first block does not begin a frame", offset, "kind")
        body = file[offset + size :][: body_size(head)]
        if len(body) < body_size(head):
            raise Truncated("the file ends inside a block", len(file), "body")
        if head.begins_frame:
            window = b""
            varints = _with_frame(header, varints, frame, offset)
            frame = None
        content = decode_block(head, body, window, offset + size)
        if len(output) + len(content) > max_size:
            raise LimitExceeded(f"the content is longer than {max_size} bytes", offset, "size")
        output += content
        window = (window + content)[-1 << header.window_bits :]
        before = frame or Frame(0, 0)
        frame = Frame(before.size + size + len(body), before.length + len(content))
        offset += size + len(body)
    varints = _with_frame(header, varints, frame, offset)
    offset += check_end(file[offset:][: spec.MAX_END], len(output), crc32(output), offset)
    if header.has_index:
        offset += check_index(file[offset:], varints, offset)
    if offset != len(file):
        raise Malformed("bytes follow the end of the file", offset)
    return bytes(output)


def _with_frame(header: Header, varints: bytes, frame: Frame | None, offset: int) -> bytes:
    """The varints of an index, if there is one, with those of a frame that ends at ``offset`` (rule CHK-8)."""
    if frame is None or not header.has_index:
        return varints
    varints += build_frame(frame)
    if len(varints) > spec.MAX_INDEX:
        raise LimitExceeded(f"an index of {len(varints)} bytes", offset, "frames")
    return varints


def decode_block(head: BlockHead, body: bytes, window: bytes, offset: int) -> bytes:
    """The content of a block, whose body stands at ``offset`` (rules CHK-3 and CHK-4).

    Raises:
        DecodeError: as the rules say.
    """
    return read_content(head, body, offset, lambda coded: brio2.decode(coded, spec.MAX_BLOCK, window))

"""Chunked files, piece by piece, in constant memory (rules CHK-1 to CHK-10)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from zlib import crc32

from aura_fast import brio2
from aura_fast.parse import parse
from aura_spec.chunked import (
    BLOCK,
    HEADER_SIZE,
    MAX_BLOCK,
    MAX_END,
    MAX_HEAD,
    TRAILER_SIZE,
    BlockHead,
    Frame,
    Header,
    Kind,
    body_size,
    build_block,
    build_end,
    build_frame,
    build_header,
    build_trailer,
    check_end,
    check_trailer,
    parse_block_head,
    parse_header,
    read_stored,
    stored_body,
)
from aura_spec.errors import ChecksumMismatch, DecodeError, LimitExceeded, Malformed, Truncated


def encode_block(window: bytes, content: bytes, effort: int, *, begins: bool) -> bytes:
    """A block, with the window before it (rules CHK-2 to CHK-4 and CHK-10)."""
    body = brio2.encode_parse(content, parse(window + content, effort, len(window)))
    if len(body) < len(content):
        return build_block(BlockHead(Kind.BRIO, begins, len(body)), body)
    return build_block(BlockHead(Kind.STORED, begins, len(content)), stored_body(content))


def decode_block(head: BlockHead, body: bytes, window: bytes, offset: int) -> bytes:
    """The content of a block, whose body stands at ``offset`` (rules CHK-3 and CHK-4).

    Raises:
        DecodeError: as the rules say.
    """
    if head.kind is Kind.STORED:
        return read_stored(body, offset)
    try:
        content = brio2.decode(body, MAX_BLOCK, window)
    except DecodeError as error:
        raise type(error)(error.reason, offset + max(0, error.offset - 1), error.path) from None
    if not content:
        raise Malformed("a block has no content", offset, "length")
    return content


class Compressor:
    """Writes a file as its content comes.

    Args:
        window_bits: matches reach 2^window_bits bytes back, 10 to 18.
        effort: of the parse, 0 or 1 (rule PAR-1).
        frame_size: bytes of a frame; there is an index then. One frame and no index if None.

    Raises:
        EncodeError: the window has a size that is not allowed.
    """

    def __init__(self, *, window_bits: int, effort: int, frame_size: int | None = None) -> None:
        self._header = build_header(Header(frame_size is not None, window_bits))
        self._window_size = 1 << window_bits
        self._effort = effort
        self._frame_size = frame_size
        self._pending = bytearray()
        self._window = b""
        self._crc = 0
        self._length = 0
        self._frame = Frame(0, 0)
        self._index = bytearray()

    def compress(self, content: bytes) -> bytes:
        """What can be written of the file with this content; ``b""`` if that is nothing yet."""
        self._pending += content
        output = bytearray(self._take_header())
        while len(self._pending) >= (size := self._next_size()):
            output += self._block(size)
        return bytes(output)

    def flush(self) -> bytes:
        """What is needed to read all content so far."""
        output = self._take_header()
        return output + self._block(len(self._pending)) if self._pending else output

    def finish(self) -> bytes:
        """The rest of the file; nothing can be added then."""
        output = self.flush()
        self._end_frame()
        output += build_end(self._length, self._crc)
        if self._frame_size is not None:
            output += bytes(self._index) + build_trailer(len(self._index), crc32(self._index))
        return output

    def _take_header(self) -> bytes:
        header, self._header = self._header, b""
        return header

    def _next_size(self) -> int:
        """Bytes of the next block (rule CHK-10)."""
        return BLOCK if self._frame_size is None else min(BLOCK, self._frame_size - self._frame.length)

    def _block(self, size: int) -> bytes:
        content = bytes(self._pending[:size])
        del self._pending[:size]
        block = encode_block(self._window, content, self._effort, begins=not self._frame.length)
        self._window = (self._window + content)[-self._window_size :]
        self._crc = crc32(content, self._crc)
        self._length += size
        self._frame = Frame(self._frame.size + len(block), self._frame.length + size)
        if self._frame.length == self._frame_size:
            self._end_frame()
        return block

    def _end_frame(self) -> None:
        if self._frame.length and self._frame_size is not None:
            self._index += build_frame(self._frame)
            self._frame = Frame(0, 0)
            self._window = b""


class Decompressor:
    """Reads a file as it comes.

    Whoever uses it feeds bytes, and takes the content block by block, so that never more than a block is held.

    Args:
        max_size: bytes that the content may have; None for any.
        header: of the file, to begin with a frame in the middle of it: its end is not looked for then.
    """

    def __init__(self, *, max_size: int | None = None, header: Header | None = None) -> None:
        self._max_size = max_size
        self._header = header
        self._is_part = header is not None
        self._input = bytearray()
        self._offset = 0
        self._window = b""
        self._crc = 0
        self._length = 0
        self._frame: Frame | None = None
        self._index_size = 0
        self._index_crc = 0
        # what is still to come of the index, and its CRC-32 so far
        self._index_left: int | None = None
        self._index_seen = 0
        self._is_over = False

    @property
    def is_over(self) -> bool:
        """Whether the end of the file was read."""
        return self._is_over

    def feed(self, data: bytes) -> None:
        """Add bytes of the file."""
        self._input += data

    def blocks(self) -> Iterator[bytes]:
        """The contents of the blocks that are complete.

        Raises:
            DecodeError: the file is refused; what came before is good, as far as it goes.
        """
        while (content := self._step()) is not None:
            if content:
                yield content

    def finish(self) -> None:
        """Check that the file is complete.

        Raises:
            Truncated: it is not.
            DecodeError: it is refused.
        """
        if self._is_over:
            return
        if self._header is None:
            parse_header(bytes(self._input))
        if self._index_left is None and self._input[:1] == bytes((Kind.END,)):
            check_end(bytes(self._input), self._length, self._crc, self._offset)
        raise Truncated("the file has no end", self._offset + len(self._input), "kind")

    def _step(self) -> bytes | None:
        """Read one thing: content, nothing in particular, or None if more bytes are needed."""
        if self._is_over:
            if self._input and not self._is_part:
                raise Malformed("bytes follow the end of the file", self._offset)
            return None
        if self._header is None:
            return self._read_header()
        if self._index_left is not None:
            return self._read_index()
        if not self._input:
            return None
        if self._input[0] == Kind.END:
            return self._read_end(self._header)
        return self._read_block(self._header)

    def _take(self, size: int) -> bytes:
        data = bytes(self._input[:size])
        del self._input[:size]
        self._offset += size
        return data

    def _read_header(self) -> bytes | None:
        if len(self._input) < HEADER_SIZE:
            return None
        self._header = parse_header(self._take(HEADER_SIZE))
        return b""

    def _read_block(self, header: Header) -> bytes | None:
        beginning = bytes(self._input[:MAX_HEAD])
        # the size ends with the first byte below 0x80; until that is there, only what is wrong can be told
        if all(byte >= 0x80 for byte in beginning[1:]):
            with suppress(Truncated):
                parse_block_head(beginning, self._offset)
            return None
        head, size = parse_block_head(beginning, self._offset)
        if not head.begins_frame and self._frame is None:
            raise Malformed("the first block does not begin a frame", self._offset, "kind")
        if len(self._input) < size + body_size(head):
            return None
        start = self._offset
        self._take(size)
        if head.begins_frame:
            self._end_frame()
            self._window = b""
        offset = self._offset
        body = self._take(body_size(head))
        content = decode_block(head, body, self._window, offset)
        if self._max_size is not None and self._length + len(content) > self._max_size:
            raise LimitExceeded(f"the content is longer than {self._max_size} bytes", start, "size")
        self._window = (self._window + content)[-1 << header.window_bits :]
        self._crc = crc32(content, self._crc)
        self._length += len(content)
        before = self._frame or Frame(0, 0)
        self._frame = Frame(before.size + self._offset - start, before.length + len(content))
        return content

    def _end_frame(self) -> None:
        """Add a frame to the index that there should be (rule CHK-9)."""
        if self._frame:
            varints = build_frame(self._frame)
            self._index_size += len(varints)
            self._index_crc = crc32(varints, self._index_crc)
            self._frame = None

    def _read_end(self, header: Header) -> bytes | None:
        if self._is_part:
            self._is_over = True
            return None
        beginning = bytes(self._input[:MAX_END])
        size = next((place for place, byte in enumerate(beginning[1:], 2) if byte < 0x80), MAX_END)
        if len(beginning) < min(size + 4, MAX_END):
            return None
        self._end_frame()
        self._take(check_end(beginning, self._length, self._crc, self._offset))
        self._index_left = self._index_size if header.has_index else None
        self._is_over = not header.has_index
        return b""

    def _read_index(self) -> bytes | None:
        if self._index_left:
            varints = self._take(min(self._index_left, len(self._input)))
            self._index_seen = crc32(varints, self._index_seen)
            self._index_left -= len(varints)
            if self._index_left:
                return None
            if self._index_seen != self._index_crc:
                raise ChecksumMismatch("the index does not say what the frames are", self._offset, "frames")
        if len(self._input) < TRAILER_SIZE:
            return None
        offset = self._offset
        check_trailer(self._take(TRAILER_SIZE), self._index_size, self._index_crc, offset)
        self._is_over = True
        return b""

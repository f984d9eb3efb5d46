"""Chunked files, piece by piece, in constant memory (rules CHK-1 to CHK-11)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from zlib import crc32

from aura_spec import chunked as spec
from aura_spec.chunked import (
    HEADER_SIZE,
    MAX_BLOCK,
    MAX_END,
    MAX_HEAD,
    MAX_INDEX,
    TRAILER_SIZE,
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
from aura_spec.errors import DecodeError, EncodeError, LimitExceeded, Malformed, Truncated


def encode_block(window: bytes, content: bytes, level: int, *, begins: bool) -> bytes:
    """A block, with the window before it (rules CHK-2 to CHK-4 and CHK-10)."""
    from aura_fast import brio2  # noqa: PLC0415  # numpy takes long to load, and the native core needs none
    from aura_fast.parse import parse  # noqa: PLC0415  # as above

    container = brio2.encode_parse(content, parse(window + content, level, len(window)))
    return build_smaller_block(content, container, begins=begins)


def decode_block(head: BlockHead, body: bytes, window: bytes, offset: int) -> bytes:
    """The content of a block, whose body stands at ``offset`` (rules CHK-3 and CHK-4).

    Raises:
        DecodeError: as the rules say.
    """
    from aura_fast import brio2  # noqa: PLC0415  # as above

    return read_content(head, body, offset, lambda coded: brio2.decode(coded, MAX_BLOCK, window))


class Compressor:
    """Writes a file as its content comes.

    Args:
        window_bits: matches reach 2^window_bits bytes back, 10 to 18.
        level: of the parse, 0 or 1 (rule PAR-1).
        frame_size: bytes of a frame, 1 or more; there is an index then. One frame and no index if None.

    Raises:
        EncodeError: an argument is out of range. ``compress``, ``flush`` and ``finish`` raise it as well, when the
            index has more than ``MAX_INDEX`` bytes, as ``frame_size`` is too small for so much content.
    """

    def __init__(self, *, window_bits: int, level: int, frame_size: int | None = None) -> None:
        check_options(level, frame_size)
        self._header = build_header(Header(frame_size is not None, window_bits))
        self._window_size = 1 << window_bits
        self._level = level
        self._frame_size = frame_size
        self._pending = bytearray()
        self._window = b""
        self._crc = 0
        self._length = 0
        self._frame = Frame(0, 0)
        self._varints = bytearray()

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
            output += bytes(self._varints) + build_trailer(len(self._varints), crc32(self._varints))
        return output

    def _take_header(self) -> bytes:
        header, self._header = self._header, b""
        return header

    def _next_size(self) -> int:
        """Bytes of the next block (rule CHK-10)."""
        return (
            spec.BLOCK if self._frame_size is None else min(spec.BLOCK, self._frame_size - self._frame.length)
        )

    def _block(self, size: int) -> bytes:
        content = bytes(self._pending[:size])
        del self._pending[:size]
        block = self._encode_block(content, begins=not self._frame.length)
        self._window = (self._window + content)[-self._window_size :]
        self._crc = crc32(content, self._crc)
        self._length += size
        self._frame = Frame(self._frame.size + len(block), self._frame.length + size)
        if self._frame.length == self._frame_size:
            self._end_frame()
        return block

    def _encode_block(self, content: bytes, *, begins: bool) -> bytes:
        """The next block, with the window before it."""
        return encode_block(self._window, content, self._level, begins=begins)

    def _end_frame(self) -> None:
        if self._frame.length and self._frame_size is not None:
            self._varints += build_frame(self._frame)
            if len(self._varints) > MAX_INDEX:
                raise EncodeError(f"frames of {self._frame_size} bytes are too short for so much content")
            self._frame = Frame(0, 0)
            self._window = b""


@dataclass(frozen=True, slots=True)
class Start:
    """Where reading begins, if not at the start of a file: at the first block of a frame.

    Attributes:
        header: of the file.
        offset: of the block in the file.
        length: bytes of content before the frame.
        varints: of the frames before, as the index has them.
    """

    header: Header
    offset: int
    length: int
    varints: bytes


class Decompressor:
    """Reads a file as it comes.

    Whoever uses it feeds bytes, and takes the content block by block, so that never more than a block is held.
    After an error every call raises that error again.

    Args:
        max_size: bytes that the content may have; None for any.
        start: the frame to begin with; the start of the file if None. Frames, end and index are checked in either
            case, the CRC-32 of the whole content only if all of it is read (rule CHK-12).
    """

    def __init__(self, *, max_size: int | None = None, start: Start | None = None) -> None:
        self._max_size = max_size
        self._header = start.header if start else None
        self._input = bytearray()
        self._offset = start.offset if start else 0
        self._window = b""
        self._length = start.length if start else 0
        self._crc: int | None = None if self._length else 0
        self._frame: Frame | None = None
        self._varints = bytearray(start.varints if start else b"")
        self._is_at_index = False
        self._is_over = False
        self._error: DecodeError | None = None

    @property
    def is_over(self) -> bool:
        """Whether the end of the file was read."""
        return self._is_over

    def feed(self, data: bytes) -> None:
        """Add bytes of the file.

        Raises:
            DecodeError: the file was refused before.
        """
        self._check()
        self._input += data

    def blocks(self) -> Iterator[bytes]:
        """Yield the contents of the blocks that are complete.

        Raises:
            DecodeError: the file is refused. Every block before the error has been yielded.
        """
        while (content := self._step()) is not None:
            if content:
                yield content

    def next_block(self) -> bytes | None:
        """The content of the next block; None if it is not complete, or the end of the file was read.

        Bytes that follow the end are no error here; see :attr:`rest`.

        Raises:
            DecodeError: the file is refused.
        """
        while not self._is_over:
            content = self._step()
            if content is None or content:
                return content
        return None

    @property
    def rest(self) -> bytes:
        """Bytes that were fed and not read yet: those after the end, once that was read."""
        return bytes(self._input)

    def finish(self) -> None:
        """Check that the file is complete.

        Raises:
            Truncated: it is not.
            DecodeError: it is refused.
        """
        self._check()
        if self._is_over:
            return
        if self._header is None:
            parse_header(bytes(self._input))
        if not self._is_at_index and self._input[:1] == bytes((Kind.END,)):
            check_end(bytes(self._input), self._length, self._crc, self._offset)
        raise Truncated("the file has no end", self._offset + len(self._input), "kind")

    def _step(self) -> bytes | None:
        """Read the next thing; return its content, if it has any, or None if more bytes are needed."""
        self._check()
        try:
            return self._read()
        except DecodeError as error:
            self._error = error
            self._input.clear()
            raise

    def _check(self) -> None:
        """Raise an error again, without the frames of the calls before, which hold what they were given."""
        if self._error:
            raise self._error.with_traceback(None)

    def _read(self) -> bytes | None:
        if self._is_over:
            if self._input:
                raise Malformed("bytes follow the end of the file", self._offset)
            return None
        if self._header is None:
            return self._read_header()
        if self._is_at_index:
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
            self._end_frame(header, start)
            self._window = b""
        offset = self._offset
        body = self._take(body_size(head))
        content = self._decode_block(head, body, offset)
        if self._max_size is not None and self._length + len(content) > self._max_size:
            raise LimitExceeded(f"the content is longer than {self._max_size} bytes", start, "size")
        self._window = (self._window + content)[-1 << header.window_bits :]
        if self._crc is not None:
            self._crc = crc32(content, self._crc)
        self._length += len(content)
        before = self._frame or Frame(0, 0)
        self._frame = Frame(before.size + self._offset - start, before.length + len(content))
        return content

    def _decode_block(self, head: BlockHead, body: bytes, offset: int) -> bytes:
        """The content of the next block, with the window before it."""
        return decode_block(head, body, self._window, offset)

    def _end_frame(self, header: Header, offset: int) -> None:
        """Add a frame that ends at ``offset`` to the index that there should be (rules CHK-8 and CHK-9)."""
        if self._frame and header.has_index:
            self._varints += build_frame(self._frame)
            if len(self._varints) > MAX_INDEX:
                raise LimitExceeded(f"an index of {len(self._varints)} bytes", offset, "frames")
        self._frame = None

    def _read_end(self, header: Header) -> bytes | None:
        beginning = bytes(self._input[:MAX_END])
        size = next((place for place, byte in enumerate(beginning[1:], 2) if byte < 0x80), MAX_END)
        if len(beginning) < min(size + 4, MAX_END):
            return None
        self._end_frame(header, self._offset)
        self._take(check_end(beginning, self._length, self._crc, self._offset))
        self._is_at_index = header.has_index
        self._is_over = not header.has_index
        return b""

    def _read_index(self) -> bytes | None:
        size = len(self._varints) + TRAILER_SIZE
        if len(self._input) < size:
            return None
        offset = self._offset
        check_index(self._take(size), bytes(self._varints), offset)
        self._is_over = True
        return b""

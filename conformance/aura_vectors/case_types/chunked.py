"""Chunked files, as a whole, and their indexes.

The value of a file is its content; of a long one, how many bytes it has and their SHA-256. What a long one is
written from stands in ``encode``: bytes, and how often they are repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

import numpy as np

from aura import native
from aura.files.coders import Coders, coders_of
from aura_fast import chunked as fast
from aura_fast import chunked_index as fast_index
from aura_reference import chunked as reference
from aura_reference import chunked_index
from aura_spec.chunked import (
    BLOCK_HEAD,
    END,
    FRAME,
    HEADER,
    HEADER_SIZE,
    STORED,
    TRAILER,
    Kind,
    body_size,
    parse_block_head,
    parse_header,
)
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.wire import Span, parse
from aura_vectors.case import FAST, REFERENCE, Case, CaseType, Fields

FILE: Final = "chunked file"
LONG: Final = "long chunked file"
INDEX: Final = "index of a chunked file"

_PIECE: Final = 5
"""Bytes of the pieces in which the fast implementation is given a short file."""


@dataclass(frozen=True, slots=True)
class Files(CaseType):
    """A group of such files, with the limit of their content.

    Attributes:
        is_long: whether their value is a digest.
        max_size: bytes that the content may have.
    """

    is_long: bool = False
    max_size: int = DEFAULT_MAX_SIZE

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return LONG if self.is_long else FILE

    def shared(self) -> Fields:
        """The limit."""
        return {"max_size": str(self.max_size)}

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """All implementations."""
        decoders = {REFERENCE: reference.decode} | {
            name: partial(self._decode_in_pieces, coders.decompressor) for name, coders in _others()
        }
        return {name: partial(self._read, decode, case.wire) for name, decode in decoders.items()}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """All implementations."""
        how = case.encode or {}
        content = _repeated(how) if self.is_long else bytes.fromhex(str(case.value["content_hex"]))
        return {REFERENCE: partial(_write, content, how)} | {
            name: partial(_write_in_pieces, coders.compressor, content, how) for name, coders in _others()
        }

    def value_of(self, content: bytes) -> Fields:
        """What a file with this content is read as."""
        if self.is_long:
            return {"length": str(len(content)), "sha256": hashlib.sha256(content).hexdigest()}
        return {"content_hex": content.hex()}

    def _read(self, decode: Callable[[bytes, int], bytes], file: bytes) -> Fields:
        return self.value_of(decode(file, self.max_size))

    def _decode_in_pieces(
        self, decompressor_type: type[fast.Decompressor], file: bytes, max_size: int
    ) -> bytes:
        step = max(1, len(file)) if self.is_long else _PIECE
        decompressor = decompressor_type(max_size=max_size)
        content = b""
        for start in range(0, len(file), step):
            decompressor.feed(file[start : start + step])
            content += b"".join(decompressor.blocks())
        decompressor.finish()
        return content


def _others() -> Iterator[tuple[str, Coders]]:
    """The implementations that read and write piece by piece, by name."""
    yield FAST, coders_of(FAST)
    if native.is_installed():
        yield "native", coders_of("native")


def _repeated(how: Fields) -> bytes:
    pieces = cast("Sequence[Mapping[str, object]]", how["content"])
    return b"".join(bytes.fromhex(str(piece["hex"])) * int(str(piece["times"])) for piece in pieces)


def _frame_size(how: Fields) -> int | None:
    return int(str(how["frame_size"])) if "frame_size" in how else None


def _write(content: bytes, how: Fields) -> bytes:
    window_bits, level = int(str(how["window_bits"])), int(str(how["level"]))
    return reference.encode(content, window_bits=window_bits, level=level, frame_size=_frame_size(how))


def _write_in_pieces(compressor_type: type[fast.Compressor], content: bytes, how: Fields) -> bytes:
    window_bits, level = int(str(how["window_bits"])), int(str(how["level"]))
    compressor = compressor_type(window_bits=window_bits, level=level, frame_size=_frame_size(how))
    return compressor.compress(content) + compressor.finish()


@dataclass(frozen=True, slots=True)
class Indexes(CaseType):
    """A group of files whose indexes are read from the end, by a reader that has not seen the frames."""

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return INDEX

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """Both implementations."""
        return {REFERENCE: partial(_read_index, case.wire), FAST: partial(_read_index_fast, case.wire)}

    def writers(self, _case: Case) -> Mapping[str, Callable[[], bytes]]:
        """An index is written with its file."""
        return {}


def _read_index(file: bytes) -> Fields:
    frames = chunked_index.read_index(file)
    return {"frames": [[frame.size, frame.length] for frame in frames]}


def _read_index_fast(file: bytes) -> Fields:
    index = fast_index.read_index(lambda offset, size: file[offset : offset + size], len(file))
    sizes = [] if index is None else zip(np.diff(index.offsets), np.diff(index.places), strict=True)
    return {"frames": [[int(size), int(length)] for size, length in sizes]}


def fields_of(file: bytes) -> Iterator[Span]:
    """The fields of a valid file, in order; what is inside a container is none."""
    spans: list[Span] = []
    parse(HEADER, file[:HEADER_SIZE], trace=spans)
    offset = HEADER_SIZE
    frames = 0
    while file[offset] != Kind.END:
        head, size = parse_block_head(file[offset:], offset)
        parse(BLOCK_HEAD, file[offset:], base=offset, trace=spans)
        offset += size
        if head.kind is Kind.STORED:
            parse(STORED, file[offset : offset + body_size(head)], base=offset, trace=spans)
        else:
            spans.append(Span(offset, head.size, "container", None))
        offset += body_size(head)
        frames += head.begins_frame
    parse(END, file[offset:], base=offset, trace=spans)
    if parse_header(file[:HEADER_SIZE]).has_index:
        offset = spans[-1].offset + spans[-1].length
        for _ in range(frames):
            parse(FRAME, file[offset:], base=offset, trace=spans)
            offset = spans[-1].offset + spans[-1].length
        parse(TRAILER, file[offset:], base=offset, trace=spans)
    yield from spans

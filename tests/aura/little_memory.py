"""Reads chunked files, hostile ones among them, with a limit of memory: ``little_memory.py MEBIBYTES``.

The mebibytes are those that may be allocated once everything is loaded that is loaded once.
"""

from __future__ import annotations

import io
import resource
import sys
from pathlib import Path
from zlib import crc32

from aura.errors import DecodeError
from aura.files.chunked import decompress_iter
from aura.files.chunked_reader import ChunkedReader
from aura_fast import brio2
from aura_spec.chunked import (
    MAX_BLOCK,
    MAX_INDEX,
    MAX_WINDOW_BITS,
    BlockHead,
    Frame,
    Header,
    Kind,
    build_block,
    build_end,
    build_frame,
    build_header,
    build_trailer,
)
from aura_spec.varint import VarInt

_CONTENT = bytes(MAX_BLOCK)
_BODY = brio2.encode(_CONTENT, 0)
_BLOCK = build_block(BlockHead(Kind.BRIO, begins_frame=True, size=len(_BODY)), _BODY)
_COUNT = 300
LENGTH = _COUNT * MAX_BLOCK
_NUMBERS = build_frame(Frame(len(_BLOCK), MAX_BLOCK)) * _COUNT

FILE = b"".join(
    [
        build_header(Header(has_index=True, window_bits=MAX_WINDOW_BITS)),
        _BLOCK * _COUNT,
        build_end(LENGTH, crc32(bytes(LENGTH))),
        _NUMBERS,
        build_trailer(len(_NUMBERS), crc32(_NUMBERS)),
    ]
)
"""75 MiB of zeros, a frame for each block."""

_MOST = VarInt().build(MAX_BLOCK)
_CONTAINER = FILE[:7] + b"\x82" + _MOST + b"AURA\2"

HOSTILE = {
    "a block of bytes that mean nothing": FILE[:7] + b"\x82" + _MOST + bytes(MAX_BLOCK),
    "a long container": _CONTAINER + VarInt().build(1 << 26) + bytes(MAX_BLOCK),
    "many sequences": _CONTAINER + _MOST + bytes(4) + VarInt().build(1 << 26) + bytes(MAX_BLOCK),
    "many units": _CONTAINER + _MOST + bytes(4) + b"\0" + _MOST + bytes(MAX_BLOCK),
    "many of both": _CONTAINER + _MOST + bytes(4) + b"\x80\x80\4\x80\x80\4" + b"\xa5" * MAX_BLOCK,
    "another file behind the first": FILE + FILE,
}


def limit(mebibytes: int) -> None:
    """Allow so much more than is in use, and see that it is a limit."""
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    size = used + (mebibytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    try:
        bytes(mebibytes << 21)
    except MemoryError:
        return
    sys.exit("there is no limit")


def expect_refusal(what: str, file: bytes, place: int | None = None) -> None:
    """Read a file, or seek in it; end with its name if that is not refused."""
    reader = ChunkedReader(io.BytesIO(file))
    try:
        if place is not None:
            reader.seek(place)
        while reader.read(1 << 16):
            pass
    except DecodeError:
        return
    sys.exit(f"{what} is taken")


def main() -> None:
    """Read everything."""
    assert len(next(decompress_iter([FILE]))) == MAX_BLOCK
    limit(int(sys.argv[1]))
    assert sum(map(len, decompress_iter([FILE]))) == LENGTH
    assert ChunkedReader(io.BytesIO(FILE)).seek(-5, io.SEEK_END) == LENGTH - 5
    for what, file in HOSTILE.items():
        expect_refusal(what, file)
    for frame in (Frame(0, 0), Frame(7, 1), Frame(8, MAX_BLOCK)):
        numbers = build_frame(frame)
        varints = numbers * (MAX_INDEX // len(numbers))
        index = varints + build_trailer(len(varints), crc32(varints))
        expect_refusal(f"an index of {frame}", FILE + index, 5)


if __name__ == "__main__":
    main()

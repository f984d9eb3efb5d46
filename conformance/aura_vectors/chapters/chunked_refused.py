"""Chunked files that are refused: headers, blocks, windows, ends and indexes with one fault each.

Beside its fault each file is as it should be, so that a decoder that does not see the fault reads it to the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from aura_reference import brio2
from aura_reference.parse import Parse, Repeat
from aura_spec.chunked import (
    FRAME_BIT,
    MAX_BLOCK,
    MAX_CONTENT,
    MAX_INDEX,
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
)
from aura_spec.errors import Code
from aura_spec.varint import VarInt
from aura_vectors.case import Case
from aura_vectors.chunked_file import FIVE, LARGE, NOISE, WIDEST, WINDOW, Block, file_of, index_of, sealed
from aura_vectors.flags import Flag


def files() -> Iterator[Case]:
    """Files that are read from their start."""
    yield from _headers()
    yield from _blocks()
    yield from _containers()
    yield from _windows()
    yield from _ends()
    yield from _indexes()


def _refused(code: Code, rule: str, file: bytes, comment: str, flag: Flag) -> Case:
    return Case(comment, (rule,), file, code=code, flag=flag)


def long_files() -> Iterator[Case]:
    """Files that are long, or say so."""
    back = Block(b"xyz", cut=Parse((), (Repeat(0, 3, WIDEST + 1),)))
    file = file_of(LARGE, Block(b"-"), back, window_bits=MAX_WINDOW_BITS)
    yield _refused(Code.MALFORMED, "CHK-4", file, "a match 2^18 + 1 bytes back", Flag.FORGETS_WINDOW)
    over = Block(b"a" * (MAX_BLOCK + 1), True, Parse((97,), (Repeat(1, MAX_BLOCK, 1),)))
    yield _refused(
        Code.LIMIT_EXCEEDED, "CHK-4", file_of(over), "a container of 2^18 + 1 bytes", Flag.IGNORES_LIMIT
    )


def _headers() -> Iterator[Case]:
    good = file_of(Block(b"hi", True))
    for place in range(4):
        wire = good[:place] + bytes((good[place] ^ 0x20,)) + good[place + 1 :]
        yield _refused(Code.MALFORMED, "CHK-1", wire, f"byte {place} of the magic", Flag.IGNORES_MAGIC)
    for version in (0, 2, 255):
        wire = good[:4] + bytes((version,)) + good[5:]
        yield _refused(Code.UNSUPPORTED, "CHK-1", wire, f"version {version}", Flag.IGNORES_VERSION)
    for flags in (2, 3, 0x80):
        wire = good[:5] + bytes((flags,)) + good[6:]
        yield _refused(Code.UNSUPPORTED, "CHK-1", wire, f"flags {flags}", Flag.ACCEPTS_RESERVED)
    for bits in (0, MIN_WINDOW_BITS - 1, MAX_WINDOW_BITS + 1, 63, 255):
        wire = good[:6] + bytes((bits,)) + good[7:]
        yield _refused(Code.LIMIT_EXCEEDED, "CHK-1", wire, f"a window of 2^{bits} bytes", Flag.IGNORES_LIMIT)


def _blocks() -> Iterator[Case]:
    header = build_header(Header(has_index=False, window_bits=MIN_WINDOW_BITS))
    block, end = Block(b"hi", True).build(), build_end(2, crc32(b"hi"))
    for kind in (3, 4, 0x40, 0x7F, 0x80, 0x83, 0xFF):
        wire = header + bytes((kind,)) + block[1:] + end
        comment, flag = f"a block that begins with 0x{kind:02x}", Flag.ACCEPTS_RESERVED
        yield _refused(Code.UNSUPPORTED, "CHK-2", wire, comment, flag)
    for size, code, comment, flag in (
        (b"\0", Code.MALFORMED, "a block of no bytes", Flag.WRONG_LENGTH),
        (
            VarInt().build(MAX_BLOCK + 1),
            Code.LIMIT_EXCEEDED,
            "2^18 + 1 bytes, none there",
            Flag.TRUSTS_CLAIMS,
        ),
        (VarInt().build(MAX_BLOCK), Code.TRUNCATED, "2^18 bytes, none there", Flag.TRUSTS_CLAIMS),
        (b"\xff\xff\xff\xff\x0f", Code.LIMIT_EXCEEDED, "2^32 - 1 bytes", Flag.UNBOUNDED_INTEGER),
        (b"\x80" * 40, Code.LIMIT_EXCEEDED, "a size that does not end", Flag.UNBOUNDED_INTEGER),
        (b"\x82\0", Code.NON_CANONICAL, "a size of 2 in two bytes", Flag.OVERLONG_INTEGER),
        (b"\x80\0", Code.NON_CANONICAL, "a size of 0 in two bytes", Flag.OVERLONG_INTEGER),
    ):
        for kind in (Kind.STORED, Kind.BRIO):
            wire = header + bytes((kind | FRAME_BIT,)) + size
            yield _refused(code, "CHK-2", wire, f"{comment}, kind {kind:d}", flag)
    first = Block(b"hi").build()
    comment, flag = "a first block that begins no frame", Flag.MISSING_PART
    yield _refused(Code.MALFORMED, "CHK-5", header + first + end, comment, flag)
    for place, which in ((2, "first"), (5, "last")):
        changed = block[:place] + bytes((block[place] ^ 1,)) + block[place + 1 :]
        comment, flag = f"the {which} byte of a stored block's CRC-32", Flag.IGNORES_CHECKSUM
        yield _refused(Code.CHECKSUM_MISMATCH, "CHK-3", header + changed + end, comment, flag)
    changed = block[:-1] + b"j"
    comment, flag = "damage in a block, and an end that agrees with it", Flag.IGNORES_CHECKSUM
    wire = header + changed + build_end(2, crc32(b"hj"))
    yield _refused(Code.CHECKSUM_MISMATCH, "CHK-3", wire, comment, flag)


def _containers() -> Iterator[Case]:
    header = build_header(Header(has_index=False, window_bits=MIN_WINDOW_BITS))
    container = brio2.encode(b"hi", 0)
    for body, code, rule, comment, flag in (
        (b"AURB" + container[4:], Code.MALFORMED, "CHK-4", "no container", Flag.IGNORES_MAGIC),
        (
            container[:4] + b"\3" + container[5:],
            Code.UNSUPPORTED,
            "CHK-4",
            "a container of version 3",
            Flag.IGNORES_VERSION,
        ),
        (
            container[:6] + b"\0" + container[7:],
            Code.CHECKSUM_MISMATCH,
            "BII-10",
            "a container's CRC-32",
            Flag.IGNORES_CHECKSUM,
        ),
        (container[:-2], Code.TRUNCATED, "CHK-4", "a container that is cut", Flag.READS_PAST_END),
    ):
        block = build_block(BlockHead(Kind.BRIO, True, len(body)), body)
        yield _refused(code, rule, header + block + build_end(2, crc32(b"hi")), comment, flag)
    empty = Block(b"", True, Parse((), ()))
    for blocks, comment in (
        ([empty], "a container of nothing"),
        ([Block(b"hi", True), Block(b"", cut=Parse((), ()))], "a container of nothing behind another block"),
        ([empty, Block(b"hi")], "a container of nothing before another block"),
    ):
        yield _refused(Code.MALFORMED, "CHK-4", file_of(*blocks), comment, Flag.WRONG_LENGTH)


def _windows() -> Iterator[Case]:
    flag = Flag.FORGETS_WINDOW
    start, back = Block(NOISE, True), Parse((), (Repeat(0, 5, WINDOW + 1),))
    for comment, blocks in (
        ("a match a byte before the window", [start, Block(b"+"), Block(NOISE[:5], cut=back)]),
        ("a match before the content", [start, Block(NOISE[:5], cut=back)]),
        ("a match in the frame before", [start, Block(NOISE[:5], True, FIVE)]),
        (
            "a match in the frame before, from a second block",
            [start, Block(b"+", True), Block(NOISE[1:6], cut=FIVE)],
        ),
        (
            "the same, two bytes into the block",
            [
                start,
                Block(b"+"),
                Block(b"xx" + NOISE[:5], cut=Parse((120, 120), (Repeat(2, 5, WINDOW + 3),))),
            ],
        ),
    ):
        yield _refused(Code.MALFORMED, "CHK-4", file_of(*blocks), comment, flag)


def _ends() -> Iterator[Case]:
    good = file_of(Block(b"hi", True))
    begin, crc = good[:-6], crc32(b"hi")
    for length in (0, 1, 3, 258):
        comment, flag = f"{length} bytes where there are 2", Flag.WRONG_LENGTH
        yield _refused(Code.MALFORMED, "CHK-6", begin + build_end(length, crc), comment, flag)
    for bit in (0, 31):
        wire = begin + build_end(2, crc ^ 1 << bit)
        yield _refused(
            Code.CHECKSUM_MISMATCH, "CHK-6", wire, f"bit {bit} of the CRC-32", Flag.IGNORES_CHECKSUM
        )
    wire = begin + b"\0\x82\0" + good[-4:]
    yield _refused(Code.NON_CANONICAL, "VAR-2", wire, "a length in two bytes", Flag.OVERLONG_INTEGER)
    wire = begin + b"\0" + b"\xff" * 9 + b"\1" + good[-4:]
    yield _refused(Code.LIMIT_EXCEEDED, "CHK-6", wire, "a length of 2^64 - 1", Flag.UNBOUNDED_INTEGER)
    for more, comment in ((b"\0", "a zero"), (good, "another file")):
        flag = Flag.IGNORES_TRAILING_BYTES
        yield _refused(Code.MALFORMED, "CHK-7", good + more, f"{comment} behind the end", flag)
    blocks = [Block(b"hi", True)]
    comment = "an index that the header does not tell of"
    yield _refused(Code.MALFORMED, "CHK-7", good + index_of(blocks), comment, Flag.IGNORES_TRAILING_BYTES)


def _indexes() -> Iterator[Case]:
    blocks = [Block(b"to", True), Block(b" and", False), Block(b" fro", True)]
    good = file_of(*blocks, with_index=True)
    index = index_of(blocks)
    begin, varints, (first, second) = good[: -len(index)], index[:-12], (Frame(18, 6), Frame(10, 4))
    crc = crc32(varints)
    code, flag = Code.CHECKSUM_MISMATCH, Flag.IGNORES_CHECKSUM
    for frames, comment in (
        ([Frame(17, 6), second], "another size of a frame"),
        ([first, Frame(10, 5)], "another length of a frame"),
        ([second, first], "frames in another order"),
        ([first], "a frame too few"),
        ([first, second, second], "a frame too many"),
    ):
        wrong = begin + sealed(b"".join(map(build_frame, frames)))
        if len(wrong) >= len(good):
            yield _refused(code, "CHK-9", wrong, f"{comment}, and a CRC-32 that agrees", flag)
        else:
            yield _refused(Code.TRUNCATED, "CHK-9", wrong, comment, Flag.MISSING_PART)
    spelt = sealed(b"\x92\0" + varints[1:])
    yield _refused(code, "CHK-9", begin + spelt, "a size in two bytes", Flag.OVERLONG_INTEGER)
    for trailer, comment, flag in (
        (build_trailer(len(varints), crc ^ 1), "the index's CRC-32", Flag.IGNORES_CHECKSUM),
        *(
            (build_trailer(size, crc), f"{size} bytes where there are 4", Flag.WRONG_LENGTH)
            for size in (0, 3, 5, MAX_INDEX + 1, 1 << 31)
        ),
        (index[-12:-1] + b"Y", "the index's magic", Flag.IGNORES_MAGIC),
    ):
        yield _refused(code, "CHK-9", begin + varints + trailer, comment, flag)
    flag = Flag.IGNORES_TRAILING_BYTES
    yield _refused(Code.MALFORMED, "CHK-7", good + b"\0", "a zero behind the index", flag)
    yield _refused(Code.TRUNCATED, "CHK-9", begin, "no index", Flag.MISSING_PART)


def indexes() -> Iterator[Case]:
    """Files whose index is read by itself."""
    good = file_of(Block(b"hi", True), Block(b"ho", True), with_index=True)
    begin, varints, trailer = good[:-16], good[-16:-12], good[-12:]
    for wire, code, rule, comment, flag in (
        (b"AURD" + good[4:], Code.MALFORMED, "CHK-1", "another magic of the file", Flag.IGNORES_MAGIC),
        (good[:-1] + b"Y", Code.MALFORMED, "CHK-12", "another magic", Flag.IGNORES_MAGIC),
        (good[:7], Code.TRUNCATED, "CHK-12", "a header alone", Flag.READS_PAST_END),
        (b"", Code.TRUNCATED, "CHK-12", "nothing", Flag.READS_PAST_END),
        (
            begin + varints + build_trailer(MAX_INDEX + 1, crc32(varints)),
            Code.LIMIT_EXCEEDED,
            "CHK-12",
            "an index of 2^20 + 1 bytes",
            Flag.TRUSTS_CLAIMS,
        ),
        (
            begin + varints + build_trailer(MAX_INDEX, crc32(varints)),
            Code.MALFORMED,
            "CHK-12",
            "an index of 2^20 bytes, which the file does not have",
            Flag.READS_BEFORE_START,
        ),
        (
            begin + varints + bytes((trailer[0] ^ 1,)) + trailer[1:],
            Code.CHECKSUM_MISMATCH,
            "CHK-12",
            "another CRC-32",
            Flag.IGNORES_CHECKSUM,
        ),
        (
            begin + varints + build_trailer(3, crc32(varints)),
            Code.CHECKSUM_MISMATCH,
            "CHK-12",
            "a byte too few",
            Flag.WRONG_LENGTH,
        ),
    ):
        yield _refused(code, rule, wire, comment, flag)
    yield from _numbers(begin)
    yield from _frames(begin)


def _numbers(begin: bytes) -> Iterator[Case]:
    for varints, code, rule, comment, flag in (
        (b"\x08", Code.TRUNCATED, "CHK-12", "half a frame", Flag.READS_PAST_END),
        (b"\x08\2\x88", Code.TRUNCATED, "CHK-12", "half a number", Flag.READS_PAST_END),
        (b"\x88\0\2\x08\2", Code.NON_CANONICAL, "VAR-2", "a size in two bytes", Flag.OVERLONG_INTEGER),
        (b"\x08\2\x08\x82\0", Code.NON_CANONICAL, "VAR-2", "a length in two bytes", Flag.OVERLONG_INTEGER),
        (
            b"\x08" + VarInt().build(1 << 63),
            Code.LIMIT_EXCEEDED,
            "VAR-3",
            "a length of 2^63",
            Flag.UNBOUNDED_INTEGER,
        ),
        (b"\x80" * 40, Code.LIMIT_EXCEEDED, "VAR-3", "a size that does not end", Flag.UNBOUNDED_INTEGER),
    ):
        yield _refused(code, rule, begin + sealed(varints), comment, flag)


def _frames(begin: bytes) -> Iterator[Case]:
    """Frames that cannot be, or do not fit the file, whose two have 8 bytes each and 2 of content."""
    full = Frame(8, MAX_BLOCK)
    for frames, comment, flag in (
        ([Frame(0, 0), Frame(16, 4)], "a frame of nothing", Flag.WRONG_LENGTH),
        ([Frame(16, 4), Frame(0, 0)], "a frame of nothing at the end", Flag.WRONG_LENGTH),
        ([Frame(16, 4), Frame(0, 0), Frame(0, 1 << 40)], "frames of no bytes", Flag.WRONG_LENGTH),
        ([Frame(8, 0), Frame(8, 4)], "a frame without content", Flag.WRONG_LENGTH),
        ([Frame(6, 1), Frame(10, 3)], "a frame of 6 bytes", Flag.WRONG_LENGTH),
        ([Frame(8, 2), Frame(8, MAX_BLOCK + 1)], "a block of 2^18 + 1 bytes of content", Flag.TRUSTS_CLAIMS),
        ([Frame(8, 2), Frame(8, 1 << 40)], "2^40 bytes of content", Flag.TRUSTS_CLAIMS),
        (
            [Frame(8, 2), Frame(9, 2)],
            "frames that are a byte longer than the file has room for",
            Flag.WRONG_LENGTH,
        ),
        ([Frame(8, 2), Frame(7, 2)], "frames that are a byte shorter than the file", Flag.WRONG_LENGTH),
        ([Frame(8, 2)], "a frame too few", Flag.MISSING_PART),
        ([Frame(8, 2), Frame(8, 2), Frame(8, 2)], "a frame too many", Flag.IGNORES_COUNT),
        ([Frame(8, 2), Frame(1 << 40, 2)], "a frame of 2^40 bytes", Flag.TRUSTS_CLAIMS),
        ([Frame(8, 2), Frame(8, 3)], "another length than the end has", Flag.WRONG_LENGTH),
        ([full, Frame(7, MAX_BLOCK)], "a length of 2^19 where the end has 4", Flag.TRUSTS_CLAIMS),
        ([Frame(MAX_CONTENT, 2)] * 2, "sizes whose sum has 64 bits", Flag.UNBOUNDED_INTEGER),
        ([Frame(MAX_CONTENT, MAX_CONTENT)] * 2, "lengths whose sum has 64 bits", Flag.UNBOUNDED_INTEGER),
    ):
        wire = begin + sealed(b"".join(map(build_frame, frames)))
        yield _refused(Code.MALFORMED, "CHK-12", wire, comment, flag)
    other = begin[:-6] + b"\1" + begin[-5:]
    yield _refused(
        Code.MALFORMED,
        "CHK-12",
        other + sealed(b"\x08\2\x08\2"),
        "no end behind the frames",
        Flag.MISSING_PART,
    )

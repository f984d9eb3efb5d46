"""Chunked files: stored blocks and containers, windows, frames, ends and indexes, at the edges of all sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zlib import crc32

from aura_reference import brio2, chunked
from aura_reference.parse import Parse, Repeat
from aura_spec.chunked import (
    BLOCK,
    FRAME_BIT,
    MAX_BLOCK,
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
    stored_body,
)
from aura_spec.errors import Code
from aura_spec.varint import VarInt
from aura_vectors.case import Case, Groups, placed
from aura_vectors.derive import flipped_bits, invalid_variants
from aura_vectors.fields import rows
from aura_vectors.flags import Flag
from aura_vectors.forms.chunked import Files, Indexes, fields_of

FILES: Final = Files()
LONG: Final = Files(is_long=True)
INDEXES: Final = Indexes()

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


def _file(*blocks: Block, window_bits: int = MIN_WINDOW_BITS, with_index: bool = False) -> bytes:
    """A file of these blocks, all of them right."""
    header = build_header(Header(with_index, window_bits))
    content = b"".join(block.content for block in blocks)
    end = build_end(len(content), crc32(content))
    return (
        header + b"".join(block.build() for block in blocks) + end + (_index(blocks) if with_index else b"")
    )


def _index(blocks: Sequence[Block]) -> bytes:
    frames: list[Frame] = []
    for block in blocks:
        last = Frame(0, 0) if block.begins else frames.pop()
        frames.append(Frame(last.size + len(block.build()), last.length + len(block.content)))
    varints = b"".join(map(build_frame, frames))
    return varints + build_trailer(len(varints), crc32(varints))


def groups() -> Groups:
    """All groups of the chapter."""
    texts: Sequence[tuple[bytes, int | None, int, int, str]] = (
        (b"", None, 10, 0, "nothing"),
        (b"", 100, 10, 0, "nothing, with an index"),
        (b"hi", None, 18, 0, "a stored block"),
        (b"abc", 1, 10, 0, "frames of a byte each"),
        (b"to and fro, " * 40, None, 16, 0, "a container"),
        (b"to and fro, " * 40, None, 16, 1, "a container, effort 1"),
        (b"to and fro, " * 30, 100, 10, 0, "frames, the last one shorter"),
        (b"to and fro, " * 30, 360, 10, 0, "a frame that is full"),
        (NOISE[:40] + bytes(300), 200, 12, 0, "frames of both kinds of blocks"),
    )
    rules = ("CHK-1", "CHK-2", "CHK-6", "CHK-10")
    cases = [_written(*text, *rules, *(("CHK-8", "CHK-9") if text[1] else ())) for text in texts]
    yield FILES, [_traced(case) for case in cases]
    yield LONG, list(_long())
    yield FILES, [_traced(_read(FILES, *case)) for case in _by_hand()]
    yield LONG, [_read(LONG, *case) for case in _large()]
    indexed, plain = _written(b"hiho", 2, 10, 0, "two frames", "CHK-7"), replace(cases[2], rules=("CHK-7",))
    for case in (indexed, plain):
        yield FILES, [placed(one, FILES) for one in invalid_variants([case], FILES)]
    yield FILES, [placed(one, FILES) for one in flipped_bits(FILES, replace(indexed, rules=("CHK-9",)))]
    yield FILES, [placed(one, FILES) for one in (*_headers(), *_blocks(), *_windows(), *_ends(), *_indexes())]
    yield LONG, [placed(one, LONG) for one in _too_large()]
    small = Files(max_size=480)
    yield small, [replace(cases[4], comment="480 bytes, as many as the limit", rules=("LIM-1",))]
    smaller = Files(max_size=479)
    over = _refused(Code.LIMIT_EXCEEDED, "LIM-1", cases[4].wire, "a byte over the limit", Flag.IGNORES_LIMIT)
    yield smaller, [placed(over, smaller)]
    yield INDEXES, [*_read_indexes(cases), *(placed(one, INDEXES) for one in _wrong_indexes())]


def _written(
    content: bytes, frame_size: int | None, window_bits: int, effort: int, comment: str, *rules: str
) -> Case:
    """A case of a file that the reference writes."""
    how = {"window_bits": str(window_bits), "effort": str(effort)}
    if frame_size is not None:
        how["frame_size"] = str(frame_size)
    file = chunked.encode(content, window_bits=window_bits, effort=effort, frame_size=frame_size)
    return Case(comment, rules, file, FILES.value_of(content), encode=how)


def _traced(case: Case) -> Case:
    return replace(case, trace=tuple(rows(fields_of(case.wire), case.wire)))


def _read(form: Files, comment: str, file: bytes, content: bytes, *rules: str) -> Case:
    return Case(comment, rules, file, form.value_of(content))


def _refused(code: Code, rule: str, file: bytes, comment: str, flag: Flag) -> Case:
    return Case(comment, (rule,), file, code=code, flag=flag)


def _long() -> Iterator[Case]:
    """Where the encoders of this project cut, and how far they look back."""
    mark = NOISE[:32]
    for pieces, window_bits, frame_size, comment in (
        (((b"a", BLOCK),), 16, None, "a full block"),
        (((mark, 1), (b"a", BLOCK - 32), (mark, 1)), 16, None, "what stood a whole window back"),
        (((b"ab", 40_000),), 10, 70_000, "a frame longer than a block, and one more"),
    ):
        content = b"".join(piece * times for piece, times in pieces)
        how: dict[str, object] = {"window_bits": str(window_bits), "effort": "0"}
        if frame_size is not None:
            how["frame_size"] = str(frame_size)
        how["content"] = [{"hex": piece.hex(), "times": str(times)} for piece, times in pieces]
        file = chunked.encode(content, window_bits=window_bits, effort=0, frame_size=frame_size)
        yield Case(comment, ("CHK-4", "CHK-10"), file, LONG.value_of(content), encode=how)


def _by_hand() -> Iterator[tuple[str, bytes, bytes, *tuple[str, ...]]]:
    """Files that no encoder here writes: a comment, the file, its content and rules."""

    def case(
        comment: str, blocks: Sequence[Block], *rules: str, bits: int = MIN_WINDOW_BITS
    ) -> tuple[str, bytes, bytes, *tuple[str, ...]]:
        content = b"".join(block.content for block in blocks)
        return comment, _file(*blocks, window_bits=bits), content, *rules

    yield case("blocks cut anywhere", [Block(b"to", True), Block(b" and "), Block(b"fro")], "CHK-2", "CHK-3")
    yield case("a frame a block, no index", [Block(b"to", True), Block(b"fro", True)], "CHK-2", "CHK-5")
    in_one = Parse((), (Repeat(0, 6, 2),))
    yield case(
        "a match from the window into itself", [Block(b"ab", True), Block(b"ababab", cut=in_one)], "CHK-4"
    )
    over = [Block(b"abc", True), Block(b"de"), Block(b"abcde", cut=Parse((), (Repeat(0, 5, 5),)))]
    yield case("a match from two blocks", over, "CHK-4")
    yield case(
        "a container that is longer than its content", [Block(b"abc", True, Parse((97, 98, 99), ()))], "CHK-4"
    )
    start = Block(NOISE, True)
    yield case("the first byte of the window", [start, Block(NOISE[:5], cut=FIVE)], "CHK-4")
    further = Parse((120, 120), (Repeat(2, 5, WINDOW + 2),))
    yield case("the same, two bytes into the block", [start, Block(b"xx" + NOISE[:5], cut=further)], "CHK-4")
    later = [Block(b"+" + NOISE[:-1], True), Block(NOISE[-1:]), Block(NOISE[:5], cut=FIVE)]
    yield case("the same, where the window has moved", later, "CHK-4")
    again = [start, Block(b"--", True), Block(b"--", cut=Parse((), (Repeat(0, 3, 2),)))]
    again[2] = Block(b"---", cut=Parse((), (Repeat(0, 3, 2),)))
    yield case("a window that begins anew with a frame", again, "CHK-4", "CHK-5")
    wide = Block(NOISE[:5], cut=Parse((), (Repeat(0, 5, WINDOW + 1),)))
    yield case("a window of 2^11 bytes", [start, Block(b"+"), wide], "CHK-4", bits=11)


def _large() -> Iterator[tuple[str, bytes, bytes, *tuple[str, ...]]]:
    """Blocks and windows as large as they may be: a comment, the file, its content and rules."""
    full = Block(b"a" * MAX_BLOCK, True, Parse((97,), (Repeat(1, MAX_BLOCK - 1, 1),)))
    yield "a block of 2^18 bytes", _file(full), full.content, "CHK-2", "CHK-4"
    marked = Block(
        b"xyz" + b"a" * (MAX_BLOCK - 3), True, Parse((120, 121, 122, 97), (Repeat(4, MAX_BLOCK - 4, 1),))
    )
    back = Block(b"xyz", cut=Parse((), (Repeat(0, 3, WIDEST),)))
    file = _file(marked, back, window_bits=MAX_WINDOW_BITS)
    yield "a match 2^18 bytes back", file, marked.content + back.content, "CHK-1", "CHK-4"


def _too_large() -> Iterator[Case]:
    marked = Block(
        b"xyz" + b"a" * (MAX_BLOCK - 3), True, Parse((120, 121, 122, 97), (Repeat(4, MAX_BLOCK - 4, 1),))
    )
    back = Block(b"xyz", cut=Parse((), (Repeat(0, 3, WIDEST + 1),)))
    file = _file(marked, Block(b"-"), back, window_bits=MAX_WINDOW_BITS)
    yield _refused(Code.MALFORMED, "CHK-4", file, "a match 2^18 + 1 bytes back", Flag.FORGETS_WINDOW)
    over = Block(b"a" * (MAX_BLOCK + 1), True, Parse((97,), (Repeat(1, MAX_BLOCK, 1),)))
    yield _refused(
        Code.LIMIT_EXCEEDED, "CHK-4", _file(over), "a container of 2^18 + 1 bytes", Flag.IGNORES_LIMIT
    )


def _headers() -> Iterator[Case]:
    good = _file(Block(b"hi", True))
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
        (brio2.encode(b"", 0), Code.MALFORMED, "CHK-4", "a container of nothing", Flag.WRONG_LENGTH),
        (container[:-2], Code.TRUNCATED, "CHK-4", "a container that is cut", Flag.READS_PAST_END),
    ):
        wire = header + build_block(BlockHead(Kind.BRIO, True, len(body)), body)
        yield _refused(code, rule, wire + end, comment, flag)


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
        yield _refused(Code.MALFORMED, "CHK-4", _file(*blocks), comment, flag)


def _ends() -> Iterator[Case]:
    good = _file(Block(b"hi", True))
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
    yield _refused(Code.MALFORMED, "CHK-7", good + _index(blocks), comment, Flag.IGNORES_TRAILING_BYTES)


def _indexes() -> Iterator[Case]:
    blocks = [Block(b"to", True), Block(b" and", False), Block(b" fro", True)]
    good = _file(*blocks, with_index=True)
    index = _index(blocks)
    begin, varints, (first, second) = good[: -len(index)], index[:-12], (Frame(18, 6), Frame(10, 4))

    def other(frames: Sequence[Frame]) -> bytes:
        changed = b"".join(map(build_frame, frames))
        return begin + changed + build_trailer(len(changed), crc32(changed))

    for frames, comment in (
        ([Frame(17, 6), second], "another size of a frame"),
        ([first, Frame(10, 5)], "another length of a frame"),
        ([second, first], "frames in another order"),
    ):
        what, flag = f"{comment}, and a CRC-32 that agrees", Flag.IGNORES_CHECKSUM
        yield _refused(Code.CHECKSUM_MISMATCH, "CHK-9", other(frames), what, flag)
    crc = crc32(varints)
    wrong = begin + varints + build_trailer(len(varints), crc ^ 1)
    yield _refused(Code.CHECKSUM_MISMATCH, "CHK-9", wrong, "the index's CRC-32", Flag.IGNORES_CHECKSUM)
    for size in (0, 3, 5, 1 << 31):
        wrong = begin + varints + build_trailer(size, crc)
        yield _refused(Code.MALFORMED, "CHK-9", wrong, f"{size} bytes where there are 4", Flag.WRONG_LENGTH)
    yield _refused(Code.MALFORMED, "CHK-9", good[:-1] + b"Y", "the index's magic", Flag.IGNORES_MAGIC)
    flag = Flag.IGNORES_TRAILING_BYTES
    yield _refused(Code.MALFORMED, "CHK-7", good + b"\0", "a zero behind the index", flag)
    yield _refused(Code.TRUNCATED, "CHK-8", begin, "no index", Flag.MISSING_PART)


def _read_indexes(cases: Sequence[Case]) -> Iterator[Case]:
    """Indexes of files that stand above."""
    for case in cases:
        if "frame_size" in (case.encode or {}):
            value = INDEXES.readers(case)["reference"]()
            yield Case(f"the index of: {case.comment}", ("CHK-8",), case.wire, value)


def _wrong_indexes() -> Iterator[Case]:
    blocks = [Block(b"hi", True), Block(b"ho", True)]
    good = _file(*blocks, with_index=True)
    begin, (varints, trailer) = good[:-16], (good[-16:-12], good[-12:])

    def sealed(index: bytes) -> bytes:
        return begin + index + build_trailer(len(index), crc32(index))

    for wire, code, rule, comment, flag in (
        (b"AURD" + good[4:], Code.MALFORMED, "CHK-1", "another magic of the file", Flag.IGNORES_MAGIC),
        (good[:-1] + b"Y", Code.MALFORMED, "CHK-8", "another magic", Flag.IGNORES_MAGIC),
        (good[:7], Code.TRUNCATED, "CHK-8", "a header alone", Flag.READS_PAST_END),
        (b"", Code.TRUNCATED, "CHK-8", "nothing", Flag.READS_PAST_END),
        (
            begin + varints + build_trailer(MAX_INDEX + 1, crc32(varints)),
            Code.LIMIT_EXCEEDED,
            "CHK-9",
            "an index of 2^20 + 1 bytes",
            Flag.TRUSTS_CLAIMS,
        ),
        (
            begin + varints + bytes((trailer[0] ^ 1,)) + trailer[1:],
            Code.CHECKSUM_MISMATCH,
            "CHK-9",
            "another CRC-32",
            Flag.IGNORES_CHECKSUM,
        ),
        (
            begin + varints + build_trailer(3, crc32(varints)),
            Code.CHECKSUM_MISMATCH,
            "CHK-9",
            "a byte too few",
            Flag.WRONG_LENGTH,
        ),
        (sealed(b"\x05"), Code.TRUNCATED, "CHK-8", "half a frame", Flag.READS_PAST_END),
        (sealed(b"\x85\0\2"), Code.NON_CANONICAL, "VAR-2", "a size in two bytes", Flag.OVERLONG_INTEGER),
        (
            sealed(b"\x05" + VarInt().build(1 << 63)),
            Code.LIMIT_EXCEEDED,
            "VAR-3",
            "a length of 2^63",
            Flag.UNBOUNDED_INTEGER,
        ),
    ):
        yield _refused(code, rule, wire, comment, flag)

"""Chunked files: stored blocks and containers, windows, frames, ends and indexes, at the edges of all sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from aura_reference import chunked
from aura_reference.parse import Parse, Repeat
from aura_spec.chunked import BLOCK, MAX_BLOCK, MAX_WINDOW_BITS, MIN_WINDOW_BITS
from aura_spec.errors import Code
from aura_vectors.case import REFERENCE, Case, Groups, placed
from aura_vectors.case_types.chunked import Files, Indexes, fields_of
from aura_vectors.chapters import chunked_refused
from aura_vectors.chunked_file import FIVE, LARGE, NOISE, WIDEST, WINDOW, Block, file_of
from aura_vectors.derive import flipped_bits, invalid_variants
from aura_vectors.fields import rows
from aura_vectors.flags import Flag

FILES: Final = Files()
LONG: Final = Files(is_long=True)
INDEXES: Final = Indexes()


def groups() -> Groups:
    """All groups of the chapter."""
    texts: Sequence[tuple[bytes, int | None, int, int, str]] = (
        (b"", None, 10, 0, "nothing"),
        (b"", 100, 10, 0, "nothing, with an index"),
        (b"hi", None, 18, 0, "a stored block"),
        (b"abc", 1, 10, 0, "frames of a byte each"),
        (b"to and fro, " * 40, None, 16, 0, "a container"),
        (b"to and fro, " * 40, None, 16, 1, "a container, level 1"),
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
    yield FILES, [placed(one, FILES) for one in chunked_refused.files()]
    yield LONG, [placed(one, LONG) for one in chunked_refused.long_files()]
    small = Files(max_size=480)
    yield small, [replace(cases[4], comment="480 bytes, as many as the limit", rules=("CHK-11", "LIM-1"))]
    smaller = Files(max_size=479)
    over = Case("a byte over the limit", ("CHK-11", "LIM-1"), cases[4].wire, code=Code.LIMIT_EXCEEDED)
    yield smaller, [placed(replace(over, flag=Flag.IGNORES_LIMIT), smaller)]
    yield INDEXES, [*_read_indexes(cases), *(placed(one, INDEXES) for one in chunked_refused.indexes())]


def _written(
    content: bytes, frame_size: int | None, window_bits: int, level: int, comment: str, *rules: str
) -> Case:
    """A case of a file that the reference writes."""
    how = {"window_bits": str(window_bits), "level": str(level)}
    if frame_size is not None:
        how["frame_size"] = str(frame_size)
    file = chunked.encode(content, window_bits=window_bits, level=level, frame_size=frame_size)
    return Case(comment, rules, file, FILES.value_of(content), encode=how)


def _traced(case: Case) -> Case:
    return replace(case, trace=tuple(rows(fields_of(case.wire), case.wire)))


def _read(case_type: Files, comment: str, file: bytes, content: bytes, *rules: str) -> Case:
    return Case(comment, rules, file, case_type.value_of(content))


def _long() -> Iterator[Case]:
    """Where the encoders of this project cut, and how far they look back."""
    mark = NOISE[:32]
    for pieces, window_bits, frame_size, comment in (
        (((b"a", BLOCK),), 16, None, "a full block"),
        (((mark, 1), (b"a", BLOCK - 32), (mark, 1)), 16, None, "what stood a whole window back"),
        (((b"ab", 40_000),), 10, 70_000, "a frame longer than a block, and one more"),
    ):
        content = b"".join(piece * times for piece, times in pieces)
        how: dict[str, object] = {"window_bits": str(window_bits), "level": "0"}
        if frame_size is not None:
            how["frame_size"] = str(frame_size)
        how["content"] = [{"hex": piece.hex(), "times": str(times)} for piece, times in pieces]
        file = chunked.encode(content, window_bits=window_bits, level=0, frame_size=frame_size)
        yield Case(comment, ("CHK-4", "CHK-10"), file, LONG.value_of(content), encode=how)


def _by_hand() -> Iterator[tuple[str, bytes, bytes, *tuple[str, ...]]]:
    """Files that no encoder here writes: a comment, the file, its content and rules."""

    def case(
        comment: str, blocks: Sequence[Block], *rules: str, bits: int = MIN_WINDOW_BITS
    ) -> tuple[str, bytes, bytes, *tuple[str, ...]]:
        content = b"".join(block.content for block in blocks)
        return comment, file_of(*blocks, window_bits=bits), content, *rules

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
    yield "a block of 2^18 bytes", file_of(full), full.content, "CHK-2", "CHK-4"
    back = Block(b"xyz", cut=Parse((), (Repeat(0, 3, WIDEST),)))
    file = file_of(LARGE, back, window_bits=MAX_WINDOW_BITS)
    yield "a match 2^18 bytes back", file, LARGE.content + back.content, "CHK-1", "CHK-4"


def _read_indexes(cases: Sequence[Case]) -> Iterator[Case]:
    """Indexes of files that stand above."""
    for case in cases:
        if "frame_size" in (case.encode or {}):
            value = INDEXES.readers(case)[REFERENCE]()
            yield Case(f"the index of: {case.comment}", ("CHK-8", "CHK-12"), case.wire, value)
    yield Case("a file without an index", ("CHK-12",), cases[2].wire, {"frames": []})

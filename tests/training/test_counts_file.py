"""Files of counts are not trusted."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.training.texts import framed

from aura.errors import (
    ChecksumMismatch,
    DecodeError,
    LimitExceeded,
    Malformed,
    NonCanonical,
    Truncated,
    Unsupported,
)
from aura.models.training import counts_file
from aura.models.training.counts import Earlier, Totals
from aura.models.training.counts_file import Record, pack_levels, read
from aura.models.training.extent import Extent
from aura.models.training.gathering import Continuing, gather
from aura.models.training.levels import Level
from aura.models.training.local_text import LocalText
from aura.models.training.packed import MAX_VALUE, Reader, pack, varint, varints
from aura.models.training.resources import Resources
from aura_spec.char_runs import STATES
from aura_spec.context_model import END, SYMBOLS

START = 4 + 1 + 16
"""Bytes before those that the digest covers."""

TOTALS = Totals(weight=1600, own_weight=1600, sources=5, least=1, lightest=16, order=3, min_sources=1)
RUNS = np.zeros((STATES, SYMBOLS), np.int64)


def level(
    suffixes: list[int], firsts: list[int], counts: list[int], spreads: list[int] | None = None
) -> Level:
    columns = [np.array(column) for column in (suffixes, firsts, counts, spreads or [1] * len(counts))]
    return Level(*columns)


ONE = level([0, 0, 0], [97, 98, 257], [160, 80, 40])
TWO = level([0, 0, 1, 1], [97, 257, 97, 98], [48, 32, 16, 16])


def file(*levels: Level, totals: Totals = TOTALS, past: bytes = b"past") -> bytes:
    return Record(totals, pack_levels(levels), len(levels), RUNS).file("0011223344556677", 2, past)


def sealed(data: bytes) -> bytes:
    return data[: START - 16] + blake2b(data[START:], digest_size=16).digest() + data[START:]


def large() -> bytes:
    """The counts of a text."""
    chosen = random.Random(5)
    text = framed([f"{chosen.randrange(99)} is {chosen.randrange(9)} {n % 7}".encode() for n in range(300)])
    source = LocalText(text, Resources())
    found = gather(source, Extent(5), 1 << 30, lambda _done: None, Continuing(recorded=True))
    assert found.packed is not None
    return Record(found.totals, found.packed, found.trie.depth, RUNS).file("00" * 8, 0, b"a prefix" * 9)


LARGE = large()


def test_a_small_file_is_read() -> None:
    found = read(file(ONE, TWO))
    assert (found.model_id, found.generation, found.earlier.prefix) == ("0011223344556677", 2, b"past")
    assert [each.counts.tolist() for each in found.earlier.levels()] == [[160, 80, 40], [48, 32, 16, 16]]


def broken() -> Iterator[tuple[str, bytes, type[DecodeError], str]]:
    """Files that break one rule each, with what is said of them."""
    good = file(ONE, TWO)
    yield "nothing", b"", Truncated, "4 bytes are expected"
    yield "a model", b"AURM" + good[4:], Malformed, "no file of counts"
    yield "version", good[:4] + b"\2" + good[5:], Unsupported, "version"
    yield "damage", good[:-1] + bytes((good[-1] ^ 1,)), ChecksumMismatch, "damaged"
    yield "more", sealed(good + b"\0"), Malformed, "1 bytes follow"
    yield "less", sealed(good[:-1]), Truncated, "are left"
    for name, totals in {
        "own": replace(TOTALS, own_weight=1601),
        "least": replace(TOTALS, least=0),
        "lightest": replace(TOTALS, lightest=0),
        "order": replace(TOTALS, order=0),
    }.items():
        yield name, file(ONE, totals=totals), Malformed, "no text has such totals"
    yield "deep", file(ONE, totals=replace(TOTALS, order=33)), LimitExceeded, "at most 32 symbols"
    yield "long", file(*[ONE] * 40), LimitExceeded, "40 is more than 33"
    yield "past", file(ONE, past=bytes((1 << 20) + 1)), LimitExceeded, "is more than 1048576"
    for name, levels, words in (
        ("twice", [level([0, 0], [97, 97], [16, 16])], "do not ascend"),
        ("descending", [ONE, level([0, 0], [98, 97], [16, 16])], "do not ascend"),
        ("no suffix", [ONE, level([3], [97], [16])], "ends with none"),
        ("suffix of one", [level([1], [97], [16])], "ends with none"),
        ("after the end", [level([0, 0], [97, END], [80, 80]), level([0], [END], [16])], "two messages"),
        ("before the beginning", [ONE, level([2], [97], [16])], "two messages"),
        ("no context", [ONE, level([0], [99], [16])], "context of an n-gram is missing"),
        (
            "no longer context",
            [ONE, TWO, level([0, 2], [98, 97], [16, 16])],
            "context of an n-gram is missing",
        ),
        ("more than all", [level([0, 0], [97, 98], [1000, 1000])], "count more"),
        ("more than suffix", [ONE, level([1, 1], [97, 98], [48, 48])], "count more"),
        ("more than context", [ONE, level([0, 1], [98, 98], [48, 48])], "count more"),
        ("empty", [level([], [], [])], "does not occur"),
        ("no spread", [level([0], [97], [16], [0])], "does not occur"),
    ):
        data = Record(TOTALS, pack_levels_loosely(levels), len(levels), RUNS).file("00" * 8, 0, b"")
        yield name, data, Malformed, words
    huge = pack_levels([ONE])
    body = varint(3) + varint(MAX_VALUE) + b"".join(huge[1:])
    yield "unit", Record(TOTALS, [body], 1, RUNS).file("00" * 8, 0, b""), LimitExceeded, "counts more than"
    claims = varint(1 << 27) + varint(16) + pack(b"")
    yield (
        "claims",
        Record(TOTALS, [*huge, claims], 2, RUNS).file("00" * 8, 0, b""),
        LimitExceeded,
        "is more than",
    )


def pack_levels_loosely(levels: list[Level]) -> list[bytes]:
    """As :func:`pack_levels`, but for levels that break its rules: nothing is left to be taken from the suffix."""
    packed = []
    for each in levels:
        steps = np.diff(each.suffixes, prepend=0).astype(np.int64)
        columns = (steps, each.firsts, each.counts, each.spreads)
        packed += [
            varint(len(each)) + varint(1),
            *(pack(varints(column.astype(np.int64))) for column in columns),
        ]
    return packed


BROKEN = list(broken())


@pytest.mark.parametrize(("data", "error", "words"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_broken_rules_are_refused(data: bytes, error: type[DecodeError], words: str) -> None:
    with pytest.raises(error, match=words) as refused:
        read(data)
    assert 0 <= refused.value.offset <= len(data)


def test_truncations_are_refused() -> None:
    for size in (*range(START + 60), *range(START + 60, len(LARGE), 37)):
        with pytest.raises((Truncated, ChecksumMismatch)):
            read(LARGE[:size])
        if size > START:
            with pytest.raises(DecodeError):
                read(sealed(LARGE[:size]))


@given(st.data())
def test_mutations_are_refused_or_read(data: st.DataObject) -> None:
    mutant = bytearray(data.draw(st.sampled_from((file(ONE, TWO), LARGE))))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(START, len(mutant) - 1))
        if data.draw(st.booleans()):
            mutant[place] = data.draw(st.integers(0, 255))
        else:
            mutant[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    tracemalloc.start()
    try:
        levels = list(read(sealed(bytes(mutant))).earlier.levels())
    except DecodeError as error:
        assert 0 <= error.offset <= len(mutant)  # either is right
    else:
        assert all(len(each) for each in levels)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 64 << 20


def test_a_claim_allocates_nothing() -> None:
    """Columns that Zstandard makes as small as they can be do not make the reader allocate much."""
    count = 1 << 24
    column = pack(bytes(count))
    hostile = [*pack_levels([ONE]), varint(count) + varint(16) + column * 4]
    data = Record(TOTALS, hostile, 2, RUNS).file("00" * 8, 0, b"")
    tracemalloc.start()
    with pytest.raises(LimitExceeded, match="is more than"):
        read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(data) < 1 << 14
    assert peak < 8 << 20


@given(arrays(np.int64, st.integers(0, 50), elements=st.integers(0, MAX_VALUE)))
def test_columns_give_back_what_went_in(values: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    data = pack(varints(values))
    reader = Reader(data, 0)
    assert (reader.column(len(values), MAX_VALUE, "column") == values).all()
    assert not reader.left
    assert varints(values) == b"".join(varint(int(value)) for value in values)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\x80\x00", NonCanonical),
        (b"\x80" * 8 + b"\x01", LimitExceeded),
        (b"\xff" * 7 + b"\x7f", LimitExceeded),
        (b"\x80", Malformed),
        (b"\x01\x80", Malformed),
        (b"\x01\x01", Malformed),
        (b"", Malformed),
    ],
)
def test_wrong_columns_are_refused(content: bytes, error: type[DecodeError]) -> None:
    packed = varint(len(content)) + varint(len(content)) + content
    with pytest.raises((error, LimitExceeded)):
        Reader(packed, 0).column(1, MAX_VALUE, "column")
    if content.startswith(b"\x80\x00"):
        with pytest.raises(NonCanonical):
            Reader(content, 0).number("number")


def test_frames_are_bounded_by_the_size_that_is_stated() -> None:
    packed = pack(bytes(1000))
    with pytest.raises(LimitExceeded):
        Reader(packed, 0).packed(999, "column")
    content = packed[2 + 1 :]
    with pytest.raises(LimitExceeded):
        Reader(varint(999) + varint(len(content)) + content, 0).packed(1000, "column")
    with pytest.raises(Malformed, match="1000 bytes, not 1001"):
        Reader(varint(1001) + varint(len(content)) + content, 0).packed(1001, "column")


def test_first_symbols_are_left_as_they_are_where_they_hardly_take_space() -> None:
    count = 4000
    levels = [level([0], [97], [16 * count]), *(level([0], [97], [16]) for _ in range(3))]
    assert [each.counts.tolist() for each in _read_levels(levels)] == [[16 * count], [16], [16], [16]]
    assert len(pack(bytes(count), least=count // counts_file.DENSITY)) > count


def _read_levels(levels: list[Level]) -> list[Level]:
    earlier: Earlier = read(file(*levels, totals=replace(TOTALS, weight=1 << 20))).earlier
    return list(earlier.levels())

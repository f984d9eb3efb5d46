"""The trie section with numpy: each batch of a level is one vector operation (chapter ``trie``).

``Levels`` holds what is known of the trie while it is read or written level by level; ``tables`` names the
table of every symbol of a batch. Reading and writing go through the same functions, so that they cannot
disagree on an index.
"""

from __future__ import annotations

import io
from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aura_fast import interleaved_rans, rans
from aura_spec.context_model import CODES, END, MAX_ORDER, SYMBOLS, ContextModel
from aura_spec.errors import LimitExceeded, Malformed, Truncated
from aura_spec.interleaved_rans import MAX_LANES_EXPONENT, TOTAL, frequencies_of
from aura_spec.trie import (
    CHILD,
    CODE,
    COUNT,
    FAMILIES,
    MANY,
    MAX_TABLE_BYTES,
    ONE,
    RANK,
    entry_limit,
    size_class,
)

Integers = NDArray[np.signedinteger]
"""Numbers of contexts, entries and symbols; 32 bits in reading, where there are many."""

_CLASSES = np.array([size_class(max(1, length)) for length in range(SYMBOLS + 1)], np.int32)
_FIRST_TABLE = np.cumsum([0, *FAMILIES], dtype=np.int32)


@dataclass(slots=True)
class Level:
    """One level of the trie: contexts in order, and their entries in list order.

    Attributes:
        suffix: of each context, its suffix's number in the level above; for level 1 all 0.
        counts: of each context, the length n of its list.
        escapes: of each context, the code of its escape.
        owners: of each entry, the number of its context in this level.
        suffix_entries: of each entry, the number of its suffix entry in the level above.
        symbols, codes: of each entry.
        children: of each entry, the number of its child in the level below, or -1.
    """

    suffix: Integers
    counts: Integers
    escapes: Integers
    owners: Integers
    suffix_entries: Integers
    symbols: Integers
    codes: Integers
    children: Integers

    @property
    def starts(self) -> Integers:
        """The place of each context's first entry in this level, and the end of the last."""
        return np.concatenate([np.zeros(1, np.int32), np.cumsum(self.counts, dtype=np.int32)])


def root_level(codes: bytes) -> Level:
    """Level 0: the root with all symbols, likeliest first (rule CTX-7)."""
    by_symbol = np.frombuffer(codes, np.uint8).astype(np.int32)
    symbols = np.argsort(by_symbol, kind="stable").astype(np.int32)
    zero = np.zeros(1, np.int32)
    return Level(
        suffix=zero,
        counts=np.full(1, SYMBOLS, np.int32),
        escapes=zero,
        owners=np.zeros(SYMBOLS, np.int32),
        suffix_entries=np.full(SYMBOLS, -1, np.int32),
        symbols=symbols,
        codes=by_symbol[symbols],
        children=np.full(SYMBOLS, -1, np.int32),
    )


# Which table each symbol of a batch has: rule TRI-6.


def _indices(family: int, index: Integers) -> Integers:
    """The numbers of tables among all, from their indices in a family."""
    numbers: Integers = _FIRST_TABLE[family] + index
    return numbers


def count_tables(lengths: Integers) -> Integers:
    """COUNT, for contexts whose suffix's list has these lengths."""
    return _indices(COUNT, _CLASSES[lengths])


def rank_tables(lengths: Integers, left: Integers, is_first: NDArray[np.bool_]) -> Integers:
    """RANK, for entries by N, entries still to come, and whether each is the first of its list."""
    return _indices(RANK, (10 * _CLASSES[lengths] + _CLASSES[left]) * 2 + is_first)


def up(above: Level, of_one: Integers) -> Integers:
    """For each entry of a level the u of rule TRI-6: its code, or ``of_one`` of its context if it is alone."""
    alone = (above.counts == 1)[above.owners]
    return np.where(alone, of_one[above.owners], np.minimum(above.codes, 49))


def code_tables(above: Level, suffix_entries: Integers, counts: Integers) -> Integers:
    """CODE, for entries by their suffix entries and the lengths of their own lists."""
    up_of = up(above, 50 + above.escapes // 6)[suffix_entries]
    return _indices(CODE, 8 * up_of + np.minimum(_CLASSES[counts], 7))


def one_tables(above: Level, suffix_entries: Integers, level: int) -> Integers:
    """ONE, for lists of one entry by its suffix entry."""
    up_of = up(above, 50 + above.escapes)[suffix_entries]
    return _indices(ONE, 11 * up_of + min(level, 10))


def many_tables(above: Level, suffix: Integers, counts: Integers, level: int) -> Integers:
    """MANY, for contexts by their suffix and the lengths of their lists."""
    up = np.full(len(suffix), 64, np.int32) if level == 1 else above.escapes[suffix]
    return _indices(MANY, 8 * up + np.minimum(_CLASSES[counts], 7))


def child_tables(this: Level, entries: Integers, level: int) -> Integers:
    """CHILD, for entries of a level."""
    owners = this.owners[entries]
    many = this.counts[owners] > 1
    up = np.where(many, np.minimum(this.codes[entries] // 2, 24), 25 + this.escapes[owners] // 8)
    return _indices(CHILD, 12 * (2 * up + many) + min(level, 11))


def may_have_child(this: Level, above: Level | None) -> Integers:
    """The entries that a CHILD batch asks about."""
    possible = this.symbols != END
    if above is not None:
        possible &= above.children[this.suffix_entries] >= 0
    return np.flatnonzero(possible)


def suffixes_of(this: Level, above: Level | None, parents: Integers) -> Integers:
    """The suffixes of the children of ``parents``, entries of this level (rule TRI-5)."""
    if above is None:
        return np.zeros(len(parents) + 1, np.int32)  # and the beginning, after the root's children
    return above.children[this.suffix_entries[parents]]


def list_order(owners: Integers, codes: Integers) -> Integers:
    """How entries in the order of the suffix's list come into that of rule CTX-7."""
    return np.argsort(owners * CODES + codes, kind="stable")


def number_children(level: Level, parents: Integers) -> None:
    """Number the children of ``parents`` in order (rule TRI-4)."""
    level.children[parents] = np.arange(len(parents), dtype=np.int32)


def read(section: bytes) -> ContextModel:
    """Read a trie section; the match model's table is left empty.

    Raises:
        DecodeError: as the chapter's rules say.
    """
    order, codes, reader = _open(section)
    spare = entry_limit(len(section)) - SYMBOLS
    above: Level | None = None
    this = root_level(codes)
    packer = Packer()
    for level in range(1, order + 1):
        asked = may_have_child(this, above)
        parents = asked[_checked(reader, child_tables(this, asked, level - 1), 1) == 1]
        suffix = suffixes_of(this, above, parents)
        if len(suffix) == 0:
            raise Malformed(f"level {level} has no contexts", 0, "words")
        number_children(this, parents)
        packer.add(this)
        above, this = this, _read_level(reader, this, suffix, level, spare)
        spare -= len(this.symbols)
    packer.add(this)
    reader.finish()
    return packer.model()


def _open(section: bytes) -> tuple[int, bytes, interleaved_rans.Reader]:
    """Check the fixed part of the section, field by field, and read the tables (rules TRI-1 and TRI-2)."""
    source = io.BytesIO(section)

    def take(size: int, field: str) -> bytes:
        content = source.read(size)
        if len(content) < size:
            raise Truncated("the section ends inside a field", len(section), field)
        return content

    def check(kept: bool, reason: str, field: str) -> None:
        if not kept:
            raise Malformed(reason, source.tell(), field)

    order = take(1, "order")[0]
    check(1 <= order <= MAX_ORDER, f"the order is not in 1..{MAX_ORDER}", "order")
    codes = take(SYMBOLS, "root_codes")
    check(max(codes) < CODES, "a code of the root is above 63", "root_codes")
    exponent = take(1, "lanes_exponent")[0]
    check(exponent <= MAX_LANES_EXPONENT, "there are too many lanes", "lanes_exponent")
    length = int.from_bytes(take(4, "tables_length"), "big")
    check(length <= MAX_TABLE_BYTES, "the tables are too long", "tables_length")
    size = int.from_bytes(take(4, "payload_length"), "big")
    table = np.frombuffer(take(512, "frequencies"), ">u2").tolist()
    check(min(table) >= 1 and sum(table) == TOTAL, f"the frequencies do not sum to {TOTAL}", "frequencies")
    payload = take(size, "payload")
    words = source.read()
    check(len(words) % 2 == 0, "the words end inside a word", "words")
    tables = interleaved_rans.lay_out(_parse_tables(rans.decode(payload, length, table)))
    return order, codes, interleaved_rans.Reader(words, 1 << exponent, tables)


def _parse_tables(data: bytes) -> list[tuple[int, ...]]:
    tables: list[tuple[int, ...]] = []
    position = 0
    for _ in range(sum(FAMILIES)):
        size = int.from_bytes(data[position : position + 2], "big")
        codes = data[position + 2 : position + 2 + size]
        position += 2 + size
        if position > len(data):
            raise Truncated("the tables end inside a table", 0, "payload")
        if size > SYMBOLS or (size and not 0 < max(codes) <= CODES):
            raise Malformed(
                "a table has too many symbols, or none that occurs, or a code above 64", 0, "payload"
            )
        tables.append(frequencies_of(codes) if size else ())
    if position != len(data):
        raise Malformed("bytes follow the last table", 0, "payload")
    return tables


def _checked(reader: interleaved_rans.Reader, tables: Integers, maximum: int) -> Integers:
    """Read a batch whose symbols are at most ``maximum`` (rule TRI-9)."""
    symbols = reader.read(tables)
    if len(symbols) and int(symbols.max()) > maximum:
        raise Malformed(f"a symbol is above {maximum}", 0, "words")
    return symbols


def _read_level(
    reader: interleaved_rans.Reader, above: Level, suffix: Integers, level: int, spare: int
) -> Level:
    """Read the batches COUNT to MANY of a level of at most ``spare`` entries (rules TRI-6 and TRI-8)."""
    lengths = above.counts[suffix]
    counts = np.ones(len(suffix), np.int32)
    counted = np.flatnonzero(lengths > 1)
    counts[counted] += reader.read(count_tables(lengths[counted]))
    if bool((counts > lengths).any()):
        raise Malformed("a list is longer than its suffix's", 0, "words")
    if int(counts.sum()) > spare:
        raise LimitExceeded("the model has too many entries", 0, "words")
    owners = np.repeat(np.arange(len(suffix), dtype=np.int32), counts)
    firsts = np.cumsum(counts, dtype=np.int32) - counts
    place = np.arange(len(owners), dtype=np.int32) - firsts[owners]
    ranked = np.flatnonzero((counts < lengths)[owners])
    gaps = np.zeros(len(owners), np.int32)
    own = owners[ranked]
    gaps[ranked] = reader.read(rank_tables(lengths[own], counts[own] - place[ranked], place[ranked] == 0))
    # the rank is the sum of all gaps so far in the list, plus one for each entry before
    reached = np.cumsum(gaps + 1, dtype=np.int32)
    ranks = reached - (reached - gaps - 1)[firsts][owners] - 1
    if bool((ranks >= lengths[owners]).any()):
        raise Malformed("an entry is beyond the suffix's list", 0, "words")
    suffix_entries = above.starts[suffix][owners] + ranks
    many = counts > 1
    in_many = np.flatnonzero(many[owners])
    codes = np.zeros(len(owners), np.int32)
    tables = code_tables(above, suffix_entries[in_many], counts[owners[in_many]])
    codes[in_many] = _checked(reader, tables, CODES - 1)
    escapes = np.zeros(len(suffix), np.int32)
    tables = one_tables(above, suffix_entries[firsts[~many]], level)
    escapes[~many] = _checked(reader, tables, CODES - 1)
    escapes[many] = _checked(reader, many_tables(above, suffix[many], counts[many], level), CODES - 1)
    order = list_order(owners, codes)
    suffix_entries = suffix_entries[order]
    symbols = above.symbols[suffix_entries]
    children = np.full(len(owners), -1, np.int32)
    return Level(suffix, counts, escapes, owners, suffix_entries, symbols, codes[order], children)


class Packer:
    """Takes levels one after the other and packs them into a context model (rules CTX-3 and TRI-4).

    Of the levels that were added only what the model needs is kept, in types that take little room.
    """

    def __init__(self) -> None:
        self._parts: dict[str, list[NDArray[np.integer]]] = {name: [] for name in _TYPES}
        self._parts["starts"].append(np.zeros(1, np.int32))
        self._initial = 0
        self._base = 0  # of the contexts of the level to come
        self._base_above = 0
        self._entries = 0
        self._following_above: NDArray[np.int32] = np.zeros(0, np.int32)

    def add(self, level: Level) -> None:
        """Add the next level; its children are numbered, and it is complete."""
        is_root = self._base == 0
        below = self._base + len(level.counts)
        # the child if there is one, else where the suffix entry leads; nowhere but to the root from there
        instead = np.int32(0) if is_root else self._following_above[level.suffix_entries]
        following = np.where(level.children >= 0, level.children + np.int32(below), instead).astype(np.int32)
        values = {
            "starts": np.cumsum(level.counts, dtype=np.int32) + np.int32(self._entries),
            "symbols": level.symbols,
            "codes": level.codes,
            "following": following,
            "suffixes": level.suffix if is_root else level.suffix + self._base_above,
            "escapes": level.escapes,
        }
        for name, part in values.items():
            self._parts[name].append(part.astype(_TYPES[name]))
        if self._base == 1:
            self._initial = below - 1
        self._entries += len(level.symbols)
        self._base_above, self._base = self._base, below
        self._following_above = following

    def model(self) -> ContextModel:
        """The model; the match model's table is left empty."""
        joined = {name: _joined(kind, self._parts.pop(name)) for name, kind in _TYPES.items()}
        return ContextModel(
            starts=joined["starts"],
            symbols=joined["symbols"],
            codes=joined["codes"],
            following=joined["following"],
            suffixes=joined["suffixes"],
            escapes=joined["escapes"],
            initial=self._initial,
            hits=(),
        )


_TYPES = {"starts": "i", "symbols": "H", "codes": "B", "following": "i", "suffixes": "i", "escapes": "B"}
"""The parts of a context model, and the array type of each."""


def _joined(kind: str, parts: list[NDArray[np.integer]]) -> array[int]:
    """One array that plain Python indexes quickly."""
    packed = array(kind, [0]) * sum(map(len, parts))
    np.concatenate(parts, out=np.frombuffer(packed, kind))
    return packed

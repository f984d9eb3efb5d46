"""Trie sections: models of every shape, and sections that claim what cannot be."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from aura_fast import trie_writer
from aura_reference import rans
from aura_spec.context_model import CODES, END, MAX_ORDER, SYMBOLS, ContextModel
from aura_spec.errors import Code
from aura_spec.model import TRIE, parse_file
from aura_spec.rans import frequencies_of
from aura_spec.trie import (
    CHILD,
    CODE,
    COUNT,
    FAMILIES,
    MANY,
    MAX_TABLE_BYTES,
    ONE,
    RANK,
    TrieSection,
    entry_limit,
    parse_section,
)
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.message import MODEL
from aura_vectors.case_types.model import Sections
from aura_vectors.derive import refused_variant
from aura_vectors.flags import Flag
from aura_vectors.models import EXHAUSTED, FLAT, HAND_MADE, START, A, B, Context, assemble

SECTIONS: Final = Sections(TRIE)

BASE: Final = parse_section(trie_writer.write(HAND_MADE))

WORD_OF_ONE_LANE: Final = b"\x01\x00\x00\x00"
"""The words of one lane from which no bits are taken."""


def groups() -> Groups:
    """All groups of the chapter."""
    yield SECTIONS, list(_models())
    yield SECTIONS, list(_without_choice())
    yield SECTIONS, list(_cut())
    yield SECTIONS, list(_broken_fields())
    yield SECTIONS, list(_broken_tables())
    yield SECTIONS, list(_broken_levels())
    yield SECTIONS, list(_most_entries())


def _models() -> Iterator[Case]:
    def written(comment: str, model: ContextModel, *rules: str, lanes_exponent: int | None = None) -> Case:
        return SECTIONS.valid(comment, rules, trie_writer.write(model, lanes_exponent), None)

    yield written("lists of one entry and of several, orders 0 to 3", HAND_MADE, "TRI-1", "TRI-4", "TRI-5")
    for exponent in (1, 4):
        comment = f"the same in {1 << exponent} lanes"
        yield written(comment, HAND_MADE, "TRI-1", "IRN-1", "IRN-3", lanes_exponent=exponent)
    yield written("a list of all symbols", EXHAUSTED, "TRI-6", "CTX-2")
    yield written("lists of every class of lengths", _sizes(), "TRI-3", "TRI-6", "CTX-7")
    lists: dict[Context, dict[int, int]] = {
        (A,) * order: {A: 3, B: 60, END: 9} for order in range(1, MAX_ORDER + 1)
    }
    deep = assemble(
        {(): FLAT, (START,): {B: 0}, **lists}, {(A,) * order: 2 * order - 1 for order in range(33)}
    )
    yield written("the largest order", deep, "TRI-1", "TRI-4", "TRI-6")
    ones: dict[Context, dict[int, int]] = {(A,) * order: {A: 0} for order in range(1, 14)}
    deep = assemble(
        {(): FLAT, (START,): {A: 0}, **ones}, {context: 5 * len(context) % CODES for context in ones}
    )
    yield written("lists of one entry down to order 13", deep, "TRI-4", "TRI-6")


def _sizes() -> ContextModel:
    """Contexts whose lists have lengths of every class, and others above them that have a part of theirs."""
    lengths = (1, 2, 3, 5, 8, 13, 20, 40, 100, 257)
    lists: dict[Context, dict[int, int]] = {
        (): {symbol: symbol % 50 for symbol in range(SYMBOLS)},
        (START,): {END: 0},
    }
    for context, length in enumerate(lengths):
        own = {END - place: (place * 11 + context) % CODES for place in range(length)}
        lists[context,] = own
        lists[0xF0 + context,] = {context: 1, END: 1}
        lists[0xF0 + context, context] = dict(list(own.items())[:: 1 + context % 3])
    return assemble(lists, {context: 7 * sum(context) % CODES for context in lists})


@dataclass(frozen=True, slots=True)
class _Tables:
    """The one symbol that all tables of a family have: batches then leave no choice, and take no bits.

    ``children`` are codes of a table; ``counts_of_short`` is for suffixes without all symbols.
    """

    counts: int = 0
    ranks: int = 0
    codes: int = 0
    ones: int = 0
    many: int = 0
    children: tuple[int, ...] = (1,)
    counts_of_short: int | None = None

    def section(self, order: int) -> TrieSection:
        """The section of that order."""
        chosen = {
            COUNT: bytes(self.counts) + b"\1",
            RANK: bytes(self.ranks) + b"\1",
            CODE: bytes(self.codes) + b"\1",
            ONE: bytes(self.ones) + b"\1",
            MANY: bytes(self.many) + b"\1",
            CHILD: bytes(self.children),
        }
        families = [[chosen[family]] * size for family, size in enumerate(FAMILIES)]
        if self.counts_of_short is not None:
            families[COUNT][:9] = [bytes(self.counts_of_short) + b"\1"] * 9
        data = b"".join(len(table).to_bytes(2, "big") + table for family in families for table in family)
        return _with_tables(replace(BASE, order=order, lanes_exponent=0, words=WORD_OF_ONE_LANE), data)


def _with_tables(section: TrieSection, data: bytes) -> TrieSection:
    frequencies = frequencies_of(data)
    payload = rans.encode(data, frequencies)
    return replace(section, tables_length=len(data), frequencies=frequencies, payload=payload)


def _pack(section: TrieSection) -> bytes:
    """As rule TRI-1 says, whatever the values."""
    return b"".join(
        (
            bytes((section.order,)),
            section.root_codes,
            bytes((section.lanes_exponent,)),
            struct.pack(">II", section.tables_length, len(section.payload)),
            struct.pack(">256H", *section.frequencies),
            section.payload,
            section.words,
        )
    )


def _without_choice() -> Iterator[Case]:
    """Sections whose batches have one possible symbol each."""
    one = _pack(_Tables().section(1))
    yield SECTIONS.valid("no context but the root and the start", ("TRI-2", "TRI-4", "TRI-7"), one, None)
    deepest = _pack(_Tables(counts=255).section(1))
    yield SECTIONS.valid("a list of 256 symbols, the first of the root's", ("TRI-6",), deepest, None)
    yield SECTIONS.valid(
        "the last symbol of the root alone", ("TRI-6",), _pack(_Tables(ranks=256).section(1)), None
    )


def _cut() -> Iterator[Case]:
    wire = _pack(BASE)
    good = Case("orders 0 to 3", ("TRI-1",), wire)
    fields = {
        "order": 0,
        "root codes": 1,
        "lanes": 258,
        "length of the tables": 259,
        "length of the payload": 263,
    }
    fields |= {"frequencies": 267, "payload": 779, "words": 779 + len(BASE.payload)}
    cuts = {size: name for name, start in fields.items() for size in (start + 1, start)}
    cuts |= {len(wire) - 2: "the last word", len(wire) - 1: "half the last word"}
    for size, name in sorted(cuts.items()):
        comment, flag = f"cut after {size} bytes: {name}", Flag.READS_PAST_END
        if (case := refused_variant(good, SECTIONS, wire[:size], comment, flag)) is not None:
            yield case
    for tail in (b"\0", b"\0\0"):
        comment, flag = f"{len(tail)} bytes of words too many", Flag.IGNORES_TRAILING_BYTES
        if (case := refused_variant(good, SECTIONS, wire + tail, comment, flag)) is not None:
            yield case


def _malformed(
    section: TrieSection, rule: str, comment: str, flag: Flag, code: Code = Code.MALFORMED
) -> Case:
    return Case(comment, (rule,), _pack(section), code=code, flag=flag)


def _broken_fields() -> Iterator[Case]:
    flag = Flag.INDEXES_OUTSIDE
    yield _malformed(replace(BASE, order=0), "TRI-1", "order 0", flag)
    yield _malformed(replace(BASE, order=MAX_ORDER + 1), "TRI-1", "an order above the largest", flag)
    for place in (0, 256):
        codes = bytearray(BASE.root_codes)
        codes[place] = CODES
        comment, flag = f"a code of 64 at the root, symbol {place}", Flag.INDEXES_OUTSIDE
        yield _malformed(replace(BASE, root_codes=bytes(codes)), "TRI-1", comment, flag)
    flag = Flag.TRUSTS_CLAIMS
    yield _malformed(replace(BASE, lanes_exponent=12), "TRI-1", "4,096 lanes", flag)
    yield _malformed(replace(BASE, lanes_exponent=255), "TRI-1", "2^255 lanes", Flag.SHIFTS_TOO_FAR)
    comment = "2,048 lanes in a few words"
    yield _malformed(replace(BASE, lanes_exponent=11), "IRN-5", comment, Flag.READS_PAST_END, Code.TRUNCATED)
    comment = "tables that are too long"
    yield _malformed(replace(BASE, tables_length=MAX_TABLE_BYTES + 1), "TRI-1", comment, flag)
    yield _malformed(replace(BASE, tables_length=(1 << 32) - 1), "TRI-1", "tables of 4 GiB", flag)
    claim = _pack(BASE)
    claim = claim[:263] + b"\xff\xff\xff\xff" + claim[267:]
    yield Case("a payload of 4 GiB", ("TRI-1",), claim, code=Code.TRUNCATED, flag=flag)
    flag = Flag.BROKEN_TABLE
    many, none = list(BASE.frequencies), list(BASE.frequencies)
    many[7] += 1
    none[none.index(max(none))] += none[0]
    none[0] = 0
    yield _malformed(replace(BASE, frequencies=tuple(many)), "TRI-1", "frequencies that sum to 4097", flag)
    yield _malformed(replace(BASE, frequencies=tuple(none)), "TRI-1", "a frequency of 0", flag)
    payload = b"\0" + BASE.payload
    yield _malformed(
        replace(BASE, payload=payload),
        "RNS-6",
        "a byte of the payload that is left",
        Flag.IGNORES_TRAILING_BYTES,
    )
    payload = BASE.payload[1:]
    comment, flag = "a byte of the payload that is missing", Flag.READS_BEFORE_START
    yield _malformed(replace(BASE, payload=payload), "RNS-6", comment, flag, Code.TRUNCATED)
    payload = BASE.payload[-4:]
    yield _malformed(replace(BASE, payload=payload), "RNS-5", "no whole state", flag, Code.TRUNCATED)


def _broken_tables() -> Iterator[Case]:
    empty = bytes(2 * sum(FAMILIES))
    flag = Flag.READS_PAST_END
    none = _with_tables(BASE, empty)
    yield _malformed(none, "TRI-2", "a table without symbols is used", Flag.BROKEN_TABLE)
    yield _malformed(_with_tables(BASE, empty[:-1]), "TRI-2", "half a length", flag, Code.TRUNCATED)
    comment = "tables that lack a code"
    yield _malformed(_with_tables(BASE, empty[:-2] + b"\0\2\1"), "TRI-2", comment, flag, Code.TRUNCATED)
    yield _malformed(
        _with_tables(BASE, empty + b"\0"), "TRI-2", "a byte after the last table", Flag.IGNORES_TRAILING_BYTES
    )
    for table, comment, flag in (
        (b"\0\1\0", "a table of one code 0", Flag.BROKEN_TABLE),
        (b"\0\3\0\0\0", "a table of codes 0", Flag.BROKEN_TABLE),
        (b"\0\1\x41", "a code of 65", Flag.INDEXES_OUTSIDE),
        (b"\1\2" + b"\1" * 258, "a table of 258 symbols", Flag.INDEXES_OUTSIDE),
    ):
        yield _malformed(_with_tables(BASE, table + empty[2:]), "TRI-2", comment, flag)


def _broken_levels() -> Iterator[Case]:
    def tables(rule: str, tables: _Tables, order: int, comment: str, flag: Flag) -> Case:
        return _malformed(tables.section(order), rule, comment, flag)

    both = 0, 1  # codes of a table of flags that is always 1
    yield tables("TRI-6", _Tables(ranks=257), 1, "a rank of 257", Flag.INDEXES_OUTSIDE)
    comment, flag = "ranks beyond the suffix's list", Flag.INDEXES_OUTSIDE
    yield tables("TRI-6", _Tables(counts=2, ranks=100, children=both), 2, comment, flag)
    flag = Flag.INDEXES_OUTSIDE
    yield tables(
        "TRI-6", _Tables(2, children=both, counts_of_short=7), 2, "a list longer than its suffix's", flag
    )
    yield tables("TRI-9", _Tables(children=(0, 0, 1)), 1, "a flag of 2", Flag.ACCEPTS_RESERVED)
    flag = Flag.INDEXES_OUTSIDE
    yield tables("TRI-9", _Tables(counts=1, codes=64), 1, "a code of 64 in a list of two", flag)
    yield tables("TRI-9", _Tables(ones=64), 1, "an escape of 64 in a list of one", flag)
    yield tables("TRI-9", _Tables(counts=1, many=64), 1, "an escape of 64 in a list of two", flag)
    yield tables("TRI-7", _Tables(), 2, "a second level without contexts", Flag.TRUSTS_CLAIMS)
    yield tables("TRI-7", _Tables(), MAX_ORDER, "31 levels without contexts", Flag.TRUSTS_CLAIMS)
    many = _Tables(counts=256, children=both).section(MAX_ORDER)
    comment, flag = "257^32 entries in a few bytes", Flag.TRUSTS_CLAIMS
    yield _malformed(many, "TRI-8", comment, flag, Code.LIMIT_EXCEEDED)
    comment, flag = "a second level of 257 times 256 entries, above the limit", Flag.IGNORES_LIMIT
    yield _malformed(replace(many, order=2), "TRI-8", comment, flag, Code.LIMIT_EXCEEDED)
    trained = parse_section(parse_file(MODEL.model).sections[TRIE])
    yield _malformed(
        replace(trained, order=trained.order - 1),
        "IRN-5",
        "a level that is not read",
        Flag.IGNORES_TRAILING_BYTES,
    )
    words = b"\0\0\xff\xff" + BASE.words[4:]
    yield _malformed(replace(BASE, words=words), "IRN-3", "a state below 2^16", Flag.UNCHECKED_START)


def _most_entries() -> Iterator[Case]:
    """As many entries as the section may hold by its size, and one more (rule TRI-8).

    Two levels have lists of one length each, and every context above the second has a child for each entry. Words
    that nobody reads give the section its size; they are refused once all levels are read.
    """
    for more, code in ((0, Code.MALFORMED), (1, Code.LIMIT_EXCEEDED)):
        wire = next(_of_entries(more))
        comment = f"{'one entry more than' if more else 'as many entries as'} the size allows"
        yield Case(comment, ("TRI-8",), wire, code=code, flag=Flag.IGNORES_LIMIT)


def _of_entries(more: int) -> Iterator[bytes]:
    """Sections with so many entries more than they may have."""
    for first in range(30, 100):
        for second in range(1, first + 1):
            entries = SYMBOLS * (1 + first + (first - 1) * second)  # the end, one of the first, has no child
            size, odd = divmod(entries - more - entry_limit(0), 32)
            if size > 0 and not odd:
                tables = _Tables(first - 1, children=(0, 1), counts_of_short=second - 1)
                section = _pack(tables.section(2))
                if size >= len(section) and (size - len(section)) % 2 == 0:
                    yield section.ljust(size, b"\0")

"""The trie section of a model file: a context model, entropy coded.

The section stores a PPM trie by its structure: for each context how many of its suffix's symbols it has, which
ones, with what codes, and which of them have a child. Each of these numbers is coded by interleaved rANS with a
static table, which is chosen by what the suffix already tells. Counts themselves are not stored.

TRI-1: The section has, in order: the largest order (one byte, 1 to ``context_model.MAX_ORDER``); the codes of the
root's entries for the symbols 0 to 256 (one byte each, at most 63); the exponent of the number of lanes; the length
of the tables and of their rANS payload (four bytes each, big endian); the 256 frequencies of the bytes of the
tables (two bytes each, big endian, rule RNS-1); the payload of the tables (rules RNS-3 to RNS-6); and to its end
the words of rule IRN-3.

TRI-2: The tables stand in the order of ``FAMILIES``, and within a family in the order of their indices.
``FAMILIES`` has the numbers of tables of COUNT, RANK, CODE, ONE, MANY and CHILD (rule TRI-6). A table begins with
the number of its symbols, at most 257 (two bytes, big endian), and has that many codes of rule IRN-7, each at most
64. A table without symbols is never used. A table whose codes are all 0 is ``Malformed``, and so are bytes after
the last table. Tables that end too early are ``Truncated``.

TRI-3: ``size_class`` sorts the length of a list into ten classes: 1, 2, 3, 4–5, 6–8, 9–13, 14–23, 24–49, 50–119,
and more.

TRI-4: Contexts are numbered level by level, from the root, number 0. A level is an order. When a level has been
read, it is known which of its entries have a child. Their children, in the order of the entries, are the next
level. At the end of level 1 comes the context in which every message begins.

TRI-5: The suffix entry of an entry is the entry with the same symbol in the list of the suffix. The suffix of a
child is the child of the suffix entry of its parent's entry. Children of the root, and the beginning, have the root
as suffix. So one pass over the entries finds the contexts of rule CTX-3::

    next_context(entry)
        if entry has a child: return the child
        if entry is one of the root: return the root
        return next_context(the suffix entry of entry)

TRI-6: At level 0 there is one batch: CHILD for the root's entries, the end left out. Then each level from 1 to the
largest order is read in six batches, each for all contexts of the level in order. N is the length of the suffix's
list, and n that of the context's own. Each number is read with the table of its family that the index names::

    read_level(level)
        COUNT: for each context with N > 1
            n - 1, by the index class(N)
        a context with N = 1 has n = 1
        RANK: for each context with n < N, for each of its n entries
            how many entries of the suffix's list stand between it and the entry before it,
                by the index (10 · class(N) + class(entries still to come, this one included)) · 2
                + (1 for the first entry, else 0)
        a context with n = N has all entries of its suffix
        CODE: for each context with n > 1, for each entry in that order
            u = min(code of the suffix entry, 49)
            its code, at most 63, by the index 8 · u + min(class(n), 7)
        ONE: for each context with n = 1
            u = min(code of the suffix entry, 49) if N > 1, else 50 + the code of the suffix's escape
            the code of the escape, by the index 11 · u + min(level, 10)
        MANY: for each context with n > 1
            u = the code of the suffix's escape, 64 if the suffix is the root
            the code of the escape, by the index 8 · u + min(class(n), 7)
        sort the entries of each list as rule CTX-7 says
        CHILD: if level is below the largest order, for each entry whose symbol is not the end, and whose suffix
               entry has a child
            u = min(code div 2, 24) if n > 1, else 25 + (the code of the escape) div 8
            1 if it has a child too, else 0, by the index 12 · (2 · u + (1 if n > 1, else 0)) + min(level, 11)

TRI-7: Each level from 1 has a context.

TRI-8: A model has at most 2^16 + 32 · (bytes of the section) entries, the 257 of the root included, and at most
2^23 of them. Otherwise the section is ``LimitExceeded``. A decoder checks this before it reads the RANK batch of a
level.

TRI-9: A symbol outside the range of its batch is ``Malformed``. n is at least 1 and at most N.

In CODE n > 1 implies N > 1. So the tables of CODE from index 400 on, where u would be 50 or more, as it may be for
ONE, are never used.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

import construct as c
from construct import this

from aura_spec import rans
from aura_spec.context_model import CODES, MAX_ORDER, SYMBOLS
from aura_spec.errors import Malformed, Truncated
from aura_spec.interleaved_rans import MAX_LANES_EXPONENT
from aura_spec.wire import Checked, Field, build, parse

COUNT, RANK, CODE, ONE, MANY, CHILD = range(6)

FAMILIES: Final = (10, 200, 488, 1254, 520, 792)
"""Tables of COUNT, RANK, CODE, ONE, MANY and CHILD (rule TRI-2)."""

MAX_ENTRIES: Final = 1 << 23

MAX_TABLE_BYTES: Final = sum(FAMILIES) * (2 + SYMBOLS)

SIZE_BOUNDS: Final = (2, 3, 4, 6, 9, 14, 24, 50, 120)
"""The least lengths of the classes of rule TRI-3, from the second."""


def size_class(length: int) -> int:
    """The class of the length of a list, 0 to 9 (rule TRI-3).

    >>> [size_class(length) for length in (1, 2, 5, 6, 257)]
    [0, 1, 3, 4, 9]
    """
    return bisect_right(SIZE_BOUNDS, length)


def entry_limit(section_size: int) -> int:
    """The most entries that a section of that many bytes may hold (rule TRI-8)."""
    return min(MAX_ENTRIES, (1 << 16) + 32 * section_size)


SECTION: Final = c.Struct(
    Field(
        "order",
        Checked(c.Byte, lambda order: 1 <= order <= MAX_ORDER, f"the order is not in 1..{MAX_ORDER}"),
        "largest order of a context",
    ),
    Field(
        "root_codes",
        Checked(c.Bytes(SYMBOLS), lambda codes: max(codes) < CODES, "a code of the root is above 63"),
        "codes of the symbols 0 to 256",
    ),
    Field(
        "lanes_exponent",
        Checked(c.Byte, lambda exponent: exponent <= MAX_LANES_EXPONENT, "there are too many lanes"),
        "logarithm of the number of lanes",
    ),
    Field(
        "tables_length",
        Checked(c.Int32ub, lambda length: length <= MAX_TABLE_BYTES, "the tables are too long"),
        "bytes of the tables",
    ),
    Field("payload_length", c.Rebuild(c.Int32ub, c.len_(this.payload)), "bytes of the tables' payload"),
    Field(
        "frequencies",
        Checked(
            c.Array(rans.SYMBOLS, c.Int16ub),
            lambda table: min(table) >= 1 and sum(table) == rans.TOTAL,
            f"the frequencies are not all positive with sum {rans.TOTAL}",
        ),
        "of the tables' bytes",
    ),
    Field("payload", c.Bytes(this.payload_length), "the tables, through rANS"),
    Field(
        "words",
        Checked(c.GreedyBytes, lambda words: len(words) % 2 == 0, "the words end inside a word"),
        "interleaved rANS",
    ),
)


@dataclass(frozen=True, slots=True)
class TrieSection:
    """The parts of the section, entropy coded as they are.

    Attributes:
        order: 1 to 32.
        root_codes: 257 codes, 0 to 63.
        lanes_exponent: 0 to 11.
        tables_length: bytes of the decoded tables.
        frequencies: 256 frequencies of the tables' bytes.
        payload: the tables, through rANS.
        words: the words of interleaved rANS.
    """

    order: int
    root_codes: bytes
    lanes_exponent: int
    tables_length: int
    frequencies: tuple[int, ...]
    payload: bytes
    words: bytes


def parse_section(section: bytes, base: int = 0) -> TrieSection:
    """Read the section (rule TRI-1)."""
    value = parse(SECTION, section, base=base)
    return TrieSection(
        value.order,
        value.root_codes,
        value.lanes_exponent,
        value.tables_length,
        tuple(value.frequencies),
        value.payload,
        value.words,
    )


def build_section(section: TrieSection) -> bytes:
    """Write the section (rule TRI-1)."""
    names = ("order", "root_codes", "lanes_exponent", "tables_length", "frequencies", "payload", "words")
    return build(SECTION, {name: getattr(section, name) for name in names})


def parse_tables(data: bytes) -> list[bytes]:
    """Read the decoded tables: the codes of each, in order; none for a table without symbols (rule TRI-2).

    All implementations share this.

    Raises:
        DecodeError: as the rule says.
    """
    tables = []
    position = 0
    for _ in range(sum(FAMILIES)):
        size = int.from_bytes(data[position : position + 2], "big")
        codes = data[position + 2 : position + 2 + size]
        position += 2 + size
        if position > len(data):
            raise Truncated("the tables end inside a table", 0, "payload")
        if size > SYMBOLS or (size and not 0 < max(codes) <= CODES):
            reason = "a table has too many symbols, or none that occurs, or a code above 64"
            raise Malformed(reason, 0, "payload")
        tables.append(codes)
    if position != len(data):
        raise Malformed("bytes follow the last table", 0, "payload")
    return tables

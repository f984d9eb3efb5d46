"""The trie section of a model file: a context model, entropy coded.

The section holds, in order: the largest order (one byte, 1 to ``context_model.MAX_ORDER``); the codes of the
root's entries for the symbols 0 to 256 (one byte each, at most 63); the exponent of the number of lanes; the
length of the tables and of their rANS payload (four bytes each, big endian), the 256 frequencies of the bytes
of the tables (two bytes each, big endian, rule RNS-1), the payload of the tables (rules RNS-3 to RNS-6); and to
its end the words of rule IRN-3 (rule TRI-1).

The tables stand in the order of ``FAMILIES``, which has their numbers for COUNT, RANK, CODE, ONE, MANY and CHILD as
below, and of their indices. Each begins with the number of its symbols, at most 257 (two bytes, big endian), and
has that many codes of rule IRN-7, each at most 64; a table without symbols is never used, and one whose codes are
all 0 is ``Malformed``, as are bytes after the last table; tables that end too early are ``Truncated`` (rule TRI-2).

``size_class`` sorts the length of a list into ten classes: 1, 2, 3, 4–5, 6–8, 9–13, 14–23, 24–49, 50–119, and more
(rule TRI-3).

Contexts are numbered level by level, a level being an order, from the root, number 0. Which entries of a level
have a child is known when the level has been read; their children, in the order of the entries, are the next
level, and at the end of level 1 comes the context in which every message begins (rule TRI-4). The suffix of a
child is the child of its parent's entry's own suffix entry: the entry with the same symbol in the suffix's list.
Children of the root, and the beginning, have the root as suffix (rule TRI-5). So what rule CTX-3 asks for takes
one pass over the entries: an entry leads to its child; without one, to where its suffix entry leads; and an entry
of the root without a child leads to the root.

At level 0 there is one batch: CHILD for the root's entries, the end left out. Then each level from 1 to the
largest order is read in six batches, for the contexts of the level in order. N is the length of the suffix's
list, n that of the context's own (rule TRI-6):

COUNT  for contexts with N > 1: n - 1. Otherwise n is 1. n is at most N. Index: class of N.
RANK   for contexts with n < N: for each entry, the number of the suffix's entries between it and the entry
       before it, in the order of the suffix's list. Where n = N, all of them. Index: (10 · class of N + class of
       the entries still to come, this one included) · 2 + (1 for the first entry).
CODE   for contexts with n > 1: for each entry in that order its code, at most 63. Index: 8 · u + min(class of n,
       7); u is min(code of the suffix entry, 49). n > 1 implies N > 1. So the tables from index 400 on, where
       u would be 50 or more, as it may be for ONE, are never used.
ONE    for contexts with n = 1: the escape code. Index: 11 · u + min(level, 10); u is min(code of the suffix
       entry, 49) if N > 1, else 50 + the suffix's escape code.
MANY   for contexts with n > 1: the escape code. Index: 8 · u + min(class of n, 7); u is the suffix's escape
       code, 64 for the root.
CHILD  below the largest order, once the entries stand in the order of rule CTX-7, for each whose symbol is not
       the end and whose suffix entry has a child: 1 if it has one too, else 0. Index: 12 · (2 · u + (1 if n > 1))
       + min(level, 11); u is min(code div 2, 24) if n > 1, else 25 + (the escape code div 8).

Each level from 1 has a context (rule TRI-7). A model has at most 2^16 + 32 · (bytes of the section) entries,
the 257 of the root included, and at most 2^23 of them, else it is ``LimitExceeded``, which a decoder checks
before it reads the RANK batch of a level (rule TRI-8). A symbol outside the range that its batch has is
``Malformed`` (rule TRI-9).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

import construct as c
from construct import this

from aura_spec.context_model import CODES, MAX_ORDER, SYMBOLS
from aura_spec.interleaved_rans import MAX_LANES_EXPONENT
from aura_spec.rans import SYMBOLS as BYTES
from aura_spec.rans import TOTAL
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
            c.Array(BYTES, c.Int16ub),
            lambda table: min(table) >= 1 and sum(table) == TOTAL,
            f"the frequencies are not all positive with sum {TOTAL}",
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

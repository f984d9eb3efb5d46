"""Reading the trie section of a model file, level by level (rules TRI-1 to TRI-9).

Contexts and entries have their final numbers from the start: those of a level follow those of the level above.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import islice

from aura_reference import rans
from aura_reference.interleaved_rans import Reader, Table, table_of
from aura_spec import context_model
from aura_spec import trie as spec
from aura_spec.context_model import ContextModel
from aura_spec.errors import LimitExceeded, Malformed
from aura_spec.interleaved_rans import frequencies_of
from aura_spec.trie import entry_limit, parse_section, parse_tables, size_class

NONE = -1


class Trie:
    """A trie while it is read: the arrays of a context model, and what links entries to entries.

    ``suffix_entries`` has for each entry the entry with the same symbol in the suffix's list, ``children`` the
    context one byte longer, or ``NONE``; ``owners`` the context whose list an entry stands in. ``limit`` is the
    most entries that it may have.
    """

    def __init__(self, root_codes: bytes, limit: int) -> None:
        self.limit = limit
        order = sorted(range(context_model.SYMBOLS), key=lambda symbol: (root_codes[symbol], symbol))
        self.starts = array("i", [0, context_model.SYMBOLS])
        self.symbols = array("i", order)
        self.codes = array("i", [root_codes[symbol] for symbol in order])
        self.suffixes = array("i", [context_model.ROOT])
        self.escapes = array("i", [0])
        self.suffix_entries = array("i", [NONE] * context_model.SYMBOLS)
        self.children = array("i", [NONE] * context_model.SYMBOLS)
        self.owners = array("i", [context_model.ROOT] * context_model.SYMBOLS)

    def length(self, context: int) -> int:
        """Entries in the list of a context."""
        return self.starts[context + 1] - self.starts[context]

    def add_list(self, context: int, escape: int, entries: Iterable[tuple[int, int]]) -> None:
        """Add the list of a context as (code, suffix entry), in the order of rule CTX-7."""
        for code, suffix_entry in sorted(entries):
            self.symbols.append(self.symbols[suffix_entry])
            self.codes.append(code)
            self.suffix_entries.append(suffix_entry)
            self.children.append(NONE)
            self.owners.append(context)
        self.starts.append(len(self.symbols))
        self.escapes.append(escape)

    def up(self, suffix_entry: int, of_one: int) -> int:
        """The u of rule TRI-6: the code of the suffix entry, or ``of_one`` if it stands alone in its list."""
        alone = self.length(self.owners[suffix_entry]) == 1
        return of_one if alone else min(self.codes[suffix_entry], 49)

    def following(self) -> array[int]:
        """Where each entry leads: its child, else where its suffix entry leads, else the root (rule CTX-3)."""
        following = array("i")
        for child, suffix_entry in zip(self.children, self.suffix_entries, strict=True):
            if child != NONE:
                following.append(child)
            else:
                following.append(context_model.ROOT if suffix_entry == NONE else following[suffix_entry])
        return following


def read(section: bytes) -> ContextModel:
    """Read a trie section; the match model's table is left empty.

    Raises:
        DecodeError: as the rules say.
    """
    parts = parse_section(section)
    tables = _lay_out(parse_tables(rans.decode(parts.payload, parts.tables_length, parts.frequencies)))
    reader = Reader(parts.words, 1 << parts.lanes_exponent)
    trie = Trie(parts.root_codes, entry_limit(len(section)))
    contexts = range(1)
    initial = context_model.ROOT
    for level in range(1, parts.order + 1):
        suffixes = _read_children(reader, tables, trie, contexts, level - 1)
        if level == 1:
            initial = contexts.stop + len(suffixes)
            suffixes.append(context_model.ROOT)
        if not suffixes:
            raise Malformed(f"level {level} has no contexts", 0, "words")
        contexts = range(contexts.stop, contexts.stop + len(suffixes))
        trie.suffixes.extend(suffixes)
        _read_lists(reader, tables, trie, contexts, level)
    reader.finish()
    return ContextModel(
        trie.starts, trie.symbols, trie.codes, trie.following(), trie.suffixes, trie.escapes, initial, ()
    )


Tables = list[list[Table | None]]
"""The tables of each family."""


def _lay_out(tables: Iterable[bytes]) -> Tables:
    """Lay out tables by family, from the codes of each."""
    rest = (table_of(frequencies_of(codes)) if codes else None for codes in tables)
    return [list(islice(rest, count)) for count in spec.FAMILIES]


def _read_children(reader: Reader, tables: Tables, trie: Trie, contexts: range, level: int) -> list[int]:
    """Read CHILD for the entries of a level; give the suffixes of the children (rules TRI-4 to TRI-6)."""
    asked, used = [], []
    for context in contexts:
        many = trie.length(context) > 1
        for entry in range(trie.starts[context], trie.starts[context + 1]):
            suffix_entry = trie.suffix_entries[entry]
            if trie.symbols[entry] == context_model.END or (level and trie.children[suffix_entry] == NONE):
                continue
            up = min(trie.codes[entry] // 2, 24) if many else 25 + trie.escapes[context] // 8
            asked.append(entry)
            used.append(tables[spec.CHILD][12 * (2 * up + many) + min(level, 11)])
    suffixes: list[int] = []
    for entry, flag in zip(asked, _checked(reader, used, 1), strict=True):
        if flag:
            trie.children[entry] = contexts.stop + len(suffixes)
            suffixes.append(trie.children[trie.suffix_entries[entry]] if level else context_model.ROOT)
    return suffixes


def _read_lists(reader: Reader, tables: Tables, trie: Trie, contexts: range, level: int) -> None:
    """Read COUNT to MANY of a level (rule TRI-6)."""
    lengths = [trie.length(trie.suffixes[context]) for context in contexts]
    counted = iter(reader.read([tables[spec.COUNT][size_class(n)] for n in lengths if n > 1]))
    counts = [1 + next(counted) if length > 1 else 1 for length in lengths]
    if any(count > length for count, length in zip(counts, lengths, strict=True)):
        raise Malformed("a list is longer than its suffix's", 0, "words")
    if len(trie.symbols) + sum(counts) > trie.limit:
        raise LimitExceeded("the model has too many entries", 0, "words")
    ranked = iter(
        reader.read(
            [
                tables[spec.RANK][(10 * size_class(length) + size_class(count - place)) * 2 + (place == 0)]
                for count, length in zip(counts, lengths, strict=True)
                if count < length
                for place in range(count)
            ]
        )
    )
    lists: list[list[int]] = []
    for context, count, length in zip(contexts, counts, lengths, strict=True):
        first = trie.starts[trie.suffixes[context]]
        entries: list[int] = []
        rank = -1
        for _ in range(count):
            rank += 1 + (next(ranked) if count < length else 0)
            if rank >= length:
                raise Malformed("an entry is beyond the suffix's list", 0, "words")
            entries.append(first + rank)
        lists.append(entries)
    codes = iter(
        _checked(
            reader,
            [
                tables[spec.CODE][
                    8 * trie.up(entry, 50 + trie.escapes[trie.owners[entry]] // 6)
                    + min(size_class(len(entries)), 7)
                ]
                for entries in lists
                if len(entries) > 1
                for entry in entries
            ],
            context_model.CODES - 1,
        )
    )
    of_one = iter(
        _checked(
            reader,
            [
                tables[spec.ONE][
                    11 * trie.up(entries[0], 50 + trie.escapes[trie.owners[entries[0]]]) + min(level, 10)
                ]
                for entries in lists
                if len(entries) == 1
            ],
            context_model.CODES - 1,
        )
    )
    of_many = iter(
        _checked(
            reader,
            [
                tables[spec.MANY][
                    8 * (64 if level == 1 else trie.escapes[trie.suffixes[context]])
                    + min(size_class(len(entries)), 7)
                ]
                for context, entries in zip(contexts, lists, strict=True)
                if len(entries) > 1
            ],
            context_model.CODES - 1,
        )
    )
    for context, entries in zip(contexts, lists, strict=True):
        if len(entries) == 1:
            trie.add_list(context, next(of_one), [(0, entries[0])])
        else:
            trie.add_list(context, next(of_many), [(next(codes), entry) for entry in entries])


def _checked(reader: Reader, tables: list[Table | None], maximum: int) -> list[int]:
    """Read a batch whose symbols are at most ``maximum`` (rule TRI-9)."""
    symbols = reader.read(tables)
    if symbols and max(symbols) > maximum:
        raise Malformed(f"a symbol is above {maximum}", 0, "words")
    return symbols

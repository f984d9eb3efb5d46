"""The trie section with numpy: each batch of a level is one vector operation (chapter ``trie``).

``Trie`` holds the model while it is read, in arrays that grow level by level.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from aura_fast import interleaved_rans, rans
from aura_fast.trie_tables import (
    Integers,
    child_tables,
    code_tables,
    count_tables,
    many_tables,
    one_tables,
    rank_tables,
    ups,
)
from aura_spec import context_model
from aura_spec import rans as rans_spec
from aura_spec.context_model import CODES, END, MAX_ORDER, ContextModel
from aura_spec.errors import LimitExceeded, Malformed, Truncated
from aura_spec.interleaved_rans import MAX_LANES_EXPONENT
from aura_spec.trie import MAX_TABLE_BYTES, entry_limit, parse_tables


class Trie:
    """A context model while it is read, in arrays that plain Python indexes quickly and that grow in place.

    Contexts and entries have their final numbers from the start: those of a level follow those of the level
    above. An array cannot grow while numpy looks at it, so no view outlives a step.

    Attributes:
        level: the last one that was read.
        first_context, first_entry: numbers of its first context and entry.
        counts: the lengths of its lists.
        ups: of its entries.
    """

    def __init__(self, root_codes: bytes) -> None:
        order = sorted(
            range(context_model.SYMBOLS), key=lambda symbol: (root_codes[symbol], symbol)
        )  # rule CTX-7
        self.starts = array("i", [0, context_model.SYMBOLS])
        self.symbols = array("H", order)
        self.codes = array("B", [root_codes[symbol] for symbol in order])
        self.following = array("i", [0] * context_model.SYMBOLS)
        self.suffixes = array("i", [0])
        self.escapes = array("B", [0])
        self.level = 0
        self.first_context = 0
        self.first_entry = 0
        self.counts: Integers = np.array([context_model.SYMBOLS], np.uint16)
        self.ups: Integers = np.minimum(part_of(self.codes), 49)

    def read_children(self, reader: interleaved_rans.Reader) -> None:
        """Read CHILD for the last level, and add the suffixes of its children (rules TRI-4 and TRI-5)."""
        highest = 0
        reader.begin()
        for first in range(self.first_entry, len(self.symbols), _SPAN):
            following = np.frombuffer(self.following, np.int32)[first : first + _SPAN]
            if self.level == 0:
                asked = np.flatnonzero(part_of(self.symbols) != END)
            else:
                # entries lead on like their suffix entries so far: to a context of this level if those have a
                # child
                asked = np.flatnonzero(following >= self.first_context)
            up = self.ups[first - self.first_entry :].take(asked)
            flags = reader.read_on(child_tables(up, self.level))
            highest = max(highest, int(flags.max(initial=0)))
            parents = asked.take(np.flatnonzero(flags))
            child = len(self.suffixes)
            _extend(self.suffixes, following.take(parents))
            following[parents] = np.arange(child, len(self.suffixes), dtype=np.int32)
        if highest > 1:
            raise Malformed("a flag is above 1", 0, "words")

    def read_level(self, reader: interleaved_rans.Reader, limit: int) -> None:
        """Read COUNT to MANY of the level below; a model has at most ``limit`` entries (rule TRI-8)."""
        first_context, first_entry, end = len(self.escapes), len(self.symbols), len(self.suffixes)
        spans = [Span(self, first, min(_SPAN, end - first)) for first in range(first_context, end, _SPAN)]
        _read_batch(reader, spans, Span.read_counts, "a list is longer than its suffix's")
        if first_entry + sum(int(span.counts.sum(dtype=np.int64)) for span in spans) > limit:
            raise LimitExceeded("the model has too many entries", 0, "words")
        _read_batch(reader, spans, Span.read_ranks, "an entry is beyond the suffix's list")
        _read_batch(reader, spans, Span.read_codes, _BEYOND_CODES)
        _read_batch(reader, spans, Span.read_ones, _BEYOND_CODES)
        _read_batch(reader, spans, Span.read_many, _BEYOND_CODES)
        self.counts = np.concatenate([span.counts for span in spans])
        self.ups = np.concatenate([span.ups for span in spans])
        for span in spans:
            self._add(span)
        self.level += 1
        self.first_context, self.first_entry = first_context, first_entry

    def _add(self, span: Span) -> None:
        ends = np.cumsum(span.counts, dtype=np.int32)
        ends += np.int32(len(self.symbols))
        _extend(self.starts, ends)
        _extend(self.symbols, part_of(self.symbols, self.first_entry).take(span.suffix_entries))
        _extend(self.following, part_of(self.following, self.first_entry).take(span.suffix_entries))
        _extend(self.codes, span.codes)
        _extend(self.escapes, span.escapes)


_SPAN = 1 << 15
"""Contexts, or entries, that are treated together: enough to be quick, few enough to stay in the cache."""

_BEYOND_CODES = f"a symbol is above {CODES - 1}"


class Span:
    """Contexts of a level that follow each other, while they are read, and their lists.

    Each ``read_*`` reads what a batch has for them, and tells whether that may be (rules TRI-6 and TRI-9).

    Attributes:
        counts: the length of the list of each context, (contexts,).
        suffix_entries: the number of the suffix entry of each entry in the level above, (entries,).
        escapes: the code of the escape of each context, (contexts,).
        codes: of each entry, (entries,).
        ups: of each entry, (entries,).
    """

    def __init__(self, above: Trie, first: int, size: int) -> None:
        self._above = above
        self._first = first
        self.counts: Integers = np.ones(size, np.uint16)
        self.suffix_entries: Integers
        self.escapes: Integers = np.zeros(size, np.uint8)
        self.codes: Integers
        self.ups: Integers

    def _suffix(self) -> NDArray[np.intp]:
        """The suffixes of the contexts, as numbers in the level above."""
        suffixes = part_of(self._above.suffixes, self._first)[: len(self.counts)]
        return np.subtract(suffixes, self._above.first_context, dtype=np.intp)

    def read_counts(self, reader: interleaved_rans.Reader) -> bool:
        """Read COUNT."""
        lengths = self._above.counts.take(self._suffix())
        counted = np.flatnonzero(lengths > 1)
        self.counts[counted] += reader.read_on(count_tables(lengths.take(counted))).astype(np.uint16)
        self._singletons, self._many = np.flatnonzero(self.counts == 1), np.flatnonzero(self.counts > 1)
        return bool((self.counts <= lengths).all())

    def read_ranks(self, reader: interleaved_rans.Reader) -> bool:
        """Read RANK, for suffix entries in the order of the suffix's list."""
        suffix = self._suffix()
        counts, lengths = self.counts, self._above.counts.take(suffix)
        ranked = counts < lengths
        lists = np.flatnonzero(ranked)
        entries = np.flatnonzero(np.repeat(ranked.view(np.uint8), counts))
        ends = np.cumsum(counts, dtype=np.intp)
        self._alone = ends.take(self._singletons) - 1
        steps = np.ones(ends[-1], np.int32)
        steps[entries] = reader.read_on(rank_tables(lengths.take(lists), counts.take(lists))) + np.int32(1)
        # a rank, counted from 1 here, is the sum of the steps in its list so far, modulo 2^32
        sums = np.cumsum(steps, dtype=np.int32, out=steps)
        after = sums.take(ends - 1)
        before = np.concatenate([np.zeros(1, np.int32), after[:-1]])
        last_ranks = after - before
        # the place before the first that the list could have, less what is summed before
        bases = part_of(self._above.starts, self._above.first_context).take(suffix)
        bases -= before + np.int32(self._above.first_entry + 1)
        sums += np.repeat(bases, counts)
        self.suffix_entries = sums
        return bool((last_ranks <= lengths).all())

    def read_codes(self, reader: interleaved_rans.Reader) -> bool:
        """Read CODE; then entries stand in the order of rule CTX-7."""
        self.codes = np.zeros(len(self.suffix_entries), np.uint8)
        counts = self.counts.take(self._many)
        in_many = np.ones(len(self.codes), np.bool_)
        in_many[self._alone] = False
        places = np.flatnonzero(in_many)
        entries = self.suffix_entries.take(places)
        codes = reader.read_on(code_tables(self._above.ups.take(entries), counts))
        self.suffix_entries[places], self.codes[places] = _in_list_order(counts, codes, entries)
        return _are_codes(codes)

    def read_ones(self, reader: interleaved_rans.Reader) -> bool:
        """Read ONE."""
        up = self._above.ups.take(self.suffix_entries.take(self._alone))
        escapes = reader.read_on(one_tables(up, self._above.level + 1))
        self.escapes[self._singletons] = escapes
        self.ups = ups(self.codes, self._alone, escapes)
        return _are_codes(escapes)

    def read_many(self, reader: interleaved_rans.Reader) -> bool:
        """Read MANY."""
        above = part_of(self._above.escapes, self._above.first_context).take(self._suffix().take(self._many))
        escapes = reader.read_on(many_tables(above, self.counts.take(self._many), self._above.level + 1))
        self.escapes[self._many] = escapes
        return _are_codes(escapes)


def _read_batch(
    reader: interleaved_rans.Reader,
    spans: list[Span],
    read: Callable[[Span, interleaved_rans.Reader], bool],
    reason: str,
) -> None:
    """Read a batch of a level, all of it before it is judged."""
    reader.begin()
    kept = [read(span, reader) for span in spans]
    if not all(kept):
        raise Malformed(reason, 0, "words")


def _are_codes(symbols: Integers) -> bool:
    """Whether all symbols are codes of probabilities."""
    return int(symbols.max(initial=0)) < CODES


def read(section: bytes | memoryview) -> ContextModel:
    """Read a trie section; the match model's table is left empty.

    Raises:
        DecodeError: as the chapter's rules say.
    """
    order, codes, reader = _open(section)
    limit = entry_limit(len(section))
    trie = Trie(codes)
    for level in range(1, order + 1):
        trie.read_children(reader)
        if level == 1:
            initial = len(trie.suffixes)
            trie.suffixes.append(0)
        if len(trie.suffixes) == len(trie.escapes):
            raise Malformed(f"level {level} has no contexts", 0, "words")
        trie.read_level(reader, limit)
    reader.finish()
    return ContextModel(
        trie.starts, trie.symbols, trie.codes, trie.following, trie.suffixes, trie.escapes, initial, ()
    )


def _in_list_order(
    counts: Integers, codes: Integers, suffix_entries: Integers
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Put the entries of lists in the order of rule CTX-7, from that of the suffix's list.

    Args:
        counts: how many entries each list has, (lists,).
        codes: of the entries, (entries,).
        suffix_entries: of the entries, below 2^24, (entries,).

    Returns:
        The suffix entries and the codes, both (entries,) int64.
    """
    keys = np.repeat(np.arange(len(counts), dtype=np.int64) << 32, counts)
    keys |= codes.astype(np.int64) << 24
    keys |= suffix_entries
    keys.sort()
    return keys & 0xFFFFFF, keys >> 24 & 0xFF


def part_of(values: array[int], first: int = 0) -> Integers:
    """A view of an array for numpy, from a place on: (values,), of the type of the array."""
    return np.frombuffer(values, values.typecode)[first:]


def _extend(values: array[int], part: Integers) -> None:
    """Append numbers, whose type is that of the array."""
    values.frombytes(part.view(np.uint8).data)


def _open(section: bytes | memoryview) -> tuple[int, bytes, interleaved_rans.Reader]:
    """Check the fixed part of the section, field by field, and read the tables (rules TRI-1 and TRI-2)."""
    rest = memoryview(section)

    def take(size: int, field: str) -> bytes:
        nonlocal rest
        if len(rest) < size:
            raise Truncated("the section ends inside a field", len(section), field)
        content, rest = rest[:size], rest[size:]
        return bytes(content)

    def check(kept: bool, reason: str, field: str) -> None:
        if not kept:
            raise Malformed(reason, len(section) - len(rest), field)

    order = take(1, "order")[0]
    check(1 <= order <= MAX_ORDER, f"the order is not in 1..{MAX_ORDER}", "order")
    codes = take(context_model.SYMBOLS, "root_codes")
    check(max(codes) < CODES, "a code of the root is above 63", "root_codes")
    exponent = take(1, "lanes_exponent")[0]
    check(exponent <= MAX_LANES_EXPONENT, "there are too many lanes", "lanes_exponent")
    length = int.from_bytes(take(4, "tables_length"), "big")
    check(length <= MAX_TABLE_BYTES, "the tables are too long", "tables_length")
    size = int.from_bytes(take(4, "payload_length"), "big")
    table = np.frombuffer(take(512, "frequencies"), ">u2").tolist()
    check(
        min(table) >= 1 and sum(table) == rans_spec.TOTAL,
        f"the frequencies do not sum to {rans_spec.TOTAL}",
        "frequencies",
    )
    payload = take(size, "payload")
    check(len(rest) % 2 == 0, "the words end inside a word", "words")
    tables = interleaved_rans.lay_out_codes(parse_tables(rans.decode(payload, length, table)))
    return order, codes, interleaved_rans.Reader(rest, 1 << exponent, tables)

"""Writing the trie section: the batches of chapter ``trie``, their tables, and the entropy coding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aura_fast import interleaved_rans, rans, trie_tables
from aura_fast.trie_tables import Integers
from aura_spec import context_model
from aura_spec.context_model import END, ContextModel
from aura_spec.interleaved_rans import MAX_LANES_EXPONENT
from aura_spec.rans import frequencies_of
from aura_spec.trie import FAMILIES

Batch = tuple[Integers, Integers]
"""The tables of the symbols of a batch, and the symbols."""

_SYMBOLS_PER_LANE = 1 << 12
"""Symbols that make one more lane worth its four bytes."""

_RAREST = 49
"""The largest code of a weight that is not the least one."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the trie: contexts in order, and their entries in list order.

    Attributes:
        suffix: the number of the suffix of each context in the level above; for level 1 all 0.
        counts: the length of the list of each context.
        escapes: the code of the escape of each context.
        owners: the number of the context of each entry in this level.
        suffix_entries: the number of the suffix entry of each entry in the level above.
        symbols: of each entry.
        codes: of each entry; 0 in singletons.
        children: the number of the child of each entry in the level below, or -1.

    Arrays of contexts are (contexts,) int64, those of entries (entries,) int64.
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
        """The place of each context's first entry in this level: (contexts,) int64."""
        return np.cumsum(self.counts) - self.counts

    @property
    def ups(self) -> Integers:
        """The u of each entry, for those below it (rule TRI-6): (entries,) uint8."""
        alone = self.counts == 1
        return trie_tables.ups(self.codes, np.flatnonzero(alone[self.owners]), self.escapes[alone])


def write(model: ContextModel, lanes_exponent: int | None = None) -> bytes:
    """Write a context model as a trie section; its contexts and lists may stand in any order.

    The order of contexts and of entries in the file is that of rules TRI-4 and CTX-7. There are as many lanes as
    the model is worth, unless their exponent, 0 to ``MAX_LANES_EXPONENT``, is given.
    """
    levels = levels_of(model)
    batches = list(_batches(levels))
    codes = _table_codes(batches)
    tables = interleaved_rans.lay_out_codes(codes)
    symbols = sum(len(indices) for indices, _ in batches)
    worth = min(MAX_LANES_EXPONENT, (symbols // _SYMBOLS_PER_LANE).bit_length())
    exponent = worth if lanes_exponent is None else lanes_exponent
    words = interleaved_rans.write_batches(batches, 1 << exponent, tables)
    content = b"".join(len(table).to_bytes(2, "big") + table for table in codes)
    frequencies = frequencies_of(content)
    payload = rans.encode(content, frequencies)
    root = levels[0]
    root_codes = np.zeros(context_model.SYMBOLS, np.uint8)
    root_codes[root.symbols] = root.codes
    return b"".join(
        (
            bytes((len(levels) - 1,)),
            root_codes.tobytes(),
            bytes((exponent,)),
            len(content).to_bytes(4, "big"),
            len(payload).to_bytes(4, "big"),
            np.array(frequencies, ">u2").tobytes(),
            payload,
            words,
        )
    )


def levels_of(model: ContextModel) -> list[Level]:
    """Take a model apart into levels, contexts and entries in the order of the file."""
    starts, symbols, codes = (_plain(values) for values in (model.starts, model.symbols, model.codes))
    following, suffixes, escapes = (
        _plain(values) for values in (model.following, model.suffixes, model.escapes)
    )
    counts = np.diff(starts)
    owners = np.repeat(np.arange(len(counts)), counts)
    orders = _orders(suffixes)
    # a child is the context that an entry leads to, if that is one byte longer than the entry's own
    is_child = (symbols != END) & (orders[following] == orders[owners] + 1)
    by_key = np.argsort(owners * (END + 1) + symbols, kind="stable")
    keys = (owners * (END + 1) + symbols)[by_key]
    contexts: Integers = np.zeros(1, np.int64)
    # for every context and entry of the model, its number in its level once that is known
    entry_number = np.full(len(symbols), -1, np.int64)
    context_number = np.full(len(counts), -1, np.int64)
    levels: list[Level] = []
    while len(contexts):
        context_number[contexts] = np.arange(len(contexts))
        own_counts = counts[contexts]
        own = np.repeat(np.arange(len(contexts)), own_counts)
        firsts = np.cumsum(own_counts) - own_counts
        entries = starts[contexts][own] + np.arange(len(own)) - firsts[own]
        if levels:
            # the entry with the same symbol in the suffix's list
            wanted = suffixes[contexts][own] * (END + 1) + symbols[entries]
            suffix_entries = entry_number[by_key[np.searchsorted(keys, wanted)]]
        else:
            suffix_entries = symbols[entries]
        order = np.lexsort((suffix_entries, codes[entries] * (own_counts > 1)[own], own))
        entries = entries[order]
        entry_number[entries] = np.arange(len(entries))
        parents = np.flatnonzero(is_child[entries])
        children = np.full(len(entries), -1, np.int64)
        children[parents] = np.arange(len(parents))
        levels.append(
            Level(
                suffix=context_number[suffixes[contexts]],
                counts=own_counts,
                escapes=escapes[contexts],
                owners=own,
                suffix_entries=suffix_entries[order],
                symbols=symbols[entries],
                codes=codes[entries] * (own_counts > 1)[own],
                children=children,
            )
        )
        beginning = [model.initial] if len(levels) == 1 else []
        contexts = np.concatenate([following[entries[parents]], np.array(beginning, np.int64)])
    return levels


def _plain(values: object) -> Integers:
    """Values as int64."""
    return np.asarray(values, np.int64)


def _orders(suffixes: Integers) -> Integers:
    """The order of each context, which is how many suffixes lead to the root: (contexts,) int64."""
    orders = np.zeros(len(suffixes), np.int64)
    reached: Integers = np.arange(len(suffixes))
    while bool(reached.any()):
        orders += reached > 0
        reached = suffixes[reached]
    return orders


def _batches(levels: list[Level]) -> list[Batch]:
    """All batches in the order of rule TRI-6."""
    batches: list[Batch] = []
    above: Level | None = None
    for depth, this in enumerate(levels):
        if above is not None:
            batches += _level_batches(above, this, depth)
        if depth + 1 < len(levels):
            asked = np.flatnonzero(_may_have_child(this, above))
            flags = (this.children[asked] >= 0).astype(np.int64)
            batches.append((trie_tables.child_tables(this.ups[asked], depth), flags))
        above = this
    return batches


def _may_have_child(this: Level, above: Level | None) -> NDArray[np.bool_]:
    """Which entries a CHILD batch asks about: (entries,) bool."""
    return this.symbols != END if above is None else above.children[this.suffix_entries] >= 0


def _level_batches(above: Level, this: Level, depth: int) -> list[Batch]:
    """The batches COUNT to MANY of a level."""
    lengths = above.counts[this.suffix]
    counted = np.flatnonzero(lengths > 1)
    count = trie_tables.count_tables(lengths[counted]), this.counts[counted] - 1
    # entries in the order of the suffix's list, in which RANK and CODE take them
    order = np.lexsort((this.suffix_entries, this.owners))
    owners, suffix_entries, codes = this.owners[order], this.suffix_entries[order], this.codes[order]
    place = np.arange(len(owners)) - this.starts[owners]
    ranks = suffix_entries - above.starts[this.suffix][owners]
    gaps = np.where(place == 0, ranks, ranks - np.concatenate([ranks[:1], ranks[:-1]]) - 1)
    ranked = this.counts < lengths
    rank_tables = trie_tables.rank_tables(lengths[ranked], this.counts[ranked])
    many = this.counts > 1
    in_many = many[owners]
    code_tables = trie_tables.code_tables(above.ups[suffix_entries[in_many]], this.counts[many])
    one_tables = trie_tables.one_tables(above.ups[suffix_entries[~in_many]], depth)
    many_tables = trie_tables.many_tables(above.escapes[this.suffix[many]], this.counts[many], depth)
    return [
        count,
        (rank_tables, gaps[ranked[owners]]),
        (code_tables, codes[in_many]),
        (one_tables, this.escapes[~many]),
        (many_tables, this.escapes[many]),
    ]


def _table_codes(batches: list[Batch]) -> list[bytes]:
    """For each table the codes of its symbols' weights (rule IRN-7), nearest to how often they occur."""
    tables = sum(FAMILIES)
    counts = np.zeros(tables * (context_model.SYMBOLS + 1), np.int64)
    for indices, symbols in batches:
        counts += np.bincount(
            indices.astype(np.int64) * (context_model.SYMBOLS + 1) + symbols, minlength=len(counts)
        )
    by_table = counts.reshape(tables, context_model.SYMBOLS + 1)
    codes = []
    for row in by_table:
        present = np.flatnonzero(row)
        if len(present) == 0:
            codes.append(b"")
            continue
        table = np.zeros(present[-1] + 1, np.uint8)
        steps = np.rint(-4 * np.log2(row[present] / row.max())).astype(np.int64)
        table[present] = 1 + np.minimum(steps, _RAREST)
        codes.append(table.tobytes())
    return codes

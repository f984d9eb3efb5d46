"""Writing the trie section: the batches of chapter ``trie``, their tables, and the entropy coding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aura_fast import interleaved_rans, rans, trie_tables
from aura_fast.trie_tables import Integers
from aura_spec import context_model
from aura_spec.context_model import CODES, END, ContextModel
from aura_spec.interleaved_rans import MAX_LANES_EXPONENT
from aura_spec.rans import frequencies_of
from aura_spec.trie import FAMILIES

Batch = tuple[Integers, Integers]
"""The tables of the symbols of a batch, and the symbols."""

_SYMBOLS_PER_LANE = 1 << 12
"""Symbols that make one more lane worth its four bytes."""

_RAREST = 49
"""The largest code of a weight that is not the least one."""

_SYMBOL_BITS = 9
_CODE_BITS = 6
_PLACE_BITS = 24
"""Bits of the number of a context or an entry in its level."""


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
        parents: whether each entry has a child in the level below.

    Arrays of contexts are (contexts,), those of entries (entries,), in types as narrow as they go.
    """

    suffix: Integers
    counts: Integers
    escapes: Integers
    owners: Integers
    suffix_entries: Integers
    symbols: Integers
    codes: Integers
    parents: NDArray[np.bool_]

    @property
    def starts(self) -> Integers:
        """The place of each context's first entry in this level: (contexts,) int64."""
        return np.cumsum(self.counts, dtype=np.int64) - self.counts

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
    batches: list[Batch] = []
    above: Level | None = None
    order = 0
    for order, level in enumerate(levels_of(model)):
        batches += _batches(above, level, order)
        above = level
    del batches[-1]  # there is no level below the last
    codes = _table_codes(batches)
    tables = interleaved_rans.lay_out_codes(codes)
    symbols = sum(len(indices) for indices, _ in batches)
    worth = min(MAX_LANES_EXPONENT, (symbols // _SYMBOLS_PER_LANE).bit_length())
    exponent = worth if lanes_exponent is None else lanes_exponent
    words = interleaved_rans.write_batches(batches, 1 << exponent, tables)
    content = b"".join(len(table).to_bytes(2, "big") + table for table in codes)
    frequencies = frequencies_of(content)
    payload = rans.encode(content, frequencies)
    return b"".join(
        (
            bytes((order,)),
            _root_codes(model),
            bytes((exponent,)),
            len(content).to_bytes(4, "big"),
            len(payload).to_bytes(4, "big"),
            np.array(frequencies, ">u2").tobytes(),
            payload,
            words,
        )
    )


def _root_codes(model: ContextModel) -> bytes:
    """The codes of the root's entries, by symbol."""
    codes = np.zeros(context_model.SYMBOLS, np.uint8)
    root = slice(model.starts[0], model.starts[1])
    codes[np.asarray(model.symbols[root])] = model.codes[root]
    return codes.tobytes()


def levels_of(model: ContextModel) -> Iterator[Level]:
    """Take a model apart into levels, contexts and entries in the order of the file."""
    starts, symbols, codes = map(np.asarray, (model.starts, model.symbols, model.codes))
    following, suffixes, escapes = map(np.asarray, (model.following, model.suffixes, model.escapes))
    # for every context of the model, its number in its level once that is known
    number = np.full(len(escapes), -1, np.int32)
    contexts: Integers = np.zeros(1, np.int64)
    above: _Index | None = None
    while len(contexts):
        number[contexts] = np.arange(len(contexts))
        firsts = starts[contexts]
        counts = starts[contexts + 1] - firsts
        owners = np.repeat(np.arange(len(contexts), dtype=np.int32), counts)
        entries = np.arange(len(owners)) + np.repeat(firsts - (np.cumsum(counts) - counts), counts)
        own_symbols, own_codes = symbols[entries], codes[entries] * (counts > 1)[owners]
        suffix = number[suffixes[contexts]]
        suffix_entries = own_symbols if above is None else above.find(suffix[owners], own_symbols)
        order = _list_order(owners, own_codes, suffix_entries)
        own_symbols, leads = own_symbols[order], following[entries[order]]
        # a child is a context that no entry of a level above leads to
        parents = number[leads] < 0
        yield Level(
            suffix=suffix,
            counts=counts,
            escapes=escapes[contexts],
            owners=owners,
            suffix_entries=suffix_entries[order],
            symbols=own_symbols,
            codes=own_codes[order],
            parents=parents,
        )
        contexts = leads[parents].astype(np.int64)
        if above is None:
            contexts = np.append(contexts, model.initial)
        above = _Index(owners, own_symbols)


class _Index:
    """Finds the entries of a level by the numbers of their contexts and their symbols."""

    def __init__(self, owners: Integers, symbols: Integers) -> None:
        bits = max(0, len(owners) - 1).bit_length()
        packed = _keys(owners, symbols) << bits
        packed |= np.arange(len(owners))
        packed.sort()
        self._keys = packed >> bits
        self._places = (packed & (1 << bits) - 1).astype(np.int32)

    def find(self, owners: Integers, symbols: Integers) -> Integers:
        """The numbers of entries in their level: (entries,) int32."""
        return self._places[np.searchsorted(self._keys, _keys(owners, symbols))]


def _keys(owners: Integers, symbols: Integers) -> Integers:
    """Contexts below 2^24 and symbols, in one number each: (entries,) int64."""
    return owners.astype(np.int64) << _SYMBOL_BITS | symbols


def _list_order(owners: Integers, codes: Integers, suffix_entries: Integers) -> Integers | slice:
    """The order of entries after rule CTX-7, given the numbers of their contexts, which ascend."""
    keys = (owners.astype(np.int64) << _CODE_BITS | codes) << _PLACE_BITS | suffix_entries
    if bool((keys[1:] > keys[:-1]).all()):
        return slice(None)
    return np.argsort(keys)


def _batches(above: Level | None, this: Level, depth: int) -> Iterator[Batch]:
    """The batches of a level, and CHILD for what is below, in the order of rule TRI-6.

    They are in types as narrow as they go.
    """
    if above is None:
        asked = np.flatnonzero(this.symbols != END)
    else:
        yield from _level_batches(above, this, depth)
        asked = np.flatnonzero(above.parents[this.suffix_entries])
    yield trie_tables.child_tables(this.ups[asked], depth), this.parents[asked].astype(np.uint8)


def _level_batches(above: Level, this: Level, depth: int) -> Iterator[Batch]:
    """The batches COUNT to MANY of a level."""
    lengths = above.counts[this.suffix]
    counted = np.flatnonzero(lengths > 1)
    yield trie_tables.count_tables(lengths[counted]), (this.counts[counted] - 1).astype(np.uint16)
    # entries in the order of the suffix's list, in which RANK and CODE take them
    keys = (this.owners.astype(np.int64) << _PLACE_BITS | this.suffix_entries) << _CODE_BITS | this.codes
    keys.sort()
    codes = (keys & CODES - 1).astype(np.uint8)
    suffix_entries = (keys >> _CODE_BITS & (1 << _PLACE_BITS) - 1).astype(np.int32)
    del keys
    ranks = suffix_entries - above.starts[this.suffix].astype(np.int32)[this.owners]
    gaps = ranks.copy()
    gaps[1:] -= ranks[:-1] + 1
    firsts = this.starts
    gaps[firsts] = ranks[firsts]
    ranked = this.counts < lengths
    yield (
        trie_tables.rank_tables(lengths[ranked], this.counts[ranked]),
        gaps[ranked[this.owners]].astype(np.uint16),
    )
    many = this.counts > 1
    in_many = many[this.owners]
    up = above.ups[suffix_entries]
    yield trie_tables.code_tables(up[in_many], this.counts[many]), codes[in_many]
    yield trie_tables.one_tables(up[~in_many], depth), this.escapes[~many]
    yield (
        trie_tables.many_tables(above.escapes[this.suffix[many]], this.counts[many], depth),
        this.escapes[many],
    )


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

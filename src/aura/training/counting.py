"""Counting n-grams: a trie of all that occur, built level by level.

A node of level m stands for an n-gram of m symbols. Its parent is the n-gram without its last symbol (the
context that it extends), its suffix the n-gram without its first. All n-grams of one level that extend frequent
enough contexts are found by one sort of the keys (context, symbol) at every place of the text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aura.training.framing import ALPHABET, BEGIN, SHIFT, Flags, Ints, Longs, Text


@dataclass(frozen=True, slots=True)
class Trie:
    """N-grams with their counts, level by level; in a level by parent, then by symbol.

    Node 0 is the empty n-gram; nodes 1 to 258 are all symbols and BEGIN, whether they occur or not.

    Attributes:
        offsets: for each level the number of its first node; one more for the number of nodes.
        parents: of each node, the node without its last symbol.
        suffixes: of each node, the node without its first symbol.
        symbols: of each node, its last symbol.
        counts: how often each occurs.
        spreads: in how many sources each occurs.
    """

    offsets: Longs
    parents: Ints
    suffixes: Ints
    symbols: Ints
    counts: Ints
    spreads: Ints

    def __len__(self) -> int:
        return len(self.parents)

    @property
    def depth(self) -> int:
        """The length of the longest n-gram."""
        return len(self.offsets) - 2

    @property
    def orders(self) -> Ints:
        """The level of each node."""
        return np.repeat(np.arange(self.depth + 1, dtype=np.int32), np.diff(self.offsets))

    @property
    def predicted(self) -> Flags:
        """Which nodes are predictions: all but the root and BEGIN."""
        flags = np.ones(len(self), np.bool_)
        flags[[0, 1 + BEGIN]] = False
        return flags

    def level(self, order: int) -> slice:
        """The nodes of one level."""
        return slice(int(self.offsets[order]), int(self.offsets[order + 1]))

    def select(self, kept: Flags) -> Trie:
        """The trie of the kept nodes, which must be closed under parent and suffix."""
        number = np.cumsum(kept, dtype=np.int32) - np.int32(1)
        sizes = np.add.reduceat(kept, self.offsets[:-1], dtype=np.int64)
        sizes = sizes[: np.flatnonzero(sizes)[-1] + 1]
        return Trie(
            np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes))),
            number[self.parents[kept]],
            number[self.suffixes[kept]],
            self.symbols[kept],
            self.counts[kept],
            self.spreads[kept],
        )


@dataclass(frozen=True, slots=True)
class Extent:
    """Which contexts are extended.

    Attributes:
        order: the longest contexts.
        minimum: a context must occur so often.
        sources: a context of more than ``free_order`` symbols must occur in so many sources.
        free_order: up to this order, contexts need not occur in several sources.
    """

    order: int
    minimum: int = 1
    sources: int = 1
    free_order: int = 0


def count(text: Text, extent: Extent) -> Trie:
    """Count the n-grams of ``text`` up to one symbol more than the longest contexts."""
    symbols = text.symbols
    first = _group(symbols.astype(np.int64), np.arange(len(symbols)), text.sources)
    root = np.zeros(1, np.int32)
    # every symbol has a node, whether it occurs or not
    levels = [
        [root, root, root, root + np.int32(len(symbols)), root + first.spreads.max(initial=0)],
        [np.zeros(ALPHABET, np.int32), np.zeros(ALPHABET, np.int32), np.arange(ALPHABET, dtype=np.int32)]
        + [_scatter(first.keys, values, ALPHABET) for values in (first.counts, first.spreads)],
    ]
    offsets = [0, 1, 1 + ALPHABET]
    node = symbols + np.int32(1)  # at each place, the node of the longest n-gram found that ends there
    places = np.arange(len(symbols))  # the places with a node on the last level
    for order in range(1, extent.order + 1):
        counts, spreads = levels[order][3:]
        extended = counts >= extent.minimum
        if order == 1:
            extended[BEGIN] = True  # however few the messages, they begin somewhere
        if order > extent.free_order:
            extended &= spreads >= extent.sources
        places = places[extended[node[places] - offsets[order]]] + 1
        places = places[places < len(symbols)]
        places = places[symbols[places] != BEGIN]
        if not len(places):
            break
        found = _group(node[places - 1].astype(np.int64) << SHIFT | symbols[places], places, text.sources)
        levels.append(
            [
                (found.keys >> SHIFT).astype(np.int32),
                node[found.examples],
                (found.keys & ((1 << SHIFT) - 1)).astype(np.int32),
                found.counts,
                found.spreads,
            ]
        )
        node[found.places] = np.repeat(np.arange(len(found.keys), dtype=np.int32) + offsets[-1], found.counts)
        offsets.append(offsets[-1] + len(found.keys))
    return Trie(np.array(offsets), *(np.concatenate(column) for column in zip(*levels, strict=True)))


@dataclass(frozen=True, slots=True)
class _Groups:
    """Places grouped by keys.

    Attributes:
        keys: the different keys, ascending.
        counts: the number of places of each.
        spreads: the number of sources of each.
        examples: the first place of each.
        places: all places, by key and then ascending.
    """

    keys: Longs
    counts: Ints
    spreads: Ints
    examples: Longs
    places: Longs


def _group(keys: Longs, places: Longs, sources: Ints) -> _Groups:
    """Group places by their keys, by sorting both in one number."""
    bits = len(sources).bit_length()
    joined = np.sort(keys << bits | places)
    places, keys = joined & ((1 << bits) - 1), joined >> bits
    new = np.concatenate((np.ones(1, np.bool_), keys[1:] != keys[:-1]))
    starts = np.flatnonzero(new)
    source = sources[places]  # messages of a source lie together, so its places in a group do as well
    new[1:] |= source[1:] != source[:-1]
    counts = np.diff(np.append(starts, len(keys)))
    spreads = np.add.reduceat(new, starts, dtype=np.int32)
    return _Groups(keys[starts], counts.astype(np.int32), spreads, places[starts], places)


def _scatter(places: Longs, values: Ints, size: int) -> Ints:
    result = np.zeros(size, np.int32)
    result[places] = values
    return result

"""Counting n-grams: a trie of all that occur, built level by level.

A node of level m stands for an n-gram of m symbols. Its parent is the n-gram without its last symbol (the
context that it extends), its suffix the n-gram without its first. All n-grams of one level that extend frequent
enough contexts are found by one sort of the keys (context, symbol) at every place of the text.

What each block of the text contributes to a count is kept as well: it is taken out again when that block is
used to learn how far the counts can be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from aura.models.training.text import ALPHABET, BEGIN, BLOCKS, SHIFT, WHOLE, Flags, Ints, Longs, Text

_BACKGROUND: Final = 3
"""Contexts that occur so often are extended however little they weigh."""


@dataclass(frozen=True, slots=True)
class Trie:
    """N-grams with their counts, level by level; in a level by parent, then by symbol.

    Node 0 is the empty n-gram; nodes 1 to 258 are all symbols and BEGIN, whether they occur or not.

    Attributes:
        offsets: for each level the number of its first node; one more for the number of nodes.
        parents: of each node, the node without its last symbol.
        suffixes: of each node, the node without its first symbol.
        symbols: of each node, its last symbol.
        counts: how often each occurs, times the weights of the messages; ``WHOLE`` for once.
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

    def orders_of(self, nodes: Ints) -> Ints:
        """The level of some nodes."""
        return (np.searchsorted(self.offsets, nodes, side="right") - 1).astype(np.int32)

    @property
    def predicted(self) -> Flags:
        """Which nodes are predictions: all but the root and BEGIN."""
        flags = np.ones(len(self), np.bool_)
        flags[[0, 1 + BEGIN]] = False
        return flags

    def level(self, order: int) -> slice:
        """The nodes of one level."""
        return slice(int(self.offsets[order]), int(self.offsets[order + 1]))

    def keys(self, nodes: slice) -> Longs:
        """Parents and symbols of some nodes in one number, which ascends with the nodes."""
        return self.parents[nodes].astype(np.int64) << SHIFT | self.symbols[nodes]

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
class Shares:
    """How often each n-gram occurs in each block where it does, by node and then by block.

    Attributes:
        nodes: the node of each share.
        blocks: the block of each.
        counts: how often the n-gram occurs in the block, as in the trie.
        spreads: in how many sources of the block.
        parents: the share of the node's parent in the same block.
        suffixes: the share of the node's suffix in the same block.
    """

    nodes: Ints
    blocks: Ints
    counts: Ints
    spreads: Ints
    parents: Ints
    suffixes: Ints

    def select(self, chosen: Flags) -> Shares:
        """Some of the shares."""
        return Shares(
            self.nodes[chosen],
            self.blocks[chosen],
            self.counts[chosen],
            self.spreads[chosen],
            self.parents[chosen],
            self.suffixes[chosen],
        )


@dataclass(frozen=True, slots=True)
class Extent:
    """Which contexts are extended.

    Attributes:
        order: the longest contexts.
        minimum: a context must occur so often, or in so many messages.
        sources: a context of more than ``free_order`` symbols must occur in so many sources.
        free_order: up to this order, contexts need not occur in several sources.
        by_message: what a message repeats counts once for the minimum.
    """

    order: int
    minimum: int = 1
    sources: int = 1
    free_order: int = 0
    by_message: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """The n-grams that end at some places, a row for each length from 1 and a column for each place.

    Attributes:
        nodes: the node of the n-gram, or -1.
        shares: its share in the block of the place, or -1.
    """

    nodes: Ints
    shares: Ints


def count(text: Text, extent: Extent, traced: Longs) -> tuple[Trie, Shares, Trace]:
    """Count the n-grams of ``text`` up to one symbol more than the longest contexts, and trace some places."""
    symbols = text.symbols
    places = np.arange(len(symbols))
    sizes = np.bincount(text.blocks, text.weights, minlength=BLOCKS)
    blocks = np.arange(BLOCKS)
    root = _table(0, 0, 0, text.weights.sum(), text.sources.max() + 1)
    first = _group(symbols.astype(np.int64), places, text)
    # all symbols and BEGIN have nodes, whether they occur or not
    single = np.zeros((5, ALPHABET), np.int32)
    single[2] = np.arange(ALPHABET)
    single[3:, first.keys] = first.counts, first.spreads
    nodes = [root, single]
    shares = [
        _table(blocks * 0, blocks, sizes, sizes, blocks, blocks),
        _table(1 + first.keys[first.owners], *first.shares, first.blocks, first.blocks),
    ]
    offsets = [0, 1, 1 + ALPHABET]
    node = symbols + np.int32(1)  # at each place, the longest n-gram so far that ends there
    share = np.empty(len(symbols), np.int32)  # and its share
    share[first.places] = np.repeat(np.arange(len(first.owners)) + BLOCKS, first.share_sizes)
    occurrences = np.zeros(ALPHABET, np.int64)
    occurrences[first.keys] = first.sizes
    messages = np.zeros(ALPHABET, np.int64)
    messages[first.keys] = first.messages
    shared = BLOCKS + len(first.owners)
    rows = [(node[traced], share[traced])]
    for order in range(1, extent.order + 1):
        counts, spreads = nodes[order][3:]
        extended = (counts >= extent.minimum * WHOLE) | (occurrences >= max(extent.minimum, _BACKGROUND))
        if extent.by_message:
            extended &= messages >= extent.minimum
        if order == 1:
            extended[BEGIN] = True  # however few the messages, they begin somewhere
        if order > extent.free_order:
            extended &= spreads >= extent.sources
        places = places[extended[node[places] - offsets[order]]] + 1
        places = places[places < len(symbols)]
        places = places[symbols[places] != BEGIN]
        if not len(places):
            break
        found = _group(node[places - 1].astype(np.int64) << SHIFT | symbols[places], places, text)
        parents, last = found.keys >> SHIFT, found.keys & ((1 << SHIFT) - 1)
        nodes.append(_table(parents, node[found.places[found.starts]], last, found.counts, found.spreads))
        examples = found.places[found.share_starts]
        shares.append(_table(offsets[-1] + found.owners, *found.shares, share[examples - 1], share[examples]))
        here = np.zeros(len(symbols), np.bool_)
        here[found.places] = True
        node[found.places] = np.repeat(np.arange(len(last)) + offsets[-1], found.sizes)
        share[found.places] = np.repeat(np.arange(len(found.owners)) + shared, found.share_sizes)
        rows.append((np.where(here, node, -1)[traced], np.where(here, share, -1)[traced]))
        offsets.append(offsets[-1] + len(last))
        occurrences, messages = found.sizes, found.messages
        shared += len(found.owners)
    return (
        Trie(np.array(offsets), *np.concatenate(nodes, 1)),
        Shares(*np.concatenate(shares, 1)),
        Trace(*(np.stack(row).astype(np.int32) for row in zip(*rows, strict=True))),
    )


@dataclass(frozen=True, slots=True)
class _Groups:
    """Places grouped by keys, and each group by blocks.

    Attributes:
        places: all places, by key and then ascending.
        keys: the different keys, ascending.
        starts: for each group the index of its first place.
        sizes: the number of places of each.
        counts: the weight of these together.
        spreads: the number of sources of each.
        messages: the number of messages of each.
        owners: for each share its group.
        share_starts: for each share the index of its first place.
        share_sizes: for each share the number of its places.
        shares: for each share its block, the weight of its places and the number of their sources.
    """

    places: Longs
    keys: Longs
    starts: Longs
    sizes: Longs
    counts: Longs
    spreads: Longs
    messages: Longs
    owners: Longs
    share_starts: Longs
    share_sizes: Longs
    shares: tuple[Ints, Longs, Longs]

    @property
    def blocks(self) -> Ints:
        """The block of each share."""
        return self.shares[0]


def _group(keys: Longs, places: Longs, text: Text) -> _Groups:
    """Group places by their keys, by sorting both in one number."""
    bits = len(text.symbols).bit_length()
    joined = np.sort(keys << bits | places)
    places, keys = joined & ((1 << bits) - 1), joined >> bits
    blocks, sources, weights = text.blocks[places], text.sources[places], text.weights[places]
    # places ascend in a group, and blocks and sources ascend with them
    new_key = _changes(keys)
    new_source = new_key | _changes(sources)
    new_block = new_key | _changes(blocks)
    starts, share_starts = np.flatnonzero(new_key), np.flatnonzero(new_block)
    return _Groups(
        places=places,
        keys=keys[starts],
        starts=starts,
        sizes=np.diff(starts, append=len(keys)),
        counts=np.add.reduceat(weights, starts, dtype=np.int64),
        spreads=np.add.reduceat(new_source, starts, dtype=np.int64),
        messages=np.add.reduceat(new_key | _changes(text.messages[places]), starts, dtype=np.int64),
        owners=np.cumsum(new_key)[share_starts] - 1,
        share_starts=share_starts,
        share_sizes=np.diff(share_starts, append=len(keys)),
        shares=(
            blocks[share_starts],
            np.add.reduceat(weights, share_starts, dtype=np.int64),
            np.add.reduceat(new_source | new_block, share_starts, dtype=np.int64),
        ),
    )


def _changes(values: Longs | Ints) -> Flags:
    """Where a value differs from the one before; the first does."""
    return np.concatenate((np.ones(1, np.bool_), values[1:] != values[:-1]))


def _table(*columns: ArrayLike) -> Ints:
    return np.stack(np.broadcast_arrays(*np.atleast_1d(*columns))).astype(np.int32)

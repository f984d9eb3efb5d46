"""The trie of the n-grams of a text.

A node of level m stands for an n-gram of m symbols. Its parent is the n-gram without its last symbol (the
context that it extends), its suffix the n-gram without its first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.levels import Level
from aura.models.training.tallies import Keys, find
from aura.models.training.text import ALPHABET, BEGIN, SHIFT, Flags, Ints, Longs

_MANY: Final = (1 << 16) - 1


@dataclass(frozen=True, slots=True)
class Trie:
    """N-grams with their counts, level by level; in a level by parent, then by symbol.

    Node 0 is the empty n-gram; nodes 1 to 258 are all symbols and BEGIN, whether they occur or not.

    Attributes:
        offsets: for each level the number of its first node; one more for the number of nodes.
        parents: of each node, the node without its last symbol, int32.
        suffixes: of each node, the node without its first symbol, int32.
        symbols: of each node, its last symbol, uint16.
        counts: how often each occurs, times the weights of the messages, int32 or where that is too narrow int64;
            ``WHOLE`` for once.
        spreads: in about how many sources each occurs, uint16; more are as many as that holds.
        least: long n-grams that occur less often are left out; 1 if there are none.
    """

    offsets: Longs
    parents: Ints
    suffixes: Ints
    symbols: Ints
    counts: Longs
    spreads: Ints
    least: int = 1

    def __len__(self) -> int:
        return len(self.parents)

    @property
    def depth(self) -> int:
        """The length of the longest n-gram."""
        return len(self.offsets) - 2

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

    def rest(self, order: int) -> Longs:
        """How often each context of one level is followed by what is left out, times the weights, int64."""
        contexts = self.level(order)
        rest = np.zeros(contexts.stop - contexts.start, np.int64)
        if self.least > 1 and order:
            level = self.level(order + 1)
            known = np.bincount(self.parents[level] - contexts.start, self.counts[level], len(rest))
            rest = self.counts[contexts] - known.astype(np.int64)
        return rest

    def select(self, kept: Flags) -> Trie:
        """The trie of the kept nodes, which must be closed under parent and suffix."""
        sizes = np.add.reduceat(kept, self.offsets[:-1], dtype=np.int64)
        sizes = sizes[: np.flatnonzero(sizes)[-1] + 1]
        number = np.cumsum(kept, dtype=np.int32)
        number -= 1
        nodes = np.flatnonzero(kept).astype(np.int32)
        return Trie(
            np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes))),
            number[self.parents[nodes]],
            number[self.suffixes[nodes]],
            self.symbols[nodes],
            self.counts[nodes],
            self.spreads[nodes],
            self.least,
        )


def link(levels: list[Level], total: int, sources: int, least: int = 1) -> tuple[Trie, list[Ints]]:
    """Join levels to a trie, in which nodes stand by their parents.

    The parent of an n-gram ``x w c`` is ``x w``: what extends the parent of its suffix ``w c`` by ``x``.

    Args:
        levels: from one symbol on; the list is emptied, as levels take much memory.
        total: the weight of all symbols.
        sources: how many there are.
        least: n-grams that occur less often are left out.

    Returns:
        The trie, and for each level the nodes of its n-grams, int32.
    """
    heaviest = max([total, *(int(level.counts.max(initial=0)) for level in levels)])
    sizes = [1, ALPHABET, *(len(level) for level in levels[1:])]
    trie = _empty(np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes))), heaviest, least)
    trie.counts[0], trie.spreads[0] = total, min(sources, _MANY)
    # all symbols and BEGIN have nodes, whether they occur or not
    trie.symbols[1 : 1 + ALPHABET] = np.arange(ALPHABET)
    nodes: list[Ints] = []
    parents = np.zeros(0, np.int64)  # of each n-gram of a level, the place of its parent in the level below
    below: Level | None = None
    for number in range(len(levels)):
        level = levels.pop(0)
        if below is None:
            node = 1 + level.firsts.astype(np.int32)
            parents = np.zeros(len(level), np.int64)
            last = level.firsts
        else:
            if number == 1:
                parents = np.searchsorted(below.firsts, level.firsts)
            else:
                wanted = _keys(parents[level.suffixes], level.firsts)
                parents = find(_keys(below.suffixes, below.firsts), wanted)
            last = last[level.suffixes]
            parent = nodes[-1][parents]
            node = np.empty(len(level), np.int32)
            here = trie.level(number + 1)
            # n-grams of a level stand by their last symbols, and so do those of one parent in the end
            node[order_of(parent)] = np.arange(here.start, here.stop, dtype=np.int32)
            trie.parents[node] = parent
            trie.suffixes[node] = nodes[-1][level.suffixes]
            trie.symbols[node] = last
        trie.counts[node], trie.spreads[node] = level.counts, level.spreads
        nodes.append(node)
        below = level
    return trie, nodes


def _keys(numbers: Ints | Longs, symbols: Ints) -> Keys:
    """Numbers and symbols in one number."""
    return numbers.astype(np.uint64) << np.uint64(SHIFT) | symbols.astype(np.uint64)


def _empty(offsets: Longs, heaviest: int, least: int) -> Trie:
    """A trie of levels of these sizes, all of whose numbers are 0; no count will be above ``heaviest``."""
    size = int(offsets[-1])
    return Trie(
        offsets,
        np.zeros(size, np.int32),
        np.zeros(size, np.int32),
        np.zeros(size, np.uint16),
        np.zeros(size, np.int32 if heaviest <= np.iinfo(np.int32).max else np.int64),
        np.zeros(size, np.uint16),
        least,
    )


def order_of(keys: Ints) -> Longs:
    """The order of small numbers from the lowest; of equal ones the first comes first.

    One sort of numbers that hold their places is twice as quick as ``np.argsort``.
    """
    bits = max(0, len(keys) - 1).bit_length()
    packed = keys.astype(np.int64) << bits
    packed |= np.arange(len(keys))
    packed.sort()
    packed &= (1 << bits) - 1
    return packed

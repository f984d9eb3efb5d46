"""The trie of the n-grams of a text.

A node of level m stands for an n-gram of m symbols. Its parent is the n-gram without its last symbol (the
context that it extends), its suffix the n-gram without its first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from aura.models.training.levels import Level
from aura.models.training.tallies import find
from aura.models.training.text import ALPHABET, BEGIN, SHIFT, Flags, Ints, Longs


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
        spreads: in about how many sources each occurs.
        least: n-grams that occur less often are left out; 1 if there are none.
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

    @property
    def rest(self) -> Longs:
        """How often each context is followed by what is left out, times the weights."""
        if self.least == 1:
            return np.zeros(len(self), np.int64)
        rest = self.counts - np.bincount(self.parents, self.counts, len(self)).astype(np.int64)
        rest[0] = 0
        return rest

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
            self.least,
        )


def link(levels: Iterable[Level], total: int, sources: int, least: int = 1) -> tuple[Trie, list[Ints]]:
    """Join levels to a trie, in which nodes stand by their parents.

    The parent of an n-gram ``x w c`` is ``x w``: what extends the parent of its suffix ``w c`` by ``x``.

    Args:
        levels: from one symbol on.
        total: the weight of all symbols.
        sources: how many there are.
        least: n-grams that occur less often are left out.

    Returns:
        The trie, and for each level the nodes of its n-grams, int32.
    """
    columns = [_column(0, 0, 0, total, sources)]
    offsets = [0, 1]
    nodes: list[Ints] = []
    below: Level | None = None
    parents_below = np.zeros(0, np.int64)
    for level in levels:
        if below is None:
            # all symbols and BEGIN have nodes, whether they occur or not
            column = np.zeros((5, ALPHABET), np.int64)
            column[2] = np.arange(ALPHABET)
            column[3, level.firsts], column[4, level.firsts] = level.counts, level.spreads
            columns.append(column)
            nodes.append(1 + level.firsts)
            parents_below = np.zeros(len(level), np.int64)
            last = level.firsts
        else:
            if len(nodes) == 1:
                parents = np.searchsorted(below.firsts, level.firsts)
            else:
                keys = below.suffixes.astype(np.uint64) << np.uint64(SHIFT) | below.firsts.astype(np.uint64)
                wanted = parents_below[level.suffixes].astype(np.uint64) << np.uint64(SHIFT)
                parents = find(keys, wanted | level.firsts.astype(np.uint64))
            last = last[level.suffixes]
            parent_nodes = nodes[-1][parents]
            order = np.argsort(parent_nodes.astype(np.int64) << SHIFT | last)
            number = np.empty(len(level), np.int32)
            number[order] = np.arange(offsets[-1], offsets[-1] + len(level))
            columns.append(
                np.stack((parent_nodes, nodes[-1][level.suffixes], last, level.counts, level.spreads))[
                    :, order
                ]
            )
            nodes.append(number)
            parents_below = parents
        offsets.append(offsets[-1] + columns[-1].shape[1])
        below = level
    rows = [np.concatenate([column[row] for column in columns]) for row in range(5)]
    parents_, suffixes, symbols, counts, spreads = rows
    return (
        Trie(
            np.array(offsets),
            parents_.astype(np.int32),
            suffixes.astype(np.int32),
            symbols.astype(np.int32),
            counts,
            spreads.astype(np.int32),
            least,
        ),
        nodes,
    )


def _column(*values: ArrayLike) -> Longs:
    return np.stack(np.broadcast_arrays(*np.atleast_1d(*values))).astype(np.int64)

"""Deleted estimation: what lists say about a text when they did not see its block.

Counts know the text they were taken from too well to tell how far they can be trusted. So the counts that a
block of the text contributed are taken out again before its symbols are looked up. This is done for a sample of
the text, and only for the lists that it looks into.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.kneser_ney import Usage, denominator, discounted, kinds_of
from aura.models.training.text import BLOCKS, SHIFT, WHOLE, Flags, Floats, Ints, Longs
from aura.models.training.trie import Trie
from aura.models.training.weights import Evidence, classes

_FEW: Final = 16
"""Sources that are counted well enough."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What blocks contributed to the counts of some n-grams.

    Attributes:
        nodes: of each, the n-gram.
        blocks: of each, the block.
        counts: how often the n-gram occurs in the block, as in the trie.
        spreads: in about how many sources of the block.
    """

    nodes: Ints
    blocks: Ints
    counts: Longs
    spreads: Ints

    def __len__(self) -> int:
        return len(self.nodes)

    def select(self, chosen: Flags | Longs) -> Shares:
        """Some of the shares."""
        return Shares(self.nodes[chosen], self.blocks[chosen], self.counts[chosen], self.spreads[chosen])


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The shares that matter for a sample: of its contexts, of their entries, of what extends those leftwards.

    Attributes:
        contexts, longer: the shares.
        entries: those of entries, by node and block.
        owners: for each entry the index of its context.
        suffixes: for each longer share the index of the entry that is its suffix.
        entry_keys: of each entry, its node and its block in one number.
    """

    contexts: Shares
    entries: Shares
    longer: Shares
    owners: Ints
    suffixes: Ints
    entry_keys: Longs


@dataclass(frozen=True, slots=True)
class Chains:
    """The contexts at each symbol of a text, a row for each order and a column for each symbol; -1 for none.

    Attributes:
        nodes: the context of that order.
        contexts: the index of its share, in the symbol's block, in the excerpt.
        targets: the node of the symbol after that context.
        entries: the index of its share in the excerpt.
        blocks: of each symbol.
    """

    nodes: Ints
    contexts: Ints
    targets: Ints
    entries: Ints
    blocks: Ints


def other_symbols(chains: Chains, columns: Longs, symbols: Ints, trie: Trie, shares: Excerpt) -> Chains:
    """The chains of other symbols in the contexts of some columns."""
    nodes, blocks = chains.nodes[:, columns], chains.blocks[columns]
    targets, entries = np.full_like(nodes, -1), np.full_like(nodes, -1)
    for order, row in enumerate(nodes):
        level = trie.level(order + 1)
        some = np.flatnonzero(row >= 0)
        found = _find(trie.keys(level), row[some].astype(np.int64) << SHIFT | symbols[some])
        some, found = some[found >= 0], found[found >= 0] + level.start
        targets[order, some] = found
        entries[order, some] = _find(shares.entry_keys, found.astype(np.int64) * BLOCKS + blocks[some])
    return Chains(nodes, chains.contexts[:, columns], targets, entries, blocks)


def _find(keys: Longs, wanted: Longs) -> Longs:
    """The places of numbers in an ascending array, or -1."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)


class LeftOut:
    """The lists of the kept part of a trie, with the block of any symbol of the sample left out."""

    def __init__(self, trie: Trie, use: Usage, shares: Excerpt, minimum: float) -> None:
        self._use = use
        # what the block adds to the use of an entry is its count, less what it adds to longer ones that are kept
        longer, node = shares.longer, shares.longer.nodes
        seen_coming = np.minimum(longer.counts, np.maximum(trie.counts[node] - WHOLE, 0))
        hidden = np.where(use.kept[node] & use.kneser_ney, seen_coming, 0)
        entries, child = shares.entries, shares.entries.nodes
        whole = use.uses[child]
        taken = (entries.counts - np.bincount(shares.suffixes, hidden, minlength=len(child))) / WHOLE
        uses = np.maximum(whole - taken, np.minimum(whole, 1.0))
        uses[(trie.counts[child] <= entries.counts) | (whole == 0)] = 0.0
        lost = np.where(use.kept[child], discounted(whole) - discounted(uses), 0.0)
        contexts, node = shares.contexts, shares.contexts.nodes

        def per_context(values: Floats | Longs) -> Floats:
            return np.bincount(shares.owners, values, minlength=len(node)).astype(np.float64)

        totals = use.totals[node] - per_context(whole - uses)
        kinds = use.kinds[node] - per_context(np.minimum(whole, 1.0) - np.minimum(uses, 1.0))
        shown = use.shown[node] - per_context(lost)
        if trie.least > 1:  # what is left out of the trie was in the block as well
            rest = (contexts.counts - per_context(entries.counts)) / WHOLE
            rest[node == 0] = 0.0
            totals -= rest
            kinds -= kinds_of(rest, trie.least)
        left = trie.counts[node] - contexts.counts
        root = node == 0
        has_list = (use.entries[node] > 0) & (kinds > 0) & (left >= minimum * WHOLE) | root
        self._whole = np.where(root, np.maximum(totals, 1.0), denominator(totals, kinds))
        self._missing = np.where(root, 0.0, np.clip(1.0 - shown / self._whole, 0.0, 1.0))
        kind = classes(trie.orders_of(node), totals, kinds, _spreads_left(trie, contexts))
        self._classes = np.append(np.where(has_list, kind, -1), -1).astype(np.int32)
        self._uses = uses

    def evidence(self, chains: Chains) -> Evidence:
        """What the lists say about the symbols of a text."""
        kind = self._classes[chains.contexts]
        known = (chains.targets >= 0) & self._use.kept[chains.targets]
        uses = np.where(chains.entries >= 0, self._uses[chains.entries], self._use.uses[chains.targets])
        uses[1:] = discounted(uses[1:])
        has_list = kind >= 0
        frequency = np.where(known & has_list, uses / self._whole[chains.contexts], 0.0)
        return Evidence(kind, frequency, np.where(has_list, self._missing[chains.contexts], 0.0))


def _spreads_left(trie: Trie, shares: Shares) -> Ints:
    """In about how many sources contexts occur outside a block."""
    spreads, counts = trie.spreads[shares.nodes], trie.counts[shares.nodes]
    # estimates of many sources cannot be taken from each other
    share = (counts - shares.counts) / np.maximum(counts, 1)
    left: Ints = np.where(spreads > _FEW, np.rint(spreads * share), spreads - shares.spreads).astype(np.int32)
    return left

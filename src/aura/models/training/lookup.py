"""Looking the contexts of a sample up in a trie that knows more than the sample's text.

What is found in the blocks of a text is found among the n-grams of that text. Where the trie has n-grams of other
texts as well, more contexts of the sample are in it than were found so. Their blocks contributed nothing to them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from aura.models.training.deleted_estimation import Chains, Contexts, Excerpt
from aura.models.training.tallies import find
from aura.models.training.text import BEGIN, BLOCKS, SHIFT, Ints, Text
from aura.models.training.trie import Trie


def look_up(chains: Chains, shares: Excerpt, trie: Trie, sample: Text) -> tuple[Chains, Excerpt]:
    """All contexts and targets that the trie has, and shares of 0 in the contexts that the blocks do not have."""
    begins = np.flatnonzero(sample.symbols == BEGIN)
    symbols = np.delete(sample.symbols, begins).astype(np.uint64)
    first = begins - np.arange(len(begins))
    nodes = np.full((trie.depth, len(symbols)), -1, np.int32)
    targets, contexts, entries = nodes.copy(), nodes.copy(), nodes.copy()
    contexts[: len(chains.contexts)], entries[: len(chains.entries)] = chains.contexts, chains.entries
    nodes[0] = 0
    for order in range(trie.depth):
        if order:
            # what follows a context is the end of the next one
            nodes[order, 1:] = targets[order - 1, :-1]
            nodes[order, first] = 1 + BEGIN if order == 1 else -1
        level = trie.level(order + 1)
        here = np.flatnonzero(nodes[order] >= 0)
        wanted = nodes[order, here].astype(np.uint64) << np.uint64(SHIFT) | symbols[here]
        found = find(trie.keys(level).astype(np.uint64), wanted)
        targets[order, here] = np.where(found < 0, -1, found + level.start)
    new = (nodes >= 0) & (contexts < 0)
    of_block = (nodes.astype(np.int64) * BLOCKS + chains.blocks)[new]
    keys, index = np.unique(of_block, return_inverse=True)
    contexts[new] = len(shares.contexts) + index
    nothing = np.zeros(len(keys), np.int64)
    without = Contexts(
        _joined(shares.contexts.nodes, keys // BLOCKS),
        np.concatenate((shares.contexts.counts, nothing)),
        _joined(shares.contexts.spreads, nothing),
    )
    return Chains(nodes, contexts, targets, entries, chains.blocks), replace(shares, contexts=without)


def _joined(values: Ints, others: Ints) -> Ints:
    return np.concatenate((values, others.astype(values.dtype)))

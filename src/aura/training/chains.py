"""The chain of contexts at each place of a text, from the root to the longest one in a trie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aura.training.counting import Trie
from aura.training.framing import BEGIN, SHIFT, Flags, Ints, Text


@dataclass(frozen=True, slots=True)
class Chains:
    """Contexts and predictions at each place where a symbol is predicted.

    Both arrays have a row for each order and a column for each place; -1 stands for none.

    Attributes:
        contexts: the node of the context of that order, if it has a list.
        targets: the node of the symbol in that context's list.
    """

    contexts: Ints
    targets: Ints

    def select(self, kept: Flags) -> Chains:
        """The chains in the part of the trie that is kept."""
        number = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1).astype(np.int32)
        return Chains(number[self.contexts], number[self.targets])


def chains(trie: Trie, text: Text) -> Chains:
    """Follow a text through a trie."""
    symbols = text.symbols
    keys = trie.parents.astype(np.int64) << SHIFT | trie.symbols  # ascending, as nodes are in this order
    node = np.zeros(len(symbols), np.int32)
    rows = [node]
    begin = symbols == BEGIN
    for order in range(1, trie.depth + 1):
        level = trie.level(order)
        before = np.full(len(symbols), -1, np.int32)
        before[1:] = node[:-1]
        if order == 1:
            before[:] = 0
        else:
            before[begin] = -1
        places = np.flatnonzero(before >= 0)
        wanted = before[places].astype(np.int64) << SHIFT | symbols[places]
        found = np.searchsorted(keys[level], wanted)
        found = np.minimum(found, level.stop - level.start - 1)
        hit = keys[level][found] == wanted
        node = np.full(len(symbols), -1, np.int32)
        node[places[hit]] = found[hit] + level.start
        rows.append(node)
    predicted = np.flatnonzero(~begin)
    targets = np.stack([row[predicted] for row in rows[1:]])
    contexts = np.stack([row[predicted - 1] for row in rows[:-1]])
    contexts[0] = 0
    return Chains(contexts, targets)

"""Choosing the entries that are worth their place.

What an entry gains is the number of bits that the training text would cost more without it, times a little less
than its count. A node is kept with all that it needs: its parent and its suffix gain at least what it gains.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from aura.training.framing import BEGIN, Flags, Floats
from aura.training.kneser_ney import Lists

_LEAST_WEIGHT: Final = 0.02


def gains(lists: Lists, probability: Floats, weight: Floats) -> Floats:
    """The gain of each node, in bits; infinite for single symbols."""
    trie = lists.trie
    size = len(trie)
    result = np.full(size, np.inf)
    longer = slice(int(trie.offsets[2]), size)
    parents, count = trie.parents[longer], trie.counts[longer]
    count = np.maximum(count - 0.5, 0.3 * count)
    lower = probability[trie.suffixes[longer]]
    alone = count * np.log2(probability[longer] / (np.maximum(_LEAST_WEIGHT, weight[parents]) * lower))
    saved = np.bincount(parents, count * np.log2(probability[longer] / lower), minlength=size)
    together = saved / np.maximum(lists.entries, 1)
    result[longer] = np.minimum(alone, together[parents])
    # every message begins somewhere: the likeliest first symbol stays
    openings = np.flatnonzero(trie.parents == 1 + BEGIN)
    result[openings[np.argmax(trie.counts[openings])]] = np.inf
    for order in range(trie.depth, 2, -1):
        level = trie.level(order)
        np.maximum.at(result, trie.parents[level], result[level])
        np.maximum.at(result, trie.suffixes[level], result[level])
    return result


def keep(gain: Floats, entries: int) -> Flags:
    """The nodes of the highest gains, at most so many; nodes of equal gain stay or go together."""
    if entries >= len(gain):
        return np.ones(len(gain), np.bool_)
    first_to_go = np.partition(gain, len(gain) - entries - 1)[len(gain) - entries - 1]
    kept: Flags = gain > first_to_go
    return kept

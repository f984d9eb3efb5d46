"""Choosing the entries that are worth their place.

What an entry gains is the number of bits that the training text would cost more without it, times a little less
than its count. A node is kept with all that it needs: its parent and its suffix gain at least what it gains.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from aura.models.training.text import BEGIN, WHOLE, Flags, Floats
from aura.models.training.weights import Mixture

_LEAST_WEIGHT: Final = 0.02


def gains(mixture: Mixture) -> Floats:
    """The gain of each node, in bits; infinite for single symbols."""
    trie, probability = mixture.trie, mixture.probability
    size = len(trie)
    result = np.full(size, np.inf)
    longer = slice(int(trie.offsets[2]), size)
    parents = trie.parents[longer]
    count = np.sqrt(trie.counts[longer] / WHOLE * trie.spreads[longer].astype(np.float64))
    count = np.maximum(count - 0.5, 0.3 * count)
    lower = probability[trie.suffixes[longer]]
    least = np.maximum(_LEAST_WEIGHT, mixture.weights[parents]) * lower
    added = np.bincount(parents, count * np.log2(probability[longer] / lower), minlength=size)
    together = added / np.maximum(mixture.entries, 1)
    result[longer] = np.minimum(count * np.log2(probability[longer] / least), together[parents])
    # every message begins somewhere: the likeliest first symbol stays
    openings = np.flatnonzero(trie.parents == 1 + BEGIN)
    result[openings[np.argmax(trie.counts[openings])]] = np.inf
    for order in range(trie.depth, 2, -1):
        level = trie.level(order)
        np.maximum.at(result, trie.parents[level], result[level])
        np.maximum.at(result, trie.suffixes[level], result[level])
    return result


def keep(gain: Floats, entries: int) -> Flags:
    """So many nodes of the highest gains; of equal gains the first, so that parents and suffixes stay."""
    if entries >= len(gain):
        return np.ones(len(gain), np.bool_)
    least = np.partition(gain, len(gain) - entries)[len(gain) - entries]
    kept: Flags = gain > least
    equal = np.flatnonzero(gain == least)
    kept[equal[: entries - np.count_nonzero(kept)]] = True
    return kept

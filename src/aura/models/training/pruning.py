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
    """The gain of each node, in bits, float32; infinite for single symbols."""
    trie, probability = mixture.trie, mixture.probability
    result = np.full(len(trie), -np.inf, np.float32)
    result[: trie.offsets[2]] = np.inf
    # level by level, so that what is at hand besides is small
    for order in range(trie.depth, 1, -1):
        level, contexts = trie.level(order), trie.level(order - 1)
        parents = trie.parents[level].astype(np.int64) - contexts.start
        suffixes = trie.suffixes[level].astype(np.int64) - contexts.start
        count = np.sqrt(trie.counts[level] / WHOLE * trie.spreads[level])
        count = np.maximum(count - 0.5, 0.3 * count)
        bits = np.log2(probability[level] / probability[contexts][suffixes])
        sums = np.bincount(parents, count * bits, contexts.stop - contexts.start)
        together = sums / np.maximum(mixture.entries[contexts], 1)
        least = np.log2(np.maximum(_LEAST_WEIGHT, mixture.weights[contexts]))
        gain = np.minimum(count * (bits - least[parents]), together[parents]).astype(np.float32)
        # what needs a node gains no more than it does
        result[level] = gain = np.maximum(gain, result[level])
        if order > 2:  # single symbols stay
            np.maximum.at(result[contexts], parents, gain)
            np.maximum.at(result[contexts], suffixes, gain)
    # every message begins somewhere: the likeliest first symbol stays
    openings = np.flatnonzero(trie.parents[: trie.offsets[3]] == 1 + BEGIN)
    result[openings[np.argmax(trie.counts[openings])]] = np.inf
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

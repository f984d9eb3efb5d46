"""Choosing the entries that are worth their place.

What an entry gains is the number of bits that the training text would cost more without it, times a little less
than its count. A node is kept with all that it needs: its parent and its suffix gain at least what it gains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura import native
from aura.models.training import native_weights
from aura.models.training.logarithm import log2
from aura.models.training.text import BEGIN, WHOLE, Flags, Floats, Ints, Longs, Numbers
from aura.models.training.weights import Mixture

_LEAST_WEIGHT: Final = 0.02


@dataclass(frozen=True, slots=True)
class GainingLevel:
    """The entries of one level of a trie.

    Attributes:
        counts: how often each occurs, times the weights, int32 or int64.
        spreads: in about how many sources, uint16.
        parents: of each the node of its context, int32; they ascend.
        suffixes: of each the node of its suffix, int32.
        probability: of each in its list, float32.
        first: the first node of the contexts and suffixes.
        lower: the probability of each of these in its own list, float32.
        weights: of each the weight of its suffix, float32.
        entries: of each the number of its entries, uint16.
    """

    counts: Longs
    spreads: Ints
    parents: Ints
    suffixes: Ints
    probability: Floats
    first: int
    lower: Floats
    weights: Floats
    entries: Numbers


def gains(mixture: Mixture) -> Floats:
    """The gain of each node, in bits, float32; infinite for single symbols."""
    trie, probability = mixture.trie, mixture.probability
    result = np.full(len(trie), -np.inf, np.float32)
    result[: trie.offsets[2]] = np.inf
    # level by level, so that what is at hand besides is small
    for order in range(trie.depth, 1, -1):
        nodes, contexts = trie.level(order), trie.level(order - 1)
        level = GainingLevel(
            trie.counts[nodes],
            trie.spreads[nodes],
            trie.parents[nodes],
            trie.suffixes[nodes],
            probability[nodes],
            contexts.start,
            probability[contexts],
            mixture.weights[contexts],
            mixture.entries[contexts],
        )
        # single symbols stay
        _raise_gains(level, result[nodes], result[contexts] if order > 2 else None)
    # every message begins somewhere: the likeliest first symbol stays
    openings = np.flatnonzero(trie.parents[: trie.offsets[3]] == 1 + BEGIN)
    result[openings[np.argmax(trie.counts[openings])]] = np.inf
    return result


def _raise_gains(level: GainingLevel, gain: Floats, of_contexts: Floats | None) -> None:
    """Raise the gains of entries to what they save, and those of their contexts to what their entries gain."""
    if native.is_chosen():
        native_weights.find_gains(level, gain, of_contexts, (WHOLE, _LEAST_WEIGHT))
        return
    parents = level.parents.astype(np.int64) - level.first
    suffixes = level.suffixes.astype(np.int64) - level.first
    count = np.sqrt(level.counts / WHOLE * level.spreads)
    count = np.maximum(count - 0.5, 0.3 * count)
    bits = log2(level.probability.astype(np.float64) / level.lower[suffixes])
    sums = np.bincount(parents, count * bits, len(level.lower))
    together = sums / np.maximum(level.entries, 1)
    least = log2(np.maximum(_LEAST_WEIGHT, level.weights.astype(np.float64)))
    alone = count * (bits - least[parents])
    np.maximum(gain, np.minimum(alone, together[parents]).astype(np.float32), out=gain)
    if of_contexts is not None:  # what needs a node gains no more than it does
        np.maximum.at(of_contexts, parents, gain)
        np.maximum.at(of_contexts, suffixes, gain)


def keep(gain: Floats, entries: int) -> Flags:
    """So many nodes of the highest gains; of equal gains the first, so that parents and suffixes stay."""
    if entries >= len(gain):
        return np.ones(len(gain), np.bool_)
    least = np.partition(gain, len(gain) - entries)[len(gain) - entries]
    kept: Flags = gain > least
    equal = np.flatnonzero(gain == least)
    kept[equal[: entries - np.count_nonzero(kept)]] = True
    return kept

"""Interpolation weights, learned on held-back text by expectation maximisation.

The probability of a symbol in a context is a mixture of its frequency in the context's list and its probability
in the context's suffix, down to all symbols alike below the root. The weight of the suffix is shared by all
contexts of a class. Where some of a list's frequency is missing, because its entries were pruned, that part goes
to the suffix as well.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from aura.training.chains import Chains
from aura.training.framing import Floats
from aura.training.kneser_ney import CLASSES, Lists
from aura_spec.context_model import SYMBOLS

_PASSES: Final = 8
_START: Final = 0.3


def learn_weights(lists: Lists, chains: Chains) -> Floats:
    """The weight of the suffix for each class of contexts."""
    orders, places = chains.contexts.shape
    none = np.zeros(1)
    frequency = np.append(lists.frequency, none)[chains.targets]
    has_list = np.append(lists.entries > 0, [False])[chains.contexts]
    classes = np.append(lists.classes, [0])[chains.contexts]
    missing = np.append(lists.missing, none)[chains.contexts]
    weights = np.full(CLASSES, _START)
    for _ in range(_PASSES):
        weight = np.where(has_list, weights[classes], 1.0)
        down = weight + (1.0 - weight) * missing
        probability = np.empty((orders + 1, places))
        probability[0] = 1.0 / SYMBOLS
        for order in range(orders):
            probability[order + 1] = (1.0 - weight[order]) * frequency[order] + down[order] * probability[
                order
            ]
        # the share of each symbol that came from this order or below, walking down from the longest context
        share = np.ones(places)
        taken, seen = np.zeros(CLASSES), np.zeros(CLASSES)
        for order in reversed(range(orders)):
            here = has_list[order]
            seen += np.bincount(classes[order][here], share[here], CLASSES)
            share = share * down[order] * probability[order] / probability[order + 1]
            lower = share * weight[order] / down[order]
            taken += np.bincount(classes[order][here], lower[here], CLASSES)
        weights = (taken + 0.5) / (seen + 1.5)
    return weights


def probabilities(lists: Lists, weights: Floats) -> tuple[Floats, Floats]:
    """The probability of each node in its context, and the weight of each context."""
    trie = lists.trie
    weight = np.where(lists.entries > 0, weights[lists.classes], 1.0)
    down = weight + (1.0 - weight) * lists.missing
    result = np.zeros(len(trie))
    for order in range(1, trie.depth + 1):
        level = trie.level(order)
        parents = trie.parents[level]
        lower = result[trie.suffixes[level]] if order > 1 else 1.0 / SYMBOLS
        result[level] = (1.0 - weight[parents]) * lists.frequency[level] + down[parents] * lower
    result[~trie.predicted] = 0.0
    return result, weight

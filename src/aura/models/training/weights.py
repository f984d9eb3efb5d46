"""Interpolation weights, learned by expectation maximisation.

The probability of a symbol in a context is a mixture of its frequency in the context's list and its probability
in the context's suffix, down to all symbols alike below the root. The weight of the suffix is shared by all
contexts of a class: those of like order, number of entries, uses and sources. Where some of a list's frequency
is missing, because its entries were pruned, that part goes to the suffix as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.kneser_ney import Usage, denominator, discounted
from aura.models.training.text import Floats, Ints, Longs
from aura.models.training.trie import Trie
from aura_spec.context_model import SYMBOLS

_USES_OF_ONE: Final = np.array([1.5, 2.5, 3.5, 5.5, 8.5, 16.5, 32.5, 100.5, 1000.5])
_KINDS: Final = np.array([2.5, 3.5, 5.5, 10.5, 25.5])
_RATIOS: Final = np.array([1.26, 2.0, 4.0, 8.0, 20.0, 100.0])
_SPREADS: Final = np.array([1.5, 2.5, 5.5])
_SHAPES: Final = len(_USES_OF_ONE) + 1 + (len(_KINDS) + 1) * (len(_RATIOS) + 1)
_ORDERS: Final = 15
CLASSES: Final = _ORDERS * _SHAPES * (len(_SPREADS) + 1)

_PASSES: Final = 6
_FIRST_GUESS: Final = 1 / 3
_STRENGTH: Final = 30.0
"""How many observations the prior weight of a class is worth."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the lists say about symbols of a text, a row for each order and a column for each symbol.

    Attributes:
        classes: the class of the context of that order, or -1 if there is no list.
        frequency: the symbol's discounted relative frequency in its list; 0 if it is not in it.
        missing: what the frequencies of the list's entries leave of 1.
    """

    classes: Ints
    frequency: Floats
    missing: Floats


def classes(orders: Ints, totals: Floats, kinds: Floats, spreads: Ints) -> Ints:
    """The classes of contexts."""
    one = np.searchsorted(_USES_OF_ONE, totals)
    ratio = np.searchsorted(_RATIOS, totals / np.maximum(kinds, 1), side="right")
    several = len(_USES_OF_ONE) + 1 + np.searchsorted(_KINDS, kinds) * (len(_RATIOS) + 1) + ratio
    shape = np.minimum(orders, _ORDERS - 1) * _SHAPES + np.where(kinds <= 1, one, several)
    return (shape * (len(_SPREADS) + 1) + np.searchsorted(_SPREADS, spreads)).astype(np.int32)


def interpolate(evidence: Evidence, weights: Floats) -> Floats:
    """The probabilities of symbols with contexts of up to each order; the first row is for none."""
    orders, places = evidence.classes.shape
    result = np.empty((orders + 1, places))
    result[0] = 1.0 / SYMBOLS
    for order in range(orders):
        weight, down = _weights(evidence, order, weights)
        result[order + 1] = (1.0 - weight) * evidence.frequency[order] + down * result[order]
    return result


def _weights(evidence: Evidence, order: int, weights: Floats) -> tuple[Floats, Floats]:
    """The weight of the suffix, and the same with what is missing."""
    has_list = evidence.classes[order] >= 0
    weight = np.where(has_list, weights[evidence.classes[order]], 1.0)
    return weight, weight + (1.0 - weight) * evidence.missing[order]


def lower_shares(evidence: Evidence, order: int, weights: Floats) -> Floats:
    """The share of each symbol's probability that contexts of one order leave to lower ones."""
    _, down = _weights(evidence, order, weights)
    return down


def learn_weights(evidence: Evidence, prior: Floats | None = None) -> Floats:
    """The weight of the suffix for each class of contexts, drawn towards ``prior``.

    Without that it is learned for all orders together first, and then for each order, drawn towards the former.
    """
    if prior is not None:
        return _maximise(evidence, prior, lambda kind: kind)
    flat = np.full(CLASSES // _ORDERS, _FIRST_GUESS)
    anywhere = _maximise(evidence, flat, lambda kind: kind % len(flat))
    return _maximise(evidence, np.tile(anywhere, _ORDERS), lambda kind: kind)


def _maximise(evidence: Evidence, prior: Floats, group: Callable[[Ints], Ints]) -> Floats:
    """The weights of groups of classes that make a text likeliest, by expectation maximisation."""
    orders, places = evidence.classes.shape
    weights, size = prior, len(prior)
    for _ in range(_PASSES):
        each = weights if size == CLASSES else np.tile(weights, CLASSES // size)
        probability = interpolate(evidence, each)
        # the share of each symbol that came from this order or below, walking down from the longest context
        share = np.ones(places)
        taken, seen = np.zeros(size), np.zeros(size)
        for order in reversed(range(orders)):
            weight, down = _weights(evidence, order, each)
            here = np.flatnonzero(evidence.classes[order] >= 0)
            kind = group(evidence.classes[order][here])
            seen += np.bincount(kind, share[here], size)
            share *= down * probability[order] / probability[order + 1]
            taken += np.bincount(kind, (share * weight / down)[here], size)
        weights = (taken + _STRENGTH * prior) / (seen + _STRENGTH)
    return weights


@dataclass(frozen=True, slots=True)
class Mixture:
    """The kept part of a trie with its probabilities.

    Attributes:
        trie: the kept part.
        entries: of each context, the number of its entries.
        weights: of each context, the weight of its suffix.
        probability: of each entry in its list.
    """

    trie: Trie
    entries: Longs
    weights: Floats
    probability: Floats


def mix(trie: Trie, use: Usage, weights: Floats) -> Mixture:
    """The probabilities of the kept entries of a trie."""
    kept = use.kept
    part = trie if kept.all() else trie.select(kept)
    entries = use.entries[kept]
    whole = denominator(use.totals, use.kinds)
    frequency = discounted(use.uses[kept]) / whole[trie.parents[kept]]
    root = part.level(1)
    frequency[root] = use.uses[1 : 1 + root.stop - root.start] / max(use.totals[0], 1.0)
    missing = np.where(entries > 0, np.clip(1.0 - (use.shown / whole)[kept], 0.0, 1.0), 0.0)
    missing[0] = 0.0
    listed = np.flatnonzero(entries)
    nodes = np.flatnonzero(kept)[listed]
    kind = classes(part.orders_of(listed), use.totals[nodes], use.kinds[nodes], part.spreads[listed])
    weight = np.ones(len(part))
    weight[listed] = weights[kind]
    down = weight + (1.0 - weight) * missing
    probability = np.zeros(len(part))
    for order in range(1, part.depth + 1):
        level = part.level(order)
        parents = part.parents[level]
        lower = probability[part.suffixes[level]] if order > 1 else 1.0 / SYMBOLS
        probability[level] = (1.0 - weight[parents]) * frequency[level] + down[parents] * lower
    probability[~part.predicted] = 0.0
    return Mixture(part, entries, weight, probability)

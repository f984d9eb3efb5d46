"""Kneser-Ney counts of the lists of a trie.

What a list must predict are the symbols that no longer context saw coming. So an n-gram is not counted where a
longer one of the trie ends as well, but once for each of those: its ``use`` is its count, less for each n-gram
that extends it to the left that one's count, plus one. With all n-grams in the trie this is the number of
different symbols before it, the count of Kneser and Ney; with fewer it lies between that and its plain count.

The relative frequency of a symbol in a list is discounted, so that symbols seen once do not weigh too much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.training.counting import Trie
from aura.training.framing import Flags, Floats, Ints, Longs

DISCOUNT: Final = 0.8

_CLASSES: Final = 52
_ONE_USES: Final = np.array([1.5, 2.5, 3.5, 5.5, 8.5, 16.5, 32.5, 100.5, 1000.5])
_KINDS: Final = np.array([2.5, 3.5, 5.5, 10.5, 25.5])
_RATIOS: Final = np.array([1.26, 2.0, 4.0, 8.0, 20.0, 100.0])
_ORDERS: Final = 15
CLASSES: Final = _ORDERS * _CLASSES


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of the kept part of a trie.

    Attributes:
        trie: the kept part.
        frequency: of each node, its discounted relative frequency in its context's list; 0 if not predicted.
        missing: of each context, what the frequencies of its kept entries leave of 1.
        entries: of each context, the number of its kept entries.
        classes: of each context, the class of contexts that share an interpolation weight.
    """

    trie: Trie
    frequency: Floats
    missing: Floats
    entries: Longs
    classes: Longs


def lists(trie: Trie, kept: Flags | None = None) -> Lists:
    """Count the lists of a trie of which only the ``kept`` nodes will remain.

    A pruned entry still counts in its list's total: what it had is missing, and goes to the escape.
    """
    size = len(trie)
    predicted = trie.predicted
    if kept is None:
        kept = np.ones(size, np.bool_)
    longer = np.arange(trie.offsets[2], size) if trie.depth > 1 else np.zeros(0, np.int64)
    longer = longer[kept[longer]]
    use = trie.counts - np.bincount(trie.suffixes[longer], trie.counts[longer] - 1.0, minlength=size)
    use = np.maximum(use, np.minimum(trie.counts, 1))
    parents = trie.parents[predicted]
    total: Floats = np.bincount(parents, use[predicted], minlength=size).astype(np.float64)
    kinds = np.bincount(parents, minlength=size)
    discounted = np.maximum(total - DISCOUNT * kinds, 1e-9)
    frequency = np.maximum(use - DISCOUNT, 0.0) / discounted[trie.parents]
    root = trie.level(1)
    frequency[root] = use[root] / max(total[0], 1.0)
    frequency[~predicted] = 0.0
    shown = np.bincount(trie.parents[kept], frequency[kept], minlength=size)[kept]
    part = trie if kept.all() else trie.select(kept)
    entries = np.bincount(part.parents[part.predicted], minlength=len(part))
    missing = np.where(entries > 0, np.maximum(0.0, 1.0 - shown), 0.0)
    missing[0] = 0.0
    return Lists(part, frequency[kept], missing, entries, _classes(part.orders, total[kept], kinds[kept]))


def _classes(orders: Ints, total: Floats, kinds: Longs) -> Longs:
    """Classes of contexts by order, number of entries and uses an entry."""
    one = np.searchsorted(_ONE_USES, total)
    ratio = np.searchsorted(_RATIOS, total / np.maximum(kinds, 1), side="right")
    several = 10 + np.searchsorted(_KINDS, kinds) * 7 + ratio
    classes: Longs = np.minimum(orders, _ORDERS - 1) * _CLASSES + np.where(kinds == 1, one, several)
    return classes

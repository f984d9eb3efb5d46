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

from aura.models.training.text import WHOLE, Flags, Floats, Longs
from aura.models.training.trie import Trie

DISCOUNT: Final = 0.8
_NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Usage:
    """Uses of the n-grams of a trie of which some are kept.

    An entry that is not kept still counts in its list's total: what it had goes to the escape.

    Attributes:
        kept: which nodes are kept.
        uses: of each node, how often it is used; 0 for the root and BEGIN.
        totals: of each context, the uses of its entries.
        kinds: of each context, the number of its entries; what is used less than once counts so much.
        shown: of each context, the discounted uses of its kept entries.
        entries: of each context, the number of its kept entries.
        kneser_ney: whether uses are counts of Kneser and Ney, or plain ones.
    """

    kept: Flags
    uses: Floats
    totals: Floats
    kinds: Floats
    shown: Floats
    entries: Longs
    kneser_ney: bool


def usage(trie: Trie, kept: Flags, *, kneser_ney: bool = True) -> Usage:
    """Count uses when only the ``kept`` n-grams remain; if not ``kneser_ney``, these are plain counts."""
    size = len(trie)
    counts = trie.counts / WHOLE
    uses = counts
    if kneser_ney:
        longer = np.flatnonzero(kept[trie.offsets[2] :]) + trie.offsets[2]
        seen_coming = np.maximum(counts[longer] - 1.0, 0.0)
        uses = counts - np.bincount(trie.suffixes[longer], seen_coming, minlength=size)
    uses = np.maximum(uses, np.minimum(counts, 1.0))
    predicted = trie.predicted
    uses[~predicted] = 0.0
    entries = predicted & kept
    left_out = trie.rest / WHOLE
    return Usage(
        kept=kept,
        uses=uses,
        totals=np.bincount(trie.parents, uses, minlength=size) + left_out,
        kinds=np.bincount(trie.parents, np.minimum(uses, 1.0), minlength=size)
        + kinds_of(left_out, trie.least),
        shown=np.bincount(trie.parents[entries], discounted(uses[entries]), minlength=size).astype(
            np.float64
        ),
        entries=np.bincount(trie.parents[entries], minlength=size),
        kneser_ney=kneser_ney,
    )


def discounted(uses: Floats) -> Floats:
    """Uses less the discount, or that share of uses below 1."""
    less: Floats = uses - DISCOUNT * np.minimum(uses, 1.0)
    return less


def denominator(totals: Floats, kinds: Floats) -> Floats:
    """The discounted uses of all entries of a list."""
    whole: Floats = np.maximum(totals - DISCOUNT * kinds, _NOTHING)
    return whole


def kinds_of(uses: Floats, least: int) -> Floats:
    """About how many different n-grams were left out, which occur less than ``least`` times, so often together.

    Of all n-grams, a share that falls with the square of the count occurs so often (Zipf's law).
    """
    if least == 1:
        return uses
    together = sum(1.0 / count for count in range(2, least + 1))
    kinds: Floats = uses * ((1.0 - 1.0 / least) / together)
    return kinds

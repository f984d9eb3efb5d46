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

from aura import native
from aura.models.training import native_weights
from aura.models.training.extent import least_of
from aura.models.training.text import BEGIN, WHOLE, Flags, Floats, Ints, Longs, Numbers
from aura.models.training.trie import Trie

DISCOUNT: Final = 0.8
NOTHING: Final = 1e-9


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
        entries: of each context, the number of its kept entries, uint16.
        kneser_ney: whether uses are counts of Kneser and Ney, or plain ones.

    Floats are float32: they are used for estimates only.
    """

    kept: Flags
    uses: Floats
    totals: Floats
    kinds: Floats
    shown: Floats
    entries: Numbers
    kneser_ney: bool


def usage(trie: Trie, kept: Flags, *, kneser_ney: bool = True) -> Usage:
    """Count uses when only the ``kept`` n-grams remain; if not ``kneser_ney``, these are plain counts."""
    # apart, so that who keeps the uses does not keep them all
    uses, totals, kinds, shown = (np.zeros(len(trie), np.float32) for _ in range(4))
    entries = np.zeros(len(trie), np.uint16)
    seen_coming: Floats | None = None
    # level by level, so that what is at hand besides is small
    for order in range(trie.depth, 0, -1):
        level, below = trie.level(order), trie.level(order - 1)
        found = _count_uses(
            LevelCounts(
                trie.counts[level],
                trie.parents[level],
                trie.suffixes[level],
                kept[level],
                seen_coming,
                below,
                has_begin=order == 1,
            )
        )
        uses[level] = found.uses
        totals[below], kinds[below], shown[below] = found.totals, found.kinds, found.shown
        entries[below] = found.entries
        if trie.least > 1:
            left_out = trie.rest(order - 1) / WHOLE
            totals[below] += left_out
            kinds[below] += kinds_of(left_out, least_of(order, trie.least))
        if kneser_ney:
            seen_coming = found.seen_coming
    return Usage(kept, uses, totals, kinds, shown, entries, kneser_ney)


@dataclass(frozen=True, slots=True)
class LevelCounts:
    """The entries of one level of a trie.

    Attributes:
        counts: how often each occurs, times the weights, int32 or int64.
        parents: of each the node of its context, int32.
        suffixes: of each the node of its suffix, int32.
        kept: which are kept.
        seen_coming: of each how much kept longer n-grams have of it, float64; None for nothing.
        contexts: the nodes of contexts and suffixes.
        has_begin: whether BEGIN is among them, which is no entry.
    """

    counts: Longs
    parents: Ints
    suffixes: Ints
    kept: Flags
    seen_coming: Floats | None
    contexts: slice
    has_begin: bool


@dataclass(frozen=True, slots=True)
class LevelUses:
    """What of one level is used: see :class:`Usage`.

    Attributes:
        uses: of each entry.
        totals, kinds, shown, entries: of each context.
        seen_coming: of each context how much kept longer n-grams have of it.
    """

    uses: Floats
    totals: Floats
    kinds: Floats
    shown: Floats
    entries: Numbers
    seen_coming: Floats


def _count_uses(level: LevelCounts) -> LevelUses:
    """Count the uses of the entries of one level."""
    if native.is_chosen():
        return LevelUses(*native_weights.count_uses(level, WHOLE, DISCOUNT))
    counts = level.counts / WHOLE
    use = np.minimum(counts, 1.0)
    np.maximum(use, counts if level.seen_coming is None else counts - level.seen_coming, out=use)
    chosen = level.kept
    if level.has_begin:
        use[BEGIN] = 0.0
        chosen = chosen.copy()
        chosen[BEGIN] = False
    size = level.contexts.stop - level.contexts.start
    parents = level.parents.astype(np.int64) - level.contexts.start
    kinds = np.minimum(use, 1.0)
    shown = np.where(chosen, use - DISCOUNT * kinds, 0.0)
    longer = np.flatnonzero(level.kept)
    again = np.maximum(counts[longer] - 1.0, 0.0)
    return LevelUses(
        use.astype(np.float32),
        np.bincount(parents, use, size).astype(np.float64, copy=False),
        np.bincount(parents, kinds, size).astype(np.float64, copy=False),
        np.bincount(parents, shown, size).astype(np.float64, copy=False),
        np.bincount(parents[chosen], minlength=size).astype(np.uint16),
        np.bincount(level.suffixes[longer] - level.contexts.start, again, size).astype(
            np.float64, copy=False
        ),
    )


def discounted(uses: Floats) -> Floats:
    """Uses less the discount, or that share of uses below 1."""
    less: Floats = uses - DISCOUNT * np.minimum(uses, 1.0)
    return less


def denominator(totals: Floats, kinds: Floats) -> Floats:
    """The discounted uses of all entries of a list."""
    whole: Floats = np.maximum(totals - DISCOUNT * kinds, NOTHING)
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

"""Deleted estimation: what lists say about a text when they did not see its block.

Counts know the text they were taken from too well to tell how far they can be trusted. So the counts that a
block of the text contributed are taken out again before its symbols are looked up. This is done for a sample of
the text, and only for the lists that it looks into.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura import native
from aura.models.training import native_lists
from aura.models.training.extent import least_of
from aura.models.training.kneser_ney import DISCOUNT, NOTHING, Usage, denominator, discounted, kinds_of
from aura.models.training.tallies import find
from aura.models.training.text import BLOCKS, SHIFT, WHOLE, Flags, Floats, Ints, Longs, Numbers
from aura.models.training.trie import Trie
from aura.models.training.weights import BOUNDS, Evidence, classes

_FEW: Final = 16
"""Sources that are counted well enough."""


@dataclass(frozen=True, slots=True)
class Contexts:
    """What blocks contributed to the counts of contexts.

    Attributes:
        nodes: of each, the context, int32.
        counts: how often it occurs in the block, as in the trie, int64.
        spreads: in about how many sources of the block, int32.
    """

    nodes: Ints
    counts: Longs
    spreads: Ints

    def __len__(self) -> int:
        return len(self.nodes)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The shares that matter for a sample: of its contexts, of their entries, of what extends those leftwards.

    Attributes:
        contexts: the shares of contexts.
        entry_keys: of each share of an entry, its node and its block in one number; ascending, int64.
        entry_counts: how often it occurs in the block, as in the trie, int64.
        owners: of each, the index of its context, int32.
        longer: of each share of what is longer, its node, int32.
        longer_counts: how often it occurs in the block, int64.
        suffixes: of each, the index of the entry that is its suffix, int32.
    """

    contexts: Contexts
    entry_keys: Longs
    entry_counts: Longs
    owners: Ints
    longer: Ints
    longer_counts: Longs
    suffixes: Ints


@dataclass(frozen=True, slots=True)
class Chains:
    """The contexts at each symbol of a text, a row for each order and a column for each symbol; -1 for none.

    Attributes:
        nodes: the context of that order.
        contexts: the index of its share, in the symbol's block, in the excerpt.
        targets: the node of the symbol after that context.
        entries: the index of its share in the excerpt.
        blocks: of each symbol.
    """

    nodes: Ints
    contexts: Ints
    targets: Ints
    entries: Ints
    blocks: Ints


@dataclass(frozen=True, slots=True)
class BlockShares:
    """What blocks contributed, whichever n-grams are kept.

    Attributes:
        keys: of each entry, its node and its block in one number; they ascend, int64.
        owners: of each, the index of its context, int32.
        taken: how often the block uses it, but for what longer n-grams see coming, float32.
        gone: whether it occurs in no other block.
        longer: longer n-grams, int32.
        suffixes: of each, the index of the entry that is its suffix, int32.
        seen_coming: of each, what it takes from the use of that in the block if it is kept, float32.
        nodes: of each context, the node, int32.
        orders: of each, uint8.
        spreads: in about how many sources each occurs without the block, uint16.
        stays: whether each is frequent enough without the block.
        rest: of each, how often what is left out of the trie follows it in the block, float32; None for never.
        rest_kinds: of each, about how many different n-grams that is.
    """

    keys: Longs
    owners: Ints
    taken: Floats
    gone: Flags
    longer: Ints
    suffixes: Ints
    seen_coming: Floats
    nodes: Ints
    orders: Numbers
    spreads: Ints
    stays: Flags
    rest: Floats | None = None
    rest_kinds: Floats | None = None


class Deletion:
    """What to take from the lists to leave the block of any symbol of a sample out, whichever n-grams are kept."""

    def __init__(self, trie: Trie, shares: Excerpt, minimum: float) -> None:
        """Look up what does not depend on which are kept.

        Args:
            trie: all n-grams.
            shares: of the blocks.
            minimum: contexts that occur less often without the block have no list.
        """
        contexts, longer, counts = shares.contexts, shares.longer, shares.entry_counts
        self._trie = trie
        orders = trie.orders_of(contexts.nodes).astype(np.uint8)
        rest: Floats | None = None
        rest_kinds: Floats | None = None
        if trie.least > 1:  # what is left out of the trie was in the block as well
            left = contexts.counts - np.bincount(shares.owners, counts, len(contexts))
            rest = _times(np.where(contexts.nodes == 0, 0.0, left))
            rest_kinds = rest.copy()
            for length in range(1, trie.depth + 1):
                here = np.flatnonzero(orders == length - 1)
                rest_kinds[here] = kinds_of(rest[here], least_of(length, trie.least))
        self._shares = BlockShares(
            shares.entry_keys,
            shares.owners,
            _times(counts),
            trie.counts[shares.entry_keys // BLOCKS] <= counts,
            longer,
            shares.suffixes,
            # a block adds its count to the use of an entry, less what it adds to longer n-grams that are kept
            _times(np.minimum(shares.longer_counts, np.maximum(trie.counts[longer] - WHOLE, 0))),
            contexts.nodes,
            orders,
            _spreads_left(trie, contexts),
            trie.counts[contexts.nodes] - contexts.counts >= minimum * WHOLE,
            rest,
            rest_kinds,
        )

    def left_out(self, use: Usage) -> LeftOut:
        """The lists of the kept part of the trie without the blocks."""
        if native.is_chosen():
            found = native_lists.leave_out(use, self._shares, BOUNDS, (DISCOUNT, NOTHING))
        else:
            found = _leave_out(use, self._shares)
        return LeftOut(use.kept, use.uses, *found)

    def other_symbols(self, chains: Chains, columns: Longs, symbols: Ints) -> Chains:
        """The chains of other symbols in the contexts of some columns."""
        # row by row, unlike by an index
        nodes, blocks = chains.nodes.take(columns, 1), chains.blocks[columns]
        targets, entries = np.full_like(nodes, -1), np.full_like(nodes, -1)
        for order, row in enumerate(nodes):
            level = self._trie.level(order + 1)
            some = np.flatnonzero(row >= 0)
            found = _find(self._trie.keys(level), row[some].astype(np.int64) << SHIFT | symbols[some])
            some, found = some[found >= 0], found[found >= 0] + level.start
            targets[order, some] = found
            entries[order, some] = _find(self._shares.keys, found * BLOCKS + blocks[some])
        return Chains(nodes, chains.contexts.take(columns, 1), targets, entries, blocks)


def _leave_out(use: Usage, shares: BlockShares) -> tuple[Floats, Ints, Floats, Floats]:
    """What :func:`aura.models.training.native_lists.leave_out` gives."""
    node, child = shares.nodes, (shares.keys // BLOCKS).astype(np.int32)
    taken = shares.taken
    if use.kneser_ney:
        seen_coming = np.where(use.kept[shares.longer], shares.seen_coming, np.float32(0.0))
        taken = taken - np.bincount(shares.suffixes, seen_coming, len(child)).astype(np.float32)
    whole = use.uses[child]
    uses = np.maximum(whole - taken, np.minimum(whole, 1.0))
    uses[shares.gone | (whole == 0)] = 0.0
    less, fewer = whole - uses, np.minimum(whole, 1.0) - np.minimum(uses, 1.0)
    lost = np.where(use.kept[child], less - DISCOUNT * fewer, 0.0)

    def remaining(all_of_them: Floats, without: Floats) -> Floats:
        return all_of_them[node] - np.bincount(shares.owners, without, len(node))

    totals, kinds = remaining(use.totals, less), remaining(use.kinds, fewer)
    shown = remaining(use.shown, lost)
    if shares.rest is not None and shares.rest_kinds is not None:
        totals -= shares.rest
        kinds -= shares.rest_kinds
    root = node == 0
    has_list = (use.entries[node] > 0) & (kinds > 0) & shares.stays | root
    whole = np.where(root, np.maximum(totals, 1.0), denominator(totals, kinds))
    missing = np.where(root, 0.0, np.clip(1.0 - shown / whole, 0.0, 1.0))
    kind = np.where(has_list, classes(shares.orders, totals, kinds, shares.spreads), -1)
    of_classes = np.append(kind, -1).astype(np.int16)
    return uses, of_classes, whole.astype(np.float32), missing.astype(np.float32)


def _spreads_left(trie: Trie, shares: Contexts) -> Ints:
    """In about how many sources contexts occur outside a block, uint16."""
    spreads, counts = trie.spreads[shares.nodes].astype(np.int32), trie.counts[shares.nodes]
    # estimates of many sources cannot be taken from each other
    share = (counts - shares.counts) / np.maximum(counts, 1)
    left = np.where(spreads > _FEW, np.rint(spreads * share), np.maximum(spreads - shares.spreads, 0))
    return left.astype(np.uint16)


def _times(counts: Longs | Floats) -> Floats:
    """Counts as multiples of ``WHOLE``, float32."""
    times: Floats = (counts / WHOLE).astype(np.float32)
    return times


def _find(keys: Longs, wanted: Longs) -> Longs:
    """The places of numbers in an ascending array, or -1."""
    order = np.argsort(wanted)  # a search for one number after the other is quick
    place = np.empty(len(wanted), np.int64)
    place[order] = find(keys, wanted[order])
    return place


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The lists of the kept part of a trie, with the block of any symbol of the sample left out.

    Attributes:
        kept: which n-grams are kept.
        uses: of all n-grams.
        own_uses: of the entries in the excerpt, without their block.
        classes: of the contexts in the excerpt, -1 for those without a list; one more for no context.
        whole: of the same, the discounted uses of all entries.
        missing: of the same, what the frequencies of the list's entries leave of 1.
    """

    kept: Flags
    uses: Floats
    own_uses: Floats
    classes: Ints
    whole: Floats
    missing: Floats

    def evidence(self, chains: Chains) -> Evidence:
        """What the lists say about the symbols of a text."""
        result = Evidence(
            np.full(chains.nodes.shape, -1, np.int16), *np.zeros((2, *chains.nodes.shape), np.float32)
        )
        if native.is_chosen():
            native_lists.look_into_lists(self, chains, DISCOUNT, result)
            return result
        for order, row in enumerate(chains.contexts):
            kind = self.classes[row]
            here = np.flatnonzero(kind >= 0)
            context = row[here]
            result.classes[order] = kind
            result.missing[order, here] = self.missing[context]
            target, entry = chains.targets[order, here], chains.entries[order, here]
            uses = np.where(entry >= 0, self.own_uses[entry], self.uses[target])
            if order:
                uses = discounted(uses)
            known = (target >= 0) & self.kept[target]
            result.frequency[order, here] = np.where(known, uses / self.whole[context], 0.0)
        return result

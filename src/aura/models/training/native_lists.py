"""Lists mixed, and lists without a block, in the native core: what the numpy code gives, from the same arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aura.models.training.text import BLOCKS, Floats, Ints

if TYPE_CHECKING:
    from aura.models.training.deleted_estimation import BlockShares, Chains, LeftOut
    from aura.models.training.kneser_ney import Usage
    from aura.models.training.weights import EntryUses, Evidence, ListUses


def mix_level(
    lists: ListUses,
    entries: EntryUses,
    classing: tuple[Floats, Floats],
    mixed: tuple[Floats, Floats],
    settings: tuple[float, float, float],
) -> None:
    """Mix the probabilities of the kept entries of one level.

    Args:
        lists: their contexts.
        entries: the entries.
        classing: the weight of each class of contexts, and the bounds between classes, float64.
        mixed: gets the weights of the suffixes of kept contexts, and the probabilities of kept entries, float32.
        settings: the discount, the least denominator, and the probability of a symbol below the root.
    """
    from aura_native import mix_level  # noqa: PLC0415  # only there where a compiler was

    contexts = (lists.kept, lists.totals, lists.kinds, lists.shown, lists.entries, lists.spreads)
    of_entries = (entries.parents, entries.suffixes, entries.kept, entries.uses, entries.lower)
    mix_level(*contexts, *of_entries, *classing, *mixed, entries.first, lists.order, *settings)


def leave_out(
    use: Usage, shares: BlockShares, bounds: Floats, settings: tuple[float, float]
) -> tuple[Floats, Ints, Floats, Floats]:
    """Take what blocks contributed out of lists.

    Args:
        use: of all n-grams.
        shares: what the blocks contributed.
        bounds: between classes of contexts, float64.
        settings: the discount, and the least denominator.

    Returns:
        Of :class:`aura.models.training.deleted_estimation.LeftOut` what is not of all n-grams.
    """
    from aura_native import leave_out  # noqa: PLC0415  # as above

    entries, contexts = len(shares.keys), len(shares.nodes)
    uses, (whole, missing) = np.empty(entries, np.float32), np.empty((2, contexts), np.float32)
    classes = np.full(contexts + 1, -1, np.int16)
    of_trie = (use.kept, use.uses, use.totals, use.kinds, use.shown, use.entries)
    of_entries = (shares.keys, shares.owners, shares.taken, shares.gone)
    of_longer = (shares.longer, shares.suffixes, shares.seen_coming if use.kneser_ney else None)
    of_contexts = (shares.nodes, shares.orders, shares.spreads, shares.stays, shares.rest, shares.rest_kinds)
    scratch = np.empty(entries + 3 * contexts)
    found = (uses, classes[:-1], whole, missing, scratch)
    leave_out(*of_trie, *of_entries, *of_longer, *of_contexts, bounds, *found, BLOCKS, *settings)
    return uses, classes, whole, missing


def look_into_lists(lists: LeftOut, chains: Chains, discount: float, evidence: Evidence) -> None:
    """Set what lists say about the symbols of a text.

    Args:
        lists: without the blocks.
        chains: of the symbols.
        discount: of what is used once or more after contexts that are not empty.
        evidence: gets what they say.
    """
    from aura_native import look_into_lists  # noqa: PLC0415  # as above

    arrays = (lists.kept, lists.uses, lists.own_uses, lists.classes[:-1], lists.whole, lists.missing)
    for order in range(len(chains.contexts)):
        chain = (chains.contexts[order], chains.targets[order], chains.entries[order])
        found = (evidence.classes[order], evidence.frequency[order], evidence.missing[order])
        look_into_lists(*arrays, *chain, *found, discount if order else 0.0)

"""Interpolation weights, learned by expectation maximisation.

The probability of a symbol in a context is a mixture of its frequency in the context's list and its probability
in the context's suffix, down to all symbols alike below the root. The weight of the suffix is shared by all
contexts of a class: those of like order, number of entries, uses and sources. Where some of a list's frequency
is missing, because its entries were pruned, that part goes to the suffix as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from aura import native
from aura.models.training import native_lists, native_weights
from aura.models.training.kneser_ney import DISCOUNT, NOTHING, Usage, denominator, discounted
from aura.models.training.text import BEGIN, Flags, Floats, Ints, Longs, Numbers
from aura.models.training.trie import Trie
from aura_spec.context_model import SYMBOLS

_USES_OF_ONE: Final = (1.5, 2.5, 3.5, 5.5, 8.5, 16.5, 32.5, 100.5, 1000.5)
_KINDS: Final = (2.5, 3.5, 5.5, 10.5, 25.5)
_RATIOS: Final = (1.26, 2.0, 4.0, 8.0, 20.0, 100.0)
_SPREADS: Final = (1.5, 2.5, 5.5)
_SHAPES: Final = len(_USES_OF_ONE) + 1 + (len(_KINDS) + 1) * (len(_RATIOS) + 1)
_ORDERS: Final = 15
BOUNDS: Final = np.array((*_USES_OF_ONE, *_KINDS, *_RATIOS, *_SPREADS))
"""Between classes, for the native core."""

_BOUNDS_OF_SINGLES: Final = BOUNDS.astype(np.float32).astype(np.float64)
"""Those that numbers of single precision are compared with."""

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


def classes(orders: Numbers | int, totals: Floats, kinds: Floats, spreads: Numbers) -> Ints:
    """The classes of contexts."""
    several = _reached(kinds, _KINDS) * np.int32(len(_RATIOS) + 1)
    several += _reached(totals / np.maximum(kinds, 1), _RATIOS)
    several += np.int32(len(_USES_OF_ONE) + 1)
    shape = np.where(kinds <= 1, _reached(totals, _USES_OF_ONE), several)
    shape += np.minimum(orders, _ORDERS - 1).astype(np.int32) * np.int32(_SHAPES)
    shape *= np.int32(len(_SPREADS) + 1)
    shape += _reached(spreads, _SPREADS)
    return shape


def _reached(values: Numbers | Floats, bounds: Sequence[float]) -> Ints:
    """How many of a few bounds each value reaches, int32; quicker than a search."""
    count = np.zeros(len(values), np.uint8)
    for bound in bounds:
        count += values >= bound
    return count.astype(np.int32)


def interpolate(evidence: Evidence, weights: Floats) -> Floats:
    """The probabilities of symbols with contexts of up to each order; the first row is for none."""
    orders, places = evidence.classes.shape
    result = np.empty((orders + 1, places))
    result[0] = 1.0 / SYMBOLS
    for order, row in enumerate(_rows(evidence)):
        result[order + 1] = result[order]
        result[order + 1, row.places] = _step(row, weights[row.classes], result[order, row.places])[0]
    return result


def probabilities(evidence: Evidence, weights: Floats) -> Floats:
    """The probabilities of symbols with contexts of all orders: the last row of :func:`interpolate`."""
    result = np.full(evidence.classes.shape[1], 1.0 / SYMBOLS)
    for row in _rows(evidence):
        result[row.places] = _step(row, weights[row.classes], result[row.places])[0]
    return result


@dataclass(frozen=True, slots=True)
class _Row:
    """The evidence of one order, where contexts have lists.

    Attributes:
        places: of the symbols after such contexts.
        classes, frequency, missing: see :class:`Evidence`.
    """

    places: Longs
    classes: Ints
    frequency: Floats
    missing: Floats


def _rows(evidence: Evidence) -> Iterator[_Row]:
    for row in zip(evidence.classes, evidence.frequency, evidence.missing, strict=True):
        here = np.flatnonzero(row[0] >= 0)
        yield _Row(here, *(values[here] for values in row))


def _step(row: _Row, weight: Floats, lower: Floats) -> tuple[Floats, Floats]:
    """The probabilities with contexts of one more order, and what these leave to lower ones."""
    down = weight + (1.0 - weight) * row.missing
    return (1.0 - weight) * row.frequency + down * lower, down


def lower_shares(evidence: Evidence, order: int, weights: Floats) -> Floats:
    """The share of each symbol's probability that contexts of one order leave to lower ones."""
    weight = np.where(evidence.classes[order] >= 0, weights[evidence.classes[order]], 1.0)
    shares: Floats = weight + (1.0 - weight) * evidence.missing[order]
    return shares


def learn_weights(evidence: Evidence, prior: Floats | None = None) -> Floats:
    """The weight of the suffix for each class of contexts, drawn towards ``prior``.

    Without that it is learned for all orders together first, and then for each order, drawn towards the former.
    """
    if prior is not None:
        return _maximise(evidence, prior)
    flat = np.full(CLASSES // _ORDERS, _FIRST_GUESS)
    return _maximise(evidence, np.tile(_maximise(evidence, flat), _ORDERS))


def _maximise(evidence: Evidence, prior: Floats) -> Floats:
    """The weights of groups of classes that make a text likeliest, by expectation maximisation.

    A class is in the group of its number modulo the number of groups.
    """
    if native.is_chosen():
        return native_weights.maximise(evidence, prior, (_PASSES, 1.0 / SYMBOLS, _STRENGTH))
    weights, size = prior, len(prior)
    rows = [replace(row, classes=row.classes % size) for row in _rows(evidence)]
    for _ in range(_PASSES):
        probability = np.full(evidence.classes.shape[1], 1.0 / SYMBOLS)
        shares: list[tuple[Floats, Floats]] = []
        for row in rows:
            weight, lower = weights[row.classes], probability[row.places]
            probability[row.places], down = mixed = _step(row, weight, lower)
            shares.append((down * lower / mixed[0], weight / down))
        # the share of each symbol that came from this order or below, walking down from the longest context
        share = np.ones(len(probability))
        taken, seen = np.zeros(size), np.zeros(size)
        for row, (of_lower, of_suffix) in zip(reversed(rows), reversed(shares), strict=True):
            here = share[row.places]
            seen += np.bincount(row.classes, here, size)
            here *= of_lower
            share[row.places] = here
            taken += np.bincount(row.classes, here * of_suffix, size)
        weights = (taken + _STRENGTH * prior) / (seen + _STRENGTH)
    return weights


@dataclass(frozen=True, slots=True)
class Mixture:
    """The kept part of a trie with its probabilities.

    Attributes:
        trie: the kept part.
        entries: of each context, the number of its entries, uint16.
        weights: of each context, the weight of its suffix, float32.
        probability: of each entry in its list, float32.
    """

    trie: Trie
    entries: Numbers
    weights: Floats
    probability: Floats


def mix(trie: Trie, use: Usage, weights: Floats) -> Mixture:
    """The probabilities of the kept entries of a trie."""
    whole = bool(use.kept.all())
    part = trie if whole else trie.select(use.kept)
    entries = use.entries if whole else use.entries[use.kept]
    weight, probability = np.ones(len(part), np.float32), np.zeros(len(part), np.float32)
    # level by level, so that what is at hand besides is small
    for order in range(1, part.depth + 1):
        level, contexts = part.level(order), part.level(order - 1)
        own, nodes = trie.level(order), trie.level(order - 1)
        lower = probability[contexts] if order > 1 else None
        entry_uses = EntryUses(
            part.parents[level], part.suffixes[level], use.kept[own], use.uses[own], lower, contexts.start
        )
        lists = ListUses(
            use.kept[nodes],
            use.totals[nodes],
            use.kinds[nodes],
            use.shown[nodes],
            use.entries[nodes],
            trie.spreads[nodes],
            order - 1,
        )
        _mix_level(lists, entry_uses, weights, weight[contexts], probability[level])
        if order == 1:
            probability[1 + BEGIN] = 0.0
    return Mixture(part, entries, weight, probability)


@dataclass(frozen=True, slots=True)
class ListUses:
    """What is used of the lists of one order; see :class:`aura.models.training.kneser_ney.Usage`.

    Attributes:
        kept, totals, kinds, shown, entries: of each context.
        spreads: of each, in about how many sources it occurs, uint16.
        order: of the contexts.
    """

    kept: Flags
    totals: Floats
    kinds: Floats
    shown: Floats
    entries: Numbers
    spreads: Ints
    order: int


@dataclass(frozen=True, slots=True)
class EntryUses:
    """The entries of these lists.

    Attributes:
        parents, suffixes: of each kept entry, nodes among those that are kept, int32; parents ascend.
        kept, uses: of each entry.
        lower: of each kept context its own probability, float32; None where the context is the root.
        first: the first of the kept contexts.
    """

    parents: Ints
    suffixes: Ints
    kept: Flags
    uses: Floats
    lower: Floats | None
    first: int


def _mix_level(
    lists: ListUses, entries: EntryUses, weights: Floats, weight: Floats, probability: Floats
) -> None:
    """Set the weight of the suffix of each kept context, and the probability of each kept entry."""
    if native.is_chosen():
        settings = (DISCOUNT, NOTHING, 1.0 / SYMBOLS)
        native_lists.mix_level(lists, entries, (weights, _BOUNDS_OF_SINGLES), (weight, probability), settings)
        return
    terms = _terms_of(lists, weights)
    weight[:] = terms.weight
    uses = entries.uses[entries.kept]
    own = discounted(uses) if lists.order else uses
    parents = entries.parents.astype(np.int64) - entries.first
    lower = 1.0 / SYMBOLS if entries.lower is None else entries.lower[entries.suffixes - entries.first]
    probability[:] = terms.scale.take(parents) * own + terms.down.take(parents) * lower


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the lists of the kept contexts of one order make of probabilities.

    Attributes:
        weight: the weight of the suffix.
        scale: by which the discounted uses of entries are multiplied for their part of the mixture.
        down: the weight of the suffix, and the same with what is missing.
    """

    weight: Floats
    scale: Floats
    down: Floats


def _terms_of(lists: ListUses, weights: Floats) -> _Terms:
    kept, order = lists.kept, lists.order
    totals, kinds, shown = (values[kept] for values in (lists.totals, lists.kinds, lists.shown))
    entries = lists.entries[kept]
    whole = denominator(totals, kinds) if order else np.maximum(totals, 1.0)
    missing = np.clip(1.0 - shown / whole, 0.0, 1.0) if order else np.zeros(1, np.float32)
    listed = np.flatnonzero(entries)
    weight = np.ones(len(entries), np.float32)
    weight[listed] = weights[classes(order, totals[listed], kinds[listed], lists.spreads[kept][listed])]
    own = np.float32(1.0) - weight
    return _Terms(weight, own / whole, weight + own * missing)

"""From a trie with probabilities to the arrays of a context model."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np

from aura.models.training.quantization import CODE_BITS, codes, codes_of_one
from aura.models.training.text import BEGIN, SHIFT, Flags, Floats, Ints, Longs, Numbers
from aura.models.training.trie import order_of
from aura.models.training.weights import Mixture
from aura_spec.context_model import ContextModel


@dataclass(frozen=True, slots=True)
class _Nodes:
    """The nodes of one level, as entries and as contexts, each by its place in the level.

    Attributes:
        contexts: the places of those that are contexts, in order, int64.
        number: of each that is a context, its number, int32.
        rank: of each that is an entry, its place in its list, int16.
        following: of each that is an entry, the context after its symbol, int32.
    """

    contexts: Longs
    number: Ints
    rank: Ints
    following: Ints


@dataclass(frozen=True, slots=True)
class _Arrays:
    """The arrays of a context model, as plain Python indexes them quickly; they grow level by level."""

    starts: array[int] = field(default_factory=lambda: array("i", [0]))
    symbols: array[int] = field(default_factory=lambda: array("H"))
    codes: array[int] = field(default_factory=lambda: array("B"))
    following: array[int] = field(default_factory=lambda: array("i"))
    suffixes: array[int] = field(default_factory=lambda: array("i", [0]))
    escapes: array[int] = field(default_factory=lambda: array("B"))


def assemble(mixture: Mixture, hits: Ints) -> ContextModel:
    """Number the contexts, put the lists in order and link them.

    Contexts of an order are numbered in the order of the entries that they continue, so that the entries of
    all lists of an order lie as their contexts do one order up. The context of BEGIN, which continues no entry,
    is the last of order 1.
    """
    zero = np.zeros(1, np.int32)
    above = _Nodes(np.zeros(1, np.int64), zero, zero.astype(np.int16), zero)
    arrays = _Arrays()
    initial = 0
    for order in range(1, mixture.trie.depth + 1):
        above = _add_level(mixture, order, above, arrays)
        if order == 1:
            initial = int(above.number[BEGIN])
    return ContextModel(
        arrays.starts,
        arrays.symbols,
        arrays.codes,
        arrays.following,
        arrays.suffixes,
        arrays.escapes,
        initial,
        array("i", hits.astype(np.int32).tobytes()),
    )


def _add_level(mixture: Mixture, order: int, above: _Nodes, arrays: _Arrays) -> _Nodes:
    """Add the lists of the contexts that are one shorter, and the contexts of this order without theirs."""
    trie = mixture.trie
    level, contexts = trie.level(order), trie.level(order - 1)
    parents, suffixes = trie.parents[level] - contexts.start, trie.suffixes[level] - contexts.start
    symbols, probability = trie.symbols[level], mixture.probability[level]
    sizes, is_context = mixture.entries[contexts], mixture.entries[level] > 0
    if order == 1:  # BEGIN is a context and no entry
        parents, symbols, probability = parents[:BEGIN], symbols[:BEGIN], probability[:BEGIN]
    size = len(parents)
    alone = (sizes == 1)[parents]
    code = _codes(probability, alone)
    key = above.number[parents].astype(np.int64) - above.number[above.contexts[0]]
    key = (key << CODE_BITS | code) << SHIFT | (symbols if order == 1 else above.rank[suffixes])
    nodes = order_of(key)
    in_order = sizes[above.contexts].astype(np.int64)
    ends = np.cumsum(in_order)
    rank = np.zeros(len(is_context), np.int16)
    rank[nodes] = np.arange(size) - np.repeat(ends - in_order, in_order)
    own = nodes[is_context[nodes]]
    if order == 1:
        own = np.append(own, BEGIN)
    number = np.zeros(len(is_context), np.int32)
    number[own] = np.arange(len(arrays.suffixes), len(arrays.suffixes) + len(own))
    following = np.where(is_context, number, above.following[suffixes])
    escape = (1.0 - np.bincount(parents, probability, len(sizes)))[above.contexts]
    escapes: Numbers = np.zeros(1, np.uint8)  # the root's
    if order > 1:
        escapes = _escape_codes(escape, in_order == 1)
    _extend(arrays.starts, ends + len(arrays.symbols))
    _extend(arrays.symbols, symbols[nodes])
    _extend(arrays.codes, code[nodes])
    _extend(arrays.following, following[nodes])
    _extend(arrays.suffixes, above.number[suffixes[own]])
    _extend(arrays.escapes, escapes)
    return _Nodes(own, number, rank, following)


def _codes(probability: Floats, alone: Flags) -> Numbers:
    """The codes of entries, uint8; 0 for those that are alone in their lists."""
    code = np.zeros(len(probability), np.uint8)
    several = np.flatnonzero(~alone)
    code[several] = codes(probability[several])
    return code


def _escape_codes(escape: Floats, single: Flags) -> Numbers:
    """The codes of the escapes of lists, uint8."""
    return np.where(single, codes_of_one(escape), codes(escape)).astype(np.uint8)


def _extend(values: array[int], part: Numbers) -> None:
    """Append numbers."""
    values.frombytes(part.astype(values.typecode, copy=False).view(np.uint8).data)

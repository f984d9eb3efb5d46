"""From a trie with probabilities to the arrays of a context model."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from aura.models.training.quantization import CODE_BITS, codes, codes_of_one
from aura.models.training.text import BEGIN, SHIFT, Ints
from aura.models.training.weights import Mixture
from aura_spec.context_model import ContextModel


def assemble(mixture: Mixture, hits: Ints) -> ContextModel:
    """Number the contexts, put the lists in order and link them.

    Contexts of an order are numbered in the order of the entries that they continue, so that the entries of
    all lists of an order lie as their contexts do one order up. The context of BEGIN, which continues no entry,
    is the last of order 1.
    """
    trie, probability = mixture.trie, mixture.probability
    escape = 1.0 - np.bincount(trie.parents, probability, minlength=len(trie))
    single = mixture.entries == 1
    escape_code = np.where(single, codes_of_one(escape), codes(escape))
    escape_code[0] = 0
    code = np.where(single[trie.parents], 0, codes(probability))
    is_context = mixture.entries > 0

    context = np.zeros(len(trie), np.int32)  # of each node that is one, its number
    following = np.zeros(len(trie), np.int32)
    rank = np.maximum(trie.symbols, 0)  # of each node in its list; begun for the roots' list with its symbols
    order_of_contexts = [np.zeros(1, np.int64)]
    order_of_entries = []
    numbered = 1
    for order in range(1, trie.depth + 1):
        nodes = np.arange(trie.offsets[order], trie.offsets[order + 1])
        before = trie.symbols[nodes] if order == 1 else rank[trie.suffixes[nodes]]
        if order == 1:
            nodes, before = nodes[:BEGIN], before[:BEGIN]
        key = (context[trie.parents[nodes]].astype(np.int64) << CODE_BITS | code[nodes]) << SHIFT | before
        nodes = nodes[np.argsort(key)]
        first = np.flatnonzero(np.diff(trie.parents[nodes], prepend=-1))
        sizes = np.diff(np.append(first, len(nodes)))
        rank[nodes] = np.arange(len(nodes)) - np.repeat(first, sizes)
        order_of_entries.append(nodes)
        contexts = nodes[is_context[nodes]]
        if order == 1:
            contexts = np.append(contexts, 1 + BEGIN)
        context[contexts] = np.arange(numbered, numbered + len(contexts))
        numbered += len(contexts)
        order_of_contexts.append(contexts)
        following[nodes] = np.where(is_context[nodes], context[nodes], following[trie.suffixes[nodes]])
    contexts = np.concatenate(order_of_contexts)
    entries = np.concatenate(order_of_entries)
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(mixture.entries[contexts])))
    return ContextModel(
        starts=_sequence(starts),
        symbols=_sequence(trie.symbols[entries]),
        codes=_sequence(code[entries]),
        following=_sequence(following[entries]),
        suffixes=_sequence(context[trie.suffixes[contexts]]),
        escapes=_sequence(escape_code[contexts]),
        initial=int(context[1 + BEGIN]),
        hits=_sequence(hits),
    )


def _sequence(values: Ints) -> Sequence[int]:
    """Numbers as plain Python indexes them quickly."""
    return array("i", values.astype(np.int32).tobytes())

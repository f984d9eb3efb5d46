"""Choosing the order and the prefix on a sample of the text.

Every place of the sample is judged with its own block left out: the lists do not know what it contributed, and the
prefix is made of the other half of the text. So what repeats only within a block is not mistaken for what
repeats in messages to come.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from aura.models.training.logarithm import log2
from aura.models.training.match_table import Guesses, HitTables, guess
from aura.models.training.text import Flags, Floats, Longs, Text
from aura.models.training.weights import Evidence, interpolate
from aura_spec import match

_TOLERANCE: Final = 0.0001
"""Share of the cost that a shorter order may add."""


def guess_across(sample: Text, prefixes: tuple[bytes, bytes]) -> Guesses:
    """Run the match model over a sample: the first prefix for blocks of odd numbers, the second for the others."""
    if not any(prefixes):
        return guess(sample)
    odd = sample.blocks[sample.starts[:-1]] % 2 == 1
    parts = []
    for prefix, chosen in zip(prefixes, (odd, ~odd), strict=True):
        places = sample.places(chosen)
        found = guess(sample.select(places), prefix)
        parts.append(found.at(places[found.places]))
    return Guesses.join(parts)


def halves(text: Text) -> tuple[Flags, Flags]:
    """The messages in blocks of even, and of odd numbers."""
    odd = text.blocks[text.starts[:-1]] % 2 == 1
    return ~odd, odd


def saved_bits(guesses: Guesses, alone: Floats, tables: HitTables, index: Longs) -> float:
    """What the match model saves in a sample, against the lists alone.

    Args:
        guesses: its predictions.
        alone: bits that the symbol at each of them costs by the lists alone.
        tables: its tables of hits.
        index: the place of each guess in its table.
    """
    past = guesses.past
    probability = np.empty(len(index))
    probability[past] = tables.prefix_hits[index[past]] / match.TOTAL
    probability[~past] = tables.hits[index[~past]] / match.TOTAL
    flag = -log2(np.where(guesses.hits, probability, 1.0 - probability))
    # a miss costs what the symbol costs anyway, but for what the list gave to the wrong one
    return float((np.where(guesses.hits, alone, 0.0) - flag).sum())


def least_order(evidence: Evidence, weights: Floats, guesses: Guesses, columns: Longs) -> int:
    """The shortest order that costs hardly more than the longest where the match model is not right."""
    bits = -log2(interpolate(evidence, weights)[1:])
    bits[:, columns[guesses.hits]] = 0.0
    costs = bits.sum(1)
    return int(np.argmax(costs <= (1.0 + _TOLERANCE) * costs.min()))

"""The match model's table of hits, learned on held-back text.

While a message repeats itself, the match model predicts the byte that followed last time. How much to trust
it depends on how long the match has been, how likely the byte is by the context's list, and how often the match
model has been wrong in this message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.training.framing import SHIFT, Flags, Floats, Ints, Longs, Text
from aura.training.weights import Evidence, interpolate
from aura_spec.match import (
    HITS,
    LENGTH_CLASSES,
    LENGTH_STEPS,
    MAX_LENGTH,
    MIN_LENGTH,
    MISS_CLASSES,
    PROBABILITY_CLASSES,
    PROBABILITY_STEPS,
    TOTAL,
)

_LENGTHS: Final = np.array(LENGTH_STEPS)
_THRESHOLDS: Final = np.array(PROBABILITY_STEPS) / 1000
_STRENGTHS: Final = (1.0, 4.0, 8.0, 16.0)


@dataclass(frozen=True, slots=True)
class Guesses:
    """The match model's predictions in a text, one for each place where a match is active.

    Attributes:
        places: the place of each in the text.
        symbols: what is predicted.
        hits: whether it is right.
        lengths: the length of the match.
        misses: how often a match had been wrong before in the message.
    """

    places: Longs
    symbols: Ints
    hits: Flags
    lengths: Longs
    misses: Longs


def learn_hits(guesses: Guesses, evidence: Evidence, weights: Floats) -> Ints:
    """The table of hits; ``evidence`` is that of the lists about what is predicted."""
    has_list = evidence.classes >= 0
    deepest = len(has_list) - 1 - np.argmax(has_list[::-1], axis=0)
    columns = np.arange(len(guesses.places))
    likely = 1 + np.searchsorted(
        _THRESHOLDS, interpolate(evidence, weights)[deepest + 1, columns], side="right"
    )
    likely[evidence.frequency[deepest, columns] <= 0] = 0
    index = np.searchsorted(_LENGTHS, guesses.lengths, side="right") * PROBABILITY_CLASSES + likely
    index = index * MISS_CLASSES + np.minimum(guesses.misses, MISS_CLASSES - 1)
    seen = np.bincount(index, minlength=HITS).astype(np.float64)
    return _smooth(seen, np.bincount(index, guesses.hits, HITS).astype(np.float64))


def guess(text: Text) -> Guesses:
    """Run the match model over a text.

    All messages are walked at once, each step one symbol further in all that are long enough.
    """
    earlier = _earlier(text)
    symbols = text.symbols
    lengths = np.diff(text.starts)
    by_length = np.argsort(-lengths, kind="stable")
    first = text.starts[:-1][by_length]
    active = np.zeros(len(first), np.int64)  # distance back to the predicted byte; 0 if there is no match
    length, misses = np.zeros_like(active), np.zeros_like(active)
    result = [(active[:0],) * 4]
    longer = np.searchsorted(lengths[by_length][::-1], np.arange(lengths.max(initial=0) + 1))
    for step in range(1 + MIN_LENGTH, int(lengths.max(initial=0))):
        alive = len(first) - longer[step + 1]
        place = first[:alive] + step
        here, long, missed = active[:alive], length[:alive], misses[:alive]  # views
        start = np.flatnonzero((here == 0) & (earlier[place] > 0))
        if len(start):
            here[start] = earlier[place[start]]
            long[start] = _agree(symbols, place[start], here[start], first[start])
        on = np.flatnonzero(here)
        if not len(on):
            continue
        where, source = place[on], place[on] - here[on]
        result.append((where, source, long[on], missed[on]))
        right = symbols[where] == symbols[source]
        long[on] = np.minimum(long[on] + 1, MAX_LENGTH)
        here[on[~right]] = 0
        missed[on[~right]] += 1
    places, sources, lengths, misses = (np.concatenate(column) for column in zip(*result, strict=True))
    return Guesses(places, symbols[sources], symbols[sources] == symbols[places], lengths, misses)


def _earlier(text: Text) -> Longs:
    """At each place the distance to the latest place in the message that the same four bytes lead up to."""
    symbols = text.symbols.astype(np.int64)
    result = np.zeros(len(symbols), np.int64)
    if len(symbols) <= MIN_LENGTH:
        return result
    grams = np.zeros(len(symbols), np.int64)
    for back in range(MIN_LENGTH, 0, -1):
        grams[MIN_LENGTH:] = grams[MIN_LENGTH:] << SHIFT | symbols[MIN_LENGTH - back : len(symbols) - back]
    inside = np.arange(len(symbols)) - text.starts[text.messages] > MIN_LENGTH
    places = np.flatnonzero(inside)
    _, kind = np.unique(grams[places], return_inverse=True)
    same = text.messages[places].astype(np.int64) * (kind.max(initial=0) + 1) + kind
    order = np.argsort(same, kind="stable")
    repeats = np.flatnonzero(same[order][1:] == same[order][:-1])
    result[places[order[repeats + 1]]] = places[order[repeats + 1]] - places[order[repeats]]
    return result


def _agree(symbols: Ints, place: Longs, distance: Longs, first: Longs) -> Longs:
    """How many symbols before each place agree with those a distance before, up to the longest length."""
    length = np.zeros(len(place), np.int64)
    going = np.ones(len(place), np.bool_)
    for back in range(1, MAX_LENGTH + 1):
        source = place - distance - back
        going = going & (source > first) & (symbols[place - back] == symbols[np.maximum(source, 0)])
        if not going.any():
            break
        length += going
    return length


def _smooth(seen: Floats, hit: Floats) -> Ints:
    """Hit rates out of 4096, each drawn towards that of a coarser class."""
    shape = (LENGTH_CLASSES, PROBABILITY_CLASSES, MISS_CLASSES)
    n, k = seen.reshape(shape), hit.reshape(shape)
    everything, by_likely, by_length = _STRENGTHS[:3]
    rate = (k.sum() + everything / 2) / (n.sum() + everything)
    rate = (k.sum((0, 2)) + by_likely * rate) / (n.sum((0, 2)) + by_likely)
    rate = (k.sum(2) + by_length * rate) / (n.sum(2) + by_length)
    rate = (k + _STRENGTHS[3] * rate[:, :, None]) / (n + _STRENGTHS[3])
    hits: Ints = np.clip(np.rint(rate.reshape(-1) * TOTAL), 1, TOTAL - 1).astype(np.int32)
    return hits

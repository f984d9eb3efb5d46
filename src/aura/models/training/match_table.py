"""The match model's tables of hits.

While a message repeats itself, the match model predicts the byte that followed last time. How much to trust
it depends on how long the match has been, how likely the byte is by the context's list, and how often the match
model has been wrong in this message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from aura.models.training.prefix_selection import places_in
from aura.models.training.text import SHIFT, Flags, Floats, Ints, Longs, Text
from aura.models.training.weights import Evidence, interpolate
from aura_spec import match

_LENGTHS: Final = np.array(match.LENGTH_STEPS)
_THRESHOLDS: Final = np.array(match.PROBABILITY_STEPS) / 1000
_LONGEST: Final = 1 << 13
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
        past: whether the match is in the prefix.
    """

    places: Longs
    symbols: Ints
    hits: Flags
    lengths: Longs
    misses: Longs
    past: Flags

    def at(self, places: Longs) -> Guesses:
        """Move the guesses to other places."""
        return replace(self, places=places)

    @staticmethod
    def join(parts: Sequence[Guesses]) -> Guesses:
        """All guesses of several parts."""
        return Guesses(
            np.concatenate([part.places for part in parts]),
            np.concatenate([part.symbols for part in parts]),
            np.concatenate([part.hits for part in parts]),
            np.concatenate([part.lengths for part in parts]),
            np.concatenate([part.misses for part in parts]),
            np.concatenate([part.past for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class HitTables:
    """How often matches are right, out of 4096: in the message (rule MAT-4), and in the prefix (rule HIS-2)."""

    hits: Ints
    prefix_hits: Ints


def learn_hits(guesses: Guesses, evidence: Evidence, weights: Floats) -> HitTables:
    """The tables of hits; ``evidence`` is that of the lists about what is predicted."""
    index = hit_indices(guesses, evidence, weights)
    past, hits = guesses.past, guesses.hits.astype(np.float64)

    def table(chosen: Flags, shape: tuple[int, ...]) -> Ints:
        size = int(np.prod(shape))
        seen = np.bincount(index[chosen], minlength=size).astype(np.float64)
        right = np.bincount(index[chosen], hits[chosen], size).astype(np.float64)
        return _smooth(seen.reshape(shape), right.reshape(shape))

    return HitTables(
        table(~past, (match.LENGTH_CLASSES, match.PROBABILITY_CLASSES, match.MISS_CLASSES)),
        table(past, (1, match.PROBABILITY_CLASSES, match.MISS_CLASSES)),
    )


def hit_indices(guesses: Guesses, evidence: Evidence, weights: Floats) -> Longs:
    """The place of each guess in its table (rules MAT-4 and HIS-2)."""
    has_list = evidence.classes >= 0
    deepest = len(has_list) - 1 - np.argmax(has_list[::-1], axis=0)
    columns = np.arange(len(guesses.places))
    likely = 1 + np.searchsorted(
        _THRESHOLDS, interpolate(evidence, weights)[deepest + 1, columns], side="right"
    )
    likely[evidence.frequency[deepest, columns] <= 0] = 0
    length = np.where(guesses.past, 0, np.searchsorted(_LENGTHS, guesses.lengths, side="right"))
    index = (length * match.PROBABILITY_CLASSES + likely) * match.MISS_CLASSES
    found: Longs = index + np.minimum(guesses.misses, match.MISS_CLASSES - 1)
    return found


def guess(text: Text, prefix: bytes = b"") -> Guesses:
    """Run the match model over a text.

    All messages are walked at once, each step one symbol further in all that are long enough; what is beyond the
    first ``_LONGEST`` symbols of a message is left out.
    """
    earlier, in_prefix = _earlier(text), places_in(prefix, text)
    agreed = _agree(text, earlier)
    size = len(text.symbols)
    # the prefix lies behind the text, so that a pointer from ``size`` on is one into it
    symbols = np.concatenate((text.symbols, np.frombuffer(prefix, np.uint8).astype(text.symbols.dtype)))
    lengths = np.diff(text.starts)
    by_length = np.argsort(-lengths, kind="stable")
    first = text.starts[:-1][by_length]
    pointer = np.zeros(len(first), np.int64)  # 0 if there is no match
    length, misses = np.zeros_like(pointer), np.zeros_like(pointer)
    result = [(pointer[:0],) * 4]
    longer = np.searchsorted(lengths[by_length][::-1], np.arange(lengths.max(initial=0) + 1))
    for step in range(1 + match.MIN_LENGTH, min(int(lengths.max(initial=0)), _LONGEST)):
        alive = len(first) - longer[step + 1]
        place = first[:alive] + step
        here, long, missed = pointer[:alive], length[:alive], misses[:alive]  # views
        start = np.flatnonzero((here == 0) & (earlier[place] > 0))
        if len(start):
            here[start] = place[start] - earlier[place[start]]
            long[start] = agreed[place[start]]
        start = np.flatnonzero((here == 0) & (in_prefix[place] > 0))
        here[start] = size + in_prefix[place[start]]
        on = np.flatnonzero(here)
        if not len(on):
            continue
        where, source = place[on], here[on]
        result.append((where, source, long[on], missed[on]))
        right = symbols[where] == symbols[source]
        long[on] = np.minimum(long[on] + 1, match.MAX_LENGTH)
        here[on] = np.where(right & (source + 1 < len(symbols)), source + 1, 0)
        missed[on[~right]] += 1
    places, sources, lengths, misses = (np.concatenate(column) for column in zip(*result, strict=True))
    right = symbols[sources] == symbols[places]
    return Guesses(places, symbols[sources], right, lengths, misses, sources >= size)


def _earlier(text: Text) -> Longs:
    """At each place the distance to the latest place in the message that the same four bytes lead up to."""
    symbols = text.symbols.astype(np.int64)
    result = np.zeros(len(symbols), np.int64)
    if len(symbols) <= match.MIN_LENGTH:
        return result
    grams = np.zeros(len(symbols), np.int64)
    for back in range(match.MIN_LENGTH, 0, -1):
        grams[match.MIN_LENGTH :] = (
            grams[match.MIN_LENGTH :] << SHIFT | symbols[match.MIN_LENGTH - back : len(symbols) - back]
        )
    inside = np.arange(len(symbols)) - text.starts[text.messages] > match.MIN_LENGTH
    places = np.flatnonzero(inside)
    _, kind = np.unique(grams[places], return_inverse=True)
    same = text.messages[places].astype(np.int64) * (kind.max(initial=0) + 1) + kind
    order = np.argsort(same, kind="stable")
    repeats = np.flatnonzero(same[order][1:] == same[order][:-1])
    result[places[order[repeats + 1]]] = places[order[repeats + 1]] - places[order[repeats]]
    return result


def _agree(text: Text, earlier: Longs) -> Longs:
    """At each place how many symbols before it and before the earlier one agree, up to the longest length."""
    symbols = text.symbols
    places = np.flatnonzero(earlier)
    sources = places - earlier[places]
    firsts = text.starts[text.messages[places]]
    result = np.zeros(len(symbols), np.int64)
    for back in range(1, match.MAX_LENGTH + 1):
        going = (sources - back > firsts) & (symbols[places - back] == symbols[np.maximum(sources - back, 0)])
        places, sources, firsts = places[going], sources[going], firsts[going]
        result[places] += 1
    return result


def _smooth(seen: Floats, hit: Floats) -> Ints:
    """Hit rates out of 4096 by length, likelihood and misses, each drawn towards that of a coarser class."""
    everything, by_likely, by_length, by_misses = _STRENGTHS
    rate = (hit.sum() + everything / 2) / (seen.sum() + everything)
    rate = (hit.sum((0, 2)) + by_likely * rate) / (seen.sum((0, 2)) + by_likely)
    rate = (hit.sum(2) + by_length * rate) / (seen.sum(2) + by_length)
    rate = (hit + by_misses * rate[:, :, None]) / (seen + by_misses)
    hits: Ints = np.clip(np.rint(rate.reshape(-1) * match.TOTAL), 1, match.TOTAL - 1).astype(np.int32)
    return hits

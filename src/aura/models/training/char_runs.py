"""Lists for character runs: digits, identifiers and random strings (spec chapter ``char_runs``).

What follows a run of each kind and length is counted. Which contexts give way to such a list, and for
which lengths, is what makes a sample of the text likeliest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.logarithm import log2
from aura.models.training.quantization import codes
from aura.models.training.text import BEGIN, WHOLE, Flags, Floats, Ints, Longs, Numbers, Text
from aura.models.training.weights import Evidence, lower_shares, probabilities
from aura_spec import char_runs
from aura_spec.char_runs import STATES, Kind, after, state_of
from aura_spec.context_model import END, SYMBOLS, CharRunList

_STRENGTH: Final = 20.0
"""How many observations the list of a kind is worth in that of a length."""

_LEAST: Final = 1 / 2048
"""Symbols that are rarer in a kind of run are left to the root."""

_SHORTEST: Final = {Kind.DIGITS: 4, Kind.HEXADECIMAL: 4, Kind.MIXED: 6}
"""The kinds of run that get lists, and from which length on. Letters are words; what is short is rarely random."""

_TOGETHER: Final = 100
"""Symbols of a run that are looked at together with those of other runs."""

_HIGHEST_ORDER: Final = 5
"""Contexts of higher orders do not give way."""


def states_of(text: Text) -> Numbers:
    """The state of the character run before each symbol of a text, uint8 (rules RUN-1 and RUN-2)."""
    steps = np.array(
        [[after(state, byte) for byte in range(256)] + [char_runs.NO_RUN] * 2 for state in range(STATES)],
        np.uint8,
    )
    ending = (steps == char_runs.NO_RUN).all(axis=0)  # symbols that end any run
    all_symbols = np.append(text.symbols, END)  # the last message may have been cut
    states = np.full(len(all_symbols), char_runs.NO_RUN, np.uint8)
    # stretches between such symbols are walked at the same time, each from its first symbol
    places = np.flatnonzero(ending[all_symbols[:-1]]) + 1
    state = np.full(len(places), char_runs.NO_RUN, np.uint8)
    for _ in range(_TOGETHER):
        symbols = all_symbols[places]
        on = np.flatnonzero(~ending[symbols])
        state = steps[state[on], symbols[on]]
        places = places[on] + 1
        states[places] = state
    # what is longer yet is rare
    walk = steps.tolist()
    ends = np.flatnonzero(ending[all_symbols]) if len(places) else places
    stops = ends[np.searchsorted(ends, places)]
    for place, stop in zip(places.tolist(), stops.tolist(), strict=True):
        reached = int(states[place])
        for behind, symbol in enumerate(all_symbols[place:stop].tolist(), place + 1):
            states[behind] = reached = walk[reached][symbol]
    return states[:-1]


def count_char_runs(text: Text, states: Numbers) -> Floats:
    """How often each symbol follows each state, a row for each state; what weighs less counts less."""
    predicted = text.symbols != BEGIN
    keys = states[predicted].astype(np.int64) * SYMBOLS + text.symbols[predicted]
    counts = np.bincount(keys, text.weights[predicted] / WHOLE, STATES * SYMBOLS)
    return counts.reshape(STATES, SYMBOLS).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a sample: the state before each symbol, and the symbol."""

    states: Numbers
    symbols: Ints


def learn_char_runs(
    counts: Floats, places: Places, evidence: Evidence, weights: Floats
) -> dict[int, CharRunList]:
    """The lists, by state."""
    probability, shown = _smooth(counts)
    gains = _gains(probability, places, evidence, weights)
    lists: dict[int, CharRunList] = {}
    for kind, shortest in _SHORTEST.items():
        symbols = np.flatnonzero(shown[kind])
        if not len(symbols):
            continue
        states = np.arange(state_of(kind, shortest), state_of(kind, char_runs.MAX_LENGTH) + 1)
        order, first, stop = _best_row(gains[:, states])
        for state in states[first:stop].tolist():
            row = probability[state, symbols]
            escape = codes(np.array([1.0 - row.sum()]))[0]
            lists[state] = CharRunList(
                order, tuple(symbols.tolist()), tuple(codes(row).tolist()), int(escape)
            )
    return lists


def _smooth(counts: Floats) -> tuple[Floats, Flags]:
    """The probabilities after each state, drawn towards those of its kind; and which symbols each kind shows."""
    total = counts.sum(0) + 1.0
    probability = np.tile(total / total.sum(), (STATES, 1))
    shown = np.zeros((len(Kind), SYMBOLS), np.bool_)
    for kind in Kind:
        rows = slice(state_of(kind, 1), state_of(kind, char_runs.MAX_LENGTH) + 1)
        here = counts[rows].sum(0)
        base = (here + _STRENGTH * probability[char_runs.NO_RUN]) / (here.sum() + _STRENGTH)
        seen = counts[rows].sum(1, keepdims=True)
        probability[rows] = (counts[rows] + _STRENGTH * base) / (seen + _STRENGTH)
        shown[kind] = (here > 0) & (probability[rows].max(0) >= _LEAST)
    return probability, shown


def _gains(probability: Floats, places: Places, evidence: Evidence, weights: Floats) -> Floats:
    """Bits that the lists save in the sample: a row for each order that gives way, a column for each state."""
    before = probabilities(evidence, weights)  # what the contexts of all orders say
    own = probability[places.states, places.symbols]
    above = np.zeros(len(own), np.bool_)  # in the list of a higher order
    share = np.ones(len(own))  # what the contexts above this order leave to those below
    result = np.zeros((_HIGHEST_ORDER + 1, STATES))
    for order in reversed(range(len(evidence.frequency))):
        if order <= _HIGHEST_ORDER:
            saved = np.where(above, 0.0, log2(share * own / before))
            result[order] = np.bincount(places.states, saved, STATES)
        above |= evidence.frequency[order] > 0
        share *= lower_shares(evidence, order, weights)
    return result


def _best_row(gains: Floats) -> tuple[int, int, int]:
    """The order, and the lengths from ``first`` to before ``stop``, whose gains sum to most; none if none gains."""
    best, result = 0.0, (0, 0, 0)
    for order, row in enumerate(gains):
        sums = np.concatenate((np.zeros(1), np.cumsum(row)))
        lowest = np.minimum.accumulate(sums)
        stop = int(np.argmax(sums - lowest))
        if sums[stop] - lowest[stop] > best:
            best = float(sums[stop] - lowest[stop])
            result = order, int(np.argmin(sums[: stop + 1])), stop
    return result


def at(text: Text, states: Numbers, columns: Longs) -> Places:
    """The states before some places of a text, and the symbols there."""
    return Places(states[columns], text.symbols[columns])

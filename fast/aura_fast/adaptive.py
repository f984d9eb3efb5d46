"""Adaptive tables for all lanes at once (rules ADA-1 to ADA-4)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aura_fast.interleaved_rans import StepReader, Wide
from aura_spec.adaptive import INCREMENT, rounds
from aura_spec.interleaved_rans import SCALE_BITS, TOTAL, frequencies_of


def counts_of(codes: Sequence[bytes]) -> Wide:
    """The counts that the tables of a kind begin with, a row a context (rule ADA-1)."""
    return np.array([frequencies_of(table) for table in codes], np.int64)


def read(reader: StepReader, lanes: int, count: int, initial: Wide, contexts: Wide | None = None) -> Wide:
    """Read a stream of ``count`` symbols.

    Args:
        reader: where the words come from.
        lanes: how many.
        count: symbols of the stream.
        initial: the counts that its tables begin with.
        contexts: of each symbol, 0 if None.
    """
    if not count:
        return np.zeros(0, np.int64)
    steps = -(-count // lanes)
    used = -(-count // steps)
    counts = initial.copy()
    bases = None if contexts is None else _by_steps(contexts << SCALE_BITS, steps, used)
    symbols = np.empty((steps, used), np.int64)
    for together in rounds(steps):
        frequencies = frequencies_from(counts)
        # for every slot of every table the place of its symbol among all symbols of all tables
        owners = np.repeat(np.arange(counts.size), frequencies.ravel())
        by_slot = frequencies.ravel().take(owners)
        biases = (np.arange(len(owners)) & (TOTAL - 1)) - _below(frequencies).ravel().take(owners)
        taken = [-(-(count - step) // steps) for step in together]
        base = None if bases is None else bases[together.start : together.stop]
        owned = owners.take(reader.steps(taken, used, by_slot, biases, base))
        symbols[together.start : together.stop] = owned % counts.shape[1]
        if together.stop < steps:
            _learn(counts, owned, taken)
    return symbols.T.ravel()[:count]


def steps_of(
    symbols: Wide, lanes: int, initial: Wide, contexts: Wide | None = None
) -> list[tuple[Wide, Wide]]:
    """The steps of a stream, each as frequencies and cumulatives; arguments as for :func:`read`."""
    count = len(symbols)
    if not count:
        return []
    steps = -(-count // lanes)
    used = -(-count // steps)
    counts = initial.copy()
    places = _by_steps(symbols if contexts is None else contexts * counts.shape[1] + symbols, steps, used)
    result = []
    for together in rounds(steps):
        frequencies = frequencies_from(counts)
        here = places[together.start : together.stop]
        chosen = frequencies.ravel().take(here)
        cumulatives = _below(frequencies).ravel().take(here)
        taken = [-(-(count - step) // steps) for step in together]
        result += [
            (row[:number], low[:number]) for row, low, number in zip(chosen, cumulatives, taken, strict=True)
        ]
        if together.stop < steps:
            _learn(counts, here, taken)
    return result


def frequencies_from(counts: Wide) -> Wide:
    """Frequencies from counts, row by row (rule ADA-2)."""
    frequencies: Wide = counts * (TOTAL - counts.shape[1]) // counts.sum(1, keepdims=True)
    frequencies += 1
    # what is missing goes to the first of the largest counts
    frequencies[np.arange(len(counts)), counts.argmax(1)] += TOTAL - frequencies.sum(1)
    return frequencies


def _below(frequencies: Wide) -> Wide:
    """For each symbol the sum of the frequencies below it (rule IRN-2)."""
    result: Wide = frequencies.cumsum(1) - frequencies
    return result


def _learn(counts: Wide, places: Wide, taken: Sequence[int]) -> None:
    """Count symbols, given as places in the flat counts, of the lanes that take part in each step (rule ADA-4)."""
    full = min(taken)
    seen = np.bincount(places[:, :full].ravel(), minlength=counts.size)
    if full < places.shape[1]:
        # the last of the lanes takes part in the first steps only
        seen += np.bincount(places[: taken.count(full + 1), full], minlength=counts.size)
    counts += INCREMENT * seen.reshape(counts.shape)


def _by_steps(values: Wide, steps: int, used: int) -> Wide:
    """Values of a stream as a row a step, a column a lane (rule ADA-3)."""
    padded = np.zeros(steps * used, np.int64)
    padded[: len(values)] = values
    return np.ascontiguousarray(padded.reshape(used, steps).T)

"""Adaptive tables for all lanes at once (rules ADA-1 to ADA-4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from aura_fast.interleaved_rans import Rows, StepReader, Wide
from aura_spec import interleaved_rans
from aura_spec.adaptive import INCREMENT, rounds
from aura_spec.interleaved_rans import SCALE_BITS, frequencies_of

_SEARCH: Final = 32
"""To search for a symbol takes about as long as to lay out so many slots of a table."""


def counts_of(codes: Sequence[bytes]) -> Wide:
    """The counts that the tables of a kind begin with (rule ADA-1): (contexts, symbols) int64."""
    return np.array([frequencies_of(table) for table in codes], np.int64)


def read(reader: StepReader, lanes: int, contexts: Wide, initial: Wide, after: Wide | None = None) -> Wide:
    """Read a stream.

    Args:
        reader: where the words come from.
        lanes: how many.
        contexts: of each symbol of the stream, (count,) int64; -1 where it is that after the symbol before in its
            lane.
        initial: the counts that its tables begin with, (contexts, symbols) int64.
        after: for each symbol the context of the next, (symbols,) int64; None if no context is -1.

    Returns:
        The symbols, (count,) int64.
    """
    count = len(contexts)
    if not count:
        return np.zeros(0, np.int64)
    steps = -(-count // lanes)
    used = -(-count // steps)
    counts = initial.copy()
    bases = _by_steps(contexts << SCALE_BITS, steps, used) if len(counts) > 1 else None
    # for each symbol of each table where the table of the next begins
    following = None if after is None else np.tile(after << SCALE_BITS, len(counts))
    begins = np.arange(len(counts))[:, None] << SCALE_BITS
    places = np.zeros((steps, used), np.int64)
    for together in rounds(steps):
        frequencies = frequencies_from(counts)
        ends = frequencies.cumsum(1)
        ends += begins
        many = _SEARCH * len(together) * used > len(counts) << SCALE_BITS
        owners = np.repeat(np.arange(counts.size), frequencies.ravel()) if many else None
        tables = Rows(frequencies.ravel(), (ends - frequencies).ravel(), ends.ravel(), owners, following)
        taken = [-(-(count - step) // steps) for step in together]
        reader.steps(taken, tables, bases, places, together.start)
        if together.stop < steps:
            _learn(counts, places[together.start : together.stop], taken)
    symbols: Wide = places.T.ravel()[:count] % counts.shape[1]
    return symbols


def steps_of(symbols: Wide, lanes: int, contexts: Wide, initial: Wide) -> list[tuple[Wide, Wide]]:
    """The steps of a stream, each as frequencies and cumulatives.

    Args:
        symbols: of the stream, (count,) int64.
        lanes: how many.
        contexts: of each symbol, (count,) int64, all known.
        initial: the counts that the tables begin with, (contexts, symbols) int64.

    Returns:
        For each step the frequencies and cumulatives of its symbols, both (lanes that take part,) int64.
    """
    count = len(symbols)
    if not count:
        return []
    steps = -(-count // lanes)
    used = -(-count // steps)
    counts = initial.copy()
    places = _by_steps(contexts * counts.shape[1] + symbols, steps, used)
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


def contexts_after(symbols: Wide, contexts: Wide, after: Wide) -> Wide:
    """The contexts of known symbols, where -1 stands for that after the symbol before: (count,) int64."""
    before = np.zeros(len(symbols), np.int64)
    before[1:] = after.take(symbols[:-1])
    return np.where(contexts < 0, before, contexts)


def lane_starts(count: int, lanes: int) -> slice:
    """Which symbols of a stream are the first of their lane (rule ADA-3)."""
    return slice(0, count, max(1, -(-count // lanes)))


def frequencies_from(counts: Wide) -> Wide:
    """Frequencies from counts, row by row (rule ADA-2): (contexts, symbols) int64."""
    # a quotient below 4096 of integers below 2^53 is exact in floating point once rounded down
    quotients = counts * (interleaved_rans.TOTAL - counts.shape[1]) / counts.sum(1, keepdims=True)
    frequencies: Wide = quotients.astype(np.int64)
    frequencies += 1
    # what is missing goes to the first of the largest counts
    frequencies[np.arange(len(counts)), counts.argmax(1)] += interleaved_rans.TOTAL - frequencies.sum(1)
    return frequencies


def _below(frequencies: Wide) -> Wide:
    """The sum of the frequencies below each symbol (rule IRN-2): (contexts, symbols) int64."""
    result: Wide = frequencies.cumsum(1) - frequencies
    return result


def _learn(counts: Wide, places: Wide, taken: Sequence[int]) -> None:
    """Count the symbols of some steps (rule ADA-4).

    Args:
        counts: are added to, (contexts, symbols) int64.
        places: the symbols, as places in the flat counts, (steps, lanes) int64.
        taken: how many lanes take part in each step.
    """
    full = min(taken)
    seen = np.bincount(places[:, :full].ravel(), minlength=counts.size)
    if full < places.shape[1]:
        # the last of the lanes takes part in the first steps only
        seen += np.bincount(places[: taken.count(full + 1), full], minlength=counts.size)
    counts += INCREMENT * seen.reshape(counts.shape)


def _by_steps(values: Wide, steps: int, used: int) -> Wide:
    """Values of a stream, (count,) int64, as a row a step and a column a lane (rule ADA-3): (steps, used) int64."""
    padded = np.zeros(steps * used, np.int64)
    padded[: len(values)] = values
    return np.ascontiguousarray(padded.reshape(used, steps).T)

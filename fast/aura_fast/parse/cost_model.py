"""What units and matches cost, as arrays (rules PAR-2 and PAR-6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura_fast.adaptive import contexts_after, frequencies_from
from aura_fast.interleaved_rans import Wide
from aura_fast.number import NUMBER_LEAST, distance_symbols, number_symbols
from aura_fast.parse.cut import Cut
from aura_fast.parse.match_finder import Narrow, Words
from aura_fast.parse.static_dictionary import phrases_at
from aura_fast.unit import CONTEXTS, SYMBOL_OF_UNIT
from aura_spec import brio2, unit
from aura_spec.adaptive import INCREMENT
from aura_spec.brio2 import MIN_MATCH
from aura_spec.parse import AVERAGE, LONG, MAX_CANDIDATE, Prices, first_counts, prices_from
from aura_spec.unit import MAX_UNIT

OPTION_BITS: Final = 7
"""Prices and costs are shifted by so many bits, which leaves room for the number of the option."""

IMPOSSIBLE: Final = 1 << 28
"""A price that no option beats; small enough that it never overflows."""

_FIRST_COUNTS: Final = {kind: np.array(rows, np.int64) for kind, rows in first_counts().items()}


def learn(cut: Cut) -> SymbolPrices:
    """The prices that a parse tells for the next (rule PAR-6)."""
    units = SYMBOL_OF_UNIT.take(cut.units)
    starts = np.cumsum([0, *cut.literal_runs])
    contexts = np.full(len(units), -1, np.int64)
    contexts[starts[starts < len(units)]] = 0
    seen = {
        "literal_runs": number_symbols(np.array(cut.literal_runs, np.int64))[0],
        "distances": distance_symbols(cut.distances)[0],
        "lengths": number_symbols(np.array(cut.lengths, np.int64) - MIN_MATCH)[0],
        "units": units + _FIRST_COUNTS["units"].shape[1] * contexts_after(units, contexts, CONTEXTS),
    }
    counts = {
        kind: rows + INCREMENT * np.bincount(seen[kind], minlength=rows.size).reshape(rows.shape)
        for kind, rows in _FIRST_COUNTS.items()
    }
    return _as_arrays(_prices(counts))


def _prices(counts: dict[str, Wide]) -> Prices:
    """Prices from counts, for each kind of symbol (contexts, symbols) int64."""
    return prices_from({kind: frequencies_from(rows).tolist() for kind, rows in counts.items()})


@dataclass(frozen=True, slots=True)
class PositionPrices:
    """Prices by what stands at a position, shifted to leave room for the number of the option (rules PAR-2, PAR-3).

    Attributes:
        units: by context · ``unit.SYMBOLS`` + symbol of the unit, (contexts · ``unit.SYMBOLS``,) int32.
        recent: by place among the recent distances, (3,) int32.
        distances: by distance; 0 is none, (longest distance + 1,) int32.
        lengths: by length, less the credit for what is beyond ``LONG``, (longest length + 1,) int32.
        literal_runs: of one of no units, and of any other, (2,) int32.
    """

    units: Narrow
    recent: Narrow
    distances: Narrow
    lengths: Narrow
    literal_runs: Narrow


@dataclass(frozen=True, slots=True)
class SymbolPrices:
    """Prices by symbol, shifted as those of :class:`PositionPrices`.

    Attributes:
        units: as there.
        recent: as there.
        distances: of no distance, then by symbol of the distance less 1 as a number, (1 + ``NUMBERS``,) int32.
        lengths: by symbol of the length less ``MIN_MATCH``, (``NUMBERS``,) int32.
        literal_runs: as there.
    """

    units: Narrow
    recent: Narrow
    distances: Narrow
    lengths: Narrow
    literal_runs: Narrow


def spread(prices: SymbolPrices, size: int) -> PositionPrices:
    """Prices for the distances and lengths of a message of ``size`` bytes."""
    least = np.array([0, *(NUMBER_LEAST + 1).tolist(), brio2.MAX_LENGTH])
    distances = np.repeat(prices.distances, np.diff(np.minimum(least, size)))
    longest = slice(min(size, MAX_CANDIDATE) + 1)
    lengths = prices.lengths.take(_LENGTH_SYMBOLS[longest]) - _CREDIT[longest]
    return PositionPrices(prices.units, prices.recent, distances, lengths, prices.literal_runs)


def _as_arrays(prices: Prices) -> SymbolPrices:
    """Prices as shifted arrays."""
    units, recent, distances, lengths, literal_runs = (
        np.array(part, np.int32) << OPTION_BITS
        for part in (prices.units, prices.recent, prices.distances, prices.lengths, prices.literal_runs)
    )
    impossible = np.array([IMPOSSIBLE], np.int32)
    return SymbolPrices(units.ravel(), recent, np.concatenate([impossible, distances]), lengths, literal_runs)


_FIRST_PRICES: Final = _as_arrays(_prices(_FIRST_COUNTS))


def first_prices() -> SymbolPrices:
    """The prices of the first parse (rule PAR-2)."""
    return _FIRST_PRICES


_LENGTH_SYMBOLS: Final = number_symbols(np.maximum(np.arange(MAX_CANDIDATE + 1) - MIN_MATCH, 0))[0]
_CREDIT: Final = (AVERAGE << OPTION_BITS) * np.maximum(np.arange(MAX_CANDIDATE + 1) - LONG, 0).astype(
    np.int32
)


def price_units(words: Words, prices: Narrow, contexts: Narrow) -> Narrow:
    """The prices of the units that stand at each place of a matrix.

    Args:
        words: the eight bytes at each place, low byte first, (rows, lanes) uint64.
        prices: of units, as :class:`PositionPrices` has them.
        contexts: of the units at each place behind a unit, (rows, lanes) int32.

    Returns:
        By row, bytes of the unit less 1, whether it stands behind a unit rather than a match, and lane: (rows,
        ``MAX_UNIT``, 2, lanes) int32; ``IMPOSSIBLE`` where there is no such unit.
    """
    rows, lanes = words.shape
    found = np.full((rows, MAX_UNIT, 2, lanes), IMPOSSIBLE, np.int32)
    shifted = contexts * unit.SYMBOLS
    symbols = (words & np.uint64(0xFF)).astype(np.int32)
    found[:, 0, 0] = prices.take(symbols)
    found[:, 0, 1] = prices.take(symbols + shifted)
    flat = found.reshape(-1)
    for row, (there, symbols) in enumerate(phrases_at(words), 1):
        places = there + there // lanes * ((2 * MAX_UNIT - 1) * lanes) + 2 * row * lanes
        flat[places] = prices.take(symbols)
        flat[places + lanes] = prices.take(symbols + shifted.take(there))
    return found

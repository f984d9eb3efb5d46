"""The cheapest option at each position, block by block from behind (rules PAR-3 and PAR-6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from aura_fast.parse.cost_model import IMPOSSIBLE, OPTION_BITS, PositionPrices, price_units
from aura_fast.parse.cut import Recent
from aura_fast.parse.match_finder import Candidates, Narrow, Words, find_recent
from aura_fast.unit import CONTEXTS
from aura_spec import parse as spec
from aura_spec.brio2 import MIN_MATCH, RECENT
from aura_spec.parse import AVERAGE, LONG, OVERLAP
from aura_spec.unit import MAX_UNIT

_SHORTEN: Final = MAX_UNIT + len(RECENT) - 1
"""The number of the option to take so many bytes of a candidate, less the bytes."""

Bytes = NDArray[np.uint8]

_WIDTH: Final = spec.BLOCK + OVERLAP
"""Positions of a block and its overlap."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The cheapest option at each of some positions that follow each other; all arrays are (positions,).

    Attributes:
        behind_match: the bytes of the unit to take behind a match, 0 for a match; uint8.
        behind_unit: the bytes of the unit to take behind a unit, 0 for a match; uint8.
        lengths: of the match, if there is one; uint8.
        distances: of the match, if there is one; int32.
    """

    behind_match: Bytes
    behind_unit: Bytes
    lengths: Bytes
    distances: Narrow

    @classmethod
    def empty(cls, size: int) -> Choices:
        """Room for the choices at so many positions."""
        behind_match, behind_unit, lengths = (np.empty(size, np.uint8) for _ in range(3))
        return cls(behind_match, behind_unit, lengths, np.empty(size, np.int32))

    def put(self, start: int, piece: Choices) -> None:
        """Take over the choices at the positions from ``start`` on."""
        there = slice(start, start + len(piece.lengths))
        self.behind_match[there], self.behind_unit[there] = piece.behind_match, piece.behind_unit
        self.lengths[there], self.distances[there] = piece.lengths, piece.distances


def judge(
    words: Words,
    start: int,
    stop: int,
    *,
    candidates: list[Candidates],
    prices: PositionPrices,
    recent: Recent | None,
) -> Choices:
    """The choices at the positions of a piece (rules PAR-3 and PAR-6).

    The blocks of the piece stand side by side, a column each; all matrices have a row for each position of a block
    and its overlap, and take a step for all blocks at once. Prices hold the number of their option in the lowest
    bits, so that the least sum names the first of the options that give the least cost.

    Args:
        words: the eight bytes at each position of the message, (size,) uint64.
        start: the first position of the piece.
        stop: the position behind the last.
        candidates: of all positions of the message.
        prices: of the options.
        recent: the distances in force, if there was a parse before.

    Returns:
        The choices at ``stop - start`` positions.
    """
    seen = min(stop + OVERLAP, len(words))
    lanes = -(-(stop - start) // spec.BLOCK)
    here = [Candidates(some.distances[start:seen], some.lengths[start:seen]) for some in candidates]
    # matches that are taken whole
    whole = find_recent(words, start, seen, recent) if recent else here
    rows = len(whole)
    unit_prices = _price_units(words, start, seen, lanes, prices.units)
    whole_prices = np.empty((_WIDTH, rows, lanes), np.int32)
    # where each candidate leads, as a place in the flat costs; where there is none, any way on will do
    targets = np.empty((_WIDTH, rows, lanes), np.int64)
    for row, some in enumerate(whole):
        lengths = _blocks(some.lengths, lanes)
        distances = _blocks(some.distances, lanes)
        if recent:
            of_matches = np.where(distances, prices.recent[row], IMPOSSIBLE)
        else:
            of_matches = prices.distances.take(distances)
        of_matches += prices.lengths.take(lengths)
        np.add(of_matches, MAX_UNIT + row, out=whole_prices[:, row])
        np.clip(lengths, 1, LONG, out=targets[:, row])
    width = _WIDTH + LONG + 1
    targets += np.arange(_WIDTH)[:, None, None] + np.arange(lanes) * width
    shortened = _price_shortened(here, lanes, prices) if recent else None
    # costs where a match ends, a row a block, and where a unit ends, a column a block
    behind_match = np.empty((lanes, width), np.int32)
    behind_match[:, _WIDTH:] = (-AVERAGE << OPTION_BITS) * np.arange(LONG + 1, dtype=np.int32)
    behind_unit = np.array(behind_match.T, order="C")
    flat = behind_match.reshape(-1)
    matched = np.full((_WIDTH, lanes), IMPOSSIBLE, np.int32)
    # what follows a match, and what a unit
    chosen = np.empty((_WIDTH, 2, lanes), np.int32)
    units = np.empty((MAX_UNIT, 2, lanes), np.int32)
    costs = np.empty((2, lanes), np.int32)
    matches = np.empty((rows, lanes), np.int32)
    lengths_on = np.empty((lanes, LONG), np.int32)
    literal_runs = prices.literal_runs[:, None]
    cost_behind_match, cost_behind_unit = costs
    least = np.minimum.reduce
    for step in range(_WIDTH - 1, -1, -1):
        best, taken = matched[step], chosen[step]
        if rows:
            # all places exist; "clip" spares the check
            flat.take(targets[step], out=matches, mode="clip")
            matches += whole_prices[step]
            least(matches, axis=0, out=best)
        if shortened is not None:
            np.add(shortened[:, step], behind_match[:, step + 1 : step + 1 + LONG], out=lengths_on)
            np.minimum(best, lengths_on.min(1), out=best)
        np.add(unit_prices[step], behind_unit[step + 1 : step + 1 + MAX_UNIT, None], out=units)
        least(units, axis=0, out=taken)
        np.add(best, literal_runs, out=costs)
        np.minimum(taken, costs, out=taken)
        np.bitwise_and(taken, -1 << OPTION_BITS, out=costs)
        behind_match[:, step] = cost_behind_match
        behind_unit[step] = cost_behind_unit
    return _chosen(chosen, matched, whole, here, stop - start)


def _price_units(words: Words, start: int, seen: int, lanes: int, unit_prices: Narrow) -> Narrow:
    """The prices of units with the numbers of their options, which are their bytes less 1.

    Args:
        words: the eight bytes at each position of the message, (size,) uint64.
        start: the first position of the piece.
        seen: the position behind its overlap.
        lanes: how many blocks it has.
        unit_prices: as :class:`PositionPrices` has them.

    Returns:
        As :func:`price_units`: (_WIDTH, ``MAX_UNIT``, 2, lanes) int32.
    """
    contexts = np.zeros(seen - start, np.int32)
    before = words[max(0, start - 1) : seen - 1] & np.uint64(0xFF)
    contexts[len(contexts) - len(before) :] = CONTEXTS.take(before.view(np.int64))
    prices = price_units(_blocks(words[start:seen], lanes), unit_prices, _blocks(contexts, lanes))
    prices += np.arange(MAX_UNIT, dtype=np.int32)[:, None, None]
    # behind the end of the message nothing costs anything
    inside = seen - start - np.arange(lanes) * spec.BLOCK
    for lane in np.flatnonzero(inside < _WIDTH).tolist():
        prices[int(inside[lane]) :, 0, :, lane] = 0
    return prices


def _price_shortened(candidates: list[Candidates], lanes: int, prices: PositionPrices) -> Narrow:
    """The prices to take 1, 2, … ``LONG`` bytes of a candidate, with the numbers of their options (rule PAR-6).

    The shortest key whose candidate has so many bytes gives the distance.

    Returns:
        By block, position in it, and bytes less 1: (lanes, _WIDTH, ``LONG``) int32, a view in which blocks share
        their overlaps.
    """
    size = lanes * spec.BLOCK + OVERLAP
    count = len(candidates[0].distances) if candidates else 0
    # how many bytes the candidates up to a key length have at most, and the prices of their distances; the last row
    # stands for lengths that none has
    reach = np.zeros((len(candidates) + 1, size), np.int16)
    dear = np.full((size, len(candidates) + 1), IMPOSSIBLE, np.int32)
    for row, some in enumerate(candidates):
        np.minimum(some.lengths, LONG, out=reach[row, :count], casting="unsafe")
        np.maximum(reach[row], reach[row - 1], out=reach[row])
        dear[:count, row] = prices.distances.take(some.distances)
    reach[-1] = LONG
    # as often the price of a distance as there are lengths for which its key length is the first
    often = np.empty((size, len(candidates) + 1), np.int64)
    often[:, 0] = reach[0]
    np.subtract(reach[1:].T, reach[:-1].T, out=often[:, 1:])
    by_length = np.repeat(dear.ravel(), often.ravel()).reshape(size, LONG)
    own = np.full(LONG, IMPOSSIBLE, np.int32)
    allowed = prices.lengths[MIN_MATCH : LONG + 1]
    own[MIN_MATCH - 1 : MIN_MATCH - 1 + len(allowed)] = allowed
    own += np.arange(_SHORTEN + 1, _SHORTEN + 1 + LONG, dtype=np.int32)
    by_length += own
    # the last stands for all bytes of the candidate
    for row in range(len(candidates) - 1, -1, -1):
        lengths = candidates[row].lengths
        those = np.flatnonzero(lengths >= LONG)
        by_length[those, -1] = (
            dear[those, row] + prices.lengths.take(lengths.take(those)) + np.int32(_SHORTEN + LONG)
        )
    step = by_length.strides[0]
    return np.lib.stride_tricks.as_strided(by_length, (lanes, _WIDTH, LONG), (step * spec.BLOCK, step, 4))


def _chosen(
    chosen: Narrow, matched: Narrow, whole: list[Candidates], candidates: list[Candidates], count: int
) -> Choices:
    """The choices at ``count`` positions of a piece.

    Args:
        chosen: the least cost with its option behind a match and behind a unit, (_WIDTH, 2, lanes) int32.
        matched: the least cost of a match with its option, (_WIDTH, lanes) int32.
        whole: the matches that are taken whole.
        candidates: those that may be shortened; or the same list.
        count: how many positions the piece has.
    """
    options = (1 << OPTION_BITS) - 1
    first, later, best = (
        (numbers[: spec.BLOCK] & options).T.ravel()[:count]
        for numbers in (chosen[:, 0], chosen[:, 1], matched)
    )
    lengths, distances = np.zeros(count, np.int32), np.zeros(count, np.int32)
    for row, some in enumerate(whole):
        those = np.flatnonzero(best == MAX_UNIT + row)
        lengths[those], distances[those] = some.lengths.take(those), some.distances.take(those)
    those = np.flatnonzero(best > _SHORTEN)
    wanted = best.take(those) - _SHORTEN
    # the shortest key is looked at last
    for some in reversed(candidates if whole is not candidates else []):
        found = some.lengths.take(those)
        enough = np.flatnonzero(found >= wanted)
        at, own = those.take(enough), wanted.take(enough)
        distances[at] = some.distances.take(at)
        lengths[at] = np.where(own == LONG, found.take(enough), own)
    behind_match, behind_unit = (
        np.where(option < MAX_UNIT, option + 1, 0).astype(np.uint8) for option in (first, later)
    )
    return Choices(behind_match, behind_unit, lengths.astype(np.uint8), distances)


Number = TypeVar("Number", np.uint64, np.int32, np.uint8)


def _blocks(values: NDArray[Number], lanes: int) -> NDArray[Number]:
    """The blocks of a piece and their overlaps side by side, a column each: (_WIDTH, lanes).

    Zeros stand behind the end.
    """
    padded = np.zeros(lanes * spec.BLOCK + OVERLAP, values.dtype)
    padded[: len(values)] = values
    size = values.itemsize
    beside = np.lib.stride_tricks.as_strided(padded, (_WIDTH, lanes), (size, size * spec.BLOCK))
    return np.ascontiguousarray(beside)

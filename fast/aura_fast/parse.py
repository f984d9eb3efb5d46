"""The parse of BRIO version 2, many positions at a time (rules PAR-1 to PAR-5)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_spec.brio2 import DIRECT, MIN_MATCH, number_symbol
from aura_spec.parse import (
    ADVANTAGE,
    AVERAGE,
    BLOCK,
    DISTANCE_PRICES,
    EXTENSION,
    LENGTH_PRICES,
    LEVELS,
    LONG,
    MAX_CANDIDATE,
    OVERLAP,
    UNIT_PRICES,
)
from aura_spec.unit import MAX_UNIT, UNIT_BYTES

Narrow = NDArray[np.int32]
Words = NDArray[np.uint64]

_PIECE: Final = 1 << 16
"""Bytes that are judged at a time; a multiple of ``BLOCK``. It bounds the memory for prices."""

_IMPOSSIBLE: Final = 1 << 24
"""A price that no option beats; small enough that it never overflows."""

_UNIT_PRICES: Final = np.array(UNIT_PRICES, np.int32)
_DISTANCE_PRICES: Final = np.array(DISTANCE_PRICES, np.int32)
_LENGTH_PRICES: Final = np.array(LENGTH_PRICES, np.int32)
_WIDTH: Final = BLOCK + OVERLAP


@dataclass(frozen=True, slots=True)
class Cut:
    """A message in units and matches.

    Attributes:
        units: in order.
        runs, lengths, distances: of each sequence.
    """

    units: list[int]
    runs: list[int]
    lengths: list[int]
    distances: list[int]


@dataclass(frozen=True, slots=True)
class _Level:
    """The candidates of all positions at a level: distances, 0 for none, and lengths."""

    distances: Narrow
    lengths: NDArray[np.uint16]


def parse(data: bytes, effort: int) -> Cut:
    """Cut a message."""
    if not data:
        return Cut([], [], [], [])
    words = eights(data)
    levels = _levels(words, len(data), LEVELS[effort])
    judged = [_judge(words, start, levels) for start in range(0, len(data), _PIECE)]
    units, lengths, distances = (list(chain.from_iterable(part)) for part in zip(*judged, strict=True))
    return _walk(data, units, lengths, distances)


def eights(data: bytes) -> Words:
    """For each position the eight bytes there as an integer, low byte first; zeros follow the end."""
    return np.ndarray((len(data),), np.uint64, data + bytes(8), strides=(1,)).copy()


def _levels(words: Words, size: int, levels: tuple[int, ...]) -> list[_Level]:
    """The candidates of every level (rule PAR-1)."""
    found = []
    # for lengths of keys so far, a number for each position that is the same where the same bytes stand
    numbers: dict[int, NDArray[np.uint32]] = {}
    for level in levels:
        if size <= level:
            break
        if level == 4:
            keys, bits = words[: size - 3] & np.uint64((1 << 32) - 1), 32
        else:
            # a longer key is a pair of shorter ones that overlap or touch
            half = min(length for length in numbers if 2 * length >= level)
            shorter = numbers[half]
            width = int(shorter.max()).bit_length()
            keys = shorter[: size - level + 1].astype(np.uint64)
            keys <<= np.uint64(width)
            keys |= shorter[level - half : size - half + 1]
            bits = 2 * width
        distances, numbers[level] = _latest(keys, bits, size)
        found.append(_Level(distances, _lengths(words, distances, level)))
        # what is too short for the levels to come is not needed any more
        following = levels[len(found) :]
        numbers = {
            length: those for length, those in numbers.items() if following and 2 * length >= following[0]
        }
    return found


def _latest(keys: Words, bits: int, size: int) -> tuple[Narrow, NDArray[np.uint32]]:
    """The distance to the latest earlier position with the same key, and numbers for the keys.

    ``bits`` bounds the keys, which may be overwritten.
    """
    count = len(keys)
    width = (count - 1).bit_length()
    if bits + width <= 64:
        # key and position in one integer: they sort fast, and equal keys by position
        keys <<= np.uint64(width)
        keys |= np.arange(count, dtype=np.uint64)
        keys.sort()
        positions = (keys & np.uint64((1 << width) - 1)).astype(np.int32)
        keys >>= np.uint64(width)
    else:
        order = np.argsort(keys, kind="stable")
        positions, keys = order.astype(np.int32), keys[order]
    fresh = np.ones(count, bool)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    gaps = np.zeros(count, np.int32)
    np.subtract(positions[1:], positions[:-1], out=gaps[1:])
    gaps[fresh] = 0
    distances = np.zeros(size, np.int32)
    distances[positions] = gaps
    numbers = np.empty(count, np.uint32)
    numbers[positions] = np.cumsum(fresh, dtype=np.uint32)
    return distances, numbers


def _lengths(words: Words, distances: Narrow, level: int) -> NDArray[np.uint16]:
    """The lengths of the candidates of a level (rule PAR-1)."""
    size = len(distances)
    changes = np.ones(size, bool)
    np.not_equal(distances[1:], distances[:-1], out=changes[:-1])
    # where chains of positions with one distance end, and how many bytes agree beyond the level
    last = np.flatnonzero(changes)
    more = np.zeros(len(last), np.int64)
    beyond = last + level
    active = np.flatnonzero((distances[last] > 0) & (beyond < size))
    for _ in range(EXTENSION // 8):
        at = beyond[active] + more[active]
        differing = words[at] ^ words[at - distances[last[active]]]
        # the lowest bit that differs tells how many of the eight bytes agree
        lowest = differing & (~differing + np.uint64(1))
        agreed = np.where(differing == 0, 8, (np.frexp(lowest.astype(np.float64))[1] - 1) >> 3)
        more[active] += agreed
        active = active[(agreed == 8) & (beyond[active] + more[active] < size)]
    # zeros stand for bytes behind the end, and may agree
    ends = np.minimum(beyond + more, size)
    lengths = np.repeat(ends, np.diff(last, prepend=-1)) - np.arange(size)
    lengths[distances == 0] = 0
    return np.minimum(lengths, MAX_CANDIDATE).astype(np.uint16)


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The phrases of one length, found by a multiplication.

    Attributes:
        factor: the top bits of a phrase times this are its place.
        keys: at each place a phrase, its first byte lowest.
        units: at each place its unit.
    """

    factor: int
    keys: Words
    units: Narrow


_PLACES: Final = 1 << 17


@cache
def _phrases() -> tuple[_Phrases, ...]:
    """The phrases by length, from two bytes on, with factors under which no two share a place."""
    found = []
    for length in range(2, MAX_UNIT + 1):
        units = [unit for unit, text in enumerate(UNIT_BYTES) if len(text) == length]
        keys = np.array([int.from_bytes(UNIT_BYTES[unit], "little") for unit in units], np.uint64)
        factor = 0x9E3779B97F4A7C15
        while len(np.unique(_places(keys, factor))) < len(keys):
            factor = factor * 0xD1342543DE82EF95 % (1 << 64)
        places = _places(keys, factor)
        # what belongs to one place is found at no other, so that places that stay empty never match
        by_place = np.full(_PLACES, keys[0])
        by_place[places] = keys
        unit_by_place = np.zeros(_PLACES, np.int32)
        unit_by_place[places] = units
        found.append(_Phrases(factor, by_place, unit_by_place))
    return tuple(found)


def _places(keys: Words, factor: int) -> NDArray[np.int64]:
    return (keys * np.uint64(factor) >> np.uint64(64 - 17)).astype(np.int64)


def _units_at(words: Words) -> tuple[Narrow, Narrow]:
    """For lengths 1 to ``MAX_UNIT``, a row each: the unit at each position, and its price."""
    count = len(words)
    units = np.zeros((MAX_UNIT, count), np.int32)
    prices = np.empty((MAX_UNIT, count), np.int32)
    units[0] = words & np.uint64(0xFF)
    prices[0] = _UNIT_PRICES.take(units[0])
    for row, phrases in enumerate(_phrases(), 1):
        keys = words & np.uint64((1 << 8 * (row + 1)) - 1)
        places = _places(keys, phrases.factor)
        # no phrase holds a zero, so that zeros behind the end never match
        absent = phrases.keys.take(places) != keys
        units[row] = phrases.units.take(places)
        prices[row] = _UNIT_PRICES.take(units[row])
        prices[row][absent] = _IMPOSSIBLE
    return units, prices


def _match_prices(distances: Narrow, lengths: NDArray[np.uint16]) -> Narrow:
    """The prices of candidates, less what their bytes beyond ``LONG`` are credited with (rules PAR-2 and PAR-3)."""
    # exponent and top bit of the fraction of a float make the symbol of a number (rule BII-6)
    shifted = (distances - (DIRECT - 3)).astype(np.float64).view(np.int64) >> 51
    symbols = np.where(distances <= DIRECT, distances - 1, shifted - (1025 << 1) + DIRECT)
    prices: Narrow = _DISTANCE_PRICES.take(symbols) + _CREDITED.take(lengths)
    prices[distances == 0] = _IMPOSSIBLE
    return prices


def _credited() -> Narrow:
    """For each length of a candidate its price, less the credit for what is beyond ``LONG``."""
    lengths = np.arange(MAX_CANDIDATE + 1)
    symbols = [number_symbol(max(0, int(length) - MIN_MATCH))[0] for length in lengths]
    prices: Narrow = _LENGTH_PRICES[symbols] - AVERAGE * np.maximum(lengths - LONG, 0).astype(np.int32)
    return prices


_CREDITED: Final = _credited()


def _judge(words: Words, start: int, levels: list[_Level]) -> tuple[list[int], list[int], list[int]]:
    """Choose at each position of a piece: unit, length and distance, 0 for a unit (rule PAR-3)."""
    size = len(words)
    stop = min(start + _PIECE, size)
    seen = min(stop + OVERLAP, size)
    lanes = -(-(stop - start) // BLOCK)
    padded = lanes * BLOCK + OVERLAP
    rows = len(levels)

    def blocks(values: Narrow, fill: int) -> Narrow:
        """Rows of values of the piece as (step, row, lane): the blocks of the piece, side by side."""
        wide = np.full((len(values), padded), fill, np.int32)
        wide[:, : seen - start] = values
        shape, strides = (_WIDTH, len(values), lanes), (4, 4 * padded, 4 * BLOCK)
        return np.ascontiguousarray(np.lib.stride_tricks.as_strided(wide, shape, strides))

    unit_here, unit_prices = _units_at(words[start:seen])
    by_unit = blocks(unit_prices, _IMPOSSIBLE)
    if padded > seen - start:
        # behind the end of the message nothing costs anything
        behind = np.arange(_WIDTH)[:, None] + np.arange(lanes) * BLOCK >= seen - start
        by_unit[:, 0][behind] = 0
    match_prices = np.empty((rows, seen - start), np.int32)
    reach = np.empty((rows, seen - start), np.int32)
    for row, level in enumerate(levels):
        match_prices[row] = _match_prices(level.distances[start:seen], level.lengths[start:seen])
        # where there is no candidate, any way on will do
        np.clip(level.lengths[start:seen], 1, LONG, out=reach[row], casting="unsafe")
    by_match = blocks(match_prices, _IMPOSSIBLE)
    # where each candidate leads, as a place in the flat costs
    targets = blocks(reach, 1)
    targets += np.arange(_WIDTH, dtype=np.int32)[:, None, None]
    targets *= lanes
    targets += np.arange(lanes, dtype=np.int32)
    costs = np.empty((_WIDTH + LONG + 1, lanes), np.int32)
    costs[_WIDTH:] = -AVERAGE * np.arange(LONG + 1, dtype=np.int32)[:, None]
    flat = costs.reshape(-1)
    for step in range(_WIDTH - 1, -1, -1):
        least = (by_unit[step] + costs[step + 1 : step + 1 + MAX_UNIT]).min(0)
        if rows:
            by_candidate = flat.take(targets[step])
            by_candidate += by_match[step]
            np.minimum(least, by_candidate.min(0), out=least)
        costs[step] = least
    # the options again, now that all costs are known: the first of those that give the cost
    following = np.lib.stride_tricks.sliding_window_view(costs[1 : BLOCK + MAX_UNIT], MAX_UNIT, axis=0)
    options = np.empty((BLOCK, MAX_UNIT + rows, lanes), np.int32)
    np.add(by_unit[:BLOCK], following.transpose(0, 2, 1), out=options[:, :MAX_UNIT])
    np.add(by_match[:BLOCK], flat.take(targets[:BLOCK]), out=options[:, MAX_UNIT:])
    choice = options.argmin(1).T.reshape(-1)[: stop - start]
    here = np.arange(stop - start)
    is_unit = choice < MAX_UNIT
    unit_row = np.where(is_unit, choice, 0)
    units = unit_here[unit_row, here]
    lengths = unit_row + 1
    distances = np.zeros(len(here), np.int32)
    for number, level in enumerate(levels):
        those = np.flatnonzero(choice == MAX_UNIT + number)
        lengths[those] = level.lengths[start + those]
        distances[those] = level.distances[start + those]
    return units.tolist(), lengths.tolist(), distances.tolist()


def _walk(data: bytes, units: list[int], lengths: list[int], distances: list[int]) -> Cut:
    """Follow the choices (rules PAR-4 and PAR-5)."""
    chosen: list[int] = []
    cut = Cut(chosen, [], [], [])
    position = last = before = 0
    size = len(data)
    while position < size:
        length = lengths[position]
        distance = distances[position]
        if (
            last
            and distance != last
            and data[position] == data[position - last]
            and data[position : position + MIN_MATCH] == data[position - last : position - last + MIN_MATCH]
            and position + MIN_MATCH <= size
        ):
            again = _agreeing(data, position, last)
            if again >= length - (ADVANTAGE if distance else 0):
                length, distance = again, last
        if not distance:
            chosen.append(units[position])
        elif distance == last and len(chosen) == before:
            cut.lengths[-1] += length
        else:
            cut.runs.append(len(chosen) - before)
            cut.lengths.append(length)
            cut.distances.append(distance)
            last, before = distance, len(chosen)
        position += length
    return cut


def _agreeing(data: bytes, position: int, distance: int) -> int:
    """How many bytes from ``position`` on agree with those ``distance`` before."""
    count, step = MIN_MATCH, 16
    size = len(data)
    # in growing strides while they agree, then byte by byte
    while position + count + step <= size and (
        data[position + count : position + count + step]
        == data[position + count - distance : position + count + step - distance]
    ):
        count += step
        step *= 2
    while position + count < size and data[position + count] == data[position + count - distance]:
        count += 1
    return count

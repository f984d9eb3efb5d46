"""The parse of BRIO version 2, many positions at a time (rules PAR-1 to PAR-6)."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from aura_fast.adaptive import counts_of, frequencies_from
from aura_fast.number import NUMBER_LEAST, distance_symbols, number_symbols, recent_in_force
from aura_fast.unit import SYMBOL_OF_UNIT, UNIT_SIZES
from aura_spec.adaptive import INCREMENT
from aura_spec.brio2 import MAX_LENGTH, MIN_MATCH
from aura_spec.parse import (
    ADVANTAGE,
    AVERAGE,
    BLOCK,
    FIRST_PRICES,
    LEVELS,
    LONG,
    MAX_CANDIDATE,
    OVERLAP,
    PRICED,
    Prices,
    prices_from,
)
from aura_spec.unit import CODES, MAX_UNIT, UNIT_BYTES

Narrow = NDArray[np.int32]
Words = NDArray[np.uint64]

_PIECE: Final = 1 << 15
"""Bytes that are judged at a time; a multiple of ``BLOCK``. It bounds the memory for prices."""

_OPTION_BITS: Final = 5
"""Prices and costs are shifted by so many bits, which leaves room for the number of the option."""

_IMPOSSIBLE: Final = 1 << 28
"""A price that no option beats; small enough that it never overflows."""

_WIDTH: Final = BLOCK + OVERLAP


@dataclass(frozen=True, slots=True)
class Cut:
    """A message in units and matches.

    Attributes:
        units: in order.
        runs, lengths, distances: of each sequence.
    """

    units: NDArray[np.int16]
    runs: list[int]
    lengths: list[int]
    distances: list[int]


@dataclass(frozen=True, slots=True)
class _Level:
    """The candidates of all positions at a level: distances, 0 for none, and lengths."""

    distances: Narrow
    lengths: NDArray[np.uint16]


def parse(data: bytes, effort: int, begin: int = 0) -> Cut:
    """Cut what follows ``begin``, of which matches may begin before it (rule CHK-4)."""
    if begin == len(data):
        return Cut(np.zeros(0, np.int16), [], [], [])
    words = eights(data)
    levels = _levels(words, len(data), LEVELS[effort])
    first = levels[::2] if effort else levels
    text = _Begun(data, words, begin)
    cut = _cut(text, first, _spread(_FIRST, len(data)), None)
    if effort:
        cut = _cut(text, levels, _spread(_by_symbol(_learn(cut)), len(data)), _recent(cut, begin))
    return cut


@dataclass(frozen=True, slots=True)
class _Begun:
    """What is cut, from ``begin`` on, with its words."""

    data: bytes
    words: Words
    begin: int


@dataclass(frozen=True, slots=True)
class _Recent:
    """The recent distances in force: a row after each match, first the row before all of them (rule PAR-6).

    Attributes:
        ends: where in the message each match ends.
        distances: the rows.
    """

    ends: NDArray[np.int64]
    distances: Narrow


def _recent(cut: Cut, begin: int) -> _Recent:
    """The recent distances that a parse that began there leaves in force."""
    sizes = np.concatenate([np.zeros(1, np.int64), np.cumsum(UNIT_SIZES.take(cut.units))])
    ends = sizes.take(np.cumsum(cut.runs, dtype=np.int64)) + np.cumsum(cut.lengths, dtype=np.int64)
    return _Recent(begin + ends, np.array(list(recent_in_force(cut.distances)), np.int32))


def _learn(cut: Cut) -> Prices:
    """The prices that a parse tells for the next (rule PAR-6)."""
    seen = (
        SYMBOL_OF_UNIT.take(cut.units),
        distance_symbols(cut.distances)[0],
        number_symbols(np.array(cut.lengths, np.int64) - MIN_MATCH)[0],
    )
    frequencies = []
    for kind, symbols in zip(PRICED, seen, strict=True):
        counts = counts_of(CODES[kind][:1])
        counts[0] += INCREMENT * np.bincount(symbols, minlength=counts.shape[1])
        frequencies.append(frequencies_from(counts)[0].tolist())
    return prices_from(*frequencies)


@dataclass(frozen=True, slots=True)
class _Prices:
    """Prices by what is at hand, shifted to leave room for the number of the option (rules PAR-2 and PAR-3).

    Attributes:
        units: by unit.
        recent: by place among the recent distances.
        distances: by distance; 0 is none.
        lengths: by length, less the credit for what is beyond ``LONG``.
    """

    units: Narrow
    recent: Narrow
    distances: Narrow
    lengths: Narrow


def _spread(prices: _BySymbol, size: int) -> _Prices:
    """Prices for a message of ``size`` bytes."""
    units, recent, of_distances, of_lengths = prices
    least = np.array([0, *(NUMBER_LEAST + 1).tolist(), MAX_LENGTH])
    distances = np.repeat(of_distances, np.diff(np.minimum(least, size)))
    longest = slice(min(size, MAX_CANDIDATE) + 1)
    lengths = of_lengths.take(_LENGTH_SYMBOLS[longest]) - _CREDIT[longest]
    return _Prices(units, recent, distances, lengths)


_BySymbol = tuple[Narrow, Narrow, Narrow, Narrow]
"""Shifted prices of units, recent distances, no distance and others, and lengths, the latter two by symbol."""


def _by_symbol(prices: Prices) -> _BySymbol:
    """Prices as arrays."""
    units, recent, distances, lengths = (
        np.array(part, np.int32) << _OPTION_BITS
        for part in (prices.units, prices.recent, prices.distances, prices.lengths)
    )
    return units, recent, np.concatenate([np.array([_IMPOSSIBLE], np.int32), distances]), lengths


_FIRST: Final = _by_symbol(FIRST_PRICES)

_LENGTH_SYMBOLS: Final = number_symbols(np.maximum(np.arange(MAX_CANDIDATE + 1) - MIN_MATCH, 0))[0]
_CREDIT: Final = (AVERAGE << _OPTION_BITS) * np.maximum(np.arange(MAX_CANDIDATE + 1) - LONG, 0).astype(
    np.int32
)


def _cut(text: _Begun, levels: list[_Level], prices: _Prices, recent: _Recent | None) -> Cut:
    """Judge all positions from where it begins, and walk."""
    data, begin = text.data, text.begin
    size = len(data) - begin
    units, lengths = np.empty(size, np.int16), np.empty(size, np.uint16)
    distances = np.empty(size, np.int32)
    for start in range(0, size, _PIECE):
        piece = slice(start, start + _PIECE)
        units[piece], lengths[piece], distances[piece] = _judge(
            text.words, begin + start, levels, prices, recent
        )
    # plain views: few positions are visited, and lists of all would take much memory
    places, runs, copied, back = _walk(data, begin, lengths.data, distances.data)
    return Cut(units[np.array(places, np.int32)], runs, copied, back)


def eights(data: bytes) -> Words:
    """For each position the eight bytes there as an integer, low byte first; zeros follow the end."""
    return np.ndarray((len(data),), np.uint64, data + bytes(8), strides=(1,)).copy()


def _levels(words: Words, size: int, levels: tuple[int, ...]) -> list[_Level]:
    """The candidates of every level (rule PAR-1)."""
    found: list[_Level] = []
    # for lengths of keys so far, a number for each position that is the same where the same bytes stand
    numbers: dict[int, NDArray[np.uint32]] = {}
    for level in levels:
        if size <= level:
            break
        if level == 4:
            keys, bits = words[: size - 3] & np.uint64((1 << 32) - 1), 32
        else:
            # a longer key is a pair of shorter ones that overlap or touch
            half = _half(levels, level)
            shorter = numbers[half]
            width = int(shorter.max()).bit_length()
            keys = shorter[: size - level + 1].astype(np.uint64)
            keys <<= np.uint64(width)
            keys |= shorter[level - half : size - half + 1]
            bits = 2 * width
        # only what the levels to come are made of is still needed
        halves = {_half(levels, following) for following in levels[len(found) + 1 :]}
        numbers = {length: those for length, those in numbers.items() if length in halves}
        distances, own = _latest(keys, bits, size, numbered=level in halves)
        if own is not None:
            numbers[level] = own
        found.append(_Level(distances, _lengths(words, distances, level)))
    return found


def _half(levels: tuple[int, ...], level: int) -> int:
    """The shortest key two of which make one of ``level`` bytes."""
    return min(length for length in levels if 2 * length >= level)


def _latest(keys: Words, bits: int, size: int, *, numbered: bool) -> tuple[Narrow, NDArray[np.uint32] | None]:
    """The distance to the latest earlier position with the same key, and numbers for the keys, if asked for.

    ``bits`` bounds the keys, which may be overwritten.
    """
    count = len(keys)
    width = (count - 1).bit_length()
    if bits + width <= 64:
        # key and position in one integer: they sort fast, and equal keys by position
        keys <<= np.uint64(width)
        keys |= np.arange(count, dtype=np.uint64)
        keys.sort()
        fresh = _changes(keys, width)
        keys &= np.uint64((1 << width) - 1)
        positions = keys.view(np.int64)
    else:
        positions = np.argsort(keys, kind="stable")
        fresh = _changes(keys[positions], 0)
    gaps = np.zeros(count, np.int32)
    np.subtract(positions[1:], positions[:-1], out=gaps[1:], casting="unsafe")
    gaps[fresh] = 0
    distances = np.zeros(size, np.int32)
    distances[positions] = gaps
    del gaps
    if not numbered:
        return distances, None
    numbers = np.empty(count, np.uint32)
    numbers[positions] = np.cumsum(fresh, dtype=np.uint32)
    return distances, numbers


def _changes(keys: Words, width: int) -> NDArray[np.bool_]:
    """Where what is above the lowest ``width`` bits differs from the one before it."""
    changes = np.ones(len(keys), bool)
    for start in range(0, len(keys), _PIECE):
        above = keys[start : start + _PIECE + 1] >> np.uint64(width)
        np.not_equal(above[1:], above[:-1], out=changes[start + 1 : start + len(above)])
    return changes


def _lengths(words: Words, distances: Narrow, level: int) -> NDArray[np.uint16]:
    """The lengths of the candidates of a level (rule PAR-1)."""
    size = len(distances)
    changes = np.ones(size, bool)
    np.not_equal(distances[1:], distances[:-1], out=changes[:-1])
    # where chains of positions with one distance end, and how many of the eight bytes beyond the level agree
    last = np.flatnonzero(changes).astype(np.int32)
    beyond = np.minimum(last + level, size - 1)
    differing = words.take(beyond)
    differing ^= words.take(beyond - distances.take(last))
    more = _agreeing_bytes(differing)
    del differing
    # zeros stand for bytes behind the end, and may agree
    ends = np.minimum(last + level + more, size)
    lengths = np.repeat(ends, np.diff(last, prepend=np.int32(-1)))
    lengths -= np.arange(size, dtype=np.int32)
    np.minimum(lengths, MAX_CANDIDATE, out=lengths)
    lengths[distances == 0] = 0
    return lengths.astype(np.uint16)


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The phrases of one length, found by a multiplication.

    Attributes:
        factor: the top bits of a phrase times this are its place.
        by_place: at each place the number of the phrase that may stand there.
        keys: of each phrase by number its bytes, the first one lowest.
        units: of each phrase by number its unit.
    """

    factor: int
    by_place: NDArray[np.int16]
    keys: Words
    units: Narrow


_PLACE_BITS: Final = 17


@cache
def _phrases() -> tuple[_Phrases, ...]:
    """The phrases by length, from two bytes on, with factors under which no two share a place."""
    found = []
    for length in range(2, MAX_UNIT + 1):
        units = np.array([unit for unit, text in enumerate(UNIT_BYTES) if len(text) == length], np.int32)
        keys = np.array([int.from_bytes(UNIT_BYTES[unit], "little") for unit in units], np.uint64)
        factor = 0x9E3779B97F4A7C15
        while len(np.unique(_places(keys, factor))) < len(keys):
            factor = factor * 0xD1342543DE82EF95 % (1 << 64)
        # phrase 0 is found at its own place only, so that where it stands elsewhere it never matches
        by_place = np.zeros(1 << _PLACE_BITS, np.int16)
        by_place[_places(keys, factor)] = np.arange(len(keys))
        found.append(_Phrases(factor, by_place, keys, units))
    return tuple(found)


def _places(keys: Words, factor: int) -> NDArray[np.int64]:
    return (keys * np.uint64(factor) >> np.uint64(64 - _PLACE_BITS)).view(np.int64)


def _price_units(words: Words, by_unit: Narrow, prices: Narrow, numbers: NDArray[np.int16]) -> None:
    """Look up the phrases that stand at each place of the matrix ``words``.

    Writes for each length from one byte on the price, and the phrase's number among those of its length.
    """
    prices[:, 0] = by_unit.take((words & np.uint64(0xFF)).view(np.int64))
    for row, phrases in enumerate(_phrases(), 1):
        keys = words & np.uint64((1 << 8 * (row + 1)) - 1)
        found = phrases.by_place.take(_places(keys, phrases.factor))
        numbers[:, row] = found
        # no phrase holds a zero, so that zeros behind the end never match
        prices[:, row] = np.where(
            phrases.keys.take(found) == keys, by_unit.take(phrases.units).take(found), _IMPOSSIBLE
        )


def _repeats(words: Words, start: int, stop: int, recent: _Recent) -> list[_Level]:
    """The recent distances in force from ``start`` to before ``stop``, where enough bytes agree (rule PAR-6)."""
    positions = np.arange(start, stop, dtype=np.int32)
    rows = recent.distances[np.searchsorted(recent.ends, positions, "right")]
    found = []
    for row in rows.T:
        distances = np.zeros(len(positions), np.int32)
        lengths = np.zeros(len(positions), np.uint16)
        going = np.flatnonzero(row <= positions).astype(np.int32)
        for done in range(0, LONG, 8):
            # zeros stand for bytes behind the end, and may agree
            ahead = np.minimum(positions.take(going) + done, len(words) - 1)
            agreeing = _agreeing_bytes(words.take(ahead) ^ words.take(ahead - row.take(going)))
            agreeing = np.minimum(agreeing, len(words) - done - positions.take(going))
            if not done:
                enough = agreeing >= MIN_MATCH
                going, agreeing = going[enough], agreeing[enough]
                distances[going] = row.take(going)
            lengths[going] = done + np.maximum(agreeing, 0)
            going = going[agreeing == 8]
        found.append(_Level(distances, lengths))
    return found


def _agreeing_bytes(differing: Words) -> Narrow:
    """How many bytes, from the lowest on, are zero."""
    same = differing == 0
    # the lowest bit that differs tells how many; as a float, its exponent does
    differing &= ~differing + np.uint64(1)
    exponents = differing.astype(np.float64).view(np.int64) >> 52
    agreeing = (exponents - 1023 >> 3).astype(np.int32)
    agreeing[same] = 8
    return agreeing


def _judge(
    words: Words, start: int, levels: list[_Level], all_prices: _Prices, recent: _Recent | None
) -> tuple[Narrow, Narrow, Narrow]:
    """Choose at each position of a piece: unit, length and distance, 0 for a unit (rule PAR-3).

    The blocks of the piece stand side by side, a column each; all matrices have a row for each position of a block
    and its overlap, and take a step for all blocks at once. Prices hold the number of their option in the lowest
    bits, so that the least sum names the first of the options that give the least cost.
    """
    stop = min(start + _PIECE, len(words))
    seen = min(stop + OVERLAP, len(words))
    lanes = -(-(stop - start) // BLOCK)
    here = [_Level(level.distances[start:seen], level.lengths[start:seen]) for level in levels]
    if recent:
        here += _repeats(words, start, seen, recent)
    rows = len(here)
    beside = _blocks(words[start:seen], lanes)
    by_unit = np.empty((_WIDTH, MAX_UNIT, lanes), np.int32)
    numbers = np.empty((_WIDTH, MAX_UNIT, lanes), np.int16)
    _price_units(beside, all_prices.units, by_unit, numbers)
    by_unit += np.arange(MAX_UNIT, dtype=np.int32)[:, None]
    # behind the end of the message nothing costs anything
    inside = seen - start - np.arange(lanes) * BLOCK
    for lane in np.flatnonzero(inside < _WIDTH).tolist():
        by_unit[int(inside[lane]) :, 0, lane] = 0
    by_match = np.empty((_WIDTH, rows, lanes), np.int32)
    # where each candidate leads, as a place in the flat costs; where there is none, any way on will do
    targets = np.empty((_WIDTH, rows, lanes), np.int64)
    for row, level in enumerate(here):
        lengths = _blocks(level.lengths, lanes)
        distances = _blocks(level.distances, lanes)
        if row < len(levels):
            prices = all_prices.distances.take(distances)
        else:
            prices = np.where(distances, all_prices.recent[row - len(levels)], _IMPOSSIBLE)
        prices += all_prices.lengths.take(lengths)
        np.add(prices, MAX_UNIT + row, out=by_match[:, row])
        np.clip(lengths, 1, LONG, out=targets[:, row])
    targets += np.arange(_WIDTH)[:, None, None]
    targets *= lanes
    targets += np.arange(lanes)
    best = np.empty((_WIDTH, lanes), np.int32)
    costs = np.empty((_WIDTH + LONG + 1, lanes), np.int32)
    costs[_WIDTH:] = (-AVERAGE << _OPTION_BITS) * np.arange(LONG + 1, dtype=np.int32)[:, None]
    flat = costs.reshape(-1)
    options = np.empty((MAX_UNIT + rows, lanes), np.int32)
    units, matches = options[:MAX_UNIT], options[MAX_UNIT:]
    for step in range(_WIDTH - 1, -1, -1):
        np.add(by_unit[step], costs[step + 1 : step + 1 + MAX_UNIT], out=units)
        if rows:
            # all places exist; "clip" spares the check
            flat.take(targets[step], out=matches, mode="clip")
            matches += by_match[step]
        np.minimum.reduce(options, axis=0, out=best[step])
        np.bitwise_and(best[step], -1 << _OPTION_BITS, out=costs[step])
    chosen = (best[:BLOCK] & (1 << _OPTION_BITS) - 1).T.ravel()[: stop - start]
    return _chosen(words[start:stop], here, chosen, numbers)


def _chosen(
    words: Words, levels: list[_Level], chosen: Narrow, numbers: NDArray[np.int16]
) -> tuple[Narrow, Narrow, Narrow]:
    """Unit, length and distance of the options chosen at each position of a piece."""
    units = (words & np.uint64(0xFF)).astype(np.int32)
    sizes = chosen + 1
    distances = np.zeros(len(chosen), np.int32)
    for row, phrases in enumerate(_phrases(), 1):
        those = np.flatnonzero(chosen == row)
        units[those] = phrases.units.take(numbers[those % BLOCK, row, those // BLOCK])
    for row, level in enumerate(levels):
        those = np.flatnonzero(chosen == MAX_UNIT + row)
        sizes[those] = level.lengths[those]
        distances[those] = level.distances[those]
    return units, sizes, distances


Number = TypeVar("Number", np.uint64, np.int32, np.uint16)


def _blocks(values: NDArray[Number], lanes: int) -> NDArray[Number]:
    """The blocks of a piece and their overlaps side by side, a column each; zeros behind the end."""
    padded = np.zeros(lanes * BLOCK + OVERLAP, values.dtype)
    padded[: len(values)] = values
    size = values.itemsize
    beside = np.lib.stride_tricks.as_strided(padded, (_WIDTH, lanes), (size, size * BLOCK))
    return np.ascontiguousarray(beside)


def _walk(
    data: bytes, begin: int, lengths: memoryview, distances: memoryview
) -> tuple[array[int], list[int], list[int], list[int]]:
    """Follow the choices (rules PAR-4 and PAR-5): where the units stand, runs, lengths and distances.

    Places, and those of the views, count from ``begin`` on.
    """
    places = array("i")
    runs: list[int] = []
    taken: list[int] = []
    back: list[int] = []
    position, last, before = begin, 0, 0
    size = len(data)
    while position < size:
        length = lengths[position - begin]
        distance = distances[position - begin]
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
            places.append(position - begin)
        elif distance == last and len(places) == before:
            taken[-1] += length
        else:
            runs.append(len(places) - before)
            taken.append(length)
            back.append(distance)
            last, before = distance, len(places)
        position += length
    return places, runs, taken, back


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

"""The parse of BRIO version 2, many positions at a time (rules PAR-1 to PAR-6)."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from aura_fast.adaptive import contexts_after, frequencies_from
from aura_fast.interleaved_rans import Wide
from aura_fast.number import NUMBER_LEAST, distance_symbols, number_symbols, recent_in_force
from aura_fast.unit import CONTEXTS, SYMBOL_OF_UNIT, UNIT_SIZES
from aura_spec.adaptive import INCREMENT
from aura_spec.brio2 import MAX_LENGTH, MIN_MATCH, RECENT
from aura_spec.parse import (
    ADVANTAGE,
    AVERAGE,
    BLOCK,
    LONG,
    MAX_CANDIDATE,
    OVERLAP,
    SEARCH_LENGTHS,
    TIMES,
    Prices,
    first_counts,
    prices_from,
)
from aura_spec.unit import MAX_UNIT, SYMBOLS, UNIT_BYTES

Narrow = NDArray[np.int32]
Words = NDArray[np.uint64]

_PIECE: Final = 1 << 15
"""Bytes that are judged at a time; a multiple of ``BLOCK``. It bounds the memory for prices."""

_OPTION_BITS: Final = 7
"""Prices and costs are shifted by so many bits, which leaves room for the number of the option."""

_SHORTEN: Final = MAX_UNIT + len(RECENT) - 1
"""The number of the option to take so many bytes of a candidate, less the bytes."""

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
    lengths: NDArray[np.uint8]


def parse(data: bytes, level: int, begin: int = 0) -> Cut:
    """Cut what follows ``begin``, of which matches may begin before it (rule CHK-4)."""
    if begin == len(data):
        return Cut(np.zeros(0, np.int16), [], [], [])
    words = eights(data)
    levels = _levels(words, len(data), SEARCH_LENGTHS[level])
    text = _Begun(data, words, begin)
    cut = _cut(text, levels[::3] if level else levels, _spread(_FIRST, len(data)), None)
    for _ in range(TIMES if level else 0):
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


_FIRST_COUNTS: Final = {kind: np.array(rows, np.int64) for kind, rows in first_counts().items()}


def _learn(cut: Cut) -> Prices:
    """The prices that a parse tells for the next (rule PAR-6)."""
    units = SYMBOL_OF_UNIT.take(cut.units)
    starts = np.cumsum([0, *cut.runs])
    contexts = np.full(len(units), -1, np.int64)
    contexts[starts[starts < len(units)]] = 0
    seen = {
        "runs": number_symbols(np.array(cut.runs, np.int64))[0],
        "distances": distance_symbols(cut.distances)[0],
        "lengths": number_symbols(np.array(cut.lengths, np.int64) - MIN_MATCH)[0],
        "units": units + _FIRST_COUNTS["units"].shape[1] * contexts_after(units, contexts, CONTEXTS),
    }
    counts = {
        kind: rows + INCREMENT * np.bincount(seen[kind], minlength=rows.size).reshape(rows.shape)
        for kind, rows in _FIRST_COUNTS.items()
    }
    return _prices(counts)


def _prices(counts: dict[str, Wide]) -> Prices:
    return prices_from({kind: frequencies_from(rows).tolist() for kind, rows in counts.items()})


@dataclass(frozen=True, slots=True)
class _Prices:
    """Prices by what is at hand, shifted to leave room for the number of the option (rules PAR-2 and PAR-3).

    Attributes:
        units: by context, times ``SYMBOLS``, and symbol of the unit.
        recent: by place among the recent distances.
        distances: by distance; 0 is none.
        lengths: by length, less the credit for what is beyond ``LONG``.
        runs: of a run of no units, and of any other.
    """

    units: Narrow
    recent: Narrow
    distances: Narrow
    lengths: Narrow
    runs: Narrow


def _spread(prices: _BySymbol, size: int) -> _Prices:
    """Prices for a message of ``size`` bytes."""
    units, recent, of_distances, of_lengths, runs = prices
    least = np.array([0, *(NUMBER_LEAST + 1).tolist(), MAX_LENGTH])
    distances = np.repeat(of_distances, np.diff(np.minimum(least, size)))
    longest = slice(min(size, MAX_CANDIDATE) + 1)
    lengths = of_lengths.take(_LENGTH_SYMBOLS[longest]) - _CREDIT[longest]
    return _Prices(units, recent, distances, lengths, runs)


_BySymbol = tuple[Narrow, Narrow, Narrow, Narrow, Narrow]
"""Shifted prices of units, recent distances, no distance and others, and lengths, both by symbol, and runs."""


def _by_symbol(prices: Prices) -> _BySymbol:
    """Prices as arrays."""
    units, recent, distances, lengths, runs = (
        np.array(part, np.int32) << _OPTION_BITS
        for part in (prices.units, prices.recent, prices.distances, prices.lengths, prices.runs)
    )
    impossible = np.array([_IMPOSSIBLE], np.int32)
    return units.ravel(), recent, np.concatenate([impossible, distances]), lengths, runs


_FIRST: Final = _by_symbol(_prices(_FIRST_COUNTS))

_LENGTH_SYMBOLS: Final = number_symbols(np.maximum(np.arange(MAX_CANDIDATE + 1) - MIN_MATCH, 0))[0]
_CREDIT: Final = (AVERAGE << _OPTION_BITS) * np.maximum(np.arange(MAX_CANDIDATE + 1) - LONG, 0).astype(
    np.int32
)


def _cut(text: _Begun, levels: list[_Level], prices: _Prices, recent: _Recent | None) -> Cut:
    """Judge all positions from where it begins, and walk."""
    data, begin = text.data, text.begin
    size = len(data) - begin
    first, later = np.empty(size, np.uint8), np.empty(size, np.uint8)
    lengths, distances = np.empty(size, np.uint8), np.empty(size, np.int32)
    # shorter pieces beside a window, which takes memory as well
    step = _PIECE // 2 if begin else _PIECE
    for start in range(0, size, step):
        piece = slice(start, start + step)
        first[piece], later[piece], lengths[piece], distances[piece] = _judge(
            text.words, (begin + start, min(begin + start + step, len(data))), levels, prices, recent
        )
    # plain views: few positions are visited, and lists of all would take much memory
    places, sizes, runs, copied, back = _walk(
        data, begin, (first.data, later.data), lengths.data, distances.data
    )
    units = _units_at(text.words, begin + np.array(places, np.int64), np.frombuffer(sizes, np.uint8))
    return Cut(units, runs, copied, back)


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


def _lengths(words: Words, distances: Narrow, level: int) -> NDArray[np.uint8]:
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
    return lengths.astype(np.uint8)


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The phrases of one length, found by a multiplication.

    Attributes:
        factor: the top bits of a phrase times this are its group, those below its place in the group.
        offsets: for each group what has to be added to its places, so that no two phrases share one.
        by_place: at each place the number of the phrase that may stand there.
        keys: of each phrase by number its bytes, the first one lowest.
        units: of each phrase by number its unit.
        symbols: of each phrase by number the symbol of its unit.
    """

    factor: int
    offsets: NDArray[np.int64]
    by_place: NDArray[np.int16]
    keys: Words
    units: Narrow
    symbols: Narrow


_GROUP_BITS: Final = 12
_PLACE_BITS: Final = 15


@cache
def _phrases() -> tuple[_Phrases, ...]:
    """The phrases by length, from two bytes on."""
    found = []
    for length in range(2, MAX_UNIT + 1):
        units = np.array([unit for unit, text in enumerate(UNIT_BYTES) if len(text) == length], np.int32)
        keys = np.array([int.from_bytes(UNIT_BYTES[unit], "little") for unit in units], np.uint64)
        factor = 0x9E3779B97F4A7C15
        while (offsets := _offsets(keys, factor)) is None:
            factor = factor * 0xD1342543DE82EF95 % (1 << 64)
        # phrase 0 is found at its own place only, so that where it stands elsewhere it never matches
        by_place = np.zeros(1 << _PLACE_BITS, np.int16)
        by_place[_places(keys, factor, offsets)] = np.arange(len(keys))
        found.append(
            _Phrases(factor, offsets, by_place, keys, units, SYMBOL_OF_UNIT.take(units).astype(np.int32))
        )
    return tuple(found)


def _offsets(keys: Words, factor: int) -> NDArray[np.int64] | None:
    """Offsets for the groups, the largest group first; None if two phrases of a group share their place in it."""
    places = _places(keys, factor, np.zeros(1 << _GROUP_BITS, np.int64))
    groups = (keys * np.uint64(factor) >> np.uint64(64 - _GROUP_BITS)).view(np.int64)
    offsets = np.zeros(1 << _GROUP_BITS, np.int64)
    taken = np.zeros(1 << _PLACE_BITS, bool)
    sizes = np.bincount(groups, minlength=len(offsets))
    for group in np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)].tolist():
        own = places[groups == group]
        if len(set(own.tolist())) < len(own):  # not np.unique, which imports numpy.ma, some 2 MiB
            return None
        while taken[own + offsets[group] & len(taken) - 1].any():
            offsets[group] += 1
        taken[own + offsets[group] & len(taken) - 1] = True
    return offsets


def _places(keys: Words, factor: int, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    products = keys * np.uint64(factor)
    places = (products >> np.uint64(64 - _GROUP_BITS - _PLACE_BITS)).view(np.int64)
    products >>= np.uint64(64 - _GROUP_BITS)
    places += offsets.take(products.view(np.int64))
    places &= (1 << _PLACE_BITS) - 1
    return places


def _price_units(words: Words, by_symbol: Narrow, contexts: Narrow) -> Narrow:
    """The prices of the units that stand at each place of the matrix ``words``.

    Returns:
        For each row of the matrix, for each length from one byte on, in context 0 and in that of the place, a row.
    """
    rows, lanes = words.shape
    prices = np.full((rows, MAX_UNIT, 2, lanes), _IMPOSSIBLE, np.int32)
    shifted = contexts * SYMBOLS
    symbols = (words & np.uint64(0xFF)).astype(np.int32)
    prices[:, 0, 0] = by_symbol.take(symbols)
    prices[:, 0, 1] = by_symbol.take(symbols + shifted)
    flat = prices.reshape(-1)
    for row, phrases in enumerate(_phrases(), 1):
        keys = words & np.uint64((1 << 8 * (row + 1)) - 1)
        found = phrases.by_place.take(_places(keys, phrases.factor, phrases.offsets))
        # no phrase holds a zero, so that zeros behind the end never match
        there = np.flatnonzero(phrases.keys.take(found) == keys)
        symbols = phrases.symbols.take(found.take(there))
        places = there + there // lanes * ((2 * MAX_UNIT - 1) * lanes) + 2 * row * lanes
        flat[places] = by_symbol.take(symbols)
        flat[places + lanes] = by_symbol.take(symbols + shifted.take(there))
    return prices


def _units_at(words: Words, places: NDArray[np.int64], sizes: NDArray[np.uint8]) -> NDArray[np.int16]:
    """The units of these sizes that stand at these places."""
    units = (words.take(places) & np.uint64(0xFF)).astype(np.int16)
    for row, phrases in enumerate(_phrases(), 1):
        those = np.flatnonzero(sizes == row + 1)
        keys = words.take(places.take(those)) & np.uint64((1 << 8 * (row + 1)) - 1)
        found = phrases.by_place.take(_places(keys, phrases.factor, phrases.offsets))
        units[those] = phrases.units.take(found)
    return units


def _repeats(words: Words, start: int, stop: int, recent: _Recent) -> list[_Level]:
    """The recent distances in force from ``start`` to before ``stop``, where enough bytes agree (rule PAR-6)."""
    positions = np.arange(start, stop, dtype=np.int32)
    rows = recent.distances[np.searchsorted(recent.ends, positions, "right")]
    found = []
    for row in rows.T:
        distances = np.zeros(len(positions), np.int32)
        lengths = np.zeros(len(positions), np.uint8)
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
    words: Words, piece: tuple[int, int], levels: list[_Level], all_prices: _Prices, recent: _Recent | None
) -> tuple[Narrow, Narrow, Narrow, Narrow]:
    """Judge the positions of a piece, from the first number to before the second (rules PAR-3 and PAR-6).

    The blocks of the piece stand side by side, a column each; all matrices have a row for each position of a block
    and its overlap, and take a step for all blocks at once. Prices hold the number of their option in the lowest
    bits, so that the least sum names the first of the options that give the least cost.

    Returns:
        For each position the bytes of the unit to take behind a match, and behind a unit, 0 for a match; length and
        distance of the match.
    """
    start, stop = piece
    seen = min(stop + OVERLAP, len(words))
    lanes = -(-(stop - start) // BLOCK)
    here = [_Level(level.distances[start:seen], level.lengths[start:seen]) for level in levels]
    led = _repeats(words, start, seen, recent) if recent else here
    rows = len(led)
    of_units = _units(words, start, seen, lanes, all_prices.units)
    of_led = np.empty((_WIDTH, rows, lanes), np.int32)
    # where each candidate leads, as a place in the flat costs; where there is none, any way on will do
    targets = np.empty((_WIDTH, rows, lanes), np.int64)
    for row, level in enumerate(led):
        lengths = _blocks(level.lengths, lanes)
        distances = _blocks(level.distances, lanes)
        if recent:
            prices = np.where(distances, all_prices.recent[row], _IMPOSSIBLE)
        else:
            prices = all_prices.distances.take(distances)
        prices += all_prices.lengths.take(lengths)
        np.add(prices, MAX_UNIT + row, out=of_led[:, row])
        np.clip(lengths, 1, LONG, out=targets[:, row])
    width = _WIDTH + LONG + 1
    targets += np.arange(_WIDTH)[:, None, None] + np.arange(lanes) * width
    shortened = _shortened(here, lanes, all_prices) if recent else None
    # costs where a match ends, a row a block, and where a unit ends, a column a block
    behind_match = np.empty((lanes, width), np.int32)
    behind_match[:, _WIDTH:] = (-AVERAGE << _OPTION_BITS) * np.arange(LONG + 1, dtype=np.int32)
    behind_unit = np.array(behind_match.T, order="C")
    flat = behind_match.reshape(-1)
    matched = np.full((_WIDTH, lanes), _IMPOSSIBLE, np.int32)
    # what follows a match, and what a unit
    chosen = np.empty((_WIDTH, 2, lanes), np.int32)
    units = np.empty((MAX_UNIT, 2, lanes), np.int32)
    costs = np.empty((2, lanes), np.int32)
    matches = np.empty((rows, lanes), np.int32)
    lengths_on = np.empty((lanes, LONG), np.int32)
    runs = all_prices.runs[:, None]
    cost_behind_match, cost_behind_unit = costs
    least = np.minimum.reduce
    for step in range(_WIDTH - 1, -1, -1):
        best, taken = matched[step], chosen[step]
        if rows:
            # all places exist; "clip" spares the check
            flat.take(targets[step], out=matches, mode="clip")
            matches += of_led[step]
            least(matches, axis=0, out=best)
        if shortened is not None:
            np.add(shortened[:, step], behind_match[:, step + 1 : step + 1 + LONG], out=lengths_on)
            np.minimum(best, lengths_on.min(1), out=best)
        np.add(of_units[step], behind_unit[step + 1 : step + 1 + MAX_UNIT, None], out=units)
        least(units, axis=0, out=taken)
        np.add(best, runs, out=costs)
        np.minimum(taken, costs, out=taken)
        np.bitwise_and(taken, -1 << _OPTION_BITS, out=costs)
        behind_match[:, step] = cost_behind_match
        behind_unit[step] = cost_behind_unit
    return _chosen(chosen, matched, led, here, stop - start)


def _units(words: Words, start: int, seen: int, lanes: int, by_symbol: Narrow) -> Narrow:
    """The prices of units, as :func:`_price_units` gives them, with their numbers as options."""
    contexts = np.zeros(seen - start, np.int32)
    before = words[max(0, start - 1) : seen - 1] & np.uint64(0xFF)
    contexts[len(contexts) - len(before) :] = CONTEXTS.take(before.view(np.int64))
    prices = _price_units(_blocks(words[start:seen], lanes), by_symbol, _blocks(contexts, lanes))
    prices += np.arange(MAX_UNIT, dtype=np.int32)[:, None, None]
    # behind the end of the message nothing costs anything
    inside = seen - start - np.arange(lanes) * BLOCK
    for lane in np.flatnonzero(inside < _WIDTH).tolist():
        prices[int(inside[lane]) :, 0, :, lane] = 0
    return prices


def _shortened(levels: list[_Level], lanes: int, prices: _Prices) -> Narrow:
    """The prices to take 1, 2, … ``LONG`` bytes of a candidate, with their numbers as options (rule PAR-6).

    Blocks, positions of a block, and lengths. The first level whose candidate has so many bytes gives the distance.
    """
    size = lanes * BLOCK + OVERLAP
    count = len(levels[0].distances) if levels else 0
    # how many bytes the candidates up to a level have at most, and the prices of their distances; the last row
    # stands for lengths that none has
    reach = np.zeros((len(levels) + 1, size), np.int16)
    dear = np.full((size, len(levels) + 1), _IMPOSSIBLE, np.int32)
    for row, level in enumerate(levels):
        np.minimum(level.lengths, LONG, out=reach[row, :count], casting="unsafe")
        np.maximum(reach[row], reach[row - 1], out=reach[row])
        dear[:count, row] = prices.distances.take(level.distances)
    reach[-1] = LONG
    # as often the price of a distance as there are lengths for which its level is the first
    often = np.empty((size, len(levels) + 1), np.int64)
    often[:, 0] = reach[0]
    np.subtract(reach[1:].T, reach[:-1].T, out=often[:, 1:])
    by_length = np.repeat(dear.ravel(), often.ravel()).reshape(size, LONG)
    own = np.full(LONG, _IMPOSSIBLE, np.int32)
    allowed = prices.lengths[MIN_MATCH : LONG + 1]
    own[MIN_MATCH - 1 : MIN_MATCH - 1 + len(allowed)] = allowed
    own += np.arange(_SHORTEN + 1, _SHORTEN + 1 + LONG, dtype=np.int32)
    by_length += own
    # the last stands for all bytes of the candidate
    for row in range(len(levels) - 1, -1, -1):
        lengths = levels[row].lengths
        those = np.flatnonzero(lengths >= LONG)
        by_length[those, -1] = (
            dear[those, row] + prices.lengths.take(lengths.take(those)) + np.int32(_SHORTEN + LONG)
        )
    step = by_length.strides[0]
    return np.lib.stride_tricks.as_strided(by_length, (lanes, _WIDTH, LONG), (step * BLOCK, step, 4))


def _chosen(
    chosen: Narrow, matched: Narrow, led: list[_Level], levels: list[_Level], count: int
) -> tuple[Narrow, Narrow, Narrow, Narrow]:
    """What was chosen at each position of a piece, as :func:`_judge` gives it."""
    options = (1 << _OPTION_BITS) - 1
    first, later, best = (
        (numbers[:BLOCK] & options).T.ravel()[:count] for numbers in (chosen[:, 0], chosen[:, 1], matched)
    )
    lengths, distances = np.zeros(count, np.int32), np.zeros(count, np.int32)
    for row, level in enumerate(led):
        those = np.flatnonzero(best == MAX_UNIT + row)
        lengths[those], distances[those] = level.lengths.take(those), level.distances.take(those)
    those = np.flatnonzero(best > _SHORTEN)
    wanted = best.take(those) - _SHORTEN
    # the first level is looked at last
    for level in reversed(levels if led is not levels else []):
        found = level.lengths.take(those)
        enough = np.flatnonzero(found >= wanted)
        at, own = those.take(enough), wanted.take(enough)
        distances[at] = level.distances.take(at)
        lengths[at] = np.where(own == LONG, found.take(enough), own)
    return (
        np.where(first < MAX_UNIT, first + 1, 0),
        np.where(later < MAX_UNIT, later + 1, 0),
        lengths,
        distances,
    )


Number = TypeVar("Number", np.uint64, np.int32, np.uint8)


def _blocks(values: NDArray[Number], lanes: int) -> NDArray[Number]:
    """The blocks of a piece and their overlaps side by side, a column each; zeros behind the end."""
    padded = np.zeros(lanes * BLOCK + OVERLAP, values.dtype)
    padded[: len(values)] = values
    size = values.itemsize
    beside = np.lib.stride_tricks.as_strided(padded, (_WIDTH, lanes), (size, size * BLOCK))
    return np.ascontiguousarray(beside)


def _walk(
    data: bytes, begin: int, sizes: tuple[memoryview, memoryview], lengths: memoryview, distances: memoryview
) -> tuple[array[int], bytearray, list[int], list[int], list[int]]:
    """Follow the choices (rules PAR-4 and PAR-5): where units stand and their sizes, runs, lengths and distances.

    Places, and those of the views, count from ``begin`` on.
    """
    places = array("i")
    taken = bytearray()
    runs: list[int] = []
    copied: list[int] = []
    back: list[int] = []
    add_place, add_size = places.append, taken.append
    first, later = sizes
    position, last, run = begin, 0, 0
    size = len(data)
    while position < size:
        place = position - begin
        length = (later if run else first)[place]
        distance = 0
        if not length:
            length, distance = lengths[place], distances[place]
        if (
            last
            and data[position] == data[position - last]
            and distance != last
            and data[position : position + MIN_MATCH] == data[position - last : position - last + MIN_MATCH]
            and position + MIN_MATCH <= size
        ):
            again = _agreeing(data, position, last)
            if again >= length - (ADVANTAGE if distance else 0):
                length, distance = again, last
        if not distance:
            add_place(place)
            add_size(length)
            run += 1
        elif distance == last and not run:
            copied[-1] += length
        else:
            runs.append(run)
            copied.append(length)
            back.append(distance)
            last, run = distance, 0
        position += length
    return places, taken, runs, copied, back


def _agreeing(data: bytes, position: int, distance: int) -> int:
    """How many bytes from ``position`` on agree with those ``distance`` before."""
    count, step = MIN_MATCH, 16
    size = len(data)
    while position + count < size:
        step = min(step, size - position - count)  # ever wider while they agree
        here = data[position + count : position + count + step]
        there = data[position + count - distance : position + count - distance + step]
        if here != there:
            differing = int.from_bytes(here, "little") ^ int.from_bytes(there, "little")
            # the lowest bit that differs
            return count + ((differing & -differing).bit_length() - 1 >> 3)
        count += step
        step *= 2
    return count

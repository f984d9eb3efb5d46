"""The parse of BRIO version 2, position by position (rules PAR-1 to PAR-6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from aura_reference.adaptive import frequencies_from
from aura_spec.adaptive import INCREMENT
from aura_spec.brio2 import MIN_MATCH, RECENT, number_symbol
from aura_spec.interleaved_rans import frequencies_of
from aura_spec.parse import (
    ADVANTAGE,
    AVERAGE,
    BLOCK,
    EXTENSION,
    FIRST_PRICES,
    LEVELS,
    LONG,
    MAX_CANDIDATE,
    OVERLAP,
    PRICED,
    Prices,
    prices_from,
)
from aura_spec.unit import CODES, MAX_UNIT, UNIT_BYTES, symbol_of

_UNITS = {text: unit for unit, text in enumerate(UNIT_BYTES)}


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do at a position: a unit, with distance 0, or a match."""

    length: int
    distance: int
    unit: int = 0


@dataclass(slots=True)
class Repeat:
    """A run of units, and the match that follows."""

    run: int
    length: int
    distance: int


@dataclass(frozen=True, slots=True)
class Parse:
    """A message in units and matches; the units behind the last match have no sequence."""

    units: tuple[int, ...]
    sequences: tuple[Repeat, ...]


def parse(data: bytes, effort: int, begin: int = 0) -> Parse:
    """Cut what follows ``begin``, of which matches may begin before it (rules PAR-1 to PAR-6 and CHK-4)."""
    levels = [candidates(data, level) for level in LEVELS[effort]]
    first = levels[::2] if effort else levels
    cut = walk(data, begin, judge_all(data, begin, first, [], FIRST_PRICES))
    if effort:
        recent, prices = learn(data, begin, cut)
        cut = walk(data, begin, judge_all(data, begin, levels, recent, prices))
    return cut


Candidates = tuple[list[int], list[int]]
"""Distances, 0 for none, and lengths, of all positions at a level."""


def candidates(data: bytes, level: int) -> Candidates:
    """The candidates of a level (rule PAR-1)."""
    size = len(data)
    distances, lengths = [0] * size, [0] * size
    latest: dict[bytes, int] = {}
    for position in range(size - level + 1):
        key = data[position : position + level]
        distances[position] = position - latest.get(key, position)
        latest[key] = position
    for position in reversed(range(size)):
        distance = distances[position]
        if distance and position + 1 < size and distances[position + 1] == distance:
            lengths[position] = min(lengths[position + 1] + 1, MAX_CANDIDATE)
        elif distance:
            lengths[position] = level + agreeing(data, position + level, distance, EXTENSION)
    return distances, lengths


def agreeing(data: bytes, position: int, distance: int, most: int) -> int:
    """How many bytes from ``position`` on agree with those ``distance`` before, at most ``most``."""
    count = 0
    while (
        count < most
        and position + count < len(data)
        and data[position + count] == data[position + count - distance]
    ):
        count += 1
    return count


def learn(data: bytes, begin: int, cut: Parse) -> tuple[list[Candidates], Prices]:
    """What a parse tells for the next: recent distances as candidates by place, and prices (rule PAR-6)."""
    kinds = [list(frequencies_of(CODES[kind][0])) for kind in PRICED]
    of_units, of_distances, of_lengths = kinds
    recent = list(RECENT)
    in_force: list[tuple[int, ...]] = [RECENT] * begin
    taken = 0
    for repeat in cut.sequences:
        units = cut.units[taken : taken + repeat.run]
        taken += repeat.run
        in_force += [tuple(recent)] * (sum(len(UNIT_BYTES[unit]) for unit in units) + repeat.length)
        if repeat.distance in recent:
            of_distances[recent.index(repeat.distance)] += INCREMENT
            recent.remove(repeat.distance)
        else:
            of_distances[len(RECENT) + number_symbol(repeat.distance - 1)[0]] += INCREMENT
            recent.pop()
        recent.insert(0, repeat.distance)
        of_lengths[number_symbol(repeat.length - MIN_MATCH)[0]] += INCREMENT
    in_force += [tuple(recent)] * (len(data) - len(in_force))
    for unit in cut.units:
        of_units[symbol_of(unit)[0]] += INCREMENT
    found = [repeats(data, [distances[place] for distances in in_force]) for place in range(len(RECENT))]
    return found, prices_from(*map(frequencies_from, kinds))


def repeats(data: bytes, in_force: Sequence[int]) -> Candidates:
    """The distances in force as candidates, where enough bytes agree (rule PAR-6)."""
    distances, lengths = [0] * len(data), [0] * len(data)
    for position, distance in enumerate(in_force):
        length = agreeing(data, position, distance, LONG) if distance <= position else 0
        if length >= MIN_MATCH:
            distances[position], lengths[position] = distance, length
    return distances, lengths


def options(
    data: bytes, position: int, levels: Sequence[Candidates], recent: Sequence[Candidates], prices: Prices
) -> Iterator[tuple[int, Choice]]:
    """What could be done at a position, each with its price (rules PAR-2, PAR-3 and PAR-6)."""
    for length in range(1, MAX_UNIT + 1):
        unit = _UNITS.get(data[position : position + length])
        if unit is not None and position + length <= len(data):
            yield prices.units[unit], Choice(length, 0, unit)
    for distances, lengths in levels:
        distance, length = distances[position], lengths[position]
        if distance:
            price = prices.distances[number_symbol(distance - 1)[0]]
            yield price + prices.lengths[number_symbol(length - MIN_MATCH)[0]], Choice(length, distance)
    for (distances, lengths), price in zip(recent, prices.recent, strict=False):
        distance, length = distances[position], lengths[position]
        if distance:
            yield price + prices.lengths[number_symbol(length - MIN_MATCH)[0]], Choice(length, distance)


def judge_all(
    data: bytes, begin: int, levels: Sequence[Candidates], recent: Sequence[Candidates], prices: Prices
) -> list[Choice]:
    """The choices at all positions from ``begin`` on (rule PAR-3)."""
    choices: list[Choice] = []
    for start in range(begin, len(data), BLOCK):
        choices += judge(data, start, levels, recent, prices)
    return choices


def judge(
    data: bytes, start: int, levels: Sequence[Candidates], recent: Sequence[Candidates], prices: Prices
) -> list[Choice]:
    """The choices of the block that begins at ``start`` (rule PAR-3)."""
    width = BLOCK + OVERLAP
    costs = [0] * (width + 1)
    choices: list[Choice] = []
    for place in reversed(range(min(width, len(data) - start))):
        judged = []
        for price, choice in options(data, start + place, levels, recent, prices):
            end = place + min(choice.length, LONG)
            cost = costs[end] if end <= width else -AVERAGE * (end - width)
            judged.append((price + cost - AVERAGE * max(0, choice.length - LONG), choice))
        costs[place], best = min(judged, key=itemgetter(0))
        choices.append(best)
    choices.reverse()
    return choices[:BLOCK]


def walk(data: bytes, begin: int, choices: Sequence[Choice]) -> Parse:
    """Follow the choices, which are those from ``begin`` on (rules PAR-4 and PAR-5)."""
    units: list[int] = []
    sequences: list[Repeat] = []
    position, run, last = begin, 0, 0
    while position < len(data):
        choice = choices[position - begin]
        length, distance = choice.length, choice.distance
        if last and distance != last:
            again = agreeing(data, position, last, len(data))
            if again >= max(MIN_MATCH, length - (ADVANTAGE if distance else 0)):
                length, distance = again, last
        position += length
        if not distance:
            units.append(choice.unit)
            run += 1
        elif distance == last and not run:
            sequences[-1].length += length
        else:
            sequences.append(Repeat(run, length, distance))
            run, last = 0, distance
    return Parse(tuple(units), tuple(sequences))

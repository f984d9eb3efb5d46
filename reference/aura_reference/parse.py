"""The parse of BRIO version 2, position by position (rules PAR-1 to PAR-6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from aura_reference.adaptive import frequencies_from
from aura_spec import adaptive, brio2, unit
from aura_spec import parse as spec
from aura_spec.brio2 import number_symbol
from aura_spec.parse import Counts, Prices, first_counts, prices_from
from aura_spec.unit import symbol_of

_UNITS = {text: index for index, text in enumerate(unit.UNIT_BYTES)}


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do at a position: a unit, with distance 0, or a match."""

    length: int
    distance: int
    unit: int = 0


@dataclass(slots=True)
class Repeat:
    """A literal run, in units, and the match that follows."""

    literal_run: int
    length: int
    distance: int


@dataclass(frozen=True, slots=True)
class Parse:
    """A message in units and matches; the units behind the last match have no sequence."""

    units: tuple[int, ...]
    sequences: tuple[Repeat, ...]


def parse(data: bytes, level: int, begin: int = 0) -> Parse:
    """Cut what follows ``begin``, of which matches may begin before it (rules PAR-1 to PAR-6 and CHK-4)."""
    levels = [candidates(data, length) for length in spec.SEARCH_LENGTHS[level]]
    prices = _prices(first_counts())
    cut = walk(data, begin, judge_all(data, begin, At(levels[::3] if level else levels, None, prices)))
    for _ in range(spec.TIMES if level else 0):
        recent, counts = learn(data, begin, cut)
        cut = walk(data, begin, judge_all(data, begin, At(levels, recent, _prices(counts))))
    return cut


def _prices(counts: Counts) -> Prices:
    return prices_from({kind: [frequencies_from(row) for row in rows] for kind, rows in counts.items()})


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
            lengths[position] = min(lengths[position + 1] + 1, spec.MAX_CANDIDATE)
        elif distance:
            lengths[position] = level + agreeing(data, position + level, distance, spec.EXTENSION)
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


def learn(data: bytes, begin: int, cut: Parse) -> tuple[list[Candidates], Counts]:
    """What a parse tells for the next: recent distances as candidates by place, and counts (rule PAR-6)."""
    counts = first_counts()
    of_literal_runs, of_distances, of_lengths = (
        counts[kind][0] for kind in ("literal_runs", "distances", "lengths")
    )
    recent = list(brio2.RECENT)
    in_force: list[tuple[int, ...]] = [brio2.RECENT] * begin
    taken = 0
    starts = {0}
    for repeat in cut.sequences:
        units = cut.units[taken : taken + repeat.literal_run]
        taken += repeat.literal_run
        starts.add(taken)
        in_force += [tuple(recent)] * (sum(len(unit.UNIT_BYTES[index]) for index in units) + repeat.length)
        if repeat.distance in recent:
            of_distances[recent.index(repeat.distance)] += adaptive.INCREMENT
            recent.remove(repeat.distance)
        else:
            of_distances[len(brio2.RECENT) + number_symbol(repeat.distance - 1)[0]] += adaptive.INCREMENT
            recent.pop()
        recent.insert(0, repeat.distance)
        of_literal_runs[number_symbol(repeat.literal_run)[0]] += adaptive.INCREMENT
        of_lengths[number_symbol(repeat.length - brio2.MIN_MATCH)[0]] += adaptive.INCREMENT
    in_force += [tuple(recent)] * (len(data) - len(in_force))
    symbols = [symbol_of(index)[0] for index in cut.units]
    for place, symbol in enumerate(symbols):
        context = 0 if place in starts else unit.CONTEXT_AFTER[symbols[place - 1]]
        counts["units"][context][symbol] += adaptive.INCREMENT
    found = [
        repeats(data, [distances[place] for distances in in_force]) for place in range(len(brio2.RECENT))
    ]
    return found, counts


def repeats(data: bytes, in_force: Sequence[int]) -> Candidates:
    """The distances in force as candidates, where enough bytes agree (rule PAR-6)."""
    distances, lengths = [0] * len(data), [0] * len(data)
    for position, distance in enumerate(in_force):
        length = agreeing(data, position, distance, spec.LONG) if distance <= position else 0
        if length >= brio2.MIN_MATCH:
            distances[position], lengths[position] = distance, length
    return distances, lengths


@dataclass(frozen=True, slots=True)
class At:
    """What positions are judged by.

    Attributes:
        levels: candidates.
        recent: candidates at recent distances by place; None the first time.
        prices: of options.
    """

    levels: Sequence[Candidates]
    recent: Sequence[Candidates] | None
    prices: Prices


def units_at(data: bytes, position: int, prices: Sequence[int]) -> Iterator[tuple[int, Choice]]:
    """The units that stand at a position, each with its price."""
    for length in range(1, unit.MAX_UNIT + 1):
        index = _UNITS.get(data[position : position + length])
        if index is not None and position + length <= len(data):
            yield prices[symbol_of(index)[0]], Choice(length, 0, index)


def matches_at(at: At, position: int) -> Iterator[tuple[int, Choice]]:
    """The options to match at a position, priced but for the literal run (rules PAR-2, PAR-3 and PAR-6)."""
    here = [(distances[position], lengths[position]) for distances, lengths in at.levels]
    if at.recent is None:
        for distance, length in here:
            if distance:
                yield _far(at.prices, distance) + _long(at.prices, length), Choice(length, distance)
        return
    for (distances, lengths), price in zip(at.recent, at.prices.recent, strict=True):
        distance, length = distances[position], lengths[position]
        if distance:
            yield price + _long(at.prices, length), Choice(length, distance)
    shortest = brio2.MIN_MATCH
    for distance, length in here:
        for some in range(shortest, min(length, spec.LONG) + 1):
            own = length if some == spec.LONG else some
            yield _far(at.prices, distance) + _long(at.prices, own), Choice(own, distance)
        shortest = max(shortest, length + 1)


def _far(prices: Prices, distance: int) -> int:
    return prices.distances[number_symbol(distance - 1)[0]]


def _long(prices: Prices, length: int) -> int:
    return prices.lengths[number_symbol(length - brio2.MIN_MATCH)[0]]


Choices = tuple[Choice, Choice]
"""What to do at a position behind a match or at the beginning, and behind a unit."""


def judge_all(data: bytes, begin: int, at: At) -> list[Choices]:
    """The choices at all positions from ``begin`` on (rule PAR-3)."""
    choices: list[Choices] = []
    for start in range(begin, len(data), spec.BLOCK):
        choices += judge(data, start, at)
    return choices


def judge(data: bytes, start: int, at: At) -> list[Choices]:
    """The choices of the block that begins at ``start`` (rule PAR-3)."""
    width = spec.BLOCK + spec.OVERLAP
    behind_match, behind_unit = [0] * (width + 1), [0] * (width + 1)
    choices: list[Choices] = []

    def judged(place: int, price: int, choice: Choice) -> tuple[int, Choice]:
        costs = behind_match if choice.distance else behind_unit
        end = place + min(choice.length, spec.LONG)
        cost = costs[end] if end <= width else -spec.AVERAGE * (end - width)
        return price + cost - spec.AVERAGE * max(0, choice.length - spec.LONG), choice

    for place in reversed(range(min(width, len(data) - start))):
        position = start + place
        matches = [judged(place, *option) for option in matches_at(at, position)]
        before = unit.CONTEXT_AFTER[data[position - 1]] if position else 0
        both = []
        for context, literal_run, costs in ((0, 0, behind_match), (before, 1, behind_unit)):
            units = [judged(place, *option) for option in units_at(data, position, at.prices.units[context])]
            priced = [(cost + at.prices.literal_runs[literal_run], choice) for cost, choice in matches]
            costs[place], best = min(units + priced, key=itemgetter(0))
            both.append(best)
        choices.append((both[0], both[1]))
    choices.reverse()
    return choices[: spec.BLOCK]


def walk(data: bytes, begin: int, choices: Sequence[Choices]) -> Parse:
    """Follow the choices, which are those from ``begin`` on (rules PAR-4 and PAR-5)."""
    units: list[int] = []
    sequences: list[Repeat] = []
    position, literal_run, last = begin, 0, 0
    while position < len(data):
        choice = choices[position - begin][literal_run > 0]
        length, distance = choice.length, choice.distance
        if last and distance != last:
            again = agreeing(data, position, last, len(data))
            if again >= max(brio2.MIN_MATCH, length - (spec.ADVANTAGE if distance else 0)):
                length, distance = again, last
        position += length
        if not distance:
            units.append(choice.unit)
            literal_run += 1
        elif distance == last and not literal_run:
            sequences[-1].length += length
        else:
            sequences.append(Repeat(literal_run, length, distance))
            literal_run, last = 0, distance
    return Parse(tuple(units), tuple(sequences))

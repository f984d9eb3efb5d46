"""The parse: how the canonical encoder of BRIO version 2 cuts a message into units and matches.

This is an optimal parser, as zstd and Brotli have for their highest levels. A match finder lists candidates for
each position, prices estimate what each option costs, and dynamic programming picks the cheapest way through a
block, from its end to its beginning. All steps work on many positions side by side. At level 0 there is one pass
with fixed prices. At level 1 further passes take their prices from the pass before.

A decoder does not need this chapter: it accepts any sequences. An encoder that follows it writes the same bytes as
the two implementations of this project. ``size`` is the number of bytes of the message, with the window of rule
CHK-4 before it; the parse covers the positions from ``begin`` on, where the window ends. begin is 0 without a
window.

PAR-1: The match finder looks for earlier occurrences with each search length h of ``SEARCH_LENGTHS[level]``. The
candidate of a position is the latest earlier position with the same h bytes. It has a distance, 0 if there is no
candidate, and a length of at most ``MAX_CANDIDATE``::

    find_candidates(h)
        for i = size - 1, size - 2, … 0
            distance[h][i] = 0
            length[h][i] = 0
            if i + h <= size, and the h bytes at i also stand at an earlier position
                distance[h][i] = i - the latest of these positions
                if i + 1 < size, and distance[h][i + 1] = distance[h][i]
                    length[h][i] = min(length[h][i + 1] + 1, MAX_CANDIDATE)
                else
                    length[h][i] = h + agreeing(i + h, distance[h][i], EXTENSION)

    agreeing(i, d, most)
        k = 0
        while k < most, i + k < size, and the bytes at i + k and at i + k - d are equal
            k = k + 1
        return k

PAR-2: Prices are in sixteenths of a bit. They come from frequencies, which rule ADA-2 makes of counts. Units have
the counts with which their tables begin (rule ADA-1), a row for each context. Literal runs, distances and lengths
have one row each: the mean of the counts with which the tables of all contexts begin, rounded down. In this block
``units``, ``literal_runs``, ``distances`` and ``lengths`` are the frequencies; ``symbol(n)`` and ``bits(n)`` are
the symbol of a number n and how many extra bits it has (rules BII-6 and UNI-2)::

    price(f)
        return 16 · 12 - the place of the top bit of f^16

    unit_price(context, u) = price(units[context][symbol(u)]) + 16 · bits(u)
    recent_price(k) = price(distances[k])
    far_price(d) = price(distances[3 + symbol(d - 1)]) + 16 · bits(d - 1)
    length_price(l) = price(lengths[symbol(l - MIN_MATCH)]) + 16 · bits(l - MIN_MATCH)
    literal_run_price(0) = price(literal_runs[0])
    literal_run_price(1) = the sum of literal_runs[s] · (price(literal_runs[s]) + 16 · (extra bits of s))
                           over all symbols s > 0, div the sum of literal_runs[s] over these

PAR-3: Blocks of ``BLOCK`` bytes are judged one by one, each together with the ``OVERLAP`` bytes behind it. A place
p has two costs: ``cost[0][p]`` where a match ends there or the message begins, and ``cost[1][p]`` where a unit ends
there. Each is the cost of the cheapest option. The cost at the end of the message is 0, and so is that at the end
of the overlap; at d bytes past the end of the overlap it is -``AVERAGE`` · d. Bytes of a match past the first
``LONG`` earn ``AVERAGE`` each. Options in the first pass are the units and the candidates; rule PAR-6 has those of
later passes. Of equal options the first counts, in this order: the byte, phrases from the shortest to the longest,
candidates by their search length, the least first::

    judge(start)
        width = BLOCK + OVERLAP
        cost[0][p] = cost[1][p] = 0 for all p
        for p = min(width, size - start) - 1, … 1, 0
            i = start + p
            for state = 0, 1
                context = 0
                if state = 1, and i > 0
                    context = the context after the symbol of the byte at i - 1 (rule UNI-3)
                for each unit u that stands at i
                    its cost = unit_price(context, u) + ahead(1, p + the bytes of u)
                for each match of l bytes at a distance d that is an option at i
                    its cost = literal_run_price(state) + price of the match + ahead(0, p + min(l, LONG))
                               - AVERAGE · max(0, l - LONG)
                choice[state][i] = the option of the least cost
                cost[state][p] = the cost of this option
        keep the choices of the first BLOCK places

    ahead(state, p)
        return cost[state][p] if p <= width, else -AVERAGE · (p - width)

    price of a match of l bytes at a distance d, in the first pass
        return far_price(d) + length_price(l)

PAR-4: The walk follows the choices from the start. It prefers the distance of the last match: where enough bytes
agree with those at that distance, it copies all that agree instead. Enough are ``brio2.MIN_MATCH`` bytes, and as
many as the chosen unit has, or as the chosen match has less ``ADVANTAGE``::

    walk()
        i = begin
        literal_run = last = 0
        while i < size
            if literal_run = 0: take choice[0][i], else take choice[1][i]
            n = the bytes of the choice
            if last > 0, and the choice is a unit or has another distance than last
                l = agreeing(i, last, size)
                if l >= MIN_MATCH, and l >= n for a unit, or l >= n - ADVANTAGE for a match
                    the choice = a match of l bytes at the distance last
                    n = l
            i = i + n
            if the choice is a unit
                append it to the units
                literal_run = literal_run + 1
            else if literal_run = 0, and its distance is last
                join it to the match before (rule PAR-5)
            else
                append a sequence: literal_run, and the match
                literal_run = 0
                last = the distance of the match

PAR-5: A match that directly follows a match at the same distance is joined to it: there is one sequence, with the
sum of both lengths.

PAR-6: Above level 0, judging and walking are done ``TIMES`` more times. The first pass considers only every third
search length, beginning with the least. Each later pass considers all, and learns from the pass before. Its counts
are those of rule PAR-2, with ``adaptive.INCREMENT`` added for each symbol of the pass before; units count in the
contexts that they have in the message, where lanes do not matter. ``recent(i)`` are the recent distances (rule
BII-7) after the last match of the pass before that ended at i or earlier. The matches that are options at a
position i are these, in this order, behind the units::

    for k = 0, 1, 2
        d = recent(i)[k]
        l = agreeing(i, d, LONG) if d <= i, else 0
        if l >= MIN_MATCH
            l bytes at the distance d, at the price recent_price(k) + length_price(l)
    n = MIN_MATCH
    for each search length h of the level, the least first
        while n <= min(length[h][i], LONG)
            l = length[h][i] if n = LONG, else n
            l bytes at distance[h][i], at the price far_price(distance[h][i]) + length_price(l)
            n = n + 1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from aura_spec import brio2, interleaved_rans, unit
from aura_spec.brio2 import number_of
from aura_spec.interleaved_rans import frequencies_of
from aura_spec.unit import extra_bits

SEARCH_LENGTHS: Final[tuple[tuple[int, ...], ...]] = (
    (4, 8, 16, 32),
    (4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48),
)
"""Rule PAR-1: the search lengths of each level."""

EXTENSION: Final = 8
MAX_CANDIDATE: Final = (1 << 8) - 1
BLOCK: Final = 128
OVERLAP: Final = 32
LONG: Final = 64
AVERAGE: Final = 10
ADVANTAGE: Final = 3
TIMES: Final = 2


@cache
def price_of(frequency: int) -> int:
    """The price of a symbol (rule PAR-2).

    >>> price_of(4096), price_of(2048), price_of(3000), price_of(1)
    (0, 16, 8, 192)
    """
    return 16 * interleaved_rans.SCALE_BITS - ((frequency**16).bit_length() - 1)


Counts = dict[str, list[list[int]]]
"""For each kind of symbol rows of counts: for units one a context, for the others one."""


def first_counts() -> Counts:
    """The counts of rule PAR-2."""
    rows = {kind: [frequencies_of(table) for table in tables] for kind, tables in unit.CODES.items()}
    return {
        kind: list(map(list, tables))
        if kind == "units"
        else [[sum(column) // len(tables) for column in zip(*tables, strict=True)]]
        for kind, tables in rows.items()
    }


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of options, in sixteenths of a bit (rules PAR-2 and PAR-6).

    Attributes:
        units: prices by context and symbol of the unit.
        recent: prices by place among the recent distances.
        distances: prices of other distances, by the symbol of the number distance - 1.
        lengths: prices by the symbol of the number length - ``MIN_MATCH``.
        literal_runs: the price of one of no units, and the mean price of all others.
    """

    units: tuple[tuple[int, ...], ...]
    recent: tuple[int, ...]
    distances: tuple[int, ...]
    lengths: tuple[int, ...]
    literal_runs: tuple[int, int]


def prices_from(frequencies: dict[str, Sequence[Sequence[int]]]) -> Prices:
    """Prices from frequencies, given as counts are (rule PAR-2)."""
    units = [[price_of(frequency) for frequency in row] for row in frequencies["units"]]
    literal_runs, distances, lengths = (
        [price_of(frequency) for frequency in frequencies[kind][0]]
        for kind in ("literal_runs", "distances", "lengths")
    )
    some = range(1, len(literal_runs))
    weights = frequencies["literal_runs"][0]
    mean = sum(
        weights[symbol] * (literal_runs[symbol] + 16 * number_of(symbol)[1]) for symbol in some
    ) // sum(weights[1:])
    of_numbers = distances[len(brio2.RECENT) :]
    return Prices(
        tuple(tuple(price + 16 * extra_bits(symbol) for symbol, price in enumerate(row)) for row in units),
        tuple(distances[: len(brio2.RECENT)]),
        tuple(price + 16 * number_of(symbol)[1] for symbol, price in enumerate(of_numbers)),
        tuple(price + 16 * number_of(symbol)[1] for symbol, price in enumerate(lengths)),
        (literal_runs[0], mean),
    )

"""The parse: how the canonical encoder of BRIO version 2 cuts a message into units and matches.

A decoder does not need this chapter; it takes any sequences. An encoder that follows it writes the same bytes
as the two implementations of this project. It is made of steps that work on many positions at once.

**Candidates.** An effort is a row of levels, each a number of bytes. At a level of h bytes, a position that h
bytes follow has as its distance that to the latest earlier position where the same h bytes stand, or none. Its
length is one more than that of the next position if that has the same distance at this level; else h, and as
many bytes more as agree, at most ``EXTENSION``. No length goes beyond ``MAX_CANDIDATE`` (rule PAR-1).

**Prices**, in sixteenths of a bit: a symbol of frequency f costs 16 · 12 less log2 of f to the power of 16,
rounded down; extra bits cost 16 each. The frequencies are those that rule ADA-2 makes of counts: for units those
that the tables begin with, a table a context; for runs, distances and lengths one table, the mean of those that
the tables of all contexts begin with, rounded down. A match costs its distance, which is priced as if it were
none of the recent ones, its length, and its run: the price of a run of no units if it follows a match or begins
the message; else the mean price of all other runs, rounded down, each weighted by its frequency. A unit is priced
in context 0 if it follows a match or begins the message, else in that after the symbol of the byte before it
(rule PAR-2).

**Costs.** The message is judged in blocks of ``BLOCK`` bytes, each together with the ``OVERLAP`` bytes behind
it. A position has two costs, one for when a match ends there or the message begins, and one for when a unit ends
there. From the last of these positions to the first, each is the least, over the units that stand there and the
options to match, of the price and the cost of the position to which it leads. A position at the end of the
overlap costs nothing, one d bytes beyond it ``AVERAGE`` · d less than nothing, and positions from the end of the
message on cost nothing. Of a match longer than ``LONG`` bytes, the bytes beyond are credited with ``AVERAGE``
each, and it counts as one that leads ``LONG`` bytes on. At effort 0 the options to match are the candidates. The
choice is the option that gives the cost; of equals the byte, then the shortest phrase, then the candidate of the
lowest level (rule PAR-3).

**Walk.** The choices are followed from the start. Where a choice is not a match at the distance of the last
match, but at least ``brio2.MIN_MATCH`` bytes agree with those at that distance, as many as agree are taken from
there instead if they are not fewer than the bytes of the unit, or at most ``ADVANTAGE`` fewer than those of the
match, that was chosen (rule PAR-4). A match that directly follows one at the same distance is made one with it
(rule PAR-5).

**Again.** Above effort 0, costs and walk are done ``TIMES`` times more, each with what the time before has told;
the first looks at every third level only, the lowest first. Counts are those of rule PAR-2 after each symbol of the
time before has added ``adaptive.INCREMENT``, units in the contexts that they have in the message without regard
to lanes. The options to match are now, for each length from ``brio2.MIN_MATCH`` to ``LONG``, so many bytes at the
distance of the first level whose candidate has them; of the candidate that gives ``LONG`` bytes all are meant. And
at each position the recent distances (rule BII-7) after the last match that ended there or before, where at least
``brio2.MIN_MATCH`` bytes agree; their lengths are the bytes that agree, at most ``LONG``, and they are priced as
recent ones. Of equals the recent ones come after the units, the latest first, then the lengths, the shortest first
(rule PAR-6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from aura_spec.brio2 import RECENT, number_of
from aura_spec.interleaved_rans import SCALE_BITS, frequencies_of
from aura_spec.unit import CODES, extra_bits

SEARCH_LENGTHS: Final[tuple[tuple[int, ...], ...]] = (
    (4, 8, 16, 32),
    (4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48),
)
"""Rule PAR-1: the levels of each effort."""

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
    return 16 * SCALE_BITS - ((frequency**16).bit_length() - 1)


Counts = dict[str, list[list[int]]]
"""For each kind of symbol rows of counts: for units one a context, for the others one."""


def first_counts() -> Counts:
    """The counts of rule PAR-2."""
    rows = {kind: [frequencies_of(table) for table in tables] for kind, tables in CODES.items()}
    return {
        kind: list(map(list, tables))
        if kind == "units"
        else [[sum(column) // len(tables) for column in zip(*tables, strict=True)]]
        for kind, tables in rows.items()
    }


@dataclass(frozen=True, slots=True)
class Prices:
    """What options cost (rules PAR-2 and PAR-6).

    Attributes:
        units: by context and symbol of the unit.
        recent: by place among the recent distances.
        distances: of other distances, by the symbol of the distance less 1 as a number.
        lengths: by the symbol of the length less ``MIN_MATCH``.
        runs: of a run of no units, and of any other.
    """

    units: tuple[tuple[int, ...], ...]
    recent: tuple[int, ...]
    distances: tuple[int, ...]
    lengths: tuple[int, ...]
    runs: tuple[int, int]


def prices_from(frequencies: dict[str, Sequence[Sequence[int]]]) -> Prices:
    """Prices from frequencies, given as counts are (rule PAR-2)."""
    units = [[price_of(frequency) for frequency in row] for row in frequencies["units"]]
    runs, distances, lengths = (
        [price_of(frequency) for frequency in frequencies[kind][0]]
        for kind in ("runs", "distances", "lengths")
    )
    some = range(1, len(runs))
    weights = frequencies["runs"][0]
    mean = sum(weights[run] * (runs[run] + 16 * number_of(run)[1]) for run in some) // sum(weights[1:])
    of_numbers = distances[len(RECENT) :]
    return Prices(
        tuple(tuple(price + 16 * extra_bits(symbol) for symbol, price in enumerate(row)) for row in units),
        tuple(distances[: len(RECENT)]),
        tuple(price + 16 * number_of(symbol)[1] for symbol, price in enumerate(of_numbers)),
        tuple(price + 16 * number_of(symbol)[1] for symbol, price in enumerate(lengths)),
        (runs[0], mean),
    )

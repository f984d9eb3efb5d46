"""The parse: how the canonical encoder of BRIO version 2 cuts a message into units and matches.

A decoder does not need this chapter; it takes any sequences. An encoder that follows it writes the same bytes
as the two implementations of this project. It is made of steps that work on many positions at once.

**Candidates.** An effort is a row of levels, each a number of bytes. At a level of h bytes, a position that h
bytes follow has as its distance that to the latest earlier position where the same h bytes stand, or none. Its
length is one more than that of the next position if that has the same distance at this level; else h, and as
many bytes more as agree, at most ``EXTENSION``. No length goes beyond ``MAX_CANDIDATE`` (rule PAR-1).

**Prices**, in sixteenths of a bit: a symbol of frequency f in the table that its kind begins with costs 16 · 12
less log2 of f to the power of 16, rounded down; extra bits cost 16 each. Length prices come from context 0; a
match costs ``RUN_PRICE`` more for its run. All candidates are priced as if their distance were none of the recent
ones (rule PAR-2).

**Costs.** The message is judged in blocks of ``BLOCK`` bytes, each together with the ``OVERLAP`` bytes behind
it. From the last of these positions to the first, the cost of a position is the least, over the units that
stand there and its candidates, of the price and the cost of the position to which it leads. A position at the
end of the overlap costs nothing, one d bytes beyond it ``AVERAGE`` · d less than nothing, and positions from
the end of the message on cost nothing. Of a candidate longer than ``LONG`` bytes, the bytes beyond are credited
with ``AVERAGE`` each, and it counts as one that leads ``LONG`` bytes on. The choice at a position is the option
that gives its cost; of equals the byte, then the shortest phrase, then the candidate of the lowest level, then
that of the latest of the recent distances of rule PAR-6 (rule PAR-3).

**Walk.** The choices are followed from the start. Where a choice is not a match at the distance of the last
match, but at least ``brio2.MIN_MATCH`` bytes agree with those at that distance, as many as agree are taken from
there instead if they are not fewer than the bytes of the unit, or at most ``ADVANTAGE`` fewer than those of the
match, that was chosen (rule PAR-4). A match that directly follows one at the same distance is made one with it
(rule PAR-5).

**Again.** Above effort 0, costs and walk are done a second time, with what the first time has told, which looks
at every second level only, the lowest first. Prices come from the frequencies that rule ADA-2 makes of the
counts that the tables begin with, for lengths those of context 0, after each symbol of the first time, whatever
its context, has added ``adaptive.INCREMENT``. At each position the recent distances (rule BII-7) after the last
match that ended there or before are candidates as well, where at least ``brio2.MIN_MATCH`` bytes agree; their
lengths are the bytes that agree, at most ``LONG``, and they are priced as recent ones (rule PAR-6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from aura_spec.brio2 import RECENT, number_of
from aura_spec.interleaved_rans import SCALE_BITS, frequencies_of
from aura_spec.unit import CODES, UNITS, symbol_of

LEVELS: Final[tuple[tuple[int, ...], ...]] = (
    (4, 8, 16, 32),
    (4, 5, 6, 8, 10, 14, 20, 32, 64),
)
"""Rule PAR-1: the levels of each effort."""

EXTENSION: Final = 8
MAX_CANDIDATE: Final = (1 << 16) - 1
RUN_PRICE: Final = 16
BLOCK: Final = 128
OVERLAP: Final = 32
LONG: Final = 64
AVERAGE: Final = 10
ADVANTAGE: Final = 3


@cache
def price_of(frequency: int) -> int:
    """The price of a symbol (rule PAR-2).

    >>> price_of(4096), price_of(2048), price_of(3000), price_of(1)
    (0, 16, 8, 192)
    """
    return 16 * SCALE_BITS - ((frequency**16).bit_length() - 1)


@dataclass(frozen=True, slots=True)
class Prices:
    """What options cost (rules PAR-2 and PAR-6).

    Attributes:
        units: by unit.
        recent: by place among the recent distances.
        distances: of other distances, by the symbol of the distance less 1 as a number.
        lengths: with the run, by the symbol of the length less ``MIN_MATCH``.
    """

    units: tuple[int, ...]
    recent: tuple[int, ...]
    distances: tuple[int, ...]
    lengths: tuple[int, ...]


_OF_UNITS: Final = tuple((symbol, 16 * bits) for symbol, _, bits in map(symbol_of, range(UNITS)))
"""For each unit its symbol, and the price of its extra bits."""


def prices_from(units: Sequence[int], distances: Sequence[int], lengths: Sequence[int]) -> Prices:
    """Prices from the frequencies of the symbols of units, distances and lengths (rules PAR-2 and PAR-6)."""
    of_units, of_distances, of_lengths = (
        [price_of(frequency) for frequency in frequencies] for frequencies in (units, distances, lengths)
    )
    of_numbers = of_distances[len(RECENT) :]
    return Prices(
        tuple(of_units[symbol] + price for symbol, price in _OF_UNITS),
        tuple(of_distances[: len(RECENT)]),
        tuple(price + 16 * number_of(symbol)[1] for symbol, price in enumerate(of_numbers)),
        tuple(price + 16 * number_of(symbol)[1] + RUN_PRICE for symbol, price in enumerate(of_lengths)),
    )


PRICED: Final = ("units", "distances", "lengths")
"""The kinds of symbols whose frequencies make prices."""

FIRST_PRICES: Final = prices_from(*(frequencies_of(CODES[kind][0]) for kind in PRICED))
"""Rule PAR-2."""

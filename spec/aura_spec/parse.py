"""The parse: how the canonical encoder of BRIO version 2 cuts a message into units and matches.

A decoder does not need this chapter; it takes any sequences. An encoder that follows it writes the same bytes
as the two implementations of this project. It is made of steps that work on many positions at once.

**Candidates.** An effort is a row of levels, each a number of bytes. At a level of h bytes, a position that h
bytes follow has as its distance that to the latest earlier position where the same h bytes stand, or none. Its
length is one more than that of the next position if that has the same distance at this level; else h, and as
many bytes more as agree, at most ``EXTENSION``. No length goes beyond ``MAX_CANDIDATE`` (rule PAR-1).

**Prices**, in sixteenths of a bit: a symbol of frequency f in the table that its kind begins with costs 16 · 12
less log2 of f to the power of 16, rounded down; extra bits cost 16 each. Length prices come from context 0; a
match costs ``RUN_PRICE`` more for its run (rule PAR-2).

**Costs.** The message is judged in blocks of ``BLOCK`` bytes, each together with the ``OVERLAP`` bytes behind
it. From the last of these positions to the first, the cost of a position is the least, over the units that
stand there and its candidates, of the price and the cost of the position to which it leads. A position at the
end of the overlap costs nothing, one d bytes beyond it ``AVERAGE`` · d less than nothing, and positions from
the end of the message on cost nothing. Of a candidate longer than ``LONG`` bytes, the bytes beyond are credited
with ``AVERAGE`` each, and it counts as one that leads ``LONG`` bytes on. The choice at a position is the option
that gives its cost; of equals the byte, then the shortest phrase, then the candidate of the lowest level (rule
PAR-3).

**Walk.** The choices are followed from the start. Where a choice is not a match at the distance of the last
match, but at least ``MIN_MATCH`` bytes agree with those at that distance, as many as agree are taken from there
instead if they are not fewer than the bytes of the unit, or at most ``ADVANTAGE`` fewer than those of the
match, that was chosen (rule PAR-4). A match that directly follows one at the same distance is made one with it
(rule PAR-5).
"""

from __future__ import annotations

from typing import Final

from aura_spec.brio2 import DISTANCES, NUMBERS, RECENT, number_of
from aura_spec.interleaved_rans import SCALE_BITS, frequencies_of
from aura_spec.unit import CODES, UNITS, symbol_of

LEVELS: Final[tuple[tuple[int, ...], ...]] = (
    (4, 8, 16, 32),
    (4, 5, 7, 10, 14, 20, 32, 64),
)
"""Rule PAR-1: the levels of each effort."""

EXTENSION: Final = 8
MAX_CANDIDATE: Final = (1 << 16) - 1
RUN_PRICE: Final = 64
BLOCK: Final = 128
OVERLAP: Final = 32
LONG: Final = 64
AVERAGE: Final = 16
ADVANTAGE: Final = 3


def price_of(frequency: int) -> int:
    """The price of a symbol (rule PAR-2).

    >>> price_of(4096), price_of(2048), price_of(3000), price_of(1)
    (0, 16, 8, 192)
    """
    return 16 * SCALE_BITS - ((frequency**16).bit_length() - 1)


def _prices(codes: bytes) -> tuple[int, ...]:
    return tuple(price_of(frequency) for frequency in frequencies_of(codes))


_UNIT_SYMBOLS: Final = _prices(CODES["units"][0])
_DISTANCE_SYMBOLS: Final = _prices(CODES["distances"][0])
_LENGTH_SYMBOLS: Final = _prices(CODES["lengths"][0])

UNIT_PRICES: Final = tuple(
    _UNIT_SYMBOLS[symbol] + 16 * bits for symbol, _, bits in (symbol_of(unit) for unit in range(UNITS))
)
"""Rule PAR-2: the price of each unit."""

DISTANCE_PRICES: Final = tuple(
    _DISTANCE_SYMBOLS[len(RECENT) + number] + 16 * number_of(number)[1]
    for number in range(DISTANCES - len(RECENT))
)
"""Rule PAR-2: the prices of distances, by the symbol of the distance less 1 as a number."""

LENGTH_PRICES: Final = tuple(
    _LENGTH_SYMBOLS[number] + 16 * number_of(number)[1] + RUN_PRICE for number in range(NUMBERS)
)
"""Rule PAR-2: the prices of lengths and runs, by the symbol of the length less ``MIN_MATCH``."""

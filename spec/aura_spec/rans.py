"""Constants of rANS, the entropy coder of BRIO version 1.

This is range ANS by Duda (2013) with one state and bytes, as in ryg_rans by Giesen.

RNS-1: The model is of order 0: 256 frequencies, each at least 1, that sum to ``TOTAL``.

RNS-2: The cumulative of a symbol is the sum of the frequencies of the symbols below it.

RNS-3: The encoder walks the symbols backwards, from the state ``LOWER_BOUND``::

    write_symbol(s)
        while x >= frequency(s) · 2^16
            emit the byte x mod 2^8
            x = x div 2^8
        x = (x div frequency(s)) · TOTAL + x mod frequency(s) + cumulative(s)

RNS-4: At the end it appends the state in five bytes, low byte first.

RNS-5: The decoder takes the last five bytes as its state. The state lies in [2^20, 2^28), otherwise the payload is
``Malformed``. With fewer than five bytes the payload is ``Truncated``.

RNS-6: It reads the other bytes backwards. At the end the state is ``LOWER_BOUND`` and every byte has been read;
anything else is ``Malformed``. A missing byte on the way is ``Truncated``::

    read_symbol()
        slot = x mod TOTAL
        s = the symbol with cumulative(s) <= slot < cumulative(s) + frequency(s)
        x = frequency(s) · (x div TOTAL) + slot - cumulative(s)
        while x < LOWER_BOUND
            x = x · 2^8 + the next byte, reading backwards, else Truncated
        return s
"""

from __future__ import annotations

from collections import Counter
from typing import Final

SCALE_BITS: Final = 12
TOTAL: Final = 1 << SCALE_BITS
LOWER_BOUND: Final = 1 << 20
UPPER_BOUND: Final = 1 << 28
STATE_BYTES: Final = 5
SYMBOLS: Final = 256


def frequencies_of(symbols: bytes) -> tuple[int, ...]:
    """Find the frequencies that fit ``symbols`` best: 256 positive integers with sum ``TOTAL`` (rule RNS-1).

    One goes to every symbol; the rest is dealt out in proportion to the counts, rounded down, and what rounding
    left over goes to the largest remainders, the lower symbol first. Without any symbols all frequencies are
    equal. The canonical encoders do so, and share this; decoders take any table.

    >>> frequencies_of(bytes([7, 7, 7]))[6:9], frequencies_of(b"")[0]
    ((1, 3841, 1), 16)
    """
    if not symbols:
        return (TOTAL // SYMBOLS,) * SYMBOLS
    counts = Counter(symbols)
    spare = TOTAL - SYMBOLS
    shares = [divmod(counts[symbol] * spare, len(symbols)) for symbol in range(SYMBOLS)]
    frequencies = [1 + quotient for quotient, _ in shares]
    by_remainder = sorted(range(SYMBOLS), key=lambda symbol: (-shares[symbol][1], symbol))
    for symbol in by_remainder[: TOTAL - sum(frequencies)]:
        frequencies[symbol] += 1
    return tuple(frequencies)

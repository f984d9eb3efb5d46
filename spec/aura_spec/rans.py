"""Constants of rANS, the entropy coder of BRIO (rules RNS-1 to RNS-6).

The model is of order 0: 256 frequencies, each at least 1, that sum to ``TOTAL`` (rule RNS-1). The
cumulative of a symbol is the sum of the frequencies of the symbols below it (rule RNS-2).

Encoder: the symbols are walked backwards, from state ``LOWER_BOUND``. For each symbol, while the state is
at least frequency · 2^16, its low byte is emitted and the state shifted right by 8; then the state
becomes (state div frequency) · ``TOTAL`` + state mod frequency + cumulative (rule RNS-3). At the end the
state is appended in five bytes, low byte first (rule RNS-4).

Decoder: the state is the last five bytes; it must lie in [2^20, 2^28), else the payload is ``Malformed``, and
with fewer than five bytes it is ``Truncated`` (rule RNS-5). For each symbol,
slot = state mod ``TOTAL`` names the symbol whose interval holds it, the state becomes frequency ·
(state div ``TOTAL``) + slot - cumulative, and while it is below ``LOWER_BOUND`` it is shifted left by 8
and takes in the next byte, reading backwards. At the end the state is ``LOWER_BOUND`` and every byte has
been read; anything else is ``Malformed``, and a byte too few on the way ``Truncated`` (rule RNS-6).
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

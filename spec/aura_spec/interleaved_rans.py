"""Interleaved rANS: many lanes that a vector unit decodes side by side.

Symbols are coded in batches. A batch of n symbols takes steps of up to ``lanes`` symbols: symbol i of a batch
belongs to lane i mod lanes, so that every batch begins at lane 0 (rule IRN-1). Each symbol has a table of
frequencies that sum to 4096, which is known before the batch is decoded; the cumulative of a symbol is the sum
of the frequencies of the symbols below it (rule IRN-2). A frequency of 4096 costs nothing and changes nothing.

The payload is a row of sixteen-bit words, little endian. It begins with the states of the lanes, in order, each
as its high and then its low word; a state lies in [2^16, 2^32), else the payload is ``Malformed``; with too few
words for the states it is ``Truncated`` (rule IRN-3). To decode a symbol, slot = state
mod 4096 names the symbol whose interval holds it; the state becomes frequency · (state div 4096) + slot -
cumulative; if it is then below 2^16, it is shifted left by 16 and takes in the next word. Lanes of a step take
their words in the order of the lanes (rule IRN-4). After the last batch every state is 2^16 and every word has
been read; anything else is ``Malformed``, as are half a word and the use of a table without symbols; a word too
few is ``Truncated`` (rule IRN-5). The encoder does the inverse, from the last symbol to the first: while the
state is at least frequency · 2^20, its low word is put in front of the words so far and the state shifted right
by 16 (rule IRN-6).

A format may put words of its own where rule IRN-5 has constants: the encoder begins lane i with state 2^16 +
word i, as far as there are words, so that a decoder finds them in the low halves of the states that it ends
with, and the words after those behind the last one that the symbols take. A state of 2^17 or more at the end is
``Malformed`` (rule IRN-8). It may also put words of its own between two batches: they follow the last word that
the batches before take; too few of them are ``Truncated`` (rule IRN-9).

The number of lanes is a power of two, at most ``MAX_LANES``, and stands in front of the payload as its
exponent.
"""

from __future__ import annotations

from typing import Final

from aura_spec.context_model import FREQUENCIES

SCALE_BITS: Final = 12
TOTAL: Final = 1 << SCALE_BITS
LOWER_BOUND: Final = 1 << 16
WORD_BITS: Final = 16
MAX_LANES_EXPONENT: Final = 11
MAX_LANES: Final = 1 << MAX_LANES_EXPONENT


def frequencies_of(codes: bytes) -> tuple[int, ...]:
    """The frequencies of a table from its codes, one byte a symbol (rule IRN-7).

    Code 0 says that the symbol does not occur; code c says that its weight is ``FREQUENCIES[c - 1]`` of rule
    CTX-4. A weight is scaled by 4096 and divided by the sum of all weights, rounded down but to at least 1. While
    the results sum to less than 4096, one is added to the largest, the first of equals; while they sum to more,
    one is taken from the largest.

    >>> frequencies_of(bytes([1, 5, 0, 9]))
    (2341, 1170, 0, 585)
    """
    weights = [FREQUENCIES[code - 1] if code else 0 for code in codes]
    total = sum(weights)
    frequencies = [max(1, weight * TOTAL // total) if weight else 0 for weight in weights]
    surplus = sum(frequencies) - TOTAL
    while surplus:
        step = 1 if surplus > 0 else -1
        frequencies[frequencies.index(max(frequencies))] -= step
        surplus -= step
    return tuple(frequencies)

"""Interleaved rANS: many lanes that a vector unit decodes side by side.

This is range ANS by Duda (2013), in the interleaved form of Giesen (2014): each lane has a state of its own, all
lanes share one row of words, and a decoder may advance all lanes at once.

IRN-1: Symbols are coded in batches. A batch of n symbols takes steps of up to ``lanes`` symbols. Symbol i of a
batch belongs to lane i mod lanes, so that every batch begins at lane 0. The number of lanes is a power of two, at
most ``MAX_LANES``; its exponent stands in front of the payload, where a format has it.

IRN-2: Each symbol has a table of frequencies that sum to 4096 and are known before the batch is decoded. The
cumulative of a symbol is the sum of the frequencies of the symbols below it. A frequency of 4096 costs nothing and
changes nothing.

IRN-3: The payload is a row of sixteen-bit words, little endian. It begins with the states of the lanes, in order,
each as its high word and then its low word. A state lies in [2^16, 2^32), otherwise the payload is ``Malformed``.
With too few words for the states it is ``Truncated``.

IRN-4: A decoder reads the symbols of a batch in order, so that the lanes of a step take their words in the order of
the lanes::

    read_batch(n)
        for i = 0, 1, … n - 1
            x = states[i mod lanes]
            slot = x mod 4096
            s = the symbol with cumulative(s) <= slot < cumulative(s) + frequency(s), by the table of symbol i
            x = frequency(s) · (x div 4096) + slot - cumulative(s)
            if x < 2^16
                x = x · 2^16 + the next word, else Truncated
            states[i mod lanes] = x
            symbol i is s

IRN-5: After the last batch every state is 2^16 and every word has been read; anything else is ``Malformed``. Half a
word is ``Malformed``, and so is the use of a table without symbols. A missing word is ``Truncated``.

IRN-6: The encoder does the inverse, from the last symbol to the first. It begins with all states at 2^16, and puts
the states in front at the end::

    write_symbol(i, s)
        x = states[i mod lanes]
        if x >= frequency(s) · 2^20
            put x mod 2^16 in front of the words
            x = x div 2^16
        states[i mod lanes] = (x div frequency(s)) · 4096 + x mod frequency(s) + cumulative(s)

IRN-8: A format may put words of its own where rule IRN-5 has constants. The encoder then begins lane i with the
state 2^16 + word i, as far as there are words; it puts the other words behind the last one that the symbols take. A
decoder finds the former in the low halves of the states with which it ends. A state of 2^17 or more at the end is
``Malformed``.

IRN-9: A format may also put words of its own between two batches. They follow the last word that the batches before
take. Too few of them are ``Truncated``.
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
    """The frequencies of a table from its codes, one byte a symbol.

    IRN-7: A symbol with code 0 does not occur. A symbol with another code c has the weight ``FREQUENCIES[c -
    1]`` of rule CTX-4, and the frequency max(1, weight · 4096 div the sum of all weights). While the
    frequencies sum to less than 4096, one is added to the largest, the first of equals. While they sum to
    more, one is taken from the largest, again the first of equals.

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

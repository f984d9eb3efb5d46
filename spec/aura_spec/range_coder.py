"""The range coder, the entropy coder of AURALITE.

This is a byte-wise range coder, as Martin (1979) described it, with carries. Subbotin's carryless coder, which PPMd
uses, differs: it cuts the range where a carry could come. The end of a string is special here: it is the shortest
possible, and the only one that a decoder accepts.

A string of bytes is read as a fraction in base 256 that zeros continue. Coding narrows an interval of fractions,
choice by choice. A string that lies in the last interval stands for all the choices.

RNG-1: The interval is [low, low + range), counted in units of the last byte of a window, which is the first T bytes
of the fraction. T begins as ``WINDOW``, and the interval as the first one, which is [``START``, ``END``) for the
strings of AURALITE: the first binary step, which sets the top bit of the first byte, is coded already. For the
strings of adaptive messages it is [``ADAPTIVE_START``, ``ADAPTIVE_END``), after four binary steps. The strings of
streams and of fuzzy frames have another one (rules STR-3 and FUZ-3). Nothing else in rules RNG-1 to RNG-7 changes
with it.

RNG-2: A choice has options with positive integer frequencies, which sum to total, at most ``MAX_TOTAL``. The
cumulative of an option is the sum of the frequencies of the options before it. The part of the interval that the
division leaves over at its top belongs to no option::

    encode(cumulative, frequency, total)
        unit = range div total
        low = low + cumulative · unit
        range = frequency · unit
        while range < LOWER_BOUND
            shift (rule RNG-3)

RNG-3: While range is below ``LOWER_BOUND``, the interval is shifted: low and range are multiplied by 256, and T
grows by one. low is not bounded: an addition may carry into bytes that left the low four. low + range never exceeds
256^T.

RNG-4: At the end the encoder writes n bytes v, a number of base 256, such that v · 256^(T - n) lies in the
interval. n is the smallest possible that is at least 1 and at least T - ``MAX_OMITTED``; v is the smallest possible
with n bytes. n is T - 3 at most, for range is at least 2^24 and so the interval holds a multiple of 2^24::

    finish()
        for n = max(1, T - MAX_OMITTED), max(1, T - MAX_OMITTED) + 1, …
            v = low div 256^(T - n), rounded up
            if v · 256^(T - n) < low + range
                return v, in n bytes

RNG-5: A string without bytes is ``Truncated``. A string that does not lie in the first interval, by its first byte,
is ``Malformed``. The decoder keeps offset, the first T bytes of the fraction less low. The fraction goes
on with zeros behind the string::

    decode(total)
        unit = range div total
        value = offset div unit
        if value >= total: Malformed
        the option is the one with cumulative <= value < cumulative + frequency
        offset = offset - cumulative · unit
        range = frequency · unit
        while range < LOWER_BOUND
            range = 256 · range
            offset = 256 · offset + the next byte of the fraction
            T = T + 1
            if T > n + MAX_OMITTED: Truncated (rule RNG-6)
        return the option

RNG-6: A decoder stops with ``Truncated`` as soon as T exceeds n + ``MAX_OMITTED``, at a shift. Without the lower
bound of n in rule RNG-4 nothing would end such a string: the zeros that continue ``80`` name the first option of
every choice, without end, and the shortest string would be ``80`` for all of these messages.

RNG-7: After the last choice, the string is checked; b is its last byte. Bytes after the end are ``Malformed``. A
string is ``NonCanonical`` if a smaller one of its length, or a shorter one, lies in the interval::

    check_end()
        if n > T: Malformed
        s = 8 · (T - n)
        if offset >= 2^s: NonCanonical
        if n > max(1, T - MAX_OMITTED), and (b = 0, or (256 - b) · 2^s + offset < range): NonCanonical

A shorter string would be a multiple of 2^(s + 8). With b = 0 the string itself is one. Otherwise the next one below
is b · 2^s less than the string, so below low, and the next one above is (256 - b) · 2^s more.
"""

from __future__ import annotations

from typing import Final

WINDOW: Final = 4
START: Final = 1 << 31
END: Final = 1 << 32
ADAPTIVE_START: Final = 1 << 28
ADAPTIVE_END: Final = 1 << 29
LOWER_BOUND: Final = 1 << 24
MAX_TOTAL: Final = 1 << 22
MAX_OMITTED: Final = 8
"""How many bytes fewer than the window a string may have (rules RNG-4 and RNG-6)."""

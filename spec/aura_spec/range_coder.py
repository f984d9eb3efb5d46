"""The range coder, the entropy coder of AURALITE.

A string of bytes is read as a fraction in base 256 that zeros continue. Coding narrows an interval of
fractions, choice by choice; a string that lies in the last interval stands for all the choices.

The interval is [low, low + range), counted in units of the last byte of a window, which is the first T
bytes of the fraction. At the start T is ``WINDOW``, low is the start and range 256^T less the start. For the
strings of messages the start is ``START``, so that low and range are the same: the first binary step, which sets
the top bit of the first byte, is coded already (rule RNG-1). The strings of streams have another start (rule
STR-3), and nothing else in rules RNG-1 to RNG-6 changes with it.

A choice has options with positive integer frequencies, at most ``MAX_TOTAL`` together; the cumulative of
an option is the sum of the frequencies of the options before it. To code an option, unit = range div
total; low grows by cumulative · unit, and range becomes frequency · unit. The part of the interval that
the division leaves over at its top belongs to no option (rule RNG-2). Then, while range is below
``LOWER_BOUND``, low and range are multiplied by 256 and T grows by one: a shift (rule RNG-3). low is not
bounded: an addition may carry into bytes that left the low four. low + range never exceeds 256^T.

At the end the encoder writes n bytes v, a number of base 256, such that v · 256^(T - n) lies in the
interval. n is the smallest possible that is at least 1 and at least T - ``MAX_OMITTED``; v is the
smallest possible with n bytes (rule RNG-4). n is T - 3 at most, for range is at least 2^24 and so the
interval holds a multiple of 2^24.

A string without bytes is ``Truncated``, and one whose first byte is below that of the start, 0x80 for messages,
is ``Malformed``. The
decoder keeps offset, the first T bytes of the fraction less low. To decode a choice, value = offset div
unit; if it is total or more, the string is ``Malformed``; else the option is the one with cumulative <=
value < cumulative + frequency, and offset falls by cumulative · unit. A shift makes offset 256 · offset
plus the next byte of the fraction (rule RNG-5).

A decoder gives up with ``Truncated`` as soon as T exceeds n + ``MAX_OMITTED``, at a shift (rule RNG-6).
Without the lower bound of n in rule RNG-4 nothing would end such a string: the zeros that continue ``80``
name the first option of every choice, without end, and the shortest string would be ``80`` for all of
these messages.

After the last choice, n > T is ``Malformed``: bytes follow the end. Otherwise let s = 8 · (T - n) and b
the last byte. The string is ``NonCanonical`` unless offset < 2^s, so that no smaller one has its length,
and either n is the least that rule RNG-4 allows, or b is not 0 and (256 - b) · 2^s + offset >= range, so
that no shorter one fits (rule RNG-7). For a shorter one would be a multiple of 2^(s + 8). With b = 0 the
string itself is one. Else the next one below is b · 2^s less than the string, so below low, and the next
one above (256 - b) · 2^s more.
"""

from __future__ import annotations

from typing import Final

WINDOW: Final = 4
START: Final = 1 << 31
LOWER_BOUND: Final = 1 << 24
MAX_TOTAL: Final = 1 << 22
MAX_OMITTED: Final = 8
"""How many bytes fewer than the window a string may have (rules RNG-4 and RNG-6)."""

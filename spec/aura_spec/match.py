"""The match model of AURALITE: what stood after the same bytes earlier in the message.

Positions count the bytes of the message from 0; position i is where byte i, or the end, is coded next. A
table of ``SLOTS`` slots, empty at the start of each message, holds positions. The slot of a position i >=
4 is (x · ``MULTIPLIER`` mod 2^32) div 2^18, where x is the four bytes before i as a little-endian number
(rule MAT-1).

At each position i >= 4, before anything is coded there: if no match is active and the slot of i holds a
position p, then the length of the match is the largest number k, at most ``MAX_LENGTH`` and p, such that
the k bytes before p equal the k bytes before i; from ``MIN_LENGTH`` on the match is active with p as its
pointer (rule MAT-2). Then, whether a match is active or not, the slot of i takes i in place of what it
held (rule MAT-3).

An active match predicts the byte at its pointer. Whether this is a hit is coded as a choice of two
options, hit first, with the frequencies h and ``TOTAL`` - h, where h is ``hits[index]`` of the model and
index = (length class · ``PROBABILITY_CLASSES`` + probability class) · ``MISS_CLASSES`` + min(misses of
the message so far, 2) (rule MAT-4). The length class is the number of ``LENGTH_STEPS`` that are at most
the length of the match: 4, 5, 6, 7–8, 9–11, 12–15, 16–23, 24–31, 32 (rule MAT-5). The probability class
is 0 if the predicted byte is not in the list of the current context, else 1 + the number of s in
``PROBABILITY_STEPS`` with 1000 · frequency >= s · total; both as in rules CTX-4 to CTX-6, the total
with the escape and without regard to exclusion (rule MAT-6).

After a hit the pointer and the length grow by one, the length up to ``MAX_LENGTH`` (rule MAT-7). After a
miss, which the end of the message always is, the match is no longer active, and the number of misses
grows by one (rule MAT-8). Chapter ``prefix`` adds matches in a text that the model holds.
"""

from __future__ import annotations

from typing import Final

SLOTS: Final = 1 << 14
SLOT_SHIFT: Final = 18
MULTIPLIER: Final = 0x9E3779B1
MIN_LENGTH: Final = 4
MAX_LENGTH: Final = 32

LENGTH_STEPS: Final = (5, 6, 7, 9, 12, 16, 24, 32)
LENGTH_CLASSES: Final = len(LENGTH_STEPS) + 1
PROBABILITY_STEPS: Final = (20, 100, 300, 600, 800, 900, 950, 980, 990, 996)
PROBABILITY_CLASSES: Final = len(PROBABILITY_STEPS) + 2
MISS_CLASSES: Final = 3

HITS: Final = LENGTH_CLASSES * PROBABILITY_CLASSES * MISS_CLASSES
"""Entries of a model's table of hit probabilities."""

TOTAL: Final = 4096
"""What the hit probabilities are out of; each is 1 to ``TOTAL`` - 1."""

"""The match model of AURALITE: which byte followed the same bytes earlier in the message.

This is the match model of PAQ and lpaq in a small form: a hash table of positions finds the latest place where the
last four bytes occurred, as the match finder of an LZ77 coder does, and predicts the byte that stands there. The
model has the probability of a hit for each class of match, and does not adapt.

MAT-1: Positions count the bytes of the message from 0. Position i is where byte i, or the end, is coded next. A
table of ``SLOTS`` slots holds positions, and is empty at the start of each message. A position i >= 4 has this
slot::

    slot(i)
        x = the four bytes before i as a little-endian number
        return (x · MULTIPLIER mod 2^32) div 2^18

MAT-2: At each position i >= 4, before anything is coded there, a match is looked for if none is active. It has the
position p in the slot of i as its pointer, and its length is the number of bytes before p, at most ``MAX_LENGTH``
and p, that equal the bytes before i. The match is active if it has ``MIN_LENGTH`` bytes or more::

    look_for_match(i)
        if no match is active, and slot(i) holds a position p
            k = 0
            while k < min(MAX_LENGTH, p), and the bytes at p - 1 - k and i - 1 - k are equal
                k = k + 1
            if k >= MIN_LENGTH
                a match is active; pointer = p; length = k
        put i into slot(i) (rule MAT-3)

MAT-3: Then, whether a match is active or not, the slot of i takes i in place of what it held.

MAT-4: An active match predicts the byte at its pointer. A choice of two options, hit first, tells whether the next
symbol is this byte. The options have the frequencies h and ``TOTAL`` - h; ``misses`` is the number of misses of the
message so far::

    index = (length class · PROBABILITY_CLASSES + probability class) · MISS_CLASSES + min(misses, 2)
    h = hits[index] of the model

MAT-5: The length class is the number of ``LENGTH_STEPS`` that are at most the length of the match. So the classes
are 4, 5, 6, 7–8, 9–11, 12–15, 16–23, 24–31 and 32.

MAT-6: The probability class is 0 if the predicted byte is not in the list of the current context. Otherwise it is 1
plus the number of s in ``PROBABILITY_STEPS`` with 1000 · frequency >= s · total. Both are those of rules CTX-4 to
CTX-6; the total includes the escape, and exclusion does not count.

MAT-7: After a hit the pointer and the length grow by one, the length up to ``MAX_LENGTH``.

MAT-8: After a miss the match is no longer active, and the number of misses grows by one. The end of the message is
always a miss.

Chapter ``prefix`` adds matches in a text that the model holds.
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
"""The total of hit and miss; a hit has the frequency 1 to ``TOTAL`` - 1."""

"""Recall: what a stream has said foresees what it says next.

The window is the last bytes of a stream: its messages one after the other, each followed by the byte 0, and one
byte 0 before the first. It has W = memory - ``TABLES`` bytes; places in it are numbered from 0, the byte before
the first message, and a place more than W bytes back is forgotten. What stands at a place foresees a symbol: a
byte other than 0 itself, and 0 the end of a message (rule RCL-1).

For each of ``ORDERS``, k, a table of 2^b slots, ``SLOT_BITS`` of the order, holds places. The slot of a place
is h · ``FINISH`` mod 2^32 div 2^(32-b), where h begins as 0 and, for each of the k bytes before the place, the
last one first, becomes h + byte + 1, times ``MULTIPLIER`` mod 2^32, and then h xor (h div 2^15). Slots hold the
low 16 bits of places, at the beginning 0, and stand for the last place before the current one with these bits.
After a symbol, and before it enters the window, the slots of the current place take it, for each order of which
the window ever had that many bytes (rule RCL-2).

The likeness of two places is the number of bytes before both that are equal, at most ``MAX_LIKENESS``, and none
before the start of the window (rule RCL-3). Place 0 is never a candidate.

At each symbol there is a list of candidates, each a symbol with a level; no two have the same symbol. First
comes the symbol at the pointer, if there is one, with its likeness. Then follow, in the order of ``ORDERS`` and
as long as there are fewer than ``FOUND`` candidates, the symbols at the places that the slots hold, which must
not be forgotten and have a likeness of ``LEAST`` or more. If there is no pointer, and the first candidate has a
likeness of ``POINTED`` or more, its place becomes the pointer. The level of these candidates is the number of
``LIKENESS_STEPS`` that are at most their likeness (rule RCL-4).

A number is foreseen where the last byte of the window is no digit, no number is being read, and the first
candidate's place holds a digit after a byte that is none: the digits from there on, fewer than ``MAX_DIGITS``,
are a number v of l digits. It has a field, one of ``FIELDS``, whose number is h · ``FINISH`` mod 2^32 div 2^24,
with h as in rule RCL-2 over the last ``FIELD_BYTES`` bytes of the window that are no digits, but not beyond a
byte 0, for which h becomes 31 · h + 7 mod 2^32 and ends. From then on the number is read: the digits that are
coded, fewer than ``MAX_DIGITS``, as a number u. If the field's step is not 0 and v + step is not negative, then
v + step in decimal, with zeros before it up to l digits, is foreseen, and after it what stands in the window
behind v. As long as all of this came true, the next symbol of it is put first in the list, in the place of the
candidate with that symbol, unless that one is first anyway. Its level is ``NUMBER`` plus the field's trust
(rule RCL-5). The first symbol that is no digit ends the reading: if it had a digit, and u - v is the field's
step, its trust grows by one, up to ``MAX_TRUST``; else the step becomes u - v, or 0 if this has more than 31
bits, and the trust 0. A digit too many ends it without that (rule RCL-6).

If the model has a history (rule HIS-1), no match in it is active, and the message has ``history.LENGTH`` bytes,
these are looked for in it as that rule says. As long as the match lasts, its byte is a candidate, unless it is
one already: the last in the list if the first is from a place of likeness ``CERTAIN`` or more or a number, else
the first. Its level is ``HISTORY`` (rule RCL-7).

The first ``TRIED`` candidates are tried in turn. Each is coded as a choice of hit and miss with the frequencies
p and ``WHOLE`` - p. A hit codes the symbol. After a miss of all, the symbol is coded as rules AUR-2 to AUR-4
and RUN-4 say, with the candidates tried as excluded symbols. In both cases the context that follows is found as
rule AUR-5 says (rule RCL-8).

The share of a candidate is what rules AUR-2 to AUR-4 and RUN-4 give it, with the candidates tried before as
excluded symbols: beginning with ``WHOLE``, for each choice that would code it, the share is multiplied by the
frequency of the option and divided by the total. The result is ``WHOLE`` - 1 at most (rule RCL-9).

p is mixed of three opinions, all in the domain of ``STRETCH``. The first is the share. The second is a chance
of the table ``hits``, by (whether the candidate is not the first, level, class of the share, miss), where the
class is (stretch of the share div 256) + 8, 0 to 15, and miss is 1 if the last symbol of the message that had
candidates was not the first of them. The third is a chance of the table ``marks``, by h · ``MULTIPLIER`` mod
2^32 div 2^22, where q is 1 if the candidate is not the first, s is the symbol, and h is as follows. If neither
s nor the last byte of the message is a digit, h = (31 · a + s mod 256) · 7 + 5 · q + 101 · b, where a is the
last byte of the window and b the one before it or 0. Else h = (((31 · d + level) · 2 + q) · 16 + z) · 127 + x
mod 127, where d is the number of digits, up to ``MARKED_DIGITS``, at the end of the message, z is 0 if s is a
digit, else s mod 16, and x is 0 at the start of the message and, for each of its bytes that is no digit, becomes
8 · x + byte mod 2^16. The sum of the opinions, each times
its weight of (not the first, level), divided by 2^16, is squashed: p = squash(sum), ``LEAST_CHANCE`` at least
and ``WHOLE`` - ``LEAST_CHANCE`` at most (rule RCL-10).

squash(x) for x of -``LIMIT`` to ``LIMIT``, to which others are clipped: with y = x + ``LIMIT``, k = y div 128
and r = y mod 128, (``KNOTS[k]`` · (128 - r) + ``KNOTS[k+1]`` · r) div 128. stretch(p) is the least x with
squash(x) >= p rounded down to a multiple of 16; it is ``LIMIT`` if there is none (rule RCL-11).

After each choice, with e = ``WHOLE`` - p for a hit and -p for a miss, each of the three weights grows by e ·
its opinion div 2^14. The two chances c, with t = ``WHOLE`` - 1 for a hit and 0 for a miss, grow by (t - c) ·
rate div 2^16, where rate is 2^16 div (n + 8) for ``hits`` and 2^17 div (2 · n + 3) for ``marks``; n counts the
choices with this chance before, up to ``MOST_HITS`` and ``MOST_MARKS`` (rule RCL-12). All divisions round down,
towards minus infinity.

At the beginning ``hits`` has squash(``LEVEL_BIAS`` + ``CLASS_BIAS`` + ``MISS_BIAS`` · miss), ``marks`` 2^15,
the weights are those of ``WEIGHTS`` times 2^10, and all steps and trusts 0 (rule RCL-13). A message begins
without a pointer, a match in the history, a number that is read, or a miss (rule RCL-14). After a symbol the
pointer moves on by one if it foresaw the symbol; else there is none, except that if another candidate of the
window hit, with a likeness of ``RESUMED`` or more, the place after its own is the pointer, with a likeness
greater by one. The likeness of a pointer that moves on grows by one up to ``MAX_LIKENESS`` (rule RCL-15).
"""

from __future__ import annotations

from typing import Final

TABLES: Final = 18 << 10
"""Bytes of a direction's memory that are not window: slots 10 KiB, hits, marks, weights and fields less than 8."""

LEAST_MEMORY: Final = TABLES + (1 << 10)
MOST_MEMORY: Final = TABLES + (1 << 16) - 1

ORDERS: Final = (6, 4, 2)
SLOT_BITS: Final = (11, 11, 10)
MULTIPLIER: Final = 0x9E3779B1
FINISH: Final = 0x85EBCA6B

MAX_LIKENESS: Final = 32
LEAST: Final = 2
FOUND: Final = 2
POINTED: Final = 5
RESUMED: Final = 4
CERTAIN: Final = 25
LIKENESS_STEPS: Final = (3, 4, 5, 6, 8, 12, 16, 24, 32)
HISTORY: Final = 10
NUMBER: Final = 11
LEVELS: Final = 15
TRIED: Final = 3

MAX_DIGITS: Final = 17
FIELDS: Final = 256
FIELD_BYTES: Final = 8
MAX_TRUST: Final = 3

MARKED_DIGITS: Final = 15

WHOLE: Final = 1 << 16
LEAST_CHANCE: Final = 16
CLASSES: Final = 16
MARKS: Final = 1 << 10
MOST_HITS: Final = 92
MOST_MARKS: Final = 19

KNOTS: Final = (
    *(8, 13, 22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768),
    *(
        40793,
        47911,
        53581,
        57724,
        60565,
        62428,
        63615,
        64357,
        64816,
        65097,
        65269,
        65374,
        65438,
        65476,
        65500,
    ),
    *(65514, 65523, 65528),
)
"""2^16 / (1 + e^(-x/2)) for x of -18 to 18."""

LIMIT: Final = 64 * (len(KNOTS) - 1)

SQUASH: Final = tuple(
    (KNOTS[y >> 7] * (128 - (y & 127)) + KNOTS[min((y >> 7) + 1, len(KNOTS) - 1)] * (y & 127)) >> 7
    for y in range(2 * LIMIT + 1)
)
"""Rule RCL-11, by x + ``LIMIT``."""


def _stretches() -> tuple[int, ...]:
    stretches = []
    y = 0
    for chance in range(0, WHOLE, 16):
        while y < 2 * LIMIT and SQUASH[y] < chance:
            y += 1
        stretches.append(y - LIMIT)
    return tuple(stretches)


STRETCH: Final = _stretches()
"""Rule RCL-11, by p div 16."""

LEVEL_BIAS: Final = (
    (-41, 36, 191, 211, 356, 420, 566, 579, 764, 818, -36, -114, 204, 515, 689),
    (-257, -177, -114, 19, 55, 125, 253, 252, 464, 458, -37, 0, 0, 0, 0),
)
CLASS_BIAS: Final = (
    -917,
    -635,
    -525,
    -431,
    -376,
    -266,
    -135,
    43,
    243,
    537,
    835,
    1136,
    1382,
    1608,
    1684,
    2015,
)
MISS_BIAS: Final = -156

WEIGHTS: Final = (
    (
        *((26, 34, 14), (17, 41, 14), (15, 44, 19), (10, 45, 19), (12, 50, 23), (9, 53, 20), (10, 52, 21)),
        *((6, 51, 24), (1, 49, 26), (7, 47, 32), (36, 31, 7), (16, 24, 17), (22, 29, 16), (8, 38, 22)),
        (-2, 42, 19),
    ),
    (
        *((32, 26, 9), (24, 35, 14), (23, 33, 18), (19, 31, 20), (19, 33, 23), (19, 30, 17), (9, 32, 19)),
        *((6, 33, 20), (7, 33, 23), (2, 40, 14), (25, 25, 13), (26, 26, 19), (26, 26, 19), (26, 26, 19)),
        (26, 26, 19),
    ),
)


def squash(x: int) -> int:
    """Rule RCL-11.

    >>> squash(0), squash(-99999), squash(512)
    (32768, 8, 57724)
    """
    return SQUASH[max(0, min(x + LIMIT, 2 * LIMIT))]


def stretch(chance: int) -> int:
    """Rule RCL-11, for 0 to ``WHOLE`` - 1.

    >>> stretch(32768), squash(stretch(60000)) // 16 == 60000 // 16
    (0, True)
    """
    return STRETCH[chance >> 4]

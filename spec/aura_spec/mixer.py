"""The mixer: how likely a candidate of the local model hits.

The probability is a logistic sum: the share that the context model gives the candidate, and a bias for each piece
of evidence. The sum learns from every error, as an online logistic regression does; the mixers of lpaq and paq8
learn in the same way. All divisions round down, towards minus infinity.

MIX-1: The share of a candidate is the part of ``PROB_ONE`` that rules AUR-2 to AUR-4 and RUN-4 give its symbol,
with the symbols of the candidates tried before it excluded::

    share = PROB_ONE
    for each choice that leads to the symbol, escapes among them
        share = share · (frequency of the option) div (total of the choice)
    share = min(share, PROB_ONE - 1)

MIX-2: ``squash`` maps -``LIMIT`` to ``LIMIT`` to probabilities; other numbers are clipped to these bounds.
``stretch`` is its inverse, for probabilities from 0 to ``PROB_ONE`` - 1::

    squash(x)
        y = min(max(-LIMIT, x), LIMIT) + LIMIT
        k = y div 128
        r = y mod 128
        return KNOTS[k] if r = 0, else (KNOTS[k] · (128 - r) + KNOTS[k + 1] · r) div 128

    stretch(p)
        return the least x from -LIMIT to LIMIT with squash(x) >= 16 · (p div 16), or LIMIT if there is none

MIX-3: The evidence for a candidate s is a list of biases, each an entry of a table. votes is the number of slots
with a run whose last symbol is s. agrees is 1 if the match predicts s, else 0, also without a match. The class of
``END`` is that of the byte 0::

    later = 0 for the first candidate that is tried, else 1
    digit = 1 if s is a digit, else 0
    match = 0 without a match; 3 if it disagrees; 2 if it agrees at a level above LONG_LEVEL; else 1
    common = the number of SHARE_STEPS that are at most share
    set = (later, digit, match, common)

    evidence(s)
        SET_BIASES[set]
        for each context whose slot has a run
            kind = 0 if its last symbol is s; 1 if the one before is; else 2
            other = 1 if the slot has a symbol before the last, else 0
            CONTEXT_BIASES[context][kind][run - 1][other]
        if a match is active
            MATCH_BIASES[agrees][level]
        if expected is not empty
            NUMBER_BIASES[1 if its first digit is s, else 0][field.confidence]
        if relation is not NONE
            left = max(0, the count of digits of before - digits)
            FIELD_BIASES[relation_of(s)][min(left, MAX_LEFT)]
        MISS_BIASES[misses][agrees][votes]
        LENGTH_BIASES[min(since, MAX_SINCE)][the class of s]

    relation_of(s)
        if relation = EQUAL
            if left = 0: return 0 if s is a digit, else 1
            if s is no digit: return 2
            d = the digit of before at position digits
            return 3 if s = d, 4 if s is the digit after d, 5 if s is greater, else 6
        return 5 + 2 · relation + (1 if s is a digit, else 0)

Relations are the numbers of ``local_model.Relation``.

MIX-4: The probability of a candidate is as follows::

    sum = (weights[set] · stretch(share)) div 2^4 + the sum of its evidence
    p = min(max(MIN_PROBABILITY, squash(sum div 2^12)), PROB_ONE - MIN_PROBABILITY)

MIX-5: After each choice of hit and miss, the weight and the biases that p was made of learn the outcome, unless p
was nearly right. So each of the biases in the evidence changes::

    e = PROB_ONE - p after a hit, -p after a miss
    if e >= MIN_ERROR or e <= -MIN_ERROR
        weights[set] = weights[set] + (e · stretch(share)) div 2^14
        each bias in the evidence = bias + e

MIX-6: The weights begin as those of ``WEIGHTS`` times 2^10, and the biases as those of the tables in this chapter
times 2^12. Integers of 64 bits hold them: none moves by more than 2^16 at a time.
"""

from __future__ import annotations

from typing import Final

PROB_ONE: Final = 1 << 16
MIN_PROBABILITY: Final = 16
MIN_ERROR: Final = 1 << 11

LONG_LEVEL: Final = 3
SHARE_STEPS: Final = (512, 8192)
MAX_LEFT: Final = 7
MAX_SINCE: Final = 15

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
"""Rule MIX-2, by x + ``LIMIT``."""


def _stretches() -> tuple[int, ...]:
    stretches = []
    y = 0
    for probability in range(0, PROB_ONE, 16):
        while y < 2 * LIMIT and SQUASH[y] < probability:
            y += 1
        stretches.append(y - LIMIT)
    return tuple(stretches)


STRETCH: Final = _stretches()
"""Rule MIX-2, by p div 16."""

# Rule MIX-6; fitted by models/local_biases.py.
WEIGHTS: Final = (
    (
        ((39, 39, 62), (26, 23, 57), (15, 18, 56), (56, 58, 87)),
        ((31, 29, 58), (25, 20, 43), (16, 13, 55), (32, 27, 36)),
    ),
    (
        ((42, 43, 64), (24, 31, 53), (19, 21, 55), (32, 33, 66)),
        ((42, 30, 52), (27, 34, 67), (24, 34, 52), (30, 27, 38)),
    ),
)
SET_BIASES: Final = (
    (
        ((-73, -50, 129), (-28, -133, 89), (-29, 10, 139), (5, 5, 41)),
        ((21, -136, 42), (27, 15, 15), (37, -44, 108), (25, 5, -37)),
    ),
    (
        ((13, -2, 202), (25, 35, -10), (27, 46, 35), (-33, -78, 131)),
        ((16, -146, 13), (26, 28, -16), (25, 5, -27), (14, -39, 12)),
    ),
)
CONTEXT_BIASES: Final = (
    (((116, -66), (256, 3), (440, 68)), ((0, 74), (0, 98), (0, 70)), ((-22, -51), (-9, -61), (0, -27))),
    (
        ((11, -120), (98, -108), (312, -93)),
        ((0, -40), (0, -25), (0, 17)),
        ((-15, -51), (-21, -41), (-125, -46)),
    ),
    (((133, -5), (358, 94), (740, 235)), ((0, 35), (0, 66), (0, 90)), ((-8, -28), (-88, -23), (-391, -87))),
    (((118, 16), (191, 47), (292, 84)), ((0, 68), (0, 79), (0, 72)), ((-49, -23), (-94, -34), (-160, -38))),
)
MATCH_BIASES: Final = (
    (7, -1, -5, -11, -7, -6, 2, 21, 55, -8, 5),
    (-18, -6, 27, 69, -18, -1, 4, 85, 77, 63, 123),
)
NUMBER_BIASES: Final = ((0, -7, -3, -5, -1, 0, 2, -5), (-66, 99, 67, 38, 29, 25, 28, 248))
FIELD_BIASES: Final = (
    (-18, 0, 0, 0, 0, 0, 0, 0),
    (140, 0, 0, 0, 0, 0, 0, 0),
    (0, -14, 56, -33, 8, 47, 71, -16),
    (0, 43, 37, -2, 87, 79, -3, 97),
    (0, 103, 65, 37, -8, 36, -5, -21),
    (0, -34, -18, -50, -51, -26, -22, -18),
    (0, -91, -25, -15, -27, -28, -33, -12),
    (377, -50, -140, -65, -30, -12, -1, -15),
    (-126, -60, -47, -28, -12, -9, 16, 16),
    (278, -149, -130, -69, -35, -8, -6, -15),
    (-82, -51, -56, -45, -25, 14, -1, -7),
    (20, 0, 0, 0, 0, 0, 0, 0),
    (-25, 0, 0, 0, 0, 0, 0, 0),
)
MISS_BIASES: Final = (
    ((-22, -3, 76, 154, 265), (36, 92, 86, 46, 140)),
    ((-91, -60, -34, 14, 63), (-32, -19, -28, 20, 19)),
    ((-106, -84, -32, 66, 3), (-4, -29, 22, 11, 0)),
    ((-118, -84, -10, 62, 23), (2, 14, 21, 3, 5)),
)
LENGTH_BIASES: Final = (
    (23, -19, -96, 1, -40),
    (17, -23, 13, 212, -109),
    (10, 10, 76, 208, -61),
    (31, 46, 84, 216, -54),
    (37, 23, 54, 68, -74),
    (59, 32, 10, -5, -78),
    (91, 35, 0, 94, -57),
    (-36, 3, 0, 31, -41),
    (12, -22, -2, 35, -74),
    (-12, -26, 41, 25, -34),
    (19, -26, 17, -22, -94),
    (-33, 13, 31, 1, -56),
    (77, -20, 78, 24, -85),
    (-6, -16, 62, -3, -32),
    (-14, 36, 49, 9, -88),
    (-41, -55, 58, -35, -97),
)


def squash(x: int) -> int:
    """Rule MIX-2.

    >>> squash(0), squash(-99999), squash(512)
    (32768, 8, 57724)
    """
    return SQUASH[max(0, min(x + LIMIT, 2 * LIMIT))]


def stretch(probability: int) -> int:
    """Rule MIX-2, for 0 to ``PROB_ONE`` - 1.

    >>> stretch(32768), squash(stretch(60000)) // 16 == 60000 // 16
    (0, True)
    """
    return STRETCH[probability >> 4]

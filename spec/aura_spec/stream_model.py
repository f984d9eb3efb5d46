"""The stream model: how the messages of a stream predict the next one.

This is an adaptive match model with logistic mixing, in the manner of lpaq. A window of recent bytes and its hash
tables give match candidates. Each candidate has a probability, mixed of three inputs with weights that adapt. All
divisions round down, towards minus infinity. END is the symbol of the end of a message.

RCL-1: The window holds the last W = memory - ``TABLES`` bytes of a stream. These are one byte 0, then its
messages, one after the other, each followed by the byte 0. Places are numbered from 0, the byte before the
first message; n is the current place, where the next byte will stand, and begins as 1. A place q is held if
max(0, n - W) <= q < n; others are forgotten, or still to come. The symbol at a place is its byte, or END if the
byte is 0.

RCL-2: For each of ``ORDERS``, k, with ``SLOT_BITS`` b, a table of 2^b slots holds the low 16 bits of places.
All slots begin as 0. After a symbol, before its byte enters the window, the current place goes into the slot of
each order k <= n; then the byte (0 for END) enters, and n grows by one. An order with k > n neither stores nor
finds a place::

    hash(h, byte)
        h = (h + byte + 1) · HASH_MULTIPLIER mod 2^32
        return h xor (h div 2^15)

    slot(k, b)
        h = 0
        for each of the last k bytes of the window, the last one first
            h = hash(h, byte)
        return (h · HASH_MULTIPLIER_2 mod 2^32) div 2^(32 - b)

    store(k, b)
        table[k][slot(k, b)] = n mod 2^16

    find(k, b)
        return n - 1 - ((n - 1 - table[k][slot(k, b)]) mod 2^16)

RCL-3: The match length of a place q is the number of bytes before q, at most ``MAX_MATCH_LENGTH``, that equal
the bytes before the current place. Bytes that are not held do not count::

    match_length(q)
        l = 0
        while l < MAX_MATCH_LENGTH, place q - 1 - l is held, and the bytes at q - 1 - l and n - 1 - l are equal
            l = l + 1
        return l

RCL-4: Each symbol has a list of candidates, made anew. A candidate has a symbol, a level, a match length and, if
it comes from the window, a place; no two have the same symbol. The list begins with the match pointer, if there
is one, and goes on with places from the hash tables. The pointer is set here, before rules RCL-5 and RCL-7 add to
the list::

    level(l) = how many of LENGTH_STEPS are l or less

    candidates = none
    if there is a pointer, a place q with a match length l
        add (the symbol at q, level(l), l, q)
    for each k of ORDERS, with its b, where k <= n
        q = find(k, b)
        if q > 0, q is held, there are fewer than MAX_FOUND candidates, and none has the symbol at q
            l = match_length(q)
            if l >= MIN_MATCH
                add (the symbol at q, level(l), l, q)
    if there was no pointer, and the first candidate has a match length of MIN_POINTED or more
        the pointer = place and match length of the first candidate

RCL-5: An earlier number and the step of its field may predict a number. If there is a candidate, no number is
being read, and the last byte of the window is no digit, a number begins as the first block says. Here l counts
all the digits; where there are ``MAX_DIGITS`` or more, no number begins. While a number is read, the second block
may put its next symbol first in the list. If this symbol is first already, the list stays as it is, and that
candidate keeps its own level. A candidate that the number replaces leaves the list, and the new one does not come
from the window::

    q = the place of the first candidate
    if the byte at q is a digit, place q - 1 is held, and the byte at q - 1 is no digit
        l = the number of digits from q on
        if l < MAX_DIGITS
            v = the number that these digits are
            f = fields[field()]
            u = no digits
            expected = nothing
            if f.step is not 0, and v + f.step >= 0
                expected = the digits of v + f.step, with zeros before them up to l, and then the symbol at q + l
            a number is being read

    if a number is being read, expected is not empty, and its first symbol, s, is not that of the first candidate
        remove the candidate with the symbol s, if there is one
        put (s, NUMBER + f.confidence, MAX_MATCH_LENGTH) before the others

    field()
        h = 0
        taken = 0
        for each byte of the window, the last one first, while taken < FIELD_BYTES
            if the byte is 0
                h = (31 · h + 7) mod 2^32
                go back no further
            if the byte is no digit
                h = hash(h, byte)
                taken = taken + 1
        return (h · HASH_MULTIPLIER_2 mod 2^32) div 2^24

RCL-6: After each symbol, a number that is being read takes it in. Its field learns when the number ends with a
symbol that is no digit. A number of no digits, and one that reaches ``MAX_DIGITS``, change nothing in the
field::

    if expected is not empty, and begins with the symbol
        drop the first of expected
    else
        expected = nothing
    if the symbol is a digit
        append it to u
        if u has MAX_DIGITS digits
            no number is being read
    else
        if u has a digit
            if u - v = f.step
                f.confidence = min(f.confidence + 1, MAX_CONFIDENCE)
            else
                f.step = u - v if -2^31 < u - v < 2^31, else 0
                f.confidence = 0
        no number is being read

RCL-7: A model with a prefix (rule HIS-1) adds a candidate from it. This candidate does not come from the window,
and its match length is 0. p is a place in the prefix; it is looked for as rule HIS-1 says, with the bytes of the
message so far. After each symbol the match goes on with p + 1 if the byte at p was the symbol; else it is no
longer active::

    if a match is active, and p is the end of the prefix
        no match is active
    else if none is active, and the message so far has prefix.LENGTH bytes or more
        p = the place behind the last occurrence of its last prefix.LENGTH bytes in the prefix
        if there is one, and p is not the end of the prefix
            a match is active
    if a match is active, and no candidate has the byte at p as its symbol
        c = (the byte at p, PREFIX, 0)
        if there is a candidate, and the match length of the first is MIN_CERTAIN or more
            put c behind the others
        else
            put c before the others

RCL-8: Only the first ``MAX_TRIED`` candidates of the list count from here on. They are tried in turn, each by a
choice of two options, hit and miss, with the frequencies p and ``PROB_ONE`` - p. A hit codes the symbol. After a
miss of all, or without a candidate, the symbol is coded as rules AUR-2 to AUR-4 and RUN-4 say, with the symbols
of the candidates excluded. In both cases the context that follows is found as rule AUR-5 says.

RCL-9: The share of a candidate is the part of ``PROB_ONE`` that rules AUR-2 to AUR-4 and RUN-4 give its symbol,
with the symbols of the candidates tried before it excluded::

    share = PROB_ONE
    for each choice that leads to the symbol, escapes among them
        share = share · (frequency of the option) div (total of the choice)
    share = min(share, PROB_ONE - 1)

RCL-10: The probability p of a hit is mixed of three inputs in the logistic domain, which ``stretch`` maps to: the
share, the match statistics by level, and the statistics of a hashed context::

    s = the symbol of the candidate
    q = 0 for the first candidate, 1 for a later one
    miss = 1 if the last symbol of the message that had candidates was not that of the first of them, else 0
    a = the last byte of the window; b = the byte before it, or 0 if none is held
    d = the number of digits at the end of the message, at most COUNTED_DIGITS
    x = 0 at the start of a message; (8 · x + byte) mod 2^16 after each of its bytes that is no digit

    class = min(max(0, stretch(share) div 256 + 8), CLASSES - 1)
    if d = 0, and s is no digit
        h = (31 · a + (s mod 256)) · 7 + 5 · q + 101 · b
    else
        z = 0 if s is a digit, else s mod 16
        h = (((31 · d + level) · 2 + q) · 16 + z) · 127 + (x mod 127)
    m = (h · HASH_MULTIPLIER mod 2^32) div 2^22
    inputs = stretch(share), stretch(match_stats[q][level][class][miss]), stretch(context_stats[m])
    sum = weights[q][level][0] · inputs[0] + weights[q][level][1] · inputs[1] + weights[q][level][2] · inputs[2]
    p = min(max(MIN_PROBABILITY, squash(sum div 2^16)), PROB_ONE - MIN_PROBABILITY)

RCL-11: ``squash`` maps -``LIMIT`` to ``LIMIT`` to probabilities; other numbers are clipped to these bounds.
``stretch`` is its inverse, for probabilities from 0 to ``PROB_ONE`` - 1::

    squash(x)
        y = min(max(-LIMIT, x), LIMIT) + LIMIT
        k = y div 128
        r = y mod 128
        return KNOTS[k] if r = 0, else (KNOTS[k] · (128 - r) + KNOTS[k + 1] · r) div 128

    stretch(p)
        return the least x from -LIMIT to LIMIT with squash(x) >= 16 · (p div 16), or LIMIT if there is none

RCL-12: After each choice of hit and miss, the weights and the two adaptive probabilities that p was mixed with
learn the outcome. An adaptive probability c has a count t of its updates, which begins as 0. The inputs are those
of rule RCL-10, from before the choice::

    e = PROB_ONE - p after a hit, -p after a miss
    for i = 0, 1, 2
        weights[q][level][i] = weights[q][level][i] + (e · inputs[i]) div 2^14
    target = PROB_ONE - 1 after a hit, 0 after a miss
    for the c of match_stats, with its count t
        c = c + ((target - c) · (2^16 div (t + 8))) div 2^16
        t = min(t + 1, MATCH_STATS_LIMIT)
    for the c of context_stats, with its count t
        c = c + ((target - c) · (2^17 div (2 · t + 3))) div 2^16
        t = min(t + 1, CONTEXT_STATS_LIMIT)

RCL-13: A stream begins with ``match_stats[q][level][class][miss]`` = squash(``LEVEL_BIAS[q][level]`` +
``CLASS_BIAS[class]`` + ``MISS_BIAS`` · miss), all of ``context_stats`` at 2^15, the ``weights`` of ``WEIGHTS``
times 2^10, and the steps and confidences of all fields at 0.

RCL-14: A message begins without a pointer, without a match in the prefix, without a number that is read, with
miss, d and x of rule RCL-10 at 0, in the initial context of the model, and without a character run.

RCL-15: After each symbol, and before its byte enters the window, the pointer moves. The pointer here is the one
with which the symbol was coded, thus also one that rule RCL-4 has just set. If it predicted the symbol, it moves
on. Else any candidate that was tried, but not the first of the list, may become the pointer if it comes from the
window, whether or not there was a pointer::

    if there is a pointer, a place q with a match length l, and the symbol is the one at q
        the pointer = q + 1 with min(l + 1, MAX_MATCH_LENGTH)
    else
        there is no pointer
        for each of the first MAX_TRIED candidates but the first of the list
            if it has the symbol and a place q in the window, and its match length l is MIN_RESUMED or more
                the pointer = q + 1 with min(l + 1, MAX_MATCH_LENGTH)
"""

from __future__ import annotations

from typing import Final

TABLES: Final = 18 << 10
"""Bytes of a direction's memory that are not window: slots take 10 KiB, the rest of the state less than 8."""

MIN_MEMORY: Final = TABLES + (1 << 10)
MAX_MEMORY: Final = TABLES + (1 << 16) - 1

ORDERS: Final = (6, 4, 2)
SLOT_BITS: Final = (11, 11, 10)
HASH_MULTIPLIER: Final = 0x9E3779B1
HASH_MULTIPLIER_2: Final = 0x85EBCA6B

MAX_MATCH_LENGTH: Final = 32
MIN_MATCH: Final = 2
MAX_FOUND: Final = 2
MIN_POINTED: Final = 5
MIN_RESUMED: Final = 4
MIN_CERTAIN: Final = 25
LENGTH_STEPS: Final = (3, 4, 5, 6, 8, 12, 16, 24, 32)
PREFIX: Final = 10
NUMBER: Final = 11
LEVELS: Final = 15
MAX_TRIED: Final = 3

MAX_DIGITS: Final = 17
FIELDS: Final = 256
FIELD_BYTES: Final = 8
MAX_CONFIDENCE: Final = 3

COUNTED_DIGITS: Final = 15

PROB_ONE: Final = 1 << 16
MIN_PROBABILITY: Final = 16
CLASSES: Final = 16
CONTEXT_STATS: Final = 1 << 10
MATCH_STATS_LIMIT: Final = 92
CONTEXT_STATS_LIMIT: Final = 19

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
    for probability in range(0, PROB_ONE, 16):
        while y < 2 * LIMIT and SQUASH[y] < probability:
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


def stretch(probability: int) -> int:
    """Rule RCL-11, for 0 to ``PROB_ONE`` - 1.

    >>> stretch(32768), squash(stretch(60000)) // 16 == 60000 // 16
    (0, True)
    """
    return STRETCH[probability >> 4]

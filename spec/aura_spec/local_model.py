"""The local model: how a message predicts its own next symbol.

Texts of rows, lines and elements repeat their form, and their numbers step. So the model learns while it codes. The
last bytes, the place in a row and the place between signs are contexts, which remember the bytes that followed.
Contexts, a match and the numbers of the message propose candidates. The probability of a candidate is a logistic
sum: the share that the context model gives it, and a bias for each piece of evidence. The sum learns from every
error, as an online logistic regression does; the mixers of lpaq and paq8 learn in the same way. All divisions round
down, towards minus infinity.

LOC-1: The message so far has n bytes, numbered from 0. A byte before the first is 0. The class of a byte is 1 if it
is a digit; 2 if it is a small letter of ASCII or "_"; 3 if it is a capital letter of ASCII; 4 if it is 128 or more;
else 0. A sign is a byte of class 0.

LOC-2: Three numbers describe the place of the current symbol. since is how many bytes follow the last sign, or the
start; signs has the last four signs; row stands for the form of the row so far. All begin as 0. After each byte::

    pass_place(byte)
        if byte is no sign
            since = since + 1
        else
            if since > 0
                row = hash(row, WORD)
            row = hash(row, byte), or byte itself if it is one of ROW_STARTS
            signs = (256 · signs + byte) mod 2^32
            since = 0

hash is that of rule RCL-2, which has HASH_MULTIPLIER_2, too.

LOC-3: A symbol has four contexts, each with a number of 32 bits: ``FOUR``, ``PLACE``, ``ROW`` and ``TWO``::

    number(FOUR)  = hash of the last four bytes, the last one first, beginning with 0
    number(PLACE) = hash(hash(signs, since), the class of the last byte)
    number(ROW)   = hash(row, since)
    number(TWO)   = hash of the last two bytes, the last one first, beginning with 0

LOC-4: For each context there is a table of 2^``SLOT_BITS`` slots. A slot has a check, the last byte that
followed, the one before it, if there was another, and a run: how often the last byte came in succession, up to
``MAX_RUN``. A run of 0 says that nothing followed yet. The slots of ``FOUR`` also have the position of their last
byte. All slots begin empty, with a check and a run of 0. The slots of the current symbol are found before
anything else is done for it::

    find_slot(context)
        x = number(context) · HASH_MULTIPLIER_2 mod 2^32
        slot = the slot x div 2^(32 - SLOT_BITS) of the context's table
        check = x div 2^(24 - SLOT_BITS) mod 256
        if the slot has another check
            the slot is empty, and has this check
        return slot

LOC-5: A match predicts the byte at its pointer. If none is active, and the slot of ``FOUR`` has a run, a match is
looked for at its position p. Its length is the number of bytes before p, at most ``MAX_MATCH_LENGTH`` and p, that
equal the bytes before the current position. The match is active if the length is ``MIN_MATCH`` or more. Its level
is the number of ``LENGTH_STEPS`` that are at most its length.

LOC-6: A number in the message has a field, by what stands before it. A field has the last number, its count of
digits, the step and a confidence; without a last number the count is 0. The fields begin with zeros. At the start
of the message and after each byte that is no digit, a number may begin::

    begin_number()
        field = fields[field_index()]
        value = 0
        digits = 0
        before = the last number of the field, with zeros before it up to its count of digits; none without one
        relation = EQUAL if there is one, else NONE
        expected = nothing
        if there is one, field.step is not 0, and field.last + field.step >= 0
            expected = field.last + field.step, with zeros before it up to the count of digits

    field_index()
        x = (label div 2^32 · HASH_MULTIPLIER + label mod 2^32) mod 2^32
        x = x xor (x div 2^15)
        return (x · HASH_MULTIPLIER_2 mod 2^32) div 2^24

label has the last eight bytes that are no digits; it begins as 0. After each byte that is no digit it becomes (256
· label + byte) mod 2^64, before a number may begin.

LOC-7: After each byte, the number takes it in. ``MAX_DIGITS`` digits are too many to learn from::

    pass_number(byte)
        if byte is a digit
            if relation = EQUAL
                if before has more than digits digits
                    d = the digit of before at position digits
                    relation = GREATER if byte > d, LESS if byte < d, else EQUAL
                else
                    relation = LONGER
            if digits < MAX_DIGITS
                value = 10 · value + the digit
                digits = digits + 1
            if expected is not empty, and begins with byte
                drop its first digit
            else
                expected = nothing
        else
            if 0 < digits < MAX_DIGITS
                if field has a last number
                    step = value - field.last
                    if step = field.step, and step is not 0
                        field.confidence = min(field.confidence + 1, MAX_CONFIDENCE)
                    else
                        field.step = step if -2^31 < step < 2^31, else 0
                        field.confidence = 0
                field.last = value
                field.digits = digits
            begin_number()

LOC-8: Each symbol has a list of candidates, which are bytes. No byte is in it twice: one that is there already is
not added::

    candidates = none
    if expected is not empty
        add its first digit
    if a match is active
        add the byte at its pointer
    for each context in order
        add the last byte of its slot, if the slot has a run
    if relation = EQUAL, before has more than digits digits, and its digit at position digits is not 9
        add the digit after that one
    for each context in order
        add the byte before the last one, if the slot has one

LOC-9: The candidates are tried in turn, each by a choice of two options, hit and miss, with the frequencies p and
``stream_model.PROB_ONE`` - p (rule LOC-11). A candidate with p below ``MIN_TRIED`` is passed over. A hit codes the
symbol. After ``MAX_TRIED`` misses, or at the end of the list, the symbol is coded as rules AUR-2 to AUR-4 and RUN-4
say, with the candidates that were tried excluded. In both cases the context that follows in the
context model is found as rule AUR-5 says. A prefix of the model is not used::

    code_symbol()
        find the slots, the match and the candidates (rules LOC-4, LOC-5 and LOC-8)
        excluded = nothing
        for each candidate s, while fewer than MAX_TRIED were tried
            p = the probability of s (rule LOC-11)
            if p >= MIN_TRIED
                code a choice of hit and miss
                learn (rule LOC-12)
                if it is a hit
                    return s
                exclude s
        return code_in_lists(excluded)

LOC-10: The evidence for a candidate s is a list of biases, each an entry of a table. votes is the number of slots
with a run whose last byte is s. agrees is 1 if the byte at the pointer is s, else 0, also without a match::

    share = that of rule RCL-9, with the candidates tried before s excluded
    later = 0 for the first candidate that is tried, else 1
    digit = 1 if s is a digit, else 0
    match = 0 without a match; 3 if it disagrees; 2 if it agrees at a level above LONG_LEVEL; else 1
    common = the number of SHARE_STEPS that are at most share
    set = (later, digit, match, common)

    evidence(s)
        SET_BIASES[set]
        for each context whose slot has a run
            kind = 0 if its last byte is s; 1 if the one before is; else 2
            other = 1 if the slot has a byte before the last, else 0
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

Relations are the numbers of ``Relation``.

LOC-11: The probability of a candidate is as follows; stretch and squash are those of rule RCL-11::

    sum = (weights[set] · stretch(share)) div 2^4 + the sum of its evidence
    p = min(max(MIN_PROBABILITY, squash(sum div 2^12)), PROB_ONE - MIN_PROBABILITY)

LOC-12: After each choice of hit and miss, the weight and the biases that p was made of learn the outcome, unless p
was nearly right. So each of the biases in the evidence changes::

    e = PROB_ONE - p after a hit, -p after a miss
    if e >= MIN_ERROR or e <= -MIN_ERROR
        weights[set] = weights[set] + (e · stretch(share)) div 2^14
        each bias in the evidence = bias + e

LOC-13: The weights begin as those of ``WEIGHTS`` times 2^10, and the biases as those of the tables in this chapter
times 2^12. A message begins in the initial context of the context model, without a match, without a character run,
and with misses = 0.

LOC-14: After each symbol, in this order: misses becomes min(misses + 1, ``MAX_MISSES``) if there were candidates
and the first was not the symbol, 0 if the first was the symbol, and stays without candidates. Nothing more is done
after END. The slots that were found learn the byte; the slot of ``FOUR`` takes the position of the byte. A match
whose byte it is goes on with the next position and a length greater by one, at most ``MAX_MATCH_LENGTH``; else it
is no longer active. Then come pass_number and pass_place::

    learn_slot(byte)
        if run > 0, and the last byte is byte
            run = min(run + 1, MAX_RUN)
        else
            if run > 0
                the byte before = the last byte
            the last byte = byte
            run = 1
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Context(IntEnum):
    """The contexts, in the order of rule LOC-8."""

    FOUR = 0
    PLACE = 1
    ROW = 2
    TWO = 3


class Relation(IntEnum):
    """Of a number to the one before it in its field (rules LOC-6 and LOC-7)."""

    EQUAL = 0
    GREATER = 1
    LESS = 2
    LONGER = 3
    NONE = 4


WORD: Final = 256
ROW_STARTS: Final = b"\n{<"

SLOT_BITS: Final = 12
MAX_RUN: Final = 3

MIN_MATCH: Final = 5
MAX_MATCH_LENGTH: Final = 32
LENGTH_STEPS: Final = (6, 7, 8, 10, 12, 16, 20, 24, 28, 32)
LONG_LEVEL: Final = 3

FIELDS: Final = 256
MAX_DIGITS: Final = 17
MAX_CONFIDENCE: Final = 7

MAX_TRIED: Final = 4
MIN_TRIED: Final = 1000
MIN_PROBABILITY: Final = 16
MIN_ERROR: Final = 1 << 11

SHARE_STEPS: Final = (512, 8192)
MAX_LEFT: Final = 7
MAX_MISSES: Final = 3
MAX_SINCE: Final = 15
CLASSES: Final = 5


def _class_of_byte(byte: int) -> int:
    letter = chr(byte)
    if byte >= 128:
        return 4
    return 1 if letter.isdigit() else 2 if letter.islower() or letter == "_" else 3 if letter.isupper() else 0


CLASS_OF_BYTE: Final = bytes(_class_of_byte(byte) for byte in range(256))
"""Rule LOC-1."""

# Rule LOC-13; fitted by models/local_biases.py.
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

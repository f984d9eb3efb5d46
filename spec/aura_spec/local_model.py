"""The local model: how a message predicts its own next symbol, and the messages of a stream the next message.

Texts of rows, lines and elements repeat their form, and their numbers step. So the model learns while it codes. The
last bytes, the place in a row and the place between signs are contexts, which remember the bytes that followed.
Contexts, a match and numbers propose candidates, each of which the mixer gives a probability (chapter ``mixer``). A
single message begins without any memory; the messages of a stream share one, and that of a fuzzy frame begins with
the memory of a text (chapter ``fuzzy``). All divisions round down.

LOC-1: The bytes that were coded are numbered from 0. n is the number of the next one. In a single message, they are
the message so far. In a stream, they are all messages of the stream, each followed by a byte 0. The window holds
the last W of them: byte q if max(0, n - W) <= q < n. W is 2^16 in a single message; rule STR-12 gives that of a
stream. In a stream, the symbol of a byte 0 is ``context_model.END``; all other bytes, and all of a single message,
are symbols themselves. The last bytes are those of the message: before its first, they are 0. The class of a byte
is 1 if it is a digit; 2 if it is a small letter of ASCII or "_"; 3 if it is a capital letter of ASCII; 4 if it is
128 or more; else 0. A sign is a byte of class 0.

LOC-2: Three numbers describe the place of the current symbol. since is how many bytes follow the last sign, or the
start; signs has the last four signs; row stands for the form of the row so far. After each byte::

    pass_place(byte)
        if byte is no sign
            since = since + 1
        else
            if since > 0
                row = hash(row, WORD)
            row = hash(row, byte), or byte itself if it is one of ROW_STARTS
            signs = (256 · signs + byte) mod 2^32
            since = 0

    hash(h, byte)
        h = (h + byte + 1) · HASH_MULTIPLIER mod 2^32
        return h xor (h div 2^15)

LOC-3: A symbol has four contexts, each with a number of 32 bits: ``FOUR``, ``PLACE``, ``ROW`` and ``TWO``::

    number(FOUR)  = hash of the last four bytes, the last one first, beginning with 0
    number(PLACE) = hash(hash(signs, since), the class of the last byte)
    number(ROW)   = hash(row, since)
    number(TWO)   = hash of the last two bytes, the last one first, beginning with 0

LOC-4: For each context there is a table of 2^b slots. b is ``SLOT_BITS`` in a single message; rule STR-12 gives
that of a stream. A slot has a check, the last byte that followed, the one before it, if there was another, and a
run: how often the last byte came in succession, up to ``MAX_RUN``. A run of 0 says that nothing followed yet. The
slots of ``FOUR`` also have the low 16 bits of the position of their last byte. The slots of the current symbol are
found before anything else is done for it::

    find_slot(context)
        x = number(context) · HASH_MULTIPLIER_2 mod 2^32
        slot = the slot x div 2^(32 - b) of the context's table
        check = x div 2^(24 - b) mod 256
        if the slot has another check
            the slot is empty, and has this check
        return slot

LOC-5: A match predicts the symbol of the byte at its pointer, which is a place in the window, or in the prefix of
the model. Its level is the number of ``LENGTH_STEPS`` that are at most its length. While none is active, one is
looked for::

    look_for_match()
        if no match is active, and the slot of FOUR has a run
            q = n - 1 - ((n - 1 - its position) mod 2^16)
            l = 0
            while l < MAX_MATCH_LENGTH, byte q - 1 - l is held, and bytes q - 1 - l and n - 1 - l are equal
                l = l + 1
            if l >= MIN_MATCH
                a match is active; pointer = q, length = l

LOC-6: A number in the message has a field, by what stands before it. A field has the last number, its count of
digits, the step and a confidence; without a last number the count is 0. At the start of the message and after each
byte that is no digit, a number may begin::

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

label has the last eight bytes that are no digits. After each byte that is no digit it becomes (256 · label + byte)
mod 2^64, before a number may begin.

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

LOC-8: Each symbol has a list of candidates, which are symbols. No symbol is in it twice: one that is there already
is not added::

    candidates = none
    if expected is not empty
        add its first digit
    if a match is active
        add what it predicts
    for each context in order
        add the symbol of the last byte of its slot, if the slot has a run
    if relation = EQUAL, before has more than digits digits, and its digit at position digits is not 9
        add the digit after that one
    for each context in order
        add the symbol of the byte before the last one, if the slot has one

LOC-9: The candidates are tried in turn, each by a choice of two options, hit and miss, with the frequencies p and
``mixer.PROB_ONE`` - p (rule MIX-4). A candidate with p below ``MIN_TRIED`` is passed over. A hit codes the symbol.
After ``MAX_TRIED`` misses, or at the end of the list, the symbol is coded as rules AUR-2 to AUR-4 and RUN-4 say,
with the candidates that were tried excluded. In both cases the context that follows in the context model is found
as rule AUR-5 says::

    code_symbol()
        find the slots, the match and the candidates (rules LOC-4, LOC-5, LOC-13 and LOC-8)
        excluded = nothing
        for each candidate s, while fewer than MAX_TRIED were tried
            p = the probability of s (rule MIX-4)
            if p >= MIN_TRIED
                code a choice of hit and miss
                learn (rule MIX-5)
                if it is a hit
                    return s
                exclude s
        return code_in_lists(excluded)

LOC-10: A message begins in the initial context of the context model, without a match, without a character run, and
with misses, since, signs, row and label at 0. Then a number may begin (rule LOC-6).

LOC-11: After each symbol, the following happens in this order. misses becomes min(misses + 1, ``MAX_MISSES``) if
there were candidates and the first was not the symbol, 0 if the first was the symbol, and stays without candidates.
After ``END`` of a single message nothing more is done; in a stream, the byte 0 stands for ``END``. The slots that
were found learn the byte; the slot of ``FOUR`` takes its position. A match that predicted the symbol goes on with
the next place, and a length greater by one, at most ``MAX_MATCH_LENGTH``. It is no longer active after another
symbol, or at the end of the prefix. Then come pass_number and pass_place, and the byte joins the window::

    learn_slot(byte)
        if run > 0, and the last byte is byte
            run = min(run + 1, MAX_RUN)
        else
            if run > 0
                the byte before = the last byte
            the last byte = byte
            run = 1

LOC-12: All that is remembered begins so: the window is empty; all slots are empty, with a check and a run of 0;
the fields have zeros; weights and biases are those of rule MIX-6.

LOC-13: If the model has a prefix (rule HIS-1), and no match is active after rule LOC-5, one is looked for there::

    look_in_prefix()
        if the message has prefix.LENGTH bytes or more
            p = the place behind the last occurrence, in the prefix, of the last prefix.LENGTH bytes of the message
            if there is one, and p is not the end of the prefix
                a match is active; pointer = p, a place in the prefix, length = prefix.LENGTH
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

HASH_MULTIPLIER: Final = 0x9E3779B1
HASH_MULTIPLIER_2: Final = 0x85EBCA6B
SLOT_BITS: Final = 12
MAX_RUN: Final = 3

MIN_MATCH: Final = 5
MAX_MATCH_LENGTH: Final = 32
LENGTH_STEPS: Final = (6, 7, 8, 10, 12, 16, 20, 24, 28, 32)

FIELDS: Final = 256
MAX_DIGITS: Final = 17
MAX_CONFIDENCE: Final = 7

MAX_TRIED: Final = 4
MIN_TRIED: Final = 1000
MAX_MISSES: Final = 3
CLASSES: Final = 5


def _class_of_byte(byte: int) -> int:
    letter = chr(byte)
    if byte >= 128:
        return 4
    return 1 if letter.isdigit() else 2 if letter.islower() or letter == "_" else 3 if letter.isupper() else 0


CLASS_OF_BYTE: Final = bytes(_class_of_byte(byte) for byte in range(256))
"""Rule LOC-1."""

"""Adaptive messages, one at a time (rules LOC-1 to LOC-14).

One loop codes and decodes: what differs is only whether a choice is noted or read. All biases stand in one list, a
table of the specification after the other; a candidate's evidence is a list of places in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any, Final

from aura_fast import range_coder
from aura_fast.auralite import decode_named, named
from aura_fast.char_runs import NEXT
from aura_fast.context_model import Choice, Contexts, contexts_of
from aura_fast.local_number import Numbers
from aura_fast.range_coder import Decoder
from aura_fast.symbols import decode_symbol, encode_symbol, share_of
from aura_spec import local_model as spec
from aura_spec.context_model import END, ContextModel
from aura_spec.errors import EncodeError, LimitExceeded
from aura_spec.limits import MAX_ADAPTIVE
from aura_spec.local_model import (
    CLASS_OF_BYTE,
    CLASSES,
    LENGTH_STEPS,
    LONG_LEVEL,
    MAX_MATCH_LENGTH,
    MAX_MISSES,
    MAX_RUN,
    MAX_SINCE,
    MAX_TRIED,
    MIN_ERROR,
    MIN_MATCH,
    MIN_PROBABILITY,
    MIN_TRIED,
    ROW_STARTS,
    SHARE_STEPS,
    SLOT_BITS,
    WORD,
    Relation,
)
from aura_spec.range_coder import ADAPTIVE_END, ADAPTIVE_START
from aura_spec.stream_model import HASH_MULTIPLIER, HASH_MULTIPLIER_2, LIMIT, PROB_ONE, SQUASH, STRETCH

_WORD: Final = 0xFFFFFFFF
_ZERO, _NINE = b"09"
_EQUAL, _NONE = int(Relation.EQUAL), int(Relation.NONE)
_INDEX: Final = 32 - SLOT_BITS
_CHECK: Final = 24 - SLOT_BITS

Slot = tuple[int, int, int, int]
"""Check, last byte, the byte before it or -1, and state: 2 · (run - 1), and 1 if there is a byte before."""

_NOTHING: Final[Slot] = (-1, -1, -1, 0)
_STATES: Final = 2 * MAX_RUN
_SATURATED: Final = _STATES - 2
"""The states from which a run does not grow."""


def _flat(table: Any) -> Iterator[int]:
    for entry in table:
        if isinstance(entry, int):
            yield entry
        else:
            yield from _flat(entry)


_TABLES: Final = [
    list(_flat(table))
    for table in (
        *(spec.SET_BIASES, spec.CONTEXT_BIASES, spec.MATCH_BIASES, spec.NUMBER_BIASES),
        *(spec.FIELD_BIASES, spec.MISS_BIASES, spec.LENGTH_BIASES),
    )
]
_BIASES: Final = [bias << 12 for table in _TABLES for bias in table]
_WEIGHTS: Final = [weight << 10 for weight in _flat(spec.WEIGHTS)]
_, _CONTEXT, _MATCH, _NUMBER, _FIELD, _MISS, _LENGTH = (
    sum(map(len, _TABLES[:number])) for number in range(len(_TABLES))
)
"""Where the tables begin."""

_FOUR, _PLACE, _ROW, _TWO = (_CONTEXT + 3 * _STATES * context for context in range(4))
_HIT: Final = tuple(max(MIN_PROBABILITY, min(p, PROB_ONE - MIN_PROBABILITY)) for p in SQUASH)
_LEVELS: Final = bytes(bisect_right(LENGTH_STEPS, length) for length in range(MAX_MATCH_LENGTH + 1))
_COMMON: Final = bytes(bisect_right(SHARE_STEPS, share << 4) for share in range(PROB_ONE >> 4))
"""How common a share is (rule LOC-10), by share div 16: the steps are multiples of that."""


def encode(data: bytes, model: ContextModel) -> bytes:
    """The string that stands for ``data``; it is a whole message if the model is implied (rule AUR-10).

    Raises:
        EncodeError: ``data`` has more than ``limits.MAX_ADAPTIVE`` bytes (rule AUR-12).
    """
    if len(data) > MAX_ADAPTIVE:
        raise EncodeError(f"an adaptive message has at most {MAX_ADAPTIVE} bytes")
    choices: list[Choice] = []
    _code(contexts_of(model), data, choices, None, 0)
    return range_coder.shortest(*range_coder.narrow(choices, ADAPTIVE_START, ADAPTIVE_END))


def decode(string: bytes, model: ContextModel, max_size: int) -> bytes:
    """Read a string, or a whole message whose model is implied (rule AUR-10).

    Raises:
        DecodeError: as the rules say; ``LimitExceeded`` if it decodes to more than ``max_size`` bytes (rule
            AUR-12).
    """
    decoder = Decoder(string, ADAPTIVE_START, ADAPTIVE_END)
    message = _code(contexts_of(model), b"", [], decoder, min(max_size, MAX_ADAPTIVE))
    decoder.finish()
    return message


def encode_explicit(data: bytes, model_id: bytes, model: ContextModel) -> bytes:
    """Write a body that names its model (rule AUR-11).

    Raises:
        EncodeError: the id has another size, or ``data`` is too long.
    """
    return named(model_id, encode(data, model))


def decode_explicit(body: bytes, models: Mapping[bytes, ContextModel], max_size: int) -> bytes:
    """Read a body that names its model, one of ``models`` by id (rules AUR-8, AUR-11 and AUR-12).

    Raises:
        DecodeError: as the rules say. Errors of the string have its offset.
    """
    return decode_named(
        body, models, lambda string, model: decode(string, model, max_size), ADAPTIVE_START, ADAPTIVE_END
    )


def _code(  # noqa: C901, PLR0912, PLR0915  # one hot loop
    contexts: Contexts, text: bytes, choices: list[Choice], decoder: Decoder | None, most: int
) -> bytes:
    """Code a message, or decode one if there is a decoder.

    Args:
        contexts: the packed model.
        text: the message to code; not read if there is a decoder.
        choices: receives the choices; not used if there is a decoder.
        decoder: of the string.
        most: bytes that a decoded message may have.

    Returns:
        The message.

    Raises:
        DecodeError: as rule LOC-9 says; ``LimitExceeded`` if there would be more than ``most`` bytes.
    """
    weights, biases = _WEIGHTS[:], _BIASES[:]
    four_slots: dict[int, Slot] = {}
    place_slots: dict[int, Slot] = {}
    row_slots: dict[int, Slot] = {}
    two_slots: dict[int, Slot] = {}
    positions: dict[int, int] = {}
    numbers = Numbers()
    message = bytearray()
    context, char_run = contexts.initial, 0
    pointer = match_length = misses = 0
    since = row = signs = 0
    one = two = three = four = 0  # the last bytes, the last one first
    symbol = -1
    while True:
        # slots (rules LOC-3 and LOC-4)
        number = (one + 1) * HASH_MULTIPLIER & _WORD
        number = ((number ^ number >> 15) + two + 1) * HASH_MULTIPLIER & _WORD
        number ^= number >> 15
        two_hash = number * HASH_MULTIPLIER_2 & _WORD
        number = (number + three + 1) * HASH_MULTIPLIER & _WORD
        number = ((number ^ number >> 15) + four + 1) * HASH_MULTIPLIER & _WORD
        four_hash = (number ^ number >> 15) * HASH_MULTIPLIER_2 & _WORD
        number = (signs + since + 1) * HASH_MULTIPLIER & _WORD
        number = ((number ^ number >> 15) + CLASS_OF_BYTE[one] + 1) * HASH_MULTIPLIER & _WORD
        place_hash = (number ^ number >> 15) * HASH_MULTIPLIER_2 & _WORD
        number = (row + since + 1) * HASH_MULTIPLIER & _WORD
        row_hash = (number ^ number >> 15) * HASH_MULTIPLIER_2 & _WORD
        four_at, place_at = four_hash >> _INDEX, place_hash >> _INDEX
        row_at, two_at = row_hash >> _INDEX, two_hash >> _INDEX
        four_check, place_check = four_hash >> _CHECK & 255, place_hash >> _CHECK & 255
        row_check, two_check = row_hash >> _CHECK & 255, two_hash >> _CHECK & 255
        four_slot = four_slots.get(four_at, _NOTHING)
        place_slot = place_slots.get(place_at, _NOTHING)
        row_slot = row_slots.get(row_at, _NOTHING)
        two_slot = two_slots.get(two_at, _NOTHING)
        found: list[tuple[int, int, int]] = []  # where the biases of a slot begin, its bytes
        candidates: list[int] = []
        if four_slot[0] == four_check:
            found.append((_FOUR + four_slot[3], four_slot[1], four_slot[2]))
        if place_slot[0] == place_check:
            found.append((_PLACE + place_slot[3], place_slot[1], place_slot[2]))
        if row_slot[0] == row_check:
            found.append((_ROW + row_slot[3], row_slot[1], row_slot[2]))
        if two_slot[0] == two_check:
            found.append((_TWO + two_slot[3], two_slot[1], two_slot[2]))
        # match and candidates (rules LOC-5 and LOC-8)
        matched = -1
        if not match_length and four_slot[0] == four_check:
            pointer = positions[four_at]
            here = len(message)
            reach = min(MAX_MATCH_LENGTH, pointer)
            while (
                match_length < reach
                and message[pointer - 1 - match_length] == message[here - 1 - match_length]
            ):
                match_length += 1
            if match_length < MIN_MATCH:
                match_length = 0
        if numbers.expected:
            candidates.append(numbers.expected[0])
        if match_length:
            matched = message[pointer]
            candidates.append(matched)
        for _, last, _ in found:
            candidates.append(last)
        if numbers.relation == _EQUAL and (digit := numbers.next_digit()) >= 0:
            candidates.append(digit)
        for _, _, other in found:
            if other >= 0:
                candidates.append(other)
        if decoder is None:
            symbol = text[len(message)] if len(message) < len(text) else END
        # the symbol: hit and miss of each candidate, and what remains (rules LOC-9 to LOC-12)
        excluded = ""
        following = -1
        tried = 0
        level = _LEVELS[match_length]
        for candidate in dict.fromkeys(candidates):
            share, follows = share_of(contexts, (context, char_run), candidate, excluded)
            stretched = STRETCH[share >> 4]
            is_digit = _ZERO <= candidate <= _NINE
            votes = agrees = match = 0
            used: list[int] = []
            for at, last, other in found:
                if last == candidate:
                    votes += 1
                    used.append(at)
                elif other == candidate:
                    used.append(at + _STATES)
                else:
                    used.append(at + 2 * _STATES)
            if match_length:
                if matched == candidate:
                    agrees = 1
                    match = 2 if level > LONG_LEVEL else 1
                    used.append(_MATCH + len(LENGTH_STEPS) + 1 + level)
                else:
                    match = 3
                    used.append(_MATCH + level)
            if numbers.expected:
                hits = numbers.expected[0] == candidate
                used.append(_NUMBER + (spec.MAX_CONFIDENCE + 1) * hits + numbers.confidence)
            if numbers.relation != _NONE:
                used.append(_FIELD + numbers.bias_of(candidate))
            used.append(_MISS + (2 * misses + agrees) * 5 + votes)
            used.append(_LENGTH + min(since, MAX_SINCE) * CLASSES + CLASS_OF_BYTE[candidate])
            chosen = (((tried > 0) * 2 + is_digit) * 4 + match) * 3 + _COMMON[share >> 4]
            used.append(chosen)
            total = weights[chosen] * stretched >> 4
            for at in used:
                total += biases[at]
            total >>= 12
            p = _HIT[0 if total < -LIMIT else 2 * LIMIT if total > LIMIT else total + LIMIT]
            if p < MIN_TRIED:
                continue
            if decoder is None:
                hit = candidate == symbol
                choices.append((0, p, PROB_ONE) if hit else (p, PROB_ONE - p, PROB_ONE))
            else:
                hit = decoder.value(PROB_ONE) < p
                if hit:
                    decoder.take(0, p)
                else:
                    decoder.take(p, PROB_ONE - p)
            error = PROB_ONE - p if hit else -p
            if error >= MIN_ERROR or error <= -MIN_ERROR:
                weights[chosen] += error * stretched >> 14
                for at in used:
                    biases[at] += error
            if hit:
                symbol, following = candidate, follows
                break
            excluded += chr(candidate)
            tried += 1
            if tried == MAX_TRIED:
                break
        if following < 0:
            if decoder is None:
                following = encode_symbol(contexts, (context, char_run), symbol, choices, predicted=excluded)
            else:
                symbol, following = decode_symbol(decoder, contexts, (context, char_run), predicted=excluded)
        if symbol == END:
            return bytes(message)
        context = following
        if candidates:
            misses = 0 if candidates[0] == symbol else min(misses + 1, MAX_MISSES)
        # what the byte changes (rules LOC-2, LOC-7 and LOC-14)
        if four_slot[0] != four_check:
            four_slots[four_at] = (four_check, symbol, -1, 0)
        elif four_slot[1] != symbol:
            four_slots[four_at] = (four_check, symbol, four_slot[1], 1)
        elif four_slot[3] < _SATURATED:
            four_slots[four_at] = (four_check, symbol, four_slot[2], four_slot[3] + 2)
        if place_slot[0] != place_check:
            place_slots[place_at] = (place_check, symbol, -1, 0)
        elif place_slot[1] != symbol:
            place_slots[place_at] = (place_check, symbol, place_slot[1], 1)
        elif place_slot[3] < _SATURATED:
            place_slots[place_at] = (place_check, symbol, place_slot[2], place_slot[3] + 2)
        if row_slot[0] != row_check:
            row_slots[row_at] = (row_check, symbol, -1, 0)
        elif row_slot[1] != symbol:
            row_slots[row_at] = (row_check, symbol, row_slot[1], 1)
        elif row_slot[3] < _SATURATED:
            row_slots[row_at] = (row_check, symbol, row_slot[2], row_slot[3] + 2)
        if two_slot[0] != two_check:
            two_slots[two_at] = (two_check, symbol, -1, 0)
        elif two_slot[1] != symbol:
            two_slots[two_at] = (two_check, symbol, two_slot[1], 1)
        elif two_slot[3] < _SATURATED:
            two_slots[two_at] = (two_check, symbol, two_slot[2], two_slot[3] + 2)
        positions[four_at] = len(message)
        if match_length:
            if matched == symbol:
                pointer += 1
                if match_length < MAX_MATCH_LENGTH:
                    match_length += 1
            else:
                match_length = 0
        message.append(symbol)
        if decoder is not None and len(message) > most:
            raise LimitExceeded(f"the message decodes to more than {most} bytes", 0, "string")
        numbers.read(symbol)
        if CLASS_OF_BYTE[symbol]:
            since += 1
        else:
            if since:
                row = (row + WORD + 1) * HASH_MULTIPLIER & _WORD
                row ^= row >> 15
                since = 0
            if symbol in ROW_STARTS:
                row = symbol
            else:
                row = (row + symbol + 1) * HASH_MULTIPLIER & _WORD
                row ^= row >> 15
            signs = signs << 8 & _WORD | symbol
        one, two, three, four = symbol, one, two, three
        if contexts.has_char_runs:
            char_run = NEXT[char_run << 8 | symbol]

"""The local model, for adaptive messages and for streams (rules LOC-1 to LOC-13, MIX-1 to MIX-6).

One loop codes and decodes: what differs is only whether a choice is noted or read. A candidate's evidence is a list
of places among the biases, which stand in one array.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Final

from aura_fast import range_coder
from aura_fast.auralite import decode_named, named
from aura_fast.char_runs import NEXT
from aura_fast.context_model import Choice, Contexts, contexts_of
from aura_fast.local_memory import (
    CHECK,
    LAST,
    OTHER,
    STATE_MASK,
    STATES,
    TABLES,
    LocalMemory,
    learned,
)
from aura_fast.local_number import Numbers
from aura_fast.prefix import FILTER_SHIFT
from aura_fast.range_coder import Decoder
from aura_fast.symbols import decode_symbol, encode_symbol, share_of
from aura_spec.context_model import END, ContextModel
from aura_spec.errors import EncodeError, LimitExceeded
from aura_spec.limits import MAX_ADAPTIVE
from aura_spec.local_model import (
    CLASS_OF_BYTE,
    CLASSES,
    HASH_MULTIPLIER,
    HASH_MULTIPLIER_2,
    LENGTH_STEPS,
    MAX_CONFIDENCE,
    MAX_MATCH_LENGTH,
    MAX_MISSES,
    MAX_TRIED,
    MIN_MATCH,
    MIN_TRIED,
    ROW_STARTS,
    WORD,
    Relation,
)
from aura_spec.match import MULTIPLIER
from aura_spec.mixer import (
    LIMIT,
    LONG_LEVEL,
    MAX_SINCE,
    MIN_ERROR,
    MIN_PROBABILITY,
    PROB_ONE,
    SHARE_STEPS,
    SQUASH,
    STRETCH,
)
from aura_spec.prefix import LENGTH as PREFIX_LENGTH
from aura_spec.range_coder import ADAPTIVE_END, ADAPTIVE_START

_WORD: Final = 0xFFFFFFFF
_LOW: Final = 0xFFFF
_ZERO, _NINE = b"09"
_EQUAL, _NONE = int(Relation.EQUAL), int(Relation.NONE)

_, _CONTEXT, _MATCH, _NUMBER, _FIELD, _MISS, _LENGTH = TABLES
_FOUR, _PLACE, _ROW, _TWO = (_CONTEXT + 3 * STATES * context - 1 for context in range(4))
"""Where the biases of a context begin, less 1: states count from 1."""

_HIT: Final = tuple(max(MIN_PROBABILITY, min(p, PROB_ONE - MIN_PROBABILITY)) for p in SQUASH)
_LEVELS: Final = bytes(bisect_right(LENGTH_STEPS, length) for length in range(MAX_MATCH_LENGTH + 1))
_COMMON: Final = bytes(bisect_right(SHARE_STEPS, share << 4) for share in range(PROB_ONE >> 4))
"""How common a share is (rule MIX-3), by share div 16: the steps are multiples of that."""


def encode(data: bytes, model: ContextModel) -> bytes:
    """The string that stands for ``data``; it is a whole message if the model is implied (rule AUR-10).

    Raises:
        EncodeError: ``data`` has more than ``limits.MAX_ADAPTIVE`` bytes (rule AUR-12).
    """
    if len(data) > MAX_ADAPTIVE:
        raise EncodeError(f"an adaptive message has at most {MAX_ADAPTIVE} bytes")
    choices: list[Choice] = []
    code(LocalMemory(), contexts_of(model), data, choices)
    return range_coder.shortest(*range_coder.narrow(choices, ADAPTIVE_START, ADAPTIVE_END))


def decode(string: bytes, model: ContextModel, max_size: int) -> bytes:
    """Read a string, or a whole message whose model is implied (rule AUR-10).

    Raises:
        DecodeError: as the rules say; ``LimitExceeded`` if it decodes to more than ``max_size`` bytes (rule
            AUR-12).
    """
    decoder = Decoder(string, ADAPTIVE_START, ADAPTIVE_END)
    message = code(LocalMemory(), contexts_of(model), decoder=decoder, most=min(max_size, MAX_ADAPTIVE))
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


def code(  # noqa: C901, PLR0912, PLR0915  # one hot loop
    memory: LocalMemory,
    contexts: Contexts,
    text: bytes = b"",
    choices: list[Choice] | None = None,
    *,
    decoder: Decoder | None = None,
    most: int = 0,
) -> bytes:
    """Code a message, or decode one if there is a decoder.

    Args:
        memory: of the message, or of a stream; it learns.
        contexts: the packed model.
        text: the message to code; not read if there is a decoder.
        choices: receives the choices; not used if there is a decoder.
        decoder: of the string.
        most: bytes that a decoded message may have.

    Returns:
        The message.

    Raises:
        DecodeError: as rules RNG-5 and RNG-6 say; ``LimitExceeded`` if there would be more than ``most`` bytes.
    """
    noted: list[Choice] = [] if choices is None else choices
    weights, biases = memory.weights, memory.biases
    four_slots, place_slots, row_slots, two_slots = memory.slots
    positions, kept, base = memory.positions, memory.kept, memory.base
    window, zero = memory.window, memory.zero
    index_shift, check_shift = 32 - memory.slot_bits, 24 - memory.slot_bits
    numbers = Numbers(memory.fields)
    begin = end = len(kept)
    context, char_run, prefix = contexts.initial, 0, contexts.prefix
    source: bytes | bytearray = kept  # what the pointer of a match points into
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
        four_at, place_at = four_hash >> index_shift, place_hash >> index_shift
        row_at, two_at = row_hash >> index_shift, two_hash >> index_shift
        four_check, place_check = four_hash >> check_shift & 255, place_hash >> check_shift & 255
        row_check, two_check = row_hash >> check_shift & 255, two_hash >> check_shift & 255
        four_slot, place_slot = four_slots[four_at], place_slots[place_at]
        row_slot, two_slot = row_slots[row_at], two_slots[two_at]
        found: list[tuple[int, int, int]] = []  # where the biases of a slot are, its symbols; -1 for none
        candidates: list[int] = []
        matched = -1
        if four_slot and four_slot >> CHECK == four_check:
            state = four_slot & STATE_MASK
            other = -1 if state & 1 else four_slot >> OTHER & 255 or zero
            found.append((_FOUR + state, four_slot >> LAST & 255 or zero, other))
            if not match_length:  # rule LOC-5
                pointer = end - 1 - (base + end - 1 - positions[four_at] & _LOW)
                source, reach = kept, min(MAX_MATCH_LENGTH, pointer - max(0, end - window))
                while (
                    match_length < reach and kept[pointer - 1 - match_length] == kept[end - 1 - match_length]
                ):
                    match_length += 1
                if match_length < MIN_MATCH:
                    match_length = 0
        if place_slot and place_slot >> CHECK == place_check:
            state = place_slot & STATE_MASK
            other = -1 if state & 1 else place_slot >> OTHER & 255 or zero
            found.append((_PLACE + state, place_slot >> LAST & 255 or zero, other))
        if row_slot and row_slot >> CHECK == row_check:
            state = row_slot & STATE_MASK
            other = -1 if state & 1 else row_slot >> OTHER & 255 or zero
            found.append((_ROW + state, row_slot >> LAST & 255 or zero, other))
        if two_slot and two_slot >> CHECK == two_check:
            state = two_slot & STATE_MASK
            other = -1 if state & 1 else two_slot >> OTHER & 255 or zero
            found.append((_TWO + state, two_slot >> LAST & 255 or zero, other))
        # rule LOC-13
        if prefix and not match_length and end - begin >= PREFIX_LENGTH:
            value = (four | three << 8 | two << 16 | one << 24) * MULTIPLIER & _WORD
            if prefix.ends[value >> FILTER_SHIFT] and (place := prefix.find(kept[-PREFIX_LENGTH:])):
                source, pointer, match_length = prefix.text, place, PREFIX_LENGTH
        # candidates (rule LOC-8)
        if numbers.expected:
            candidates.append(numbers.expected[0])
        if match_length:
            matched = source[pointer] or zero
            candidates.append(matched)
        for _, last, _ in found:
            candidates.append(last)
        if numbers.relation == _EQUAL and (digit := numbers.next_digit()) >= 0:
            candidates.append(digit)
        for _, _, other in found:
            if other >= 0:
                candidates.append(other)
        if decoder is None:
            symbol = text[end - begin] if end - begin < len(text) else END
        # the symbol: hit and miss of each candidate, and what remains (rules LOC-9 and MIX-1 to MIX-5)
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
                    used.append(at + STATES)
                else:
                    used.append(at + 2 * STATES)
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
                used.append(_NUMBER + (MAX_CONFIDENCE + 1) * hits + numbers.confidence)
            if numbers.relation != _NONE:
                used.append(_FIELD + numbers.bias_of(candidate))
            used.append(_MISS + (2 * misses + agrees) * 5 + votes)
            used.append(_LENGTH + min(since, MAX_SINCE) * CLASSES + CLASS_OF_BYTE[candidate & 255])
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
                noted.append((0, p, PROB_ONE) if hit else (p, PROB_ONE - p, PROB_ONE))
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
                following = encode_symbol(contexts, (context, char_run), symbol, noted, predicted=excluded)
            else:
                symbol, following = decode_symbol(decoder, contexts, (context, char_run), predicted=excluded)
        if candidates:
            misses = 0 if candidates[0] == symbol else min(misses + 1, MAX_MISSES)
        if symbol != END:
            byte = symbol
        elif zero:
            byte = 0
        else:
            break
        # what the byte changes (rules LOC-2, LOC-7 and LOC-11)
        four_slots[four_at] = learned(four_slot, four_check, byte)
        place_slots[place_at] = learned(place_slot, place_check, byte)
        row_slots[row_at] = learned(row_slot, row_check, byte)
        two_slots[two_at] = learned(two_slot, two_check, byte)
        positions[four_at] = base + end & _LOW
        kept.append(byte)
        end += 1
        numbers.read(byte)
        if symbol == END:
            end -= 1
            break
        if decoder is not None and end - begin > most:
            raise LimitExceeded(f"the message decodes to more than {most} bytes", 0, "string")
        context = following
        if match_length:
            if matched == symbol:
                pointer += 1
                if match_length < MAX_MATCH_LENGTH:
                    match_length += 1
                if source is not kept and pointer == len(source):
                    match_length = 0
            else:
                match_length = 0
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
    message = bytes(kept[begin:end])
    memory.trim()
    return message

"""Messages of a stream, coded with what it remembers (rules RCL-4 and RCL-7 to RCL-15).

One loop codes and decodes: what differs is only whether a choice is noted or read.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from aura_fast.char_runs import NEXT
from aura_fast.context_model import Choice, Contexts
from aura_fast.range_coder import Decoder
from aura_fast.stream_numbers import NumberPrediction
from aura_fast.stream_state import StreamState, match_length_at, slots_after
from aura_fast.symbols import decode_symbol, encode_symbol, share_of
from aura_spec.context_model import END
from aura_spec.errors import LimitExceeded
from aura_spec.prefix import LENGTH as PREFIX_LENGTH
from aura_spec.stream_model import (
    CLASSES,
    CONTEXT_STATS_LIMIT,
    COUNTED_DIGITS,
    HASH_MULTIPLIER,
    LENGTH_STEPS,
    LEVEL_BIAS,
    LIMIT,
    MATCH_STATS_LIMIT,
    MAX_FOUND,
    MAX_MATCH_LENGTH,
    MAX_TRIED,
    MIN_CERTAIN,
    MIN_MATCH,
    MIN_POINTED,
    MIN_PROBABILITY,
    MIN_RESUMED,
    NUMBER,
    PREFIX,
    PROB_ONE,
    SQUASH,
    STRETCH,
)

_WORD: Final = 0xFFFFFFFF
_LOW: Final = 0xFFFF
_ZERO, _NINE = b"09"

_LEVELS: Final = bytes(
    bisect_right(LENGTH_STEPS, match_length) for match_length in range(MAX_MATCH_LENGTH + 1)
)
_CLASSES: Final = bytes(max(0, min((stretched >> 8) + 8, CLASSES - 1)) << 1 for stretched in STRETCH)
"""Of a share div 16: its class, where it stands in the index of a probability."""

_LATER: Final = len(LEVEL_BIAS[0])
_MATCH_RATES: Final = tuple((1 << 16) // (counts + 8) for counts in range(MATCH_STATS_LIMIT + 1))
_CONTEXT_RATES: Final = tuple((1 << 17) // (2 * counts + 3) for counts in range(CONTEXT_STATS_LIMIT + 1))

Candidate = tuple[int, int, int, int]
"""Symbol, level, place in the window or 0, match length."""


def code(  # noqa: C901, PLR0912, PLR0915  # one hot loop
    state: StreamState,
    contexts: Contexts,
    text: bytes,
    choices: list[Choice],
    decoder: Decoder | None,
    most: int,
) -> bytes:
    """Code a message, or decode one if there is a decoder, and remember it.

    Args:
        state: what the stream remembers; updated.
        contexts: the packed model.
        text: the message to code; not read if there is a decoder.
        choices: receives the choices; not used if there is a decoder.
        decoder: of the string.
        most: bytes that a decoded message may have.

    Returns:
        The message.

    Raises:
        DecodeError: as rule STR-3 says; ``LimitExceeded`` if there would be more than ``most`` bytes.
    """
    kept, slots, match_stats, counts = state.kept, state.slots, state.match_stats, state.counts
    context_stats, context_counts, weights = state.context_stats, state.context_counts, state.weights
    base, size = state.base, state.size
    start = len(kept)
    prefix = contexts.prefix
    context, char_run = contexts.initial, 0
    pointer = match_length = in_prefix = miss = 0  # a pointer of 0 is none
    digits = others = 0  # how many are at the end of the message; what rule RCL-10 makes of other bytes
    number: NumberPrediction | None = None
    end = base + start
    symbol = -1
    while symbol != END:
        # candidates (rules RCL-2 to RCL-7)
        oldest = max(end - size, 1)
        candidates: list[Candidate] = []
        first = -1  # the symbol of the first candidate
        if pointer:
            first = kept[pointer - base] or END
            candidates.append((first, _LEVELS[match_length], pointer, match_length))
        indices = slots_after(kept)
        for slot in indices:
            place = end - 1 - (end - 1 - slots[slot] & _LOW)
            if place >= oldest:
                predicted = kept[place - base] or END
                if predicted != first:
                    like = match_length_at(kept, place - base, max(0, end - size) - base)
                    if like >= MIN_MATCH:
                        candidates.append((predicted, _LEVELS[like], place, like))
                        if len(candidates) == MAX_FOUND:
                            break
                        first = predicted
        if candidates:
            if not pointer and candidates[0][3] >= MIN_POINTED:
                pointer, match_length = candidates[0][2:]
            if number is None:
                place = candidates[0][2] - base
                if (
                    _ZERO <= kept[place] <= _NINE
                    and not _ZERO <= kept[-1] <= _NINE
                    and candidates[0][2] - 1 >= end - size
                    and not _ZERO <= kept[place - 1] <= _NINE
                ):
                    number = NumberPrediction.begin(state, place)
        if number is not None and number.rest:
            predicted = number.rest[0]
            if not candidates or candidates[0][0] != predicted:
                candidates = [one for one in candidates if one[0] != predicted]
                candidates.insert(
                    0, (predicted, NUMBER + state.confidences[number.field], 0, MAX_MATCH_LENGTH)
                )
        if prefix is not None:
            if not in_prefix and len(kept) - start >= PREFIX_LENGTH:
                in_prefix = prefix.find(bytes(kept[-PREFIX_LENGTH:]))
            elif in_prefix == len(prefix.text):
                in_prefix = 0
            if in_prefix:
                predicted = prefix.text[in_prefix]
                if all(one[0] != predicted for one in candidates):
                    at = len(candidates) if candidates and candidates[0][3] >= MIN_CERTAIN else 0
                    candidates.insert(at, (predicted, PREFIX, 0, 0))
        if decoder is None:
            symbol = text[end - base - start] if end - base - start < len(text) else END
        # the symbol: hit and miss of each candidate, and what remains (rules RCL-8 and RCL-9)
        excluded = ""
        following = -1
        later = 0
        for predicted, level, _, _ in candidates[:MAX_TRIED]:
            share, follows = share_of(contexts, (context, char_run), predicted, excluded)
            # probability, from three mixer inputs (rules RCL-10 and RCL-11)
            index = (later * _LATER + level) * 2 * CLASSES + _CLASSES[share >> 4] + miss
            if digits or _ZERO <= predicted <= _NINE:
                ending = 0 if _ZERO <= predicted <= _NINE else predicted & 15
                context_index = (((digits * 31 + level) * 2 + later) * 16 + ending) * 127 + others % 127
            else:
                context_index = (kept[-1] * 31 + (predicted & 255)) * 7 + 5 * later + 101 * kept[-2]
            context_index = (context_index * HASH_MULTIPLIER & _WORD) >> 22
            probability, marked = match_stats[index], context_stats[context_index]
            one, two, three = STRETCH[share >> 4], STRETCH[probability >> 4], STRETCH[marked >> 4]
            at = (later * _LATER + level) * 3
            mixer = weights[at] * one + weights[at + 1] * two + weights[at + 2] * three >> 16
            if mixer > LIMIT:
                mixer = LIMIT
            elif mixer < -LIMIT:
                mixer = -LIMIT
            p = SQUASH[mixer + LIMIT]
            if p < MIN_PROBABILITY:
                p = MIN_PROBABILITY
            elif p > PROB_ONE - MIN_PROBABILITY:
                p = PROB_ONE - MIN_PROBABILITY
            if decoder is None:
                hit = predicted == symbol
                choices.append((0, p, PROB_ONE) if hit else (p, PROB_ONE - p, PROB_ONE))
            else:
                hit = decoder.value(PROB_ONE) < p
                if hit:
                    decoder.take(0, p)
                else:
                    decoder.take(p, PROB_ONE - p)
            # update (rule RCL-12)
            error, target = (PROB_ONE - p, PROB_ONE - 1) if hit else (-p, 0)
            weights[at] += error * one >> 14
            weights[at + 1] += error * two >> 14
            weights[at + 2] += error * three >> 14
            match_stats[index] = probability + ((target - probability) * _MATCH_RATES[counts[index]] >> 16)
            context_stats[context_index] = marked + (
                (target - marked) * _CONTEXT_RATES[context_counts[context_index]] >> 16
            )
            if counts[index] < MATCH_STATS_LIMIT:
                counts[index] += 1
            if context_counts[context_index] < CONTEXT_STATS_LIMIT:
                context_counts[context_index] += 1
            if hit:
                symbol, following = predicted, follows
                break
            excluded += chr(predicted)
            later = 1
        if following < 0:
            if decoder is None:
                following = encode_symbol(contexts, (context, char_run), symbol, choices, predicted=excluded)
            else:
                symbol, following = decode_symbol(decoder, contexts, (context, char_run), predicted=excluded)
        context = following
        if candidates:
            miss = int(candidates[0][0] != symbol)
        if _ZERO <= symbol <= _NINE:
            digits = min(digits + 1, COUNTED_DIGITS)
        else:
            digits, others = 0, others * 8 + symbol & _LOW
        # what predicts the next symbol (rules RCL-2, RCL-6, RCL-7 and RCL-15)
        if in_prefix:
            in_prefix = in_prefix + 1 if prefix.text[in_prefix] == symbol else 0  # type: ignore[union-attr]
        if number is not None and not number.read(symbol, state):
            number = None
        byte = symbol & 255 if symbol != END else 0
        if pointer and (kept[pointer - base] or END) == symbol:
            pointer += 1
            match_length = min(match_length + 1, MAX_MATCH_LENGTH)
        else:
            pointer = 0
            for predicted, _, place, like in candidates[1:MAX_TRIED]:
                if predicted == symbol and place and like >= MIN_RESUMED:
                    pointer, match_length = place + 1, min(like + 1, MAX_MATCH_LENGTH)
        for slot in indices:
            slots[slot] = end & _LOW
        kept.append(byte)
        end += 1
        if symbol != END:
            char_run = NEXT[char_run << 8 | symbol] if contexts.has_char_runs else 0
            if decoder is not None and end - base - start > most:
                raise LimitExceeded(f"the message decodes to more than {most} bytes", 0, "string")
    message = bytes(kept[start:-1])
    state.trim()
    return message

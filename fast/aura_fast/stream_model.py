"""What a stream remembers, and messages coded with it (rules RCL-1 to RCL-15).

One loop codes and decodes: what differs is only whether a choice is noted or read.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import Final, Self

from aura_fast.context_model import (
    BELOW_END,
    CODE_MASK,
    END_SHIFT,
    PLACE_BITS,
    PLACE_MASK,
    SINGLETON,
    SINGLETON_CODE,
    SINGLETON_SUFFIX,
    SUFFIX,
    SUM_BITS,
    SUM_MASK,
    SYMBOL_MASK,
    Choice,
    Contexts,
    Gap,
)
from aura_fast.range_coder import Decoder
from aura_fast.run import NEXT, rest_of
from aura_spec.context_model import END, ROOT, TOTAL_OF_ONE
from aura_spec.errors import LimitExceeded, Malformed
from aura_spec.prefix import LENGTH
from aura_spec.stream_model import (
    CLASS_BIAS,
    CLASSES,
    CONTEXT_STATS,
    CONTEXT_STATS_LIMIT,
    COUNTED_DIGITS,
    FIELD_BYTES,
    FIELDS,
    HASH_MULTIPLIER,
    HASH_MULTIPLIER_2,
    LENGTH_STEPS,
    LEVEL_BIAS,
    LIMIT,
    MATCH_STATS_LIMIT,
    MAX_CONFIDENCE,
    MAX_DIGITS,
    MAX_FOUND,
    MAX_MATCH_LENGTH,
    MAX_TRIED,
    MIN_CERTAIN,
    MIN_MATCH,
    MIN_POINTED,
    MIN_PROBABILITY,
    MIN_RESUMED,
    MISS_BIAS,
    NUMBER,
    PREFIX,
    PROB_ONE,
    SLOT_BITS,
    SQUASH,
    STRETCH,
    TABLES,
    WEIGHTS,
    squash,
)

_WORD: Final = 0xFFFFFFFF
_LOW: Final = 0xFFFF
_ZERO, _NINE = b"09"

_SLACK: Final = 1 << 8
"""Bytes that the window may outgrow its size by before it is cut."""

_SHIFTS: Final = tuple(32 - bits for bits in SLOT_BITS)
_SLOTS: Final = tuple(sum(1 << bits for bits in SLOT_BITS[:order]) for order in range(len(SLOT_BITS) + 1))
"""Where the slots of each order begin in one array; the last number is the size of it."""

_LEVELS: Final = bytes(
    bisect_right(LENGTH_STEPS, match_length) for match_length in range(MAX_MATCH_LENGTH + 1)
)
_CLASSES: Final = bytes(max(0, min((stretched >> 8) + 8, CLASSES - 1)) << 1 for stretched in STRETCH)
"""Of a share div 16: its class, where it stands in the index of a probability."""

_HITS: Final = array(
    "H",
    (
        squash(bias + CLASS_BIAS[share] + MISS_BIAS * miss)
        for biases in LEVEL_BIAS
        for bias in biases
        for share in range(CLASSES)
        for miss in (0, 1)
    ),
)
_LATER: Final = len(LEVEL_BIAS[0])
_WEIGHTS: Final = array("q", (weight << 10 for levels in WEIGHTS for triple in levels for weight in triple))
_HIT_RATES: Final = tuple((1 << 16) // (counts + 8) for counts in range(MATCH_STATS_LIMIT + 1))
_MARK_RATES: Final = tuple((1 << 17) // (2 * counts + 3) for counts in range(CONTEXT_STATS_LIMIT + 1))

Candidate = tuple[int, int, int, int]
"""Symbol, level, place in the window or 0, match_length."""


class StreamState:
    """What one direction of a stream remembers.

    Attributes:
        kept: the window, from the place ``base`` on.
        slots: of all orders, one order after the other.
        match_stats, counts: adaptive probabilities by level, class and miss, and how often each was updated.
        context_stats, context_counts: the same by hashed context.
        weights: of the mixer, three for each level.
        steps, confidences: of the fields of numbers.
    """

    __slots__ = (
        "base",
        "confidences",
        "context_counts",
        "context_stats",
        "counts",
        "kept",
        "match_stats",
        "size",
        "slots",
        "steps",
        "weights",
    )

    def __init__(self, memory: int) -> None:
        self.size = memory - TABLES
        self.kept = bytearray(1)
        self.base = 0
        self.slots = array("H", bytes(2 * _SLOTS[-1]))
        self.match_stats = _HITS[:]
        self.counts = bytearray(len(_HITS))
        self.context_stats = array("H", [PROB_ONE // 2]) * CONTEXT_STATS
        self.context_counts = bytearray(CONTEXT_STATS)
        self.weights = _WEIGHTS[:]
        self.steps = array("i", [0]) * FIELDS
        self.confidences = bytearray(FIELDS)

    def copy(self) -> Self:
        """Another one that remembers the same."""
        other = object.__new__(type(self))
        for name in self.__slots__:
            value = getattr(self, name)
            setattr(other, name, value if isinstance(value, int) else value[:])
        return other

    def learn(self, text: bytes) -> None:
        """Take in a message that was not coded with this (rule STR-11)."""
        kept, slots = self.kept, self.slots
        for byte in (*text[-self.size :], 0):
            end = self.base + len(kept)
            for slot in _slots_after(kept):
                slots[slot] = end & _LOW
            kept.append(byte)
        self.trim()

    def trim(self) -> None:
        """Forget what is no longer in the window."""
        excess = len(self.kept) - self.size
        if excess >= _SLACK:
            del self.kept[:excess]
            self.base += excess


def _slots_after(kept: bytearray) -> list[int]:
    """The slots of the current place, of each order of which there are bytes, the longest first (rule RCL-2)."""
    count = len(kept)
    value = (kept[-1] + 1) * HASH_MULTIPLIER & _WORD
    value ^= value >> 15
    if count < 2:
        return []
    value = (value + kept[-2] + 1) * HASH_MULTIPLIER & _WORD
    value ^= value >> 15
    two = _SLOTS[2] + ((value * HASH_MULTIPLIER_2 & _WORD) >> _SHIFTS[2])
    if count < 4:
        return [two]
    value = (value + kept[-3] + 1) * HASH_MULTIPLIER & _WORD
    value ^= value >> 15
    value = (value + kept[-4] + 1) * HASH_MULTIPLIER & _WORD
    value ^= value >> 15
    four = _SLOTS[1] + ((value * HASH_MULTIPLIER_2 & _WORD) >> _SHIFTS[1])
    if count < 6:
        return [four, two]
    value = (value + kept[-5] + 1) * HASH_MULTIPLIER & _WORD
    value ^= value >> 15
    value = (value + kept[-6] + 1) * HASH_MULTIPLIER & _WORD
    value ^= value >> 15
    return [(value * HASH_MULTIPLIER_2 & _WORD) >> _SHIFTS[0], four, two]


def code(  # noqa: C901, PLR0912, PLR0915, PLR0917  # one hot loop
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
    context, run_state = contexts.initial, 0
    pointer = match_length = in_prefix = miss = 0  # a pointer of 0 is none
    digits = others = 0  # how many are at the end of the message; what rule RCL-10 makes of other bytes
    number: _Number | None = None
    end = base + start
    symbol = -1
    while symbol != END:
        oldest = max(end - size, 1)
        candidates: list[Candidate] = []
        first = -1  # the symbol of the first candidate
        if pointer:
            first = kept[pointer - base] or END
            candidates.append((first, _LEVELS[match_length], pointer, match_length))
        indices = _slots_after(kept)
        for slot in indices:
            place = end - 1 - (end - 1 - slots[slot] & _LOW)
            if place >= oldest:
                predicted = kept[place - base] or END
                if predicted != first:
                    like = _match_length(kept, place - base, max(0, end - size) - base)
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
                    number = _Number.begun(state, place)
        if number is not None and number.rest:
            predicted = number.rest[0]
            if not candidates or candidates[0][0] != predicted:
                candidates = [one for one in candidates if one[0] != predicted]
                candidates.insert(
                    0, (predicted, NUMBER + state.confidences[number.field], 0, MAX_MATCH_LENGTH)
                )
        if prefix is not None:
            if not in_prefix and len(kept) - start >= LENGTH:
                in_prefix = prefix.find(bytes(kept[-LENGTH:]))
            elif in_prefix == len(prefix.text):
                in_prefix = 0
            if in_prefix:
                predicted = prefix.text[in_prefix]
                if all(one[0] != predicted for one in candidates):
                    at = len(candidates) if candidates and candidates[0][3] >= MIN_CERTAIN else 0
                    candidates.insert(at, (predicted, PREFIX, 0, 0))
        if decoder is None:
            symbol = text[end - base - start] if end - base - start < len(text) else END
        excluded = ""
        following = -1
        later = 0
        for predicted, level, _, _ in candidates[:MAX_TRIED]:
            if excluded or context < contexts.stand_ins[run_state][0]:
                share, follows = _share_of_rest(contexts, context, run_state, excluded, predicted)
            else:
                share, follows = _share(contexts, context, run_state, predicted)
            # the three mixer inputs
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
            # what they learn
            error, target = (PROB_ONE - p, PROB_ONE - 1) if hit else (-p, 0)
            weights[at] += error * one >> 14
            weights[at + 1] += error * two >> 14
            weights[at + 2] += error * three >> 14
            match_stats[index] = probability + ((target - probability) * _HIT_RATES[counts[index]] >> 16)
            context_stats[context_index] = marked + (
                (target - marked) * _MARK_RATES[context_counts[context_index]] >> 16
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
                following = _lead(contexts, context, run_state, excluded, symbol, choices)
            else:
                symbol, following = _follow(decoder, contexts, context, run_state, excluded)
        context = following
        if candidates:
            miss = int(candidates[0][0] != symbol)
        if _ZERO <= symbol <= _NINE:
            digits = min(digits + 1, COUNTED_DIGITS)
        else:
            digits, others = 0, others * 8 + symbol & _LOW
        # what predicts the next symbol
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
            for predicted, _, place, like in candidates[1:]:
                if predicted == symbol and place and like >= MIN_RESUMED:
                    pointer, match_length = place + 1, min(like + 1, MAX_MATCH_LENGTH)
        for slot in indices:
            slots[slot] = end & _LOW
        kept.append(byte)
        end += 1
        if symbol != END:
            run_state = NEXT[run_state << 8 | symbol] if contexts.has_runs else 0
            if decoder is not None and end - base - start > most:
                raise LimitExceeded(f"the message decodes to more than {most} bytes", 0, "string")
    message = bytes(kept[start:-1])
    state.trim()
    return message


def _match_length(kept: bytearray, place: int, oldest: int) -> int:
    """Of the current place and another, both in ``kept`` (rule RCL-3)."""
    here = len(kept) - 1
    place -= 1
    count = 0
    while count < MAX_MATCH_LENGTH and place >= oldest and kept[place] == kept[here]:
        count += 1
        place -= 1
        here -= 1
    return count


class _Number:
    """A number that is read, and maybe predicted (rules RCL-5 and RCL-6)."""

    __slots__ = ("before", "digits", "field", "rest", "value")

    def __init__(self, before: int, field: int, rest: list[int]) -> None:
        self.before = before
        self.field = field
        self.rest = rest
        self.value = 0
        self.digits = 0

    @classmethod
    def begun(cls, state: StreamState, place: int) -> _Number | None:
        """The number that is expected like the one at ``place`` in ``stream_model.kept``."""
        kept = state.kept
        behind = place
        limit = min(len(kept), place + MAX_DIGITS)
        while behind < limit and _ZERO <= kept[behind] <= _NINE:
            behind += 1
        length = behind - place
        if length == MAX_DIGITS:
            return None
        before = int(kept[place:behind])
        field = _field(kept, max(0, len(kept) - state.size))
        step = state.steps[field]
        rest: list[int] = []
        if step and before + step >= 0:
            # something stands behind the digits, as the last byte of the window is none
            rest = [*str(before + step).zfill(length).encode(), kept[behind] or END]
        return cls(before, field, rest)

    def read(self, symbol: int, state: StreamState) -> bool:
        """Take a symbol in; whether the number may go on after it."""
        if self.rest:
            self.rest = self.rest[1:] if self.rest[0] == symbol else []
        if _ZERO <= symbol <= _NINE:
            self.value = self.value * 10 + symbol - _ZERO
            self.digits += 1
            return self.digits < MAX_DIGITS
        if self.digits:
            step = self.value - self.before
            field = self.field
            if step == state.steps[field]:
                state.confidences[field] = min(state.confidences[field] + 1, MAX_CONFIDENCE)
            else:
                state.steps[field] = step if step.bit_length() <= 31 else 0
                state.confidences[field] = 0
        return False


def _field(kept: bytearray, oldest: int) -> int:
    """The field of a number that begins here (rule RCL-5)."""
    value = taken = 0
    for place in range(len(kept) - 1, oldest - 1, -1):
        byte = kept[place]
        if byte == 0:
            value = value * 31 + 7 & _WORD
            break
        if not _ZERO <= byte <= _NINE:
            value = (value + byte + 1) * HASH_MULTIPLIER & _WORD
            value ^= value >> 15
            taken += 1
            if taken == FIELD_BYTES:
                break
    return (value * HASH_MULTIPLIER_2 & _WORD) >> 24


def _share(contexts: Contexts, context: int, state: int, symbol: int) -> tuple[int, int]:
    """The share of a symbol in a context where nothing is excluded and no list stands in (rule RCL-9).

    Also gives the context that follows it (rule AUR-5).
    """
    words = contexts.words
    word = words[context]
    if word >= 0:
        if word >> PLACE_BITS & SYMBOL_MASK == symbol:
            return PROB_ONE * SINGLETON[word >> SINGLETON_CODE & CODE_MASK] // TOTAL_OF_ONE, word & PLACE_MASK
    else:
        place = contexts.symbols_text.find(
            chr(symbol), context + 1, context + 1 + (~word >> SUM_BITS & SYMBOL_MASK)
        )
        if place >= 0:
            entry = words[place]
            lower = words[place - 1] >> END_SHIFT if place > context + 1 else 0
            share = PROB_ONE * ((entry >> END_SHIFT) - lower) // (~word & SUM_MASK)
            return min(share, PROB_ONE - 1), entry & PLACE_MASK
    return _share_of_rest(contexts, context, state, "", symbol)


def _share_of_rest(  # noqa: C901  # for speed
    contexts: Contexts, context: int, state: int, excluded: str, symbol: int
) -> tuple[int, int]:
    """The share of a symbol less those excluded (rule RCL-9), and the context that follows it (rule AUR-5)."""
    words, find, letter = contexts.words, contexts.symbols_text.find, chr(symbol)
    stand_in = contexts.stand_ins[state]
    share = PROB_ONE
    while True:
        if context < stand_in[0]:
            choices: list[Choice] = []
            following = _lead(contexts, context, state, excluded, symbol, choices)
            for _, frequency, total in choices:
                share = share * frequency // total
            return min(share, PROB_ONE - 1), following
        word = words[context]
        if word >= 0:
            singleton = chr(word >> PLACE_BITS & SYMBOL_MASK)
            if singleton not in excluded:
                frequency = SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
                if singleton == letter:
                    return min(share * frequency // TOTAL_OF_ONE, PROB_ONE - 1), word & PLACE_MASK
                share = share * (TOTAL_OF_ONE - frequency) // TOTAL_OF_ONE
                excluded += singleton
            context = word >> SINGLETON_SUFFIX
            continue
        first, head = context + 1, ~word
        end = first + (head >> SUM_BITS & SYMBOL_MASK)
        total = head & SUM_MASK
        for other in excluded:  # as if they were not in the list
            place = find(other, first, end)
            if place >= 0:
                total -= words[place] >> END_SHIFT
                if place > first:
                    total += words[place - 1] >> END_SHIFT
        at = find(letter, first, end)
        if at >= 0:
            frequency = words[at] >> END_SHIFT
            if at > first:
                frequency -= words[at - 1] >> END_SHIFT
            return min(share * frequency // total, PROB_ONE - 1), words[at] & PLACE_MASK
        # an escape from a list of which nothing is left is certain
        share = share * ((head & SUM_MASK) - (words[end - 1] >> END_SHIFT)) // total
        excluded = _union(excluded, contexts.symbols_text[first:end])
        context = head >> SUFFIX


def _lead(  # noqa: C901, PLR0912, PLR0917  # for speed
    contexts: Contexts, context: int, state: int, excluded: str, symbol: int, choices: list[Choice]
) -> int:
    """Add the choices for a symbol, less those excluded, and give the following context (rules AUR-2 to AUR-5)."""
    words, find, letter = contexts.words, contexts.symbols_text.find, chr(symbol)
    stand_in = contexts.stand_ins[state]
    while True:
        if context < stand_in[0]:
            options, total = rest_of(stand_in, excluded)
            if letter in options:
                choices.append((*options[letter], total))
                return contexts.follow(context, symbol)
            if options:
                choices.append((total - stand_in[3], stand_in[3], total))
            _lead(contexts, ROOT, 0, _union(excluded, "".join(options)), symbol, choices)
            return contexts.follow(context, symbol)
        word = words[context]
        if word >= 0:
            singleton = chr(word >> PLACE_BITS & SYMBOL_MASK)
            if singleton not in excluded:
                frequency = SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
                if singleton == letter:
                    choices.append((0, frequency, TOTAL_OF_ONE))
                    return word & PLACE_MASK
                choices.append((frequency, TOTAL_OF_ONE - frequency, TOTAL_OF_ONE))
                excluded += singleton
            context = word >> SINGLETON_SUFFIX
            continue
        first, head = context + 1, ~word
        end = first + (head >> SUM_BITS & SYMBOL_MASK)
        total, left, before = head & SUM_MASK, end - first, 0
        at = find(letter, first, end)
        for other in excluded:  # as if they were not in the list
            place = find(other, first, end)
            if place >= 0:
                frequency = words[place] >> END_SHIFT
                if place > first:
                    frequency -= words[place - 1] >> END_SHIFT
                left -= 1
                total -= frequency
                if place < at:
                    before += frequency
        if left:
            if at >= 0:
                entry = words[at]
                lower = words[at - 1] >> END_SHIFT if at > first else 0
                choices.append((lower - before, (entry >> END_SHIFT) - lower, total))
                return entry & PLACE_MASK
            escape = (head & SUM_MASK) - (words[end - 1] >> END_SHIFT)
            choices.append((total - escape, escape, total))
        excluded = _union(excluded, contexts.symbols_text[first:end])
        context = head >> SUFFIX


def _follow(  # noqa: C901, PLR0912  # a case for each kind of list
    decoder: Decoder, contexts: Contexts, context: int, state: int, excluded: str
) -> tuple[int, int]:
    """Decode a symbol, and give it and the following context; otherwise as :func:`_lead`."""
    words = contexts.words
    stand_in = contexts.stand_ins[state]
    while True:
        if context < stand_in[0]:
            options, total = rest_of(stand_in, excluded)
            if options:
                value = decoder.value(total)
                for letter, (lower, frequency) in options.items():
                    if value < lower + frequency:
                        decoder.take(lower, frequency)
                        return ord(letter), contexts.follow(context, ord(letter))
                decoder.take(total - stand_in[3], stand_in[3])
            symbol, _ = _follow(decoder, contexts, ROOT, 0, _union(excluded, "".join(options)))
            return symbol, contexts.follow(context, symbol)
        word = words[context]
        if word >= 0:
            singleton = word >> PLACE_BITS & SYMBOL_MASK
            if chr(singleton) not in excluded:
                frequency = SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
                if decoder.value(TOTAL_OF_ONE) < frequency:
                    decoder.take(0, frequency)
                    return singleton, word & PLACE_MASK
                decoder.take(frequency, TOTAL_OF_ONE - frequency)
                excluded += chr(singleton)
            context = word >> SINGLETON_SUFFIX
            continue
        end = contexts.end_of(context)
        gaps = _gaps(contexts, context, end, excluded)
        if len(gaps) < end - context - 1:
            whole = ~word & SUM_MASK
            total = whole - sum([gap for _, gap in gaps])
            value = begin = decoder.value(total)
            for at, gap in gaps:  # to where the value lies in the whole list
                if value >= at:
                    value += gap
            place = bisect_right(words, value << END_SHIFT | BELOW_END, context + 1, end)
            lower = words[place - 1] >> END_SHIFT if place > context + 1 else 0
            if place < end:
                entry = words[place]
                decoder.take(lower - (value - begin), (entry >> END_SHIFT) - lower)
                return entry >> PLACE_BITS & SYMBOL_MASK, entry & PLACE_MASK
            decoder.take(total - (whole - lower), whole - lower)
        elif context == ROOT:
            raise Malformed("the string excludes all symbols", 0, "string")
        excluded = _union(excluded, contexts.symbols_text[context + 1 : end])
        context = ~word >> SUFFIX


def _gaps(contexts: Contexts, context: int, end: int, excluded: str) -> list[Gap]:
    """The gaps that the excluded symbols, each once, leave in the list from ``context`` to ``end``, in order."""
    words, find = contexts.words, contexts.symbols_text.find
    gaps: list[Gap] = []
    for letter in excluded:
        place = find(letter, context + 1, end)
        if place >= 0:
            lower = words[place - 1] >> END_SHIFT if place > context + 1 else 0
            gaps.append((lower, (words[place] >> END_SHIFT) - lower))
    gaps.sort()
    return gaps


def _union(some: str, others: str) -> str:
    """All the symbols_text, each once."""
    return others + "".join([letter for letter in some if letter not in others])

"""AURALITE messages, one at a time (rules AUR-1 to AUR-9).

For one message plain Python is quicker than numpy. The loops below do what nearly every symbol needs with local
variables: the likeliest entry, and any other of the first list. The rest is left to ``context_model``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from aura_fast import range_coder
from aura_fast.context_model import (
    BELOW_END,
    CODE_MASK,
    END_SHIFT,
    LIKELIHOOD_OF_SINGLETON,
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
    contexts_of,
)
from aura_fast.match import (
    BASES,
    BYTE_MASK,
    HISTORY_BASE,
    INDEX_SHIFT,
    Prediction,
    length_before,
    places_of,
    predict,
)
from aura_fast.prefix import FILTER_SHIFT
from aura_fast.range_coder import Decoder, check_start, too_short
from aura_fast.run import NEXT, StandIn, rest_of
from aura_spec.auralite import MODEL_ID_SIZE
from aura_spec.context_model import END, ROOT, TOTAL_OF_ONE, ContextModel
from aura_spec.errors import DecodeError, EncodeError, LimitExceeded, Truncated, UnknownModel
from aura_spec.limits import MAX_MODELLED
from aura_spec.match import MAX_LENGTH, MIN_LENGTH, MISS_CLASSES, MULTIPLIER, SLOT_SHIFT, TOTAL
from aura_spec.prefix import LENGTH
from aura_spec.range_coder import LOWER_BOUND

_WORD: Final = 0xFFFFFFFF

_SECTION: Final = 1 << 12
"""Symbols of a message whose choices are held at once."""

At = tuple[int, int]
"""Where in a message a symbol is coded: the context, and the state of the run."""


def encode(data: bytes, model: ContextModel) -> bytes:
    """The string that stands for ``data``; it is a whole message if the model is implied (rule AUR-6).

    Raises:
        EncodeError: ``data`` has more than ``limits.MAX_MODELLED`` bytes (rule AUR-9).
    """
    if len(data) > MAX_MODELLED:
        raise EncodeError(f"AURALITE codes at most {MAX_MODELLED} bytes")
    contexts = contexts_of(model)
    sections = _sections(data, predict(data, contexts.prefix), contexts)
    return range_coder.encode(chain.from_iterable(sections))


def _sections(  # noqa: C901, PLR0912, PLR0915  # one hot loop
    data: bytes, predictions: array[int], contexts: Contexts
) -> Iterator[list[Choice]]:
    """The choices that lead to ``data`` and its end, those of some symbols at a time."""
    words, symbols_text, bounds, hits = contexts.words, contexts.symbols_text, contexts.bounds, contexts.hits
    context = contexts.initial
    state = bound = 0
    symbols = chain(data, (END,))
    for start in range(0, len(predictions), _SECTION):
        choices: list[Choice] = []
        # of the two, the section has to end first: no symbol is taken then that it does not code
        for prediction, symbol in zip(predictions[start : start + _SECTION], symbols, strict=False):
            if prediction >= 0:
                predicted, index = prediction & BYTE_MASK, prediction >> INDEX_SHIFT
                word = words[context]
                if word >= 0 and word >> PLACE_BITS & SYMBOL_MASK == predicted:
                    likelihood = LIKELIHOOD_OF_SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
                    following = word & PLACE_MASK
                else:
                    likelihood, following = contexts.predict(context, predicted)
                hit = hits[index + likelihood]
                if predicted == symbol:
                    choices.append((0, hit, TOTAL))
                    context = following
                else:
                    choices.append((hit, TOTAL - hit, TOTAL))
                    at = context, state
                    context = code_unpredicted(contexts, at, symbol, choices, predicted=chr(predicted))
            elif context < bound:
                context = code_unpredicted(contexts, (context, state), symbol, choices)
            elif (word := words[context]) >= 0:
                frequency = SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
                if word >> PLACE_BITS & SYMBOL_MASK == symbol:
                    choices.append((0, frequency, TOTAL_OF_ONE))
                    context = word & PLACE_MASK
                else:
                    choices.append((frequency, TOTAL_OF_ONE - frequency, TOTAL_OF_ONE))
                    excluded = chr(word >> PLACE_BITS & SYMBOL_MASK)
                    context = _lead(contexts, word >> SINGLETON_SUFFIX, state, excluded, symbol, choices)
            else:
                total = ~word & SUM_MASK
                end = context + 1 + (~word >> SUM_BITS & SYMBOL_MASK)
                entry = words[context + 1]
                if entry >> PLACE_BITS & SYMBOL_MASK == symbol:  # the likeliest
                    choices.append((0, entry >> END_SHIFT, total))
                    context = entry & PLACE_MASK
                elif (place := symbols_text.find(chr(symbol), context + 2, end)) >= 0:
                    entry, lower = words[place], words[place - 1] >> END_SHIFT
                    choices.append((lower, (entry >> END_SHIFT) - lower, total))
                    context = entry & PLACE_MASK
                else:
                    lower = words[end - 1] >> END_SHIFT
                    choices.append((lower, total - lower, total))
                    excluded = symbols_text[context + 1 : end]
                    context = _lead(contexts, ~word >> SUFFIX, state, excluded, symbol, choices)
            if contexts.has_runs:
                state = NEXT[state << 8 | symbol]
                bound = bounds[state]
        yield choices


def code_predicted(
    contexts: Contexts, at: At, prediction: Prediction, symbol: int, choices: list[Choice]
) -> int:
    """Add the choices for a symbol where a match is active, and give the following context (rule AUR-5)."""
    predicted, index = prediction
    likelihood, following = contexts.predict(at[0], predicted)
    hit = contexts.hits[index + likelihood]
    if predicted == symbol:
        choices.append((0, hit, TOTAL))
        return following
    choices.append((hit, TOTAL - hit, TOTAL))
    return code_unpredicted(contexts, at, symbol, choices, predicted=chr(predicted))


def code_unpredicted(
    contexts: Contexts, at: At, symbol: int, choices: list[Choice], *, predicted: str = ""
) -> int:
    """Add the choices for a symbol that no match predicted, and give the following context (rules AUR-2 to AUR-5).

    ``predicted`` is the byte that a match predicted in its place.
    """
    context, state = at
    word = contexts.words[context]
    if word < 0 or context < contexts.bounds[state]:
        return _lead(contexts, context, state, "", symbol, choices, predicted=predicted)
    singleton = word >> PLACE_BITS & SYMBOL_MASK
    if chr(singleton) != predicted:
        frequency = SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
        if singleton == symbol:
            choices.append((0, frequency, TOTAL_OF_ONE))
            return word & PLACE_MASK
        choices.append((frequency, TOTAL_OF_ONE - frequency, TOTAL_OF_ONE))
    return _lead(
        contexts, word >> SINGLETON_SUFFIX, state, chr(singleton), symbol, choices, predicted=predicted
    )


def _lead(  # noqa: PLR0917  # for speed
    contexts: Contexts,
    context: int,
    state: int,
    excluded: str,
    symbol: int,
    choices: list[Choice],
    *,
    predicted: str = "",
) -> int:
    """Add the choices that lead to ``symbol`` from a context on, and give the following one.

    Its list has more than one entry, unless one for runs stands in for it, and is less the excluded symbols, which
    the context before listed, and the predicted byte (rules AUR-3 to AUR-5).
    """
    words, find, letter = contexts.words, contexts.symbols_text.find, chr(symbol)
    bound = contexts.bounds[state]
    while True:
        if predicted not in excluded:
            excluded += predicted
        if context < bound:
            return _lead_by_run(contexts, context, state, excluded, symbol, choices)
        head, first = ~words[context], context + 1
        total, end = head & SUM_MASK, first + (head >> SUM_BITS & SYMBOL_MASK)
        at = find(letter, first, end)
        left, before = end - first, 0
        for other in excluded:
            place = find(other, first, end)
            if place >= 0:
                frequency = words[place] >> END_SHIFT
                if place > first:
                    frequency -= words[place - 1] >> END_SHIFT
                total -= frequency
                left -= 1
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
        excluded = contexts.symbols_text[first:end]
        context = head >> SUFFIX


def _lead_by_run(  # noqa: PLR0917  # for speed
    contexts: Contexts, context: int, state: int, excluded: str, symbol: int, choices: list[Choice]
) -> int:
    """The same where a list for runs stands in for that of the context (rules RUN-4 and RUN-5)."""
    stand_in, letter = contexts.stand_ins[state], chr(symbol)
    options, total = rest_of(stand_in, excluded)
    if letter in options:
        choices.append((*options[letter], total))
        return contexts.follow(context, symbol)
    if options:
        escape = stand_in[3]
        choices.append((total - escape, escape, total))
    _lead(contexts, ROOT, 0, excluded + "".join(options), symbol, choices)
    return contexts.follow(context, symbol)


def decode(wire: bytes, model: ContextModel, max_size: int) -> bytes:
    """Read a string, or a whole message whose model is implied (rule AUR-6).

    Raises:
        DecodeError: as the rules say; ``LimitExceeded`` if it decodes to more than ``max_size`` bytes (rule
            AUR-9).
    """
    contexts = contexts_of(model)
    return go_on(Decoder(wire), contexts, max_size, bytearray(), (contexts.initial, 0), (0, 0, 0))


def go_on(  # noqa: C901, PLR0912, PLR0915, PLR0917  # one hot loop
    decoder: Decoder, contexts: Contexts, max_size: int, text: bytearray, at: At, match: tuple[int, int, int]
) -> bytes:
    """Decode the rest of a message from where a symbol begins.

    Args:
        decoder: as it is there.
        contexts: the packed model.
        max_size: bytes that the message may have.
        text: the message so far; it is added to.
        at: where the symbol is coded.
        match: of the active match the pointer, counted from the end of the prefix if it is there, and the length,
            0 if there is none; and the misses so far.

    Raises:
        DecodeError: as :func:`decode`.
    """
    tail, window, offset, span = decoder.tail, decoder.window, decoder.offset, decoder.span
    longest = len(tail)
    max_size = min(max_size, MAX_MODELLED)
    words, hits, bounds, prefix = contexts.words, contexts.hits, contexts.bounds, contexts.prefix
    context, state = at
    bound = bounds[state]
    pointer, length, misses = match
    source: bytes | bytearray = text  # what the pointer of a match points into
    if prefix and pointer < 0:
        source, pointer = prefix.text, pointer + len(prefix.text)
    places = places_of(text)
    position = len(text)
    four = int.from_bytes(text[-MIN_LENGTH:].rjust(MIN_LENGTH, b"\0"), "little")
    while True:
        if position >= MIN_LENGTH:
            mixed = four * MULTIPLIER & _WORD
            slot = mixed >> SLOT_SHIFT
            if not length and slot in places:
                source, pointer = text, places[slot]
                length = length_before(text, pointer, position)
            places[slot] = position
            if prefix and not length and position >= LENGTH and prefix.ends[mixed >> FILTER_SHIFT]:
                pointer = prefix.find(text[position - LENGTH :])
                if pointer:
                    source, length = prefix.text, LENGTH
        if length:
            predicted = source[pointer]
            word = words[context]
            if word >= 0 and word >> PLACE_BITS & SYMBOL_MASK == predicted:
                likelihood = LIKELIHOOD_OF_SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
                following = word & PLACE_MASK
            else:
                likelihood, following = contexts.predict(context, predicted)
            hit = hits[(BASES[length] if source is text else HISTORY_BASE) + likelihood + misses]
            unit = span // TOTAL
            if offset < hit * unit:
                span = hit * unit
                symbol, context = predicted, following
                pointer += 1
                if length < MAX_LENGTH:
                    length += 1
                if source is not text and pointer == len(source):
                    length = 0
            else:
                decoder.window, decoder.offset, decoder.span = window, offset, span
                decoder.pass_over(hit, TOTAL)
                symbol, context = read_unpredicted(
                    decoder, contexts, (context, state), predicted=chr(predicted)
                )
                window, offset, span = decoder.window, decoder.offset, decoder.span
                length = 0
                misses = min(misses + 1, MISS_CLASSES - 1)
        elif context < bound:
            decoder.window, decoder.offset, decoder.span = window, offset, span
            symbol, context = read_unpredicted(decoder, contexts, (context, state))
            window, offset, span = decoder.window, decoder.offset, decoder.span
        elif (word := words[context]) >= 0:
            singleton = SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
            upper = singleton * (span // TOTAL_OF_ONE)
            symbol = word >> PLACE_BITS & SYMBOL_MASK
            if offset < upper:
                span = upper
                context = word & PLACE_MASK
            else:
                decoder.window, decoder.offset, decoder.span = window, offset, span
                decoder.pass_over(singleton, TOTAL_OF_ONE)
                symbol, context = _follow(decoder, contexts, word >> SINGLETON_SUFFIX, state, chr(symbol))
                window, offset, span = decoder.window, decoder.offset, decoder.span
        else:
            total = ~word & SUM_MASK
            unit = span // total
            entry = words[context + 1]
            upper = (entry >> END_SHIFT) * unit
            if offset < upper:  # the likeliest
                span = upper
                symbol, context = entry >> PLACE_BITS & SYMBOL_MASK, entry & PLACE_MASK
            else:
                end = context + 1 + (~word >> SUM_BITS & SYMBOL_MASK)
                place = bisect_right(words, offset // unit << END_SHIFT | BELOW_END, context + 2, end)
                lower = words[place - 1] >> END_SHIFT
                if place < end:
                    entry = words[place]
                    offset -= lower * unit
                    span = ((entry >> END_SHIFT) - lower) * unit
                    symbol, context = entry >> PLACE_BITS & SYMBOL_MASK, entry & PLACE_MASK
                else:
                    decoder.window, decoder.offset, decoder.span = window, offset, span
                    decoder.pass_over(lower, total)
                    excluded = contexts.symbols_text[context + 1 : end]
                    symbol, context = _follow(decoder, contexts, ~word >> SUFFIX, state, excluded)
                    window, offset, span = decoder.window, decoder.offset, decoder.span
        while span < LOWER_BOUND:
            if window == longest:
                raise too_short()
            offset = offset << 8 | tail[window]
            window += 1
            span <<= 8
        if symbol == END:
            break
        text.append(symbol)
        position += 1
        if position > max_size:
            raise LimitExceeded(f"the message decodes to more than {max_size} bytes", 0, "string")
        four = four >> 8 | symbol << 24
        if contexts.has_runs:
            state = NEXT[state << 8 | symbol]
            bound = bounds[state]
    decoder.window, decoder.offset, decoder.span = window, offset, span
    decoder.finish()
    return bytes(text)


def read_predicted(decoder: Decoder, contexts: Contexts, at: At, prediction: Prediction) -> tuple[int, int]:
    """Decode a symbol where a match is active; give it and the context that follows it (rule AUR-5)."""
    predicted, index = prediction
    likelihood, following = contexts.predict(at[0], predicted)
    hit = contexts.hits[index + likelihood]
    if decoder.value(TOTAL) < hit:
        decoder.take(0, hit)
        return predicted, following
    decoder.take(hit, TOTAL - hit)
    return read_unpredicted(decoder, contexts, at, predicted=chr(predicted))


def read_unpredicted(decoder: Decoder, contexts: Contexts, at: At, *, predicted: str = "") -> tuple[int, int]:
    """Decode a symbol that no match predicted; otherwise as ``code_unpredicted``."""
    context, state = at
    word = contexts.words[context]
    if word < 0 or context < contexts.bounds[state]:
        return _follow(decoder, contexts, context, state, "", predicted=predicted)
    singleton = word >> PLACE_BITS & SYMBOL_MASK
    if chr(singleton) != predicted:
        frequency = SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
        if decoder.value(TOTAL_OF_ONE) < frequency:
            decoder.take(0, frequency)
            return singleton, word & PLACE_MASK
        decoder.take(frequency, TOTAL_OF_ONE - frequency)
    return _follow(decoder, contexts, word >> SINGLETON_SUFFIX, state, chr(singleton), predicted=predicted)


def read_after_escape(
    decoder: Decoder, contexts: Contexts, at: At, *, predicted: str = ""
) -> tuple[int, int]:
    """Decode a symbol after an escape from a list; otherwise as ``code_unpredicted``."""
    context, state = at
    word = contexts.words[context]
    singleton = chr(word >> PLACE_BITS & SYMBOL_MASK)
    excluded = singleton if word >= 0 else contexts.symbols_text[context + 1 : contexts.end_of(context)]
    return _follow(decoder, contexts, contexts.suffix(context), state, excluded, predicted=predicted)


def _follow(
    decoder: Decoder, contexts: Contexts, context: int, state: int, excluded: str, *, predicted: str = ""
) -> tuple[int, int]:
    """Decode choices from a context on, and give the symbol and the following context; otherwise as ``_lead``."""
    words, find = contexts.words, contexts.symbols_text.find
    bound = contexts.bounds[state]
    while True:
        if predicted not in excluded:
            excluded += predicted
        if context < bound:
            return _follow_run(decoder, contexts, context, contexts.stand_ins[state], excluded)
        head, first = ~words[context], context + 1
        whole = total = head & SUM_MASK
        end = first + (head >> SUM_BITS & SYMBOL_MASK)
        gaps: list[Gap] = []
        for other in excluded:
            place = find(other, first, end)
            if place >= 0:
                lower = words[place - 1] >> END_SHIFT if place > first else 0
                gap = (words[place] >> END_SHIFT) - lower
                total -= gap
                gaps.append((lower, gap))
        if len(gaps) < end - first:
            gaps.sort()
            value = start = decoder.value(total)
            for at, gap in gaps:  # to where the value lies in the whole list
                if value >= at:
                    value += gap
            place = bisect_right(words, value << END_SHIFT | BELOW_END, first, end)
            lower = words[place - 1] >> END_SHIFT if place > first else 0
            if place < end:
                entry = words[place]
                decoder.take(lower - (value - start), (entry >> END_SHIFT) - lower)
                return entry >> PLACE_BITS & SYMBOL_MASK, entry & PLACE_MASK
            decoder.take(total - (whole - lower), whole - lower)
        excluded = contexts.symbols_text[first:end]
        context = contexts.suffix(context)


def _follow_run(
    decoder: Decoder, contexts: Contexts, context: int, stand_in: StandIn, excluded: str
) -> tuple[int, int]:
    """Decode a symbol where a list for runs stands in for ``context`` (rules RUN-4 and RUN-5)."""
    options, total = rest_of(stand_in, excluded)
    if options:
        value = decoder.value(total)
        for letter, (lower, frequency) in options.items():
            if value < lower + frequency:
                decoder.take(lower, frequency)
                return ord(letter), contexts.follow(context, ord(letter))
        decoder.take(total - stand_in[3], stand_in[3])
    symbol, _ = _follow(decoder, contexts, ROOT, 0, excluded + "".join(options))
    return symbol, contexts.follow(context, symbol)


def encode_explicit(data: bytes, model_id: bytes, model: ContextModel) -> bytes:
    """Write a body that names its model (rule AUR-7).

    Raises:
        EncodeError: the id has another size, or ``data`` is too long.
    """
    if len(model_id) != MODEL_ID_SIZE:
        raise EncodeError(f"the id of a model has {MODEL_ID_SIZE} bytes")
    return model_id + encode(data, model)


def decode_explicit(body: bytes, models: Mapping[bytes, ContextModel], max_size: int) -> bytes:
    """Read a body that names its model, one of ``models`` by id (rules AUR-7 to AUR-9).

    Raises:
        DecodeError: as the rules say. Errors of the string have its offset.
    """
    model_id, string = body[:MODEL_ID_SIZE], body[MODEL_ID_SIZE:]
    if len(model_id) < MODEL_ID_SIZE:
        raise Truncated("the body ends in the id of the model", 1 + len(body), "model_id")
    try:
        check_start(string)
        model = models.get(model_id)
        if model is not None:
            return decode(string, model, max_size)
    except DecodeError as error:
        raise type(error)(error.reason, 1 + MODEL_ID_SIZE, error.path) from None
    raise UnknownModel(f"model {model_id.hex()} is not held", 1, "model_id")  # rule AUR-8

"""AURALITE messages, one at a time (rules AUR-1 to AUR-9).

For one message plain Python is quicker than numpy. The loops below do what nearly every symbol needs with local
variables: the likeliest entry, and any other of the first list. The rest is left to ``symbols``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Final, NamedTuple

from aura_fast import range_coder
from aura_fast.char_runs import NEXT
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
    contexts_of,
)
from aura_fast.match import (
    BASES,
    BYTE_MASK,
    INDEX_SHIFT,
    PREFIX_BASE,
    length_before,
    places_of,
    predict,
)
from aura_fast.prefix import FILTER_SHIFT
from aura_fast.range_coder import Decoder, check_start, too_short
from aura_fast.symbols import (
    Position,
    decode_along_suffixes,
    decode_symbol,
    encode_along_suffixes,
    encode_symbol,
)
from aura_spec.auralite import MODEL_ID_SIZE
from aura_spec.context_model import END, TOTAL_OF_ONE, ContextModel
from aura_spec.errors import DecodeError, EncodeError, LimitExceeded, Truncated, UnknownModel
from aura_spec.limits import MAX_MODELLED
from aura_spec.match import MAX_LENGTH as MAX_MATCH_LENGTH
from aura_spec.match import MIN_LENGTH, MISS_CLASSES, MULTIPLIER, SLOT_SHIFT
from aura_spec.match import TOTAL as MATCH_TOTAL
from aura_spec.prefix import LENGTH as PREFIX_LENGTH
from aura_spec.range_coder import END as FIRST_END
from aura_spec.range_coder import LOWER_BOUND, START

_WORD: Final = 0xFFFFFFFF

_SECTION: Final = 1 << 12
"""Symbols of a message whose choices are held at once."""


class ActiveMatch(NamedTuple):
    """What a match predicts the next symbol with (rules MAT-2 to MAT-8).

    Attributes:
        pointer: to the predicted byte: its place in the message, or below 0, counted from the end of the prefix.
        length: of the match, in bytes; 0 if none is active.
        misses: so far, 0 to ``match.MISS_CLASSES`` - 1.
    """

    pointer: int
    length: int
    misses: int


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
                    choices.append((0, hit, MATCH_TOTAL))
                    context = following
                else:
                    choices.append((hit, MATCH_TOTAL - hit, MATCH_TOTAL))
                    at = context, state
                    context = encode_symbol(contexts, at, symbol, choices, predicted=chr(predicted))
            elif context < bound:
                context = encode_symbol(contexts, (context, state), symbol, choices)
            elif (word := words[context]) >= 0:
                frequency = SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
                if word >> PLACE_BITS & SYMBOL_MASK == symbol:
                    choices.append((0, frequency, TOTAL_OF_ONE))
                    context = word & PLACE_MASK
                else:
                    choices.append((frequency, TOTAL_OF_ONE - frequency, TOTAL_OF_ONE))
                    excluded = chr(word >> PLACE_BITS & SYMBOL_MASK)
                    at = word >> SINGLETON_SUFFIX, state
                    context = encode_along_suffixes(contexts, at, symbol, choices, excluded=excluded)
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
                    at = ~word >> SUFFIX, state
                    context = encode_along_suffixes(contexts, at, symbol, choices, excluded=excluded)
            if contexts.has_char_runs:
                state = NEXT[state << 8 | symbol]
                bound = bounds[state]
        yield choices


def decode(wire: bytes, model: ContextModel, max_size: int) -> bytes:
    """Read a string, or a whole message whose model is implied (rule AUR-6).

    Raises:
        DecodeError: as the rules say; ``LimitExceeded`` if it decodes to more than ``max_size`` bytes (rule
            AUR-9).
    """
    contexts = contexts_of(model)
    return decode_rest(
        Decoder(wire), contexts, max_size, bytearray(), (contexts.initial, 0), ActiveMatch(0, 0, 0)
    )


def decode_rest(  # noqa: C901, PLR0912, PLR0915  # one hot loop
    decoder: Decoder,
    contexts: Contexts,
    max_size: int,
    text: bytearray,
    position: Position,
    match: ActiveMatch,
) -> bytes:
    """Decode the rest of a message from where a symbol begins.

    Args:
        decoder: stands before the choices of that symbol.
        contexts: the packed model.
        max_size: bytes that the message may have.
        text: the message so far; it is added to.
        position: where the symbol is coded.
        match: the match that is active there.

    Raises:
        DecodeError: as :func:`decode`.
    """
    tail, window, offset, span = decoder.tail, decoder.window, decoder.offset, decoder.span
    longest = len(tail)
    max_size = min(max_size, MAX_MODELLED)
    words, hits, bounds, prefix = contexts.words, contexts.hits, contexts.bounds, contexts.prefix
    context, state = position
    bound = bounds[state]
    pointer, length, misses = match
    source: bytes | bytearray = text  # what the pointer of a match points into
    if prefix and pointer < 0:
        source, pointer = prefix.text, pointer + len(prefix.text)
    places = places_of(text)
    size = len(text)
    four = int.from_bytes(text[-MIN_LENGTH:].rjust(MIN_LENGTH, b"\0"), "little")
    while True:
        if size >= MIN_LENGTH:
            mixed = four * MULTIPLIER & _WORD
            slot = mixed >> SLOT_SHIFT
            if not length and slot in places:
                source, pointer = text, places[slot]
                length = length_before(text, pointer, size)
            places[slot] = size
            if prefix and not length and size >= PREFIX_LENGTH and prefix.ends[mixed >> FILTER_SHIFT]:
                pointer = prefix.find(text[size - PREFIX_LENGTH :])
                if pointer:
                    source, length = prefix.text, PREFIX_LENGTH
        if length:
            predicted = source[pointer]
            word = words[context]
            if word >= 0 and word >> PLACE_BITS & SYMBOL_MASK == predicted:
                likelihood = LIKELIHOOD_OF_SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
                following = word & PLACE_MASK
            else:
                likelihood, following = contexts.predict(context, predicted)
            hit = hits[(BASES[length] if source is text else PREFIX_BASE) + likelihood + misses]
            unit = span // MATCH_TOTAL
            if offset < hit * unit:
                span = hit * unit
                symbol, context = predicted, following
                pointer += 1
                if length < MAX_MATCH_LENGTH:
                    length += 1
                if source is not text and pointer == len(source):
                    length = 0
            else:
                decoder.window, decoder.offset, decoder.span = window, offset, span
                decoder.pass_over(hit, MATCH_TOTAL)
                symbol, context = decode_symbol(decoder, contexts, (context, state), predicted=chr(predicted))
                window, offset, span = decoder.window, decoder.offset, decoder.span
                length = 0
                misses = min(misses + 1, MISS_CLASSES - 1)
        elif context < bound:
            decoder.window, decoder.offset, decoder.span = window, offset, span
            symbol, context = decode_symbol(decoder, contexts, (context, state))
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
                symbol, context = decode_along_suffixes(
                    decoder, contexts, (word >> SINGLETON_SUFFIX, state), chr(symbol)
                )
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
                    symbol, context = decode_along_suffixes(
                        decoder, contexts, (~word >> SUFFIX, state), excluded
                    )
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
        size += 1
        if size > max_size:
            raise LimitExceeded(f"the message decodes to more than {max_size} bytes", 0, "string")
        four = four >> 8 | symbol << 24
        if contexts.has_char_runs:
            state = NEXT[state << 8 | symbol]
            bound = bounds[state]
    decoder.window, decoder.offset, decoder.span = window, offset, span
    decoder.finish()
    return bytes(text)


def encode_explicit(data: bytes, model_id: bytes, model: ContextModel) -> bytes:
    """Write a body that names its model (rule AUR-7).

    Raises:
        EncodeError: the id has another size, or ``data`` is too long.
    """
    return named(model_id, encode(data, model))


def named(model_id: bytes, string: bytes) -> bytes:
    """A string behind the id of its model.

    Raises:
        EncodeError: the id has another size.
    """
    if len(model_id) != MODEL_ID_SIZE:
        raise EncodeError(f"the id of a model has {MODEL_ID_SIZE} bytes")
    return model_id + string


def decode_explicit(body: bytes, models: Mapping[bytes, ContextModel], max_size: int) -> bytes:
    """Read a body that names its model, one of ``models`` by id (rules AUR-7 to AUR-9).

    Raises:
        DecodeError: as the rules say. Errors of the string have its offset.
    """
    return decode_named(body, models, lambda string, model: decode(string, model, max_size))


def decode_named(
    body: bytes,
    models: Mapping[bytes, ContextModel],
    decode_string: Callable[[bytes, ContextModel], bytes],
    low: int = START,
    end: int = FIRST_END,
) -> bytes:
    """Read a body that names its model; its string lies in the first interval from ``low`` to ``end``.

    Raises:
        DecodeError: as :func:`decode_explicit`.
    """
    model_id, string = body[:MODEL_ID_SIZE], body[MODEL_ID_SIZE:]
    if len(model_id) < MODEL_ID_SIZE:
        raise Truncated("the body ends in the id of the model", 1 + len(body), "model_id")
    try:
        check_start(string, low, end)
        model = models.get(model_id)
        if model is not None:
            return decode_string(string, model)
    except DecodeError as error:
        raise type(error)(error.reason, 1 + MODEL_ID_SIZE, error.path) from None
    raise UnknownModel(f"model {model_id.hex()} is not held", 1, "model_id")  # rule AUR-8

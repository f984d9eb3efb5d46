"""One symbol, down the escapes, where no match is followed (rules AUR-2 to AUR-5, RUN-4 and RUN-5).

The lists of a context and of its suffixes contain each other. So what is excluded in a list is what the list before
it holds, and ``predicted``: the symbols that matches predicted and that did not come. For the same reason a list of
one entry can only be the first: the context that follows an escape has a longer list.

A position is the context in which a symbol is coded, and the state of the character run there.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right

from aura_fast.char_runs import rest_of
from aura_fast.context_model import (
    BELOW_END,
    CODE_MASK,
    END_SHIFT,
    MAX_SUMS,
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
from aura_fast.match import Prediction
from aura_fast.range_coder import Decoder
from aura_spec.context_model import ROOT, TOTAL_OF_ONE
from aura_spec.match import TOTAL as MATCH_TOTAL
from aura_spec.mixer import PROB_ONE

Position = tuple[int, int]
"""Where in a message a symbol is coded: the context, and the state of the character run."""


def encode_predicted(
    contexts: Contexts, position: Position, prediction: Prediction, symbol: int, choices: list[Choice]
) -> int:
    """Add the choices for a symbol where a match is active, and give the context that follows it (rule AUR-5)."""
    predicted, index = prediction
    likelihood, following = contexts.predict(position[0], predicted)
    hit = contexts.hits[index + likelihood]
    if predicted == symbol:
        choices.append((0, hit, MATCH_TOTAL))
        return following
    choices.append((hit, MATCH_TOTAL - hit, MATCH_TOTAL))
    return encode_symbol(contexts, position, symbol, choices, predicted=chr(predicted))


def encode_symbol(
    contexts: Contexts, position: Position, symbol: int, choices: list[Choice], *, predicted: str = ""
) -> int:
    """Add the choices for a symbol without a match, and give the context that follows it (rules AUR-2 to AUR-5).

    Args:
        contexts: the packed model.
        position: where the symbol is coded.
        symbol: 0 to 256, none of ``predicted``.
        choices: receives the choices.
        predicted: symbols that matches predicted in vain, as characters. They are no options in any list.
    """
    context, state = position
    word = contexts.words[context]
    if word < 0 or context < contexts.bounds[state]:
        return encode_along_suffixes(contexts, position, symbol, choices, excluded="", predicted=predicted)
    singleton = word >> PLACE_BITS & SYMBOL_MASK
    if chr(singleton) not in predicted:
        frequency = SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
        if singleton == symbol:
            choices.append((0, frequency, TOTAL_OF_ONE))
            return word & PLACE_MASK
        choices.append((frequency, TOTAL_OF_ONE - frequency, TOTAL_OF_ONE))
    position = word >> SINGLETON_SUFFIX, state
    return encode_along_suffixes(
        contexts, position, symbol, choices, excluded=chr(singleton), predicted=predicted
    )


def encode_along_suffixes(
    contexts: Contexts,
    position: Position,
    symbol: int,
    choices: list[Choice],
    *,
    excluded: str,
    predicted: str = "",
) -> int:
    """Add the choices that lead to ``symbol`` from a context on, and give the context that follows the symbol.

    Args:
        contexts: the packed model.
        position: the context has a list of more than one entry, or gives way to a list for character runs.
        symbol: 0 to 256, none of ``excluded`` or ``predicted``.
        choices: receives the choices.
        excluded: the symbols of the list that was escaped from, as characters; empty if there was none.
        predicted: as for :func:`encode_symbol`.
    """
    context, state = position
    words, find, letter = contexts.words, contexts.symbols_text.find, chr(symbol)
    bound = contexts.bounds[state]
    while True:
        if predicted not in excluded:  # as a whole, which is quicker to find than to make
            excluded = _union(excluded, predicted)
        if context < bound:
            return _encode_in_char_run(contexts, (context, state), excluded, symbol, choices)
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


def _encode_in_char_run(
    contexts: Contexts, position: Position, excluded: str, symbol: int, choices: list[Choice]
) -> int:
    """Add the choices where a list for character runs stands in for that of the context (rules RUN-4 and RUN-5)."""
    context, state = position
    stand_in, letter = contexts.stand_ins[state], chr(symbol)
    options, total = rest_of(stand_in, excluded)
    if letter in options:
        choices.append((*options[letter], total))
        return contexts.follow(context, symbol)
    if options:
        escape = stand_in[3]
        choices.append((total - escape, escape, total))
    encode_along_suffixes(contexts, (ROOT, 0), symbol, choices, excluded=excluded + "".join(options))
    return contexts.follow(context, symbol)


def share_of(  # noqa: C901, PLR0912  # one hot path
    contexts: Contexts, position: Position, symbol: int, predicted: str = ""
) -> tuple[int, int]:
    """The share of a symbol at a position (rule MIX-1), and the context that follows the symbol (rule AUR-5).

    Args:
        contexts: the packed model.
        position: where the symbol may be coded.
        symbol: 0 to 256, none of ``predicted``.
        predicted: as for :func:`encode_symbol`.

    Returns:
        The share, 0 to ``PROB_ONE`` - 1, and the context.
    """
    context, state = position
    if not predicted and context >= contexts.bounds[state]:  # for speed: nearly always one choice
        words = contexts.words
        word = words[context]
        if word >= 0:
            if word >> PLACE_BITS & SYMBOL_MASK == symbol:
                return PROB_ONE * SINGLETON[
                    word >> SINGLETON_CODE & CODE_MASK
                ] // TOTAL_OF_ONE, word & PLACE_MASK
        else:
            first = context + 1
            place = contexts.symbols_text.find(chr(symbol), first, first + (~word >> SUM_BITS & SYMBOL_MASK))
            if place >= 0:
                entry = words[place]
                lower = words[place - 1] >> END_SHIFT if place > first else 0
                share = PROB_ONE * ((entry >> END_SHIFT) - lower) // (~word & SUM_MASK)
                return min(share, PROB_ONE - 1), entry & PLACE_MASK
    share, escaped_from = PROB_ONE, -1
    words, text, letter = contexts.words, contexts.symbols_text, chr(symbol)
    bound = contexts.bounds[state]
    while context >= bound:
        word = words[context]
        if word >= 0:
            singleton, frequency = (
                word >> PLACE_BITS & SYMBOL_MASK,
                SINGLETON[word >> SINGLETON_CODE & CODE_MASK],
            )
            if singleton == symbol:
                return min(share * frequency // TOTAL_OF_ONE, PROB_ONE - 1), word & PLACE_MASK
            if chr(singleton) not in predicted:
                share = share * (TOTAL_OF_ONE - frequency) // TOTAL_OF_ONE
            escaped_from, context = context, word >> SINGLETON_SUFFIX
            continue
        head, first = ~word, context + 1
        size = head >> SUM_BITS & SYMBOL_MASK
        end, whole = first + size, head & SUM_MASK
        total, left = whole, size
        if escaped_from >= 0:
            excluded = _symbols_of(contexts, escaped_from)
            total -= _excluded_sum(contexts, escaped_from, context, excluded)
            left -= len(excluded)
        else:
            excluded = ""
        for other in predicted:
            if other not in excluded and (place := text.find(other, first, end)) >= 0:
                total -= _frequency_at(words, place, first)
                left -= 1
        if left:
            place = text.find(letter, first, end)
            if place >= 0:
                share = share * _frequency_at(words, place, first) // total
                return min(share, PROB_ONE - 1), words[place] & PLACE_MASK
            share = share * (whole - (words[end - 1] >> END_SHIFT)) // total
        escaped_from, context = context, head >> SUFFIX
    choices: list[Choice] = []
    excluded = "" if escaped_from < 0 else _symbols_of(contexts, escaped_from)
    following = encode_along_suffixes(
        contexts, (context, state), symbol, choices, excluded=excluded, predicted=predicted
    )
    for _, frequency, total in choices:
        share = share * frequency // total
    return min(share, PROB_ONE - 1), following


def _frequency_at(words: array[int], place: int, first: int) -> int:
    """The frequency of an entry of a list of more than one that begins at ``first``."""
    lower = words[place - 1] >> END_SHIFT if place > first else 0
    return (words[place] >> END_SHIFT) - lower


def _symbols_of(contexts: Contexts, context: int) -> str:
    """The symbols of a list, as characters."""
    word = contexts.words[context]
    if word >= 0:
        return chr(word >> PLACE_BITS & SYMBOL_MASK)
    return contexts.symbols_text[context + 1 : context + 1 + (~word >> SUM_BITS & SYMBOL_MASK)]


def _excluded_sum(contexts: Contexts, escaped_from: int, context: int, excluded: str) -> int:
    """The sum of the frequencies that the symbols of a list have in the next longer one along its suffixes."""
    total = contexts.excluded_sums.get(escaped_from)
    if total is None:
        first, end = context + 1, contexts.end_of(context)
        find = contexts.symbols_text.find
        total = sum(_frequency_at(contexts.words, find(other, first, end), first) for other in excluded)
        if len(contexts.excluded_sums) >= MAX_SUMS:
            contexts.excluded_sums.clear()
        contexts.excluded_sums[escaped_from] = total
    return total


def decode_predicted(
    decoder: Decoder, contexts: Contexts, position: Position, prediction: Prediction
) -> tuple[int, int]:
    """Decode a symbol where a match is active; give it and the context that follows it (rule AUR-5)."""
    predicted, index = prediction
    likelihood, following = contexts.predict(position[0], predicted)
    hit = contexts.hits[index + likelihood]
    if decoder.value(MATCH_TOTAL) < hit:
        decoder.take(0, hit)
        return predicted, following
    decoder.take(hit, MATCH_TOTAL - hit)
    return decode_symbol(decoder, contexts, position, predicted=chr(predicted))


def decode_symbol(
    decoder: Decoder, contexts: Contexts, position: Position, *, predicted: str = ""
) -> tuple[int, int]:
    """Decode a symbol without a match; give it and the context that follows it (rules AUR-2 to AUR-5).

    Args:
        decoder: stands before the choices of the symbol; it goes past them.
        contexts: the packed model.
        position: where the symbol is coded.
        predicted: as for :func:`encode_symbol`.

    Raises:
        DecodeError: the string ends, names no option or excludes all symbols (rules RNG-5, RNG-6 and AUR-4).
    """
    context, state = position
    word = contexts.words[context]
    if word < 0 or context < contexts.bounds[state]:
        return decode_along_suffixes(decoder, contexts, position, "", predicted)
    singleton = word >> PLACE_BITS & SYMBOL_MASK
    if chr(singleton) not in predicted:
        frequency = SINGLETON[word >> SINGLETON_CODE & CODE_MASK]
        if decoder.value(TOTAL_OF_ONE) < frequency:
            decoder.take(0, frequency)
            return singleton, word & PLACE_MASK
        decoder.take(frequency, TOTAL_OF_ONE - frequency)
    return decode_along_suffixes(
        decoder, contexts, (word >> SINGLETON_SUFFIX, state), chr(singleton), predicted
    )


def decode_after_escape(
    decoder: Decoder, contexts: Contexts, position: Position, *, predicted: str = ""
) -> tuple[int, int]:
    """Decode a symbol after an escape from the list of the context; otherwise as :func:`decode_symbol`."""
    context, state = position
    word = contexts.words[context]
    singleton = chr(word >> PLACE_BITS & SYMBOL_MASK)
    excluded = singleton if word >= 0 else contexts.symbols_text[context + 1 : contexts.end_of(context)]
    return decode_along_suffixes(decoder, contexts, (contexts.suffix(context), state), excluded, predicted)


def decode_along_suffixes(
    decoder: Decoder, contexts: Contexts, position: Position, excluded: str, predicted: str = ""
) -> tuple[int, int]:
    """Decode choices from a context on; give the symbol and the context that follows it.

    The arguments are those of :func:`encode_along_suffixes`, and the errors those of :func:`decode_symbol`.
    """
    context, state = position
    words, find = contexts.words, contexts.symbols_text.find
    bound = contexts.bounds[state]
    while True:
        if predicted not in excluded:  # as a whole, which is quicker to find than to make
            excluded = _union(excluded, predicted)
        if context < bound:
            return _decode_in_char_run(decoder, contexts, (context, state), excluded)
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


def _decode_in_char_run(
    decoder: Decoder, contexts: Contexts, position: Position, excluded: str
) -> tuple[int, int]:
    """Decode a symbol where a list for character runs stands in for that of the context (rules RUN-4 and RUN-5)."""
    context, state = position
    stand_in = contexts.stand_ins[state]
    options, total = rest_of(stand_in, excluded)
    if options:
        value = decoder.value(total)
        for letter, (lower, frequency) in options.items():
            if value < lower + frequency:
                decoder.take(lower, frequency)
                return ord(letter), contexts.follow(context, ord(letter))
        decoder.take(total - stand_in[3], stand_in[3])
    symbol, _ = decode_along_suffixes(decoder, contexts, (ROOT, 0), excluded + "".join(options))
    return symbol, contexts.follow(context, symbol)


def _union(excluded: str, predicted: str) -> str:
    """All symbols of two texts; those of the second once, as those of the first are already."""
    for letter in predicted:
        if letter not in excluded:
            excluded += letter
    return excluded

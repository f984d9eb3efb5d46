"""Many AURALITE messages at once, with numpy: encoding.

All that a message's choices depend on is known before any is coded. So the work is done one stage after the other
for all messages: the way through the model, on which each message looks at one entry a step; the choices, all at
once; the intervals, in which each message takes one choice a step; and the sums that the strings are.

What a symbol costs that a match does not foresee, or for which a list for runs is used, is left to ``auralite``:
that has many cases, and is not frequent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_fast import auralite, match, search
from aura_fast.context_model import (
    CODE_MASK,
    END_SHIFT,
    LIKELIHOOD,
    LONE,
    LONE_CODE,
    LONE_WIDER,
    PLACE_BITS,
    PLACE_MASK,
    SUM_BITS,
    SUM_MASK,
    SYMBOL_MASK,
    WIDER,
    Choice,
    Contexts,
)
from aura_fast.match import Prediction
from aura_fast.range_coder import shortest
from aura_fast.run import NEXT
from aura_fast.search import Numbers, words_of
from aura_spec.context_model import END, TOTAL_OF_ONE
from aura_spec.match import TOTAL
from aura_spec.range_coder import LOWER_BOUND, START, WINDOW

_LONE: Final = np.array(LONE)
_LIKELIHOOD: Final = np.frombuffer(LIKELIHOOD, np.uint8)
_NEXT: Final = np.frombuffer(NEXT, np.uint8)


def encode(messages: Sequence[bytes], contexts: Contexts) -> list[bytes]:
    """The strings of the messages; there is at least one."""
    sizes = np.array([len(message) + 1 for message in messages])
    starts = np.cumsum(sizes) - sizes
    flat = np.frombuffer(b"\0".join([*messages, b""]), np.uint8).astype(np.int64)
    flat[starts + sizes - 1] = END
    way = _walk(contexts, flat, starts)
    predictions = match.foresee_many(messages, contexts.history, flat, starts)
    foreseen = np.fromiter(predictions, np.int64, len(predictions))
    predicted, indices = np.array(list(predictions.values()), np.int64).reshape(-1, 2).T
    is_hit = predicted == flat[foreseen]
    special: dict[int, Prediction | None] = dict.fromkeys(_in_runs(way).tolist())
    special |= predictions
    is_plain = np.ones(len(flat), np.bool_)
    is_plain[np.fromiter(special, np.int64, len(special))] = False
    for place in foreseen[is_hit].tolist():
        del special[place]
    choices = _Choices(len(flat))
    _code_hits(way, foreseen[is_hit], indices[is_hit], choices)
    _code_plain(way, is_plain.nonzero()[0], choices)
    _code_special(way, special, flat, choices)
    firsts, cumulatives, frequencies, totals = choices.joined(starts)
    units, shifts, spans = _narrow(firsts, frequencies, totals)
    lows = _add(firsts, cumulatives * units, shifts)
    return [shortest(low, span) for low, span in zip(lows, spans.tolist(), strict=True)]


@dataclass(slots=True)
class _Way:
    """The way of all messages through a model.

    Attributes:
        model: the packed model.
        words: its words.
        at: for each symbol the context in which it is coded.
        owners: the first context along the suffixes whose list has it.
        places: of its entry there.
        states: of the run before each symbol; all 0 if the model has no lists for runs.
    """

    model: Contexts
    words: Numbers
    at: Numbers
    owners: Numbers
    places: Numbers
    states: Numbers


def _walk(model: Contexts, flat: Numbers, starts: Numbers) -> _Way:
    """Find the entry of each symbol. Each message looks at one entry a step, all at their own places."""
    words = words_of(model)
    way = _Way(model, words, *(np.zeros(len(flat), np.int64) for _ in range(4)))
    current = starts.copy()  # of each message that goes on: the place of its symbol
    symbols = flat[current]
    contexts = np.full(len(starts), model.initial)  # whose list is looked at
    way.at[current] = contexts
    places, ends = search.list_of(words, contexts)
    while len(current) > search.FEW:
        entries = words[places]
        is_it = entries >> PLACE_BITS & SYMBOL_MASK == symbols
        found = is_it.nonzero()[0]
        way.owners[current[found]] = contexts[found]
        way.places[current[found]] = places[found]
        goes_on = ~(is_it & (symbols == END))
        if not goes_on.all():  # drop messages that are done
            current, symbols, contexts = current[goes_on], symbols[goes_on], contexts[goes_on]
            places, ends, entries = places[goes_on], ends[goes_on], entries[goes_on]
            is_it = is_it[goes_on]
            found = is_it.nonzero()[0]
        # on to the next symbol
        following = entries[found] & PLACE_MASK
        ahead = current[found] + 1
        if model.has_runs:
            way.states[ahead] = _NEXT[way.states[ahead - 1] << 8 | symbols[found]]
        current[found] = ahead
        symbols[found] = flat[ahead]
        way.at[ahead] = following
        # or to the next entry, or from the end of a list to a wider one
        places += 1
        ended = ((places == ends) & ~is_it).nonzero()[0]
        moved = np.concatenate([found, ended])
        to = np.concatenate([following, search.wider(words[contexts[ended]])])
        contexts[moved] = to
        places[moved], ends[moved] = search.list_of(words, to)
    for place in current.tolist():
        _walk_alone(way, flat, place)
    return way


def _walk_alone(way: _Way, flat: Numbers, place: int) -> None:
    """Find the entries of one message from a place on."""
    words, letters = way.model.words, way.model.letters
    symbols = flat[place : place + 1 + int(np.argmax(flat[place:] == END))].tolist()
    context, state = int(way.at[place]), int(way.states[place])
    for at, symbol in enumerate(symbols, place):
        way.at[at], way.states[at] = context, state
        while True:
            word = words[context]
            if word >= 0:
                entry = context if word >> PLACE_BITS & SYMBOL_MASK == symbol else -1
                wider = word >> LONE_WIDER
            else:
                end = context + 1 + (~word >> SUM_BITS & SYMBOL_MASK)
                entry = letters.find(chr(symbol), context + 1, end)
                wider = ~word >> WIDER
            if entry >= 0:
                break
            context = wider
        way.owners[at], way.places[at] = context, entry
        context = words[entry] & PLACE_MASK
        if way.model.has_runs:
            state = NEXT[state << 8 | symbol]


def _in_runs(way: _Way) -> Numbers:
    """The symbols on whose way a list for runs stands in for another (rule RUN-4)."""
    if not way.model.has_runs:
        return np.zeros(0, np.int64)
    bounds = np.array([stand_in[0] for stand_in in way.model.stand_ins])
    return np.flatnonzero(way.owners < bounds[way.states])


class _Choices:
    """Choices, gathered in any order, each for a symbol and with its rank among those of the symbol."""

    def __init__(self, symbols: int) -> None:
        self._symbols = symbols
        self._parts: list[tuple[Numbers, ...]] = []

    def add(
        self, at: Numbers, ranks: Numbers, cumulatives: Numbers, frequencies: Numbers, totals: Numbers
    ) -> None:
        """Add choices for the symbols ``at``."""
        self._parts.append((at, ranks, cumulatives, frequencies, totals))

    def joined(self, starts: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """Of each message its first choice; of all choices in order the cumulative, frequency and total."""
        at, ranks, *columns = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        counts = np.bincount(at, minlength=self._symbols)
        firsts = np.cumsum(counts) - counts
        order = np.empty(len(at), np.int64)
        order[firsts[at] + ranks] = np.arange(len(at))
        cumulatives, frequencies, totals = (column[order] for column in columns)
        return firsts[starts], cumulatives, frequencies, totals


def _in_first_lists(way: _Way, places: Numbers) -> tuple[NDArray[np.bool_], Numbers, Numbers, Numbers]:
    """Whether first lists have symbols; cumulative and frequency of the entry, or else of the escape; the total."""
    words = way.words
    contexts = way.at[places]
    heads = words[contexts]
    is_lone = heads >= 0
    totals = np.where(is_lone, TOTAL_OF_ONE, ~heads & SUM_MASK)
    is_listed = way.owners[places] == contexts
    # the escape lies between the end of the last entry and the total
    entries = np.where(is_listed, way.places[places], contexts + np.where(is_lone, 0, search.sizes_of(heads)))
    ends = np.where(is_lone, _LONE[words[entries] >> LONE_CODE & CODE_MASK], words[entries] >> END_SHIFT)
    before = np.where(is_lone, 0, search.lower(words, entries, contexts + 1))
    lower = np.where(is_listed, before, ends)
    return is_listed, lower, np.where(is_listed, ends, totals) - lower, totals


def _code_hits(way: _Way, places: Numbers, indices: Numbers, choices: _Choices) -> None:
    """Code symbols that a match foresees, by the indices of rule MAT-4 without the probability class."""
    is_listed, _, frequencies, totals = _in_first_lists(way, places)
    likelihoods = np.where(is_listed, _LIKELIHOOD[1000 * frequencies // totals], 0)
    hits = np.array(way.model.hits)[indices + likelihoods]
    nothing = np.zeros(len(places), np.int64)
    choices.add(places, nothing, nothing, hits, np.full(len(places), TOTAL))


def _code_plain(way: _Way, places: Numbers, choices: _Choices) -> None:
    """Code symbols where no match is active and no list for runs is used."""
    is_listed, *columns = _in_first_lists(way, places)
    choices.add(places, np.zeros(len(places), np.int64), *columns)
    _code_after_escapes(way, places[~is_listed], choices)


def _code_after_escapes(way: _Way, at: Numbers, choices: _Choices) -> None:
    """Code symbols that the first lists do not have, from their first escapes on (rule AUR-3)."""
    words = way.words
    left = way.at[at]
    rank = 1
    while len(at):
        contexts = search.wider(words[left])
        firsts = contexts + 1
        wholes = ~words[contexts] & SUM_MASK
        ends = firsts + search.sizes_of(words[contexts])
        # what the list that was left holds is a gap in the longer one
        owners, gaps_at, gaps = search.gaps(way.model, left, firsts, ends)
        totals = wholes - search.sums(owners, gaps, len(at))
        # either the symbol is here, or another escape
        is_here = way.owners[at] == contexts
        entries = np.where(is_here, way.places[at], ends - 1)
        ends_of = words[entries] >> END_SHIFT
        lower_of = search.lower(words, entries, firsts)
        before = search.sums(owners, np.where(gaps_at < lower_of[owners], gaps, 0), len(at))
        escapes = wholes - ends_of
        lower = np.where(is_here, lower_of - before, totals - escapes)
        frequencies = np.where(is_here, ends_of - lower_of, escapes)
        choices.add(at, np.full(len(at), rank), lower, frequencies, totals)
        at, left = at[~is_here], contexts[~is_here]
        rank += 1


def _code_special(way: _Way, special: dict[int, Prediction | None], flat: Numbers, choices: _Choices) -> None:
    """Code symbols that a match does not foresee, or for which a list for runs is used."""
    coded: list[Choice] = []
    at: list[int] = []
    ranks: list[int] = []
    for place, prediction in special.items():
        before = len(coded)
        where = int(way.at[place]), int(way.states[place])
        if prediction is None:
            auralite.code_unforeseen(way.model, where, int(flat[place]), coded)
        else:
            auralite.code_predicted(way.model, where, prediction, int(flat[place]), coded)
        at += [place] * (len(coded) - before)
        ranks += range(len(coded) - before)
    columns = np.array(coded, np.int64).reshape(-1, 3).T
    choices.add(np.array(at, np.int64), np.array(ranks, np.int64), *columns)


def _narrow(firsts: Numbers, frequencies: Numbers, totals: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """The unit of each choice, the shifts after it, and the last span of each message (rules RNG-2 and RNG-3)."""
    counts = np.diff(firsts, append=len(totals))
    order = np.argsort(-counts, kind="stable")  # so that those with choices left stand in front
    bases = firsts[order]
    left = len(counts) - np.cumsum(np.bincount(counts))  # how many have more than so many choices
    units = np.empty(len(totals), np.int64)
    shifts = np.zeros(len(totals), np.int64)
    spans = np.full(len(counts), START)
    step = 0
    while left[step] > search.FEW:
        active = left[step]
        at = bases[:active] + step
        unit = spans[:active] // totals[at]
        span = frequencies[at] * unit
        shift = (span < LOWER_BOUND).astype(np.int64)
        shift += span < LOWER_BOUND >> 8
        shift += span < LOWER_BOUND >> 16
        spans[:active] = span << 8 * shift
        units[at] = unit
        shifts[at] = shift
        step += 1
    for lane in range(left[step]):
        spans[lane] = _narrow_alone(
            int(spans[lane]),
            range(int(bases[lane]) + step, int(bases[lane] + counts[order[lane]])),
            (frequencies, totals),
            (units, shifts),
        )
    last = np.empty_like(spans)
    last[order] = spans
    return units, shifts, last


def _narrow_alone(
    span: int, places: range, choices: tuple[Numbers, Numbers], into: tuple[Numbers, Numbers]
) -> int:
    """Narrow the interval of one message by some choices; the last span."""
    frequencies, totals = choices
    units, shifts = into
    for place in places:
        units[place] = span // int(totals[place])
        span = int(frequencies[place]) * int(units[place])
        while span < LOWER_BOUND:
            span <<= 8
            shifts[place] += 1
    return span


def _add(firsts: Numbers, addends: Numbers, shifts: Numbers) -> Iterator[bytes]:
    """The bytes of low of each message, all of its window: the sum of what its choices add."""
    owners = np.repeat(np.arange(len(firsts)), np.diff(firsts, append=len(shifts)))
    before = np.cumsum(shifts) - shifts
    sizes = WINDOW + search.sums(owners, shifts, len(firsts))
    starts = np.cumsum(sizes) - sizes
    at = starts[owners] + before - before[firsts][owners]
    # bytes may be larger than 255 at first
    low = np.zeros(int(sizes.sum()), np.int64)
    low[starts] = START >> 24
    for byte in range(WINDOW):
        low += search.sums(at + byte, addends >> 24 - 8 * byte & 0xFF, len(low))
    while len(carries := np.flatnonzero(low > 0xFF)):
        carried = low[carries] >> 8
        low[carries] &= 0xFF
        low[carries - 1] += carried
    text = low.astype(np.uint8).tobytes()
    return (text[start : start + size] for start, size in zip(starts.tolist(), sizes.tolist(), strict=True))

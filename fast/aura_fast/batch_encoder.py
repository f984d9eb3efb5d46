"""Many AURALITE messages at once, with numpy: encoding.

All that a message's choices depend on is known before any is coded. So the work is done one stage after the other
for all messages: the way through the model, on which each message looks at one entry a step; the choices, all at
once; the intervals, in which each message takes one choice a step; and the sums that the strings are.

What a symbol costs that a match does not predict, or for which a list for runs is used, is left to ``auralite``:
that has many cases, and is not frequent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_fast import auralite, match, range_coder, search
from aura_fast.auralite import At
from aura_fast.context_model import (
    CODE_MASK,
    END_SHIFT,
    LIKELIHOOD,
    PLACE_BITS,
    PLACE_MASK,
    SINGLETON_CODE,
    SINGLETON_SUFFIX,
    SUFFIX,
    SUM_BITS,
    SUM_MASK,
    SYMBOL_MASK,
    Choice,
    Contexts,
)
from aura_fast.match import Predicted, Prediction
from aura_fast.range_coder import shortest
from aura_fast.run import NEXT, states_of
from aura_fast.search import SINGLETON_NUMBERS, Flags, Numbers, words_of
from aura_spec.context_model import END, ROOT, TOTAL_OF_ONE
from aura_spec.match import TOTAL
from aura_spec.range_coder import LOWER_BOUND, START, WINDOW

_LIKELIHOOD: Final = np.frombuffer(LIKELIHOOD, np.uint8)
_PIECE: Final = 64
"""Symbols of a message that are looked up one after the other."""

_NEAR: Final = 8
"""Entries of a list that are looked at together."""

_SECTION: Final = 1 << 15
"""Symbols of a long message that are coded together: bounds the memory, some 10 MB."""

_TOGETHER: Final = 1 << 12
_ENTRIES: Final = 1 << 16
"""Symbols after escapes that are coded together, and entries of their lists: both bound the memory."""


def encode(messages: Sequence[bytes], contexts: Contexts) -> list[bytes]:
    """The strings of the messages; there is at least one."""
    sizes = np.array([len(message) + 1 for message in messages])
    starts = np.cumsum(sizes) - sizes
    flat = np.frombuffer(b"\0".join([*messages, b""]), np.uint8).astype(np.int64)
    flat[starts + sizes - 1] = END
    way = _walk(contexts, flat, starts, (contexts.initial, 0))
    predicted = match.predict_many(messages, contexts.prefix, flat, starts)
    firsts, cumulatives, frequencies, totals = _choose(way, flat, predicted).joined(starts)
    units, shifts, spans = _narrow(firsts, frequencies, totals)
    lows = _add(firsts, cumulatives * units, shifts)
    return [shortest(low, span) for low, span in zip(lows, spans.tolist(), strict=True)]


def encode_one(message: bytes, contexts: Contexts) -> bytes:
    """The string of a message that is long; in sections, so that little memory is needed."""
    return range_coder.encode(chain.from_iterable(_sections(message, contexts)))


def _sections(message: bytes, contexts: Contexts) -> Iterator[Iterator[Choice]]:
    """The choices of a message, section by section."""
    start = np.zeros(1, np.int64)
    at = contexts.initial, 0
    for number, predictions in enumerate(match.predict_sections(message, contexts.prefix, _SECTION)):
        section = message[number * _SECTION : (number + 1) * _SECTION]
        flat = np.frombuffer(section, np.uint8).astype(np.int64)
        if len(flat) < _SECTION:
            flat = np.append(flat, END)
        way = _walk(contexts, flat, start, at)
        _, *columns = _choose(way, flat, predictions).joined(start)
        yield zip(*(column.tolist() for column in columns), strict=True)
        at = way.words.item(way.places.item(-1)) & PLACE_MASK, NEXT[way.states.item(-1) << 8 | flat.item(-1)]


def _choose(way: _Way, flat: Numbers, predictions: Predicted) -> _Choices:
    """All choices on a way."""
    places, predicted, indices = predictions
    is_hit = predicted == flat[places]
    in_runs = _in_runs(way)
    is_plain = ~in_runs
    is_plain[places] = False
    is_miss = ~is_hit & ~in_runs[places]
    special: dict[int, Prediction | None] = dict.fromkeys(np.flatnonzero(in_runs).tolist())
    for number in np.flatnonzero(in_runs[places]).tolist():
        place = int(places[number])
        if is_hit[number]:
            del special[place]
        else:
            special[place] = int(predicted[number]), int(indices[number])
    choices = _Choices(len(flat))
    _code_hits(way, places[is_hit], indices[is_hit], choices)
    _code_misses(way, places[is_miss], predicted[is_miss], indices[is_miss], choices)
    _code_plain(way, is_plain.nonzero()[0], choices)
    _code_special(way, special, flat, choices)
    return choices


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


def _walk(model: Contexts, flat: Numbers, starts: Numbers, at: At) -> _Way:
    """Find the entry of each symbol; ``at`` is where messages begin.

    Messages are cut into pieces, which go their ways together. Which context a piece begins in is found by starting
    a little before it, at the root. Until the contexts are those of the whole way, which are longer, they grow by a
    byte with each symbol, for the suffixes of contexts are contexts too; so as many symbols as the order of the
    longest contexts are enough.
    """
    words = words_of(model)
    way = _Way(model, words, *(np.zeros(len(flat), np.int64) for _ in range(4)))
    if model.has_runs:
        way.states[:] = states_of(flat.astype(np.uint8), starts, at[1])
    ends = np.append(starts[1:], len(flat))
    owners, numbers = search.spread(np.zeros(len(starts), np.int64), (ends - starts + _PIECE - 1) // _PIECE)
    begins = starts[owners] + _PIECE * numbers
    before = np.maximum(begins - model.order, starts[owners])
    contexts = np.where(before == starts[owners], at[0], ROOT)
    contexts = _go(way, flat, before, begins, contexts, is_way=False)
    _go(way, flat, begins, np.minimum(begins + _PIECE, ends[owners]), contexts, is_way=True)
    return way


def _go(
    way: _Way, flat: Numbers, begins: Numbers, ends: Numbers, contexts: Numbers, *, is_way: bool
) -> Numbers:
    """Go from places to others, all at once, a symbol a step; the contexts there.

    Args:
        way: what is found is written to, if ``is_way``.
        flat: the symbols.
        begins: of pieces.
        ends: of pieces.
        contexts: where pieces begin.
        is_way: whether the way is asked for, not only where it ends.
    """
    sizes = ends - begins
    order = np.argsort(-sizes, kind="stable")  # so that those that go on stand in front
    begins, ends, contexts = begins[order], ends[order], contexts[order]
    longer = len(sizes) - np.cumsum(np.bincount(sizes))  # how many pieces have more than so many symbols
    step = 0
    while longer[step] > search.FEW:
        count = longer[step]
        at = begins[:count] + step
        owners, places = _find(way, contexts[:count], flat[at])
        if is_way:
            way.at[at], way.owners[at], way.places[at] = contexts[:count], owners, places
        contexts[:count] = way.words[places] & PLACE_MASK
        step += 1
    for lane in range(longer[step]):
        piece = begins.item(lane) + step, ends.item(lane), contexts.item(lane)
        contexts[lane] = _go_alone(way, flat, *piece, is_way=is_way)
    last = np.empty_like(contexts)
    last[order] = contexts
    return last


def _find(way: _Way, contexts: Numbers, symbols: Numbers) -> tuple[Numbers, Numbers]:
    """The first contexts along the suffixes whose lists have symbols, and the places of the entries."""
    words = way.words
    owners = contexts.copy()
    places, behind = search.list_of(words, contexts)
    # most are the first entries of the first lists; of the others, what comes next is looked at
    asked = (words[places] >> PLACE_BITS & SYMBOL_MASK != symbols).nonzero()[0]
    symbols, nexts, behind = symbols[asked], places[asked] + 1, behind[asked]
    near = np.arange(_NEAR)
    while len(asked) > search.FEW:
        over = (nexts >= behind).nonzero()[0]
        suffix = search.suffix(words[owners[asked[over]]])
        owners[asked[over]] = suffix
        nexts[over], behind[over] = search.list_of(words, suffix)
        # look at some entries of each list, beyond its end too
        entries = words.take(nexts[:, None] + near, mode="clip")
        is_it = entries >> PLACE_BITS & SYMBOL_MASK == symbols[:, None]
        ranks = is_it.argmax(axis=1)
        found = nexts + ranks
        is_found = is_it[np.arange(len(ranks)), ranks] & (found < behind)
        places[asked[is_found]] = found[is_found]
        left = (~is_found).nonzero()[0]
        asked, symbols, nexts, behind = asked[left], symbols[left], nexts[left] + _NEAR, behind[left]
    for lane, symbol in zip(asked.tolist(), symbols.tolist(), strict=True):
        owners[lane], places[lane] = _find_alone(way.model, owners.item(lane), symbol)
    return owners, places


def _go_alone(way: _Way, flat: Numbers, begin: int, end: int, context: int, *, is_way: bool) -> int:
    """The same for one piece."""
    for at, symbol in enumerate(flat[begin:end].tolist(), begin):
        owner, place = _find_alone(way.model, context, symbol)
        if is_way:
            way.at[at], way.owners[at], way.places[at] = context, owner, place
        context = way.model.words[place] & PLACE_MASK
    return context


def _find_alone(model: Contexts, context: int, symbol: int) -> tuple[int, int]:
    """The first context along the suffixes whose list has the symbol, and the place of the entry."""
    letter = chr(symbol)
    while True:
        word = model.words[context]
        if word >= 0:
            if word >> PLACE_BITS & SYMBOL_MASK == symbol:
                return context, context
            context = word >> SINGLETON_SUFFIX
        else:
            place = model.symbols_text.find(letter, context + 1, model.end_of(context))
            if place >= 0:
                return context, place
            context = ~word >> SUFFIX


def _in_runs(way: _Way) -> Flags:
    """Which symbols have a list for runs on their way that stands in for another (rule RUN-4)."""
    if not way.model.has_runs:
        return np.zeros(len(way.at), np.bool_)
    bounds = np.array(way.model.bounds)
    return way.owners < bounds[way.states]


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
    is_singleton = heads >= 0
    totals = np.where(is_singleton, TOTAL_OF_ONE, ~heads & SUM_MASK)
    is_listed = way.owners[places] == contexts
    # the escape lies between the end of the last entry and the total
    entries = np.where(
        is_listed, way.places[places], contexts + np.where(is_singleton, 0, search.sizes_of(heads))
    )
    ends = np.where(
        is_singleton,
        SINGLETON_NUMBERS[words[entries] >> SINGLETON_CODE & CODE_MASK],
        words[entries] >> END_SHIFT,
    )
    before = np.where(is_singleton, 0, search.lower(words, entries, contexts + 1))
    lower = np.where(is_listed, before, ends)
    return is_listed, lower, np.where(is_listed, ends, totals) - lower, totals


def _code_hits(way: _Way, places: Numbers, indices: Numbers, choices: _Choices) -> None:
    """Code symbols that a match predicts, by the indices of rule MAT-4 without the probability class."""
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


def _code_misses(way: _Way, places: Numbers, predicted: Numbers, indices: Numbers, choices: _Choices) -> None:
    """Code symbols that matches do not predict (rule AUR-5)."""
    contexts = way.at[places]
    is_listed, _, likelihoods = search.predict(way.model, contexts, predicted)
    hits = np.array(way.model.hits)[indices + likelihoods]
    ranks = np.zeros(len(places), np.int64)
    choices.add(places, ranks, hits, TOTAL - hits, np.full(len(places), TOTAL))
    # a list of one entry is passed over if that is predicted; otherwise it is as without a prediction
    is_singleton = way.words[contexts] >= 0
    alone = (is_singleton & ~is_listed).nonzero()[0]
    is_here, *columns = _in_first_lists(way, places[alone])
    choices.add(places[alone], ranks[alone] + 1, *columns)
    is_over = is_singleton.copy()
    is_over[alone[is_here]] = False
    left = np.concatenate([(~is_singleton).nonzero()[0], is_over.nonzero()[0]])
    is_over = is_over[left]
    contexts = contexts[left]
    _code_rest(
        way,
        _Pending(
            places[left],
            np.where(is_over, search.suffix(way.words[contexts]), contexts),
            np.where(is_over, contexts, -1),
            predicted[left],
            1 + (is_over & ~is_listed[left]),
        ),
        choices,
    )


def _code_after_escapes(way: _Way, at: Numbers, choices: _Choices) -> None:
    """Code symbols that the first lists do not have, from their first escapes on (rule AUR-3)."""
    is_singleton = way.words[way.at[at]] >= 0
    pending = _code_after_singletons(way, at[is_singleton], choices)
    at = at[~is_singleton]
    left = way.at[at]
    _code_rest(way, _pending(way, at, left, np.ones(len(at), np.int64)).before(pending), choices)


def _code_after_singletons(way: _Way, at: Numbers, choices: _Choices) -> _Pending:
    """Code symbols by the lists after those of one entry, as far as they have them; gives the others."""
    words = way.words
    left = words[way.at[at]]
    contexts = left >> SINGLETON_SUFFIX
    heads = ~words[contexts]
    # what is excluded is one entry
    owners, excluded = _find(way, contexts, left >> PLACE_BITS & SYMBOL_MASK)
    gaps = (words[excluded] >> END_SHIFT) - search.lower(words, excluded, contexts + 1)
    gaps *= owners == contexts
    is_here = way.owners[at] == contexts
    entries = np.where(is_here, way.places[at], contexts + (heads >> SUM_BITS & SYMBOL_MASK))
    ends = words[entries] >> END_SHIFT
    # the escape lies between the end of the last entry and the total
    lower = np.where(is_here, search.lower(words, entries, contexts + 1), ends)
    frequencies = np.where(is_here, ends, heads & SUM_MASK) - lower
    lower -= gaps * ((excluded < entries) | ~is_here)
    choices.add(at, np.ones(len(at), np.int64), lower, frequencies, (heads & SUM_MASK) - gaps)
    at, left = at[~is_here], contexts[~is_here]
    return _pending(way, at, left, np.full(len(at), 2))


@dataclass(slots=True)
class _Pending:
    """Symbols amid their choices.

    Attributes:
        at: their places.
        contexts: whose lists come next; they have more than one entry.
        lefts: the contexts whose symbols are excluded, or -1.
        predicted: a byte that is excluded, or -1.
        ranks: of the choices that come next.
    """

    at: Numbers
    contexts: Numbers
    lefts: Numbers
    predicted: Numbers
    ranks: Numbers

    def some(self, chosen: Numbers | Flags | slice) -> _Pending:
        """Some of them."""
        return _Pending(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def before(self, other: _Pending) -> _Pending:
        """These, and others behind them."""
        return _Pending(
            *(np.append(getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        )


def _pending(way: _Way, at: Numbers, left: Numbers, ranks: Numbers) -> _Pending:
    """Symbols for which contexts were left by an escape, and nothing was predicted."""
    return _Pending(at, search.suffix(way.words[left]), left, np.full(len(at), -1), ranks)


def _code_rest(way: _Way, pending: _Pending, choices: _Choices) -> None:
    """Code symbols to the end by lists of which some symbols are excluded (rules AUR-3 to AUR-5)."""
    while len(pending.at):
        entries = search.sizes_of(way.words[pending.contexts[:_TOGETHER]]).cumsum()
        count = 1 + int(entries[1:].searchsorted(_ENTRIES, side="right"))
        some, pending = pending.some(slice(count)), pending.some(slice(count, None))
        rest = search.rest(way.model, some.contexts, some.lefts, some.predicted)
        bases = rest.sums[rest.starts]
        is_here = way.owners[some.at] == some.contexts
        found = rest.starts + np.where(is_here, way.places[some.at] - some.contexts - 1, 0)
        lower = np.where(is_here, rest.sums[found] - bases, rest.listed)
        upper = np.where(is_here, rest.sums[found + 1] - bases, rest.totals)
        remains = rest.listed > 0
        choices.add(*(part[remains] for part in (some.at, some.ranks, lower, upper - lower, rest.totals)))
        some.ranks = some.ranks + remains
        some.lefts, some.contexts = some.contexts, search.suffix(way.words[some.contexts])
        pending = some.some(~is_here).before(pending)


def _code_special(way: _Way, special: dict[int, Prediction | None], flat: Numbers, choices: _Choices) -> None:
    """Code symbols that a match does not predict, or for which a list for runs is used."""
    coded: list[Choice] = []
    at: list[int] = []
    ranks: list[int] = []
    for place, prediction in special.items():
        before = len(coded)
        where = int(way.at[place]), int(way.states[place])
        if prediction is None:
            auralite.code_unpredicted(way.model, where, int(flat[place]), coded)
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
        rest = slice(int(bases[lane]) + step, int(bases[lane] + counts[order[lane]]))
        spans[lane], units[rest], shifts[rest] = _narrow_alone(
            int(spans[lane]), frequencies[rest].tolist(), totals[rest].tolist()
        )
    last = np.empty_like(spans)
    last[order] = spans
    return units, shifts, last


def _narrow_alone(span: int, frequencies: list[int], totals: list[int]) -> tuple[int, list[int], list[int]]:
    """The same for the choices of one message from a span on: the last span, the units and the shifts."""
    units: list[int] = []
    shifts: list[int] = []
    for frequency, total in zip(frequencies, totals, strict=True):
        unit = span // total
        span = frequency * unit
        shift = 0
        while span < LOWER_BOUND:
            span <<= 8
            shift += 1
        units.append(unit)
        shifts.append(shift)
    return span, units, shifts


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

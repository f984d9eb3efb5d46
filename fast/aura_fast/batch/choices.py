"""The choices that code symbols on a path (rules AUR-2 to AUR-5 and MAT-4).

Choices are gathered in any order, one kind after the other, and put in order at the end. ``at`` are always the
numbers of symbols on the path; columns of choices are cumulatives, frequencies and totals.

Symbols that need a list for character runs are left to ``symbols``, one after the other: they have many cases, and
are rare.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from aura_fast.batch import lists
from aura_fast.batch.lists import SINGLETON_NUMBERS
from aura_fast.batch.path import Path, find, in_char_runs
from aura_fast.context_model import (
    CODE_MASK,
    END_SHIFT,
    LIKELIHOOD,
    PLACE_BITS,
    SINGLETON_CODE,
    SINGLETON_SUFFIX,
    SUM_BITS,
    SUM_MASK,
    SYMBOL_MASK,
    Choice,
)
from aura_fast.match import Predicted, Prediction
from aura_fast.ragged import Flags, Numbers
from aura_fast.symbols import encode_predicted, encode_symbol
from aura_spec import match
from aura_spec.context_model import TOTAL_OF_ONE

_LIKELIHOOD: Final = np.frombuffer(LIKELIHOOD, np.uint8)

Columns = tuple[Numbers, Numbers, Numbers]
"""The cumulative, frequency and total of choices, each (choices,) int64."""


class Choices:
    """Choices, gathered in any order, each for a symbol and with its rank among those of the symbol."""

    def __init__(self, symbols: int) -> None:
        self._symbols = symbols
        self._parts: list[tuple[Numbers, ...]] = []

    def add(
        self, at: Numbers, ranks: Numbers, cumulatives: Numbers, frequencies: Numbers, totals: Numbers
    ) -> None:
        """Add choices: for the symbols ``at``, with these ranks; all arguments are (choices,) int64."""
        self._parts.append((at, ranks, cumulatives, frequencies, totals))

    def joined(self, starts: Numbers) -> tuple[Numbers, Columns]:
        """Put the choices in order.

        Args:
            starts: where messages begin on the path, (messages,) int64.

        Returns:
            The number of the first choice of each message, (messages,) int64; and all choices in order.
        """
        at, ranks, *columns = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        counts = np.bincount(at, minlength=self._symbols)
        firsts = np.cumsum(counts) - counts
        order = np.empty(len(at), np.int64)
        order[firsts[at] + ranks] = np.arange(len(at))
        cumulatives, frequencies, totals = (column[order] for column in columns)
        return firsts[starts], (cumulatives, frequencies, totals)


def choose(path: Path, flat: Numbers, predictions: Predicted) -> Choices:
    """All choices on a path.

    Args:
        path: of some messages.
        flat: their symbols, (symbols,) int64.
        predictions: what matches predict there.
    """
    places, predicted, indices = predictions
    is_hit = predicted == flat[places]
    is_char_run = in_char_runs(path)
    is_plain = ~is_char_run
    is_plain[places] = False
    is_miss = ~is_hit & ~is_char_run[places]
    special: dict[int, Prediction | None] = dict.fromkeys(np.flatnonzero(is_char_run).tolist())
    for number in np.flatnonzero(is_char_run[places]).tolist():
        place = int(places[number])
        if is_hit[number]:
            del special[place]
        else:
            special[place] = int(predicted[number]), int(indices[number])
    choices = Choices(len(flat))
    _code_hits(path, places[is_hit], indices[is_hit], choices)
    _code_misses(path, places[is_miss], predicted[is_miss], indices[is_miss], choices)
    _code_plain(path, is_plain.nonzero()[0], choices)
    _code_special(path, special, flat, choices)
    return choices


def _in_first_lists(path: Path, at: Numbers) -> tuple[Flags, Columns]:
    """Whether first lists have symbols, (symbols,) bool; and the choices of their entries, or else of escapes."""
    words = path.words
    contexts = path.contexts[at]
    heads = words[contexts]
    is_singleton = heads >= 0
    totals = np.where(is_singleton, TOTAL_OF_ONE, ~heads & SUM_MASK)
    is_listed = path.owners[at] == contexts
    # the escape lies between the end of the last entry and the total
    entries = np.where(
        is_listed, path.places[at], contexts + np.where(is_singleton, 0, lists.sizes_of(heads))
    )
    ends = np.where(
        is_singleton,
        SINGLETON_NUMBERS[words[entries] >> SINGLETON_CODE & CODE_MASK],
        words[entries] >> END_SHIFT,
    )
    before = np.where(is_singleton, 0, lists.lower(words, entries, contexts + 1))
    lower = np.where(is_listed, before, ends)
    return is_listed, (lower, np.where(is_listed, ends, totals) - lower, totals)


def _code_hits(path: Path, at: Numbers, indices: Numbers, choices: Choices) -> None:
    """Code symbols that a match predicts.

    Args:
        path: of the messages.
        at: the symbols, (hits,) int64.
        indices: of rule MAT-4 without the probability class, (hits,) int64.
        choices: receives one choice a symbol.
    """
    is_listed, (_, frequencies, totals) = _in_first_lists(path, at)
    likelihoods = np.where(is_listed, _LIKELIHOOD[1000 * frequencies // totals], 0)
    hits = np.array(path.model.hits)[indices + likelihoods]
    nothing = np.zeros(len(at), np.int64)
    choices.add(at, nothing, nothing, hits, np.full(len(at), match.TOTAL))


def _code_plain(path: Path, at: Numbers, choices: Choices) -> None:
    """Code symbols where no match is active and no list for character runs is used; ``at`` is (symbols,) int64."""
    is_listed, columns = _in_first_lists(path, at)
    choices.add(at, np.zeros(len(at), np.int64), *columns)
    _code_after_escapes(path, at[~is_listed], choices)


def _code_misses(path: Path, at: Numbers, predicted: Numbers, indices: Numbers, choices: Choices) -> None:
    """Code symbols that matches do not predict (rule AUR-5).

    Args:
        path: of the messages.
        at: the symbols, (misses,) int64.
        predicted: the bytes that were predicted instead, (misses,) int64.
        indices: of rule MAT-4 without the probability class, (misses,) int64.
        choices: receives the choices.
    """
    contexts = path.contexts[at]
    is_listed, _, likelihoods = lists.predict(path.model, contexts, predicted)
    hits = np.array(path.model.hits)[indices + likelihoods]
    ranks = np.zeros(len(at), np.int64)
    choices.add(at, ranks, hits, match.TOTAL - hits, np.full(len(at), match.TOTAL))
    # a list of one entry is passed over if that is predicted; otherwise it is as without a prediction
    is_singleton = path.words[contexts] >= 0
    alone = (is_singleton & ~is_listed).nonzero()[0]
    is_here, columns = _in_first_lists(path, at[alone])
    choices.add(at[alone], ranks[alone] + 1, *columns)
    is_over = is_singleton.copy()
    is_over[alone[is_here]] = False
    left = np.concatenate([(~is_singleton).nonzero()[0], is_over.nonzero()[0]])
    is_over = is_over[left]
    contexts = contexts[left]
    _code_rest(
        path,
        _Pending(
            at[left],
            np.where(is_over, lists.suffix(path.words[contexts]), contexts),
            np.where(is_over, contexts, -1),
            predicted[left],
            1 + (is_over & ~is_listed[left]),
        ),
        choices,
    )


def _code_after_escapes(path: Path, at: Numbers, choices: Choices) -> None:
    """Code symbols that the first lists do not have, from their first escapes on (rule AUR-3).

    ``at`` is (symbols,) int64.
    """
    is_singleton = path.words[path.contexts[at]] >= 0
    pending = _code_after_singletons(path, at[is_singleton], choices)
    at = at[~is_singleton]
    left = path.contexts[at]
    _code_rest(path, _pending(path, at, left, np.ones(len(at), np.int64)).before(pending), choices)


def _code_after_singletons(path: Path, at: Numbers, choices: Choices) -> _Pending:
    """Code symbols by the lists after singletons, as far as they have them, and give the other symbols.

    ``at`` is (symbols,) int64.
    """
    words = path.words
    left = words[path.contexts[at]]
    contexts = left >> SINGLETON_SUFFIX
    heads = ~words[contexts]
    # what is excluded is one entry
    owners, excluded = find(path, contexts, left >> PLACE_BITS & SYMBOL_MASK)
    gaps = (words[excluded] >> END_SHIFT) - lists.lower(words, excluded, contexts + 1)
    gaps *= owners == contexts
    is_here = path.owners[at] == contexts
    entries = np.where(is_here, path.places[at], contexts + (heads >> SUM_BITS & SYMBOL_MASK))
    ends = words[entries] >> END_SHIFT
    # the escape lies between the end of the last entry and the total
    lower = np.where(is_here, lists.lower(words, entries, contexts + 1), ends)
    frequencies = np.where(is_here, ends, heads & SUM_MASK) - lower
    lower -= gaps * ((excluded < entries) | ~is_here)
    choices.add(at, np.ones(len(at), np.int64), lower, frequencies, (heads & SUM_MASK) - gaps)
    at, left = at[~is_here], contexts[~is_here]
    return _pending(path, at, left, np.full(len(at), 2))


@dataclass(slots=True)
class _Pending:
    """Symbols amid their choices; all arrays are (symbols,) int64.

    Attributes:
        at: which symbols they are.
        contexts: whose lists come next; they have more than one entry.
        escaped_from: the contexts whose symbols are excluded, or -1.
        predicted: a byte that is excluded, or -1.
        ranks: of the choices that come next.
    """

    at: Numbers
    contexts: Numbers
    escaped_from: Numbers
    predicted: Numbers
    ranks: Numbers

    def some(self, chosen: Numbers | Flags | slice) -> _Pending:
        """Those at some places, or with a flag."""
        return _Pending(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def before(self, other: _Pending) -> _Pending:
        """These symbols with others behind them."""
        return _Pending(
            *(np.append(getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        )


def _pending(path: Path, at: Numbers, left: Numbers, ranks: Numbers) -> _Pending:
    """Symbols that escaped from the contexts ``left``, where nothing was predicted.

    All arguments but the path are (symbols,) int64.
    """
    return _Pending(at, lists.suffix(path.words[left]), left, np.full(len(at), -1), ranks)


def _code_rest(path: Path, pending: _Pending, choices: Choices) -> None:
    """Code symbols to the end by lists of which some symbols are excluded (rules AUR-3 to AUR-5)."""
    tuning = path.tuning
    while len(pending.at):
        entries = lists.sizes_of(path.words[pending.contexts[: tuning.rest_symbols]]).cumsum()
        count = 1 + int(entries[1:].searchsorted(tuning.rest_entries, side="right"))
        some, pending = pending.some(slice(count)), pending.some(slice(count, None))
        rest = lists.rest(path.model, some.contexts, some.escaped_from, some.predicted)
        bases = rest.sums[rest.starts]
        is_here = path.owners[some.at] == some.contexts
        found = rest.starts + np.where(is_here, path.places[some.at] - some.contexts - 1, 0)
        lower = np.where(is_here, rest.sums[found] - bases, rest.listed)
        upper = np.where(is_here, rest.sums[found + 1] - bases, rest.totals)
        remains = rest.listed > 0
        choices.add(*(part[remains] for part in (some.at, some.ranks, lower, upper - lower, rest.totals)))
        some.ranks = some.ranks + remains
        some.escaped_from, some.contexts = some.contexts, lists.suffix(path.words[some.contexts])
        pending = some.some(~is_here).before(pending)


def _code_special(path: Path, special: dict[int, Prediction | None], flat: Numbers, choices: Choices) -> None:
    """Code symbols for which a list for character runs is used, one after the other.

    Args:
        path: of the messages.
        special: by number of the symbol what a match predicts there, None for nothing.
        flat: the symbols, (symbols,) int64.
        choices: receives the choices.
    """
    coded: list[Choice] = []
    at: list[int] = []
    ranks: list[int] = []
    for place, prediction in special.items():
        before = len(coded)
        where = int(path.contexts[place]), int(path.states[place])
        if prediction is None:
            encode_symbol(path.model, where, int(flat[place]), coded)
        else:
            encode_predicted(path.model, where, prediction, int(flat[place]), coded)
        at += [place] * (len(coded) - before)
        ranks += range(len(coded) - before)
    columns = np.array(coded, np.int64).reshape(-1, 3).T
    choices.add(np.array(at, np.int64), np.array(ranks, np.int64), *columns)

"""A context model packed for coding (chapter ``context_model``).

To code a symbol, all of what a context says has to be at hand, and reading it from memory is what takes time: so
it stands side by side, in words of 64 bits. A context is named by the place of its first word. One with a list of
one entry is a single word, 0 or above, from the low bits up:

    24 following context, 9 symbol, 6 code of the escape, 24 wider context.

One with more entries is a word below 0, whose complement holds

    22 total, 9 size of the list, 24 wider context,

and a word for each entry, in order:

    24 following context, 9 symbol, 22 cumulative frequency up to and with the entry.

The wider context is the first one along the suffixes with a longer list: lists contain each other, so that those
of equal length are equal, and leave nothing to code after an escape (rule AUR-4). Where there is none, it is the
root.

The symbols of all words stand once more in a text, as characters, where one is quickly found.
"""

from __future__ import annotations

import weakref
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_fast.history import Index
from aura_fast.run import stand_ins
from aura_spec.context_model import ESCAPES, FREQUENCIES, ROOT, SYMBOLS, TOTAL_OF_ONE, ContextModel
from aura_spec.errors import Malformed
from aura_spec.match import MISS_CLASSES, PROBABILITY_STEPS

CODE_BITS: Final = 6
SYMBOL_BITS: Final = 9
PLACE_BITS: Final = 24
SUM_BITS: Final = 22

CODE_MASK: Final = (1 << CODE_BITS) - 1
SYMBOL_MASK: Final = (1 << SYMBOL_BITS) - 1
PLACE_MASK: Final = (1 << PLACE_BITS) - 1
SUM_MASK: Final = (1 << SUM_BITS) - 1

LONE_CODE: Final = PLACE_BITS + SYMBOL_BITS
LONE_WIDER: Final = LONE_CODE + CODE_BITS
WIDER: Final = SUM_BITS + SYMBOL_BITS
END_SHIFT: Final = PLACE_BITS + SYMBOL_BITS
"""Where the parts of words begin; those that are not named begin with the word, or after ``PLACE_BITS`` or
``SUM_BITS``."""

BELOW_END: Final = (1 << END_SHIFT) - 1
"""The bits of an entry below its cumulative frequency."""

LONE: Final = tuple(TOTAL_OF_ONE - escape for escape in ESCAPES)
"""Frequencies of the one entry of a list, by the code of the escape (rule CTX-5)."""

LIKELIHOOD: Final = bytes(
    MISS_CLASSES * (1 + bisect_right(PROBABILITY_STEPS, permille)) for permille in range(1001)
)
"""What the probability class of a listed byte adds to the index of rule MAT-4, by its probability in 1/1000,
rounded down (rule MAT-6)."""

LIKELIHOOD_OF_LONE: Final = bytes(LIKELIHOOD[1000 * frequency // TOTAL_OF_ONE] for frequency in LONE)

Choice = tuple[int, int, int]
"""Cumulative, frequency and total of an option that is coded."""

Gap = tuple[int, int]
"""Of an entry that is excluded, the cumulative before it and its frequency, as if nothing were."""


class Contexts:
    """A packed model. Immutable; share it between threads.

    Attributes:
        words: as above.
        letters: of each word the symbol, as a character; nothing of use for words below 0 and single words.
        initial: context at the start of a message.
        hits: the match model's table, and behind it the history's.
        history: what finds matches in the history, if there is one.
        order: of the longest contexts.
        has_runs: whether there are lists for runs.
        stand_ins: these lists, by state.
        bounds: by state, the place before which contexts give way to the list.
    """

    def __init__(self, model: ContextModel) -> None:
        words, places = _pack(model)
        self.words = array("q", words.tobytes())
        self.letters = (words >> PLACE_BITS & SYMBOL_MASK).astype("<u2").tobytes().decode("utf-16-le")
        self.initial = int(places[model.initial])
        self.hits = tuple(model.hits) + (() if model.history is None else tuple(model.history.hits))
        self.history = None if model.history is None else Index(model.history.text)
        self.order = _order(model.suffixes)
        self.has_runs = bool(model.runs)
        self.stand_ins = stand_ins(model.runs, _bounds(model, places) if model.runs else [])
        self.bounds = tuple(stand_in[0] for stand_in in self.stand_ins)

    def end_of(self, context: int) -> int:
        """Where a list of more than one entry ends."""
        return context + 1 + (~self.words[context] >> SUM_BITS & SYMBOL_MASK)

    def foresee(self, context: int, predicted: int) -> tuple[int, int]:
        """How a byte that is predicted in ``context`` is coded.

        Returns:
            What its probability adds to the index of rule MAT-4, and the context that follows it by the first list
            along the suffixes that has it (rule AUR-5).
        """
        words, letter = self.words, chr(predicted)
        word = words[context]
        if word >= 0:
            if word >> PLACE_BITS & SYMBOL_MASK == predicted:
                return LIKELIHOOD_OF_LONE[word >> LONE_CODE & CODE_MASK], word & PLACE_MASK
        else:
            place = self.letters.find(letter, context + 1, self.end_of(context))
            if place >= 0:
                entry = words[place]
                frequency = (entry >> END_SHIFT) - (
                    words[place - 1] >> END_SHIFT if place > context + 1 else 0
                )
                return LIKELIHOOD[1000 * frequency // (~word & SUM_MASK)], entry & PLACE_MASK
        return 0, self.follow(self.wider(context), predicted)

    def follow(self, context: int, symbol: int) -> int:
        """The context that follows ``symbol`` by the first list along the suffixes that has it."""
        letter = chr(symbol)
        while True:
            word = self.words[context]
            if word >= 0:
                if word >> PLACE_BITS & SYMBOL_MASK == symbol:
                    return word & PLACE_MASK
            else:
                place = self.letters.find(letter, context + 1, self.end_of(context))
                if place >= 0:
                    return self.words[place] & PLACE_MASK
            context = self.wider(context)

    def wider(self, context: int) -> int:
        """The first context along the suffixes with a longer list (rule AUR-4).

        Raises:
            Malformed: there is none.
        """
        word = self.words[context]
        if word >= 0:
            return word >> LONE_WIDER
        if ~word >> SUM_BITS & SYMBOL_MASK == SYMBOLS:
            raise Malformed("the string excludes all symbols", 0, "string")
        return ~word >> WIDER


def _pack(model: ContextModel) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The words of a model, and the place of each context."""
    starts = np.asarray(model.starts, np.int64)
    escapes = np.asarray(model.escapes, np.int64)
    firsts, counts = starts[:-1], np.diff(starts)
    alone = counts == 1
    # an entry moves up by a word for each longer list that begins before it or with it
    moves = np.cumsum(~alone)
    places = firsts + moves - ~alone
    following = places[np.asarray(model.following)]
    wider = places[_wider(np.asarray(model.suffixes), counts)]
    symbols = np.asarray(model.symbols, np.int64)
    # sums from the first entry of all, modulo 2^32, less those before each list
    frequencies = np.array(FREQUENCIES, np.uint32)[np.asarray(model.codes)]
    ends = np.cumsum(frequencies, dtype=np.uint32)
    ends -= np.repeat((ends - frequencies)[firsts], counts)
    totals = ends[starts[1:] - 1] + np.array(FREQUENCIES, np.uint32)[escapes]
    totals[ROOT] = ends[starts[1] - 1]  # rule CTX-6
    words = np.zeros(len(symbols) + int(moves[-1]) + 1, np.int64)  # one more, which ends may name
    words[np.arange(len(symbols)) + np.repeat(moves, counts)] = (
        following | symbols << PLACE_BITS | ends.astype(np.int64) << END_SHIFT
    )
    words[places] = np.where(
        alone,
        following[firsts] | symbols[firsts] << PLACE_BITS | escapes << LONE_CODE | wider << LONE_WIDER,
        ~(totals | counts << SUM_BITS | wider << WIDER),
    )
    return words, places


def _wider(suffixes: NDArray[np.integer], counts: NDArray[np.int64]) -> NDArray[np.integer]:
    """For each context the first one along the suffixes with a longer list; the root if there is none."""
    wider = suffixes.copy()
    asked = np.flatnonzero(counts[wider] == counts)
    while len(asked):  # a jump may pass over several contexts, since those behind it jump as well
        asked = asked[wider[asked] != ROOT]
        wider[asked] = wider[wider[asked]]
        asked = asked[counts[wider[asked]] == counts[asked]]
    return wider


def _order(suffixes: Sequence[int]) -> int:
    """The order of the last context; they stand in ascending order."""
    context, order = len(suffixes) - 1, 0
    while context != ROOT:
        context, order = int(suffixes[context]), order + 1
    return order


def _bounds(model: ContextModel, places: NDArray[np.int64]) -> list[int]:
    """For each order the place after its contexts, which stand in ascending order."""
    suffixes = np.asarray(model.suffixes)
    bounds = [0, 1]  # numbers of contexts of an order below 0, and up to 0
    while bounds[-1] < len(suffixes):
        # the next order goes on until suffixes are of that order themselves
        behind = np.flatnonzero(suffixes[bounds[-1] :] >= bounds[-1])
        bounds.append(bounds[-1] + int(behind[0]) if len(behind) else len(suffixes))
    return [int(places[bound - 1]) + 1 for bound in bounds[1:]]


_CONTEXTS: Final[dict[int, Contexts]] = {}
"""By the identity of the model, for as long as that lives."""


def contexts_of(model: ContextModel) -> Contexts:
    """The packed form of a model, made when it is first asked for."""
    contexts = _CONTEXTS.get(id(model))
    if contexts is None:
        contexts = _CONTEXTS[id(model)] = Contexts(model)
        weakref.finalize(model, _CONTEXTS.pop, id(model), None)
    return contexts

"""A context model packed for coding (chapter ``context_model``).

To code a symbol, all of what a context says has to be at hand, and reading it from memory is what takes time: so
it stands side by side, in words of 64 bits. A context is named by the place of its first word. One with a list of
one entry is a single word, 0 or above, from the low bits up:

    24 following context, 9 symbol, 6 code of the escape, 24 suffix.

One with more entries is a word below 0, whose complement holds

    22 total, 9 size of the list, 24 suffix,

and a word for each entry, in order:

    24 following context, 9 symbol, 22 cumulative frequency up to and with the entry.

The suffix of a word is not the next shorter context, but the first one along the suffixes with a longer list: lists
contain each other, so that those of equal length are equal, and leave nothing to code after an escape (rule AUR-4).
Where there is none, it is the root. A list of one entry is called a singleton.

The symbols of all words stand once more in a text, as characters, where one is quickly found.
"""

from __future__ import annotations

import weakref
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_fast.arrays import zeros
from aura_fast.char_runs import stand_ins
from aura_fast.prefix import Index
from aura_spec import context_model as spec
from aura_spec.context_model import ESCAPES, FREQUENCIES, ROOT, TOTAL_OF_ONE, ContextModel
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

SINGLETON_CODE: Final = PLACE_BITS + SYMBOL_BITS
SINGLETON_SUFFIX: Final = SINGLETON_CODE + CODE_BITS
SUFFIX: Final = SUM_BITS + SYMBOL_BITS
END_SHIFT: Final = PLACE_BITS + SYMBOL_BITS
"""Where the parts of words begin; those that are not named begin with the word, or after ``PLACE_BITS`` or
``SUM_BITS``."""

BELOW_END: Final = (1 << END_SHIFT) - 1
"""The bits of an entry below its cumulative frequency."""

SINGLETON: Final = tuple(TOTAL_OF_ONE - escape for escape in ESCAPES)
"""Frequencies of the one entry of a list, by the code of the escape (rule CTX-5)."""

LIKELIHOOD: Final = bytes(
    MISS_CLASSES * (1 + bisect_right(PROBABILITY_STEPS, permille)) for permille in range(1001)
)
"""What the probability class of a listed byte adds to the index of rule MAT-4, by its probability in 1/1000,
rounded down (rule MAT-6)."""

LIKELIHOOD_OF_SINGLETON: Final = bytes(
    LIKELIHOOD[1000 * frequency // TOTAL_OF_ONE] for frequency in SINGLETON
)

_FREQUENCIES: Final = np.array(FREQUENCIES, np.int64)

MAX_SUMS: Final = 1 << 15
"""Entries of ``Contexts.excluded_sums``."""

_BLOCK: Final = 1 << 15
"""Contexts that are packed together."""

Choice = tuple[int, int, int]
"""Cumulative, frequency and total of an option that is coded."""

Gap = tuple[int, int]
"""Of an entry that is excluded, the cumulative before it and its frequency, as if nothing were."""


class Contexts:
    """A packed model. Immutable; share it between threads.

    Attributes:
        words: as above.
        symbols_text: of each word the symbol, as a character; nothing of use for words below 0 and singletons.
        initial: context at the start of a message.
        hits: the match model's table, and behind it the prefix's.
        prefix: what finds matches in the prefix, if there is one.
        order: of the longest contexts.
        has_char_runs: whether there are lists for character runs.
        stand_ins: these lists, by state.
        bounds: by state, the place before which contexts give way to the list.
        excluded_sums: for some contexts the sum of what their symbols have in the list of their suffix; at most
            ``MAX_SUMS``.
    """

    def __init__(self, model: ContextModel) -> None:
        packer = _Packer(model)
        self.words = packer.words
        self.initial = int(packer.places[model.initial])
        self.hits = tuple(model.hits) + (() if model.prefix is None else tuple(model.prefix.hits))
        self.prefix = None if model.prefix is None else Index(model.prefix.text)
        self.order = len(packer.levels) - 2
        self.has_char_runs = bool(model.char_runs)
        bounds = [int(packer.places[level - 1]) + 1 for level in packer.levels[1:]]
        self.stand_ins = stand_ins(model.char_runs, bounds)
        self.bounds = tuple(stand_in[0] for stand_in in self.stand_ins)
        del packer  # and with it what takes most memory
        self.symbols_text = _symbols_text(self.words)
        self.excluded_sums: dict[int, int] = {}

    def end_of(self, context: int) -> int:
        """Where a list of more than one entry ends."""
        return context + 1 + (~self.words[context] >> SUM_BITS & SYMBOL_MASK)

    def predict(self, context: int, predicted: int) -> tuple[int, int]:
        """How a byte that is predicted in ``context`` is coded.

        Returns:
            What its probability adds to the index of rule MAT-4, and the context that follows it by the first list
            along the suffixes that has it (rule AUR-2).
        """
        words, letter = self.words, chr(predicted)
        word = words[context]
        if word >= 0:
            if word >> PLACE_BITS & SYMBOL_MASK == predicted:
                return LIKELIHOOD_OF_SINGLETON[word >> SINGLETON_CODE & CODE_MASK], word & PLACE_MASK
        else:
            place = self.symbols_text.find(letter, context + 1, self.end_of(context))
            if place >= 0:
                entry = words[place]
                frequency = (entry >> END_SHIFT) - (
                    words[place - 1] >> END_SHIFT if place > context + 1 else 0
                )
                return LIKELIHOOD[1000 * frequency // (~word & SUM_MASK)], entry & PLACE_MASK
        return 0, self.follow(self.suffix(context), predicted)

    def follow(self, context: int, symbol: int) -> int:
        """The context that follows ``symbol`` by the first list along the suffixes that has it."""
        return self.words[self.find(context, symbol)[1]] & PLACE_MASK

    def find(self, context: int, symbol: int) -> tuple[int, int]:
        """The first context along the suffixes whose list has ``symbol``, and the place of its entry."""
        words, letter = self.words, chr(symbol)
        while True:
            word = words[context]
            if word >= 0:
                if word >> PLACE_BITS & SYMBOL_MASK == symbol:
                    return context, context
                context = word >> SINGLETON_SUFFIX
            else:
                first = context + 1
                place = self.symbols_text.find(letter, first, first + (~word >> SUM_BITS & SYMBOL_MASK))
                if place >= 0:
                    return context, place
                context = ~word >> SUFFIX

    def suffix(self, context: int) -> int:
        """The first context along the suffixes with a longer list (rule AUR-4).

        Raises:
            Malformed: there is none.
        """
        word = self.words[context]
        if word >= 0:
            return word >> SINGLETON_SUFFIX
        if ~word >> SUM_BITS & SYMBOL_MASK == spec.SYMBOLS:
            raise Malformed("the string excludes all symbols", 0, "string")
        return ~word >> SUFFIX


class _Packer:
    """Packs a model, a block of contexts at a time, so that what is at hand stays in the cache.

    Attributes:
        words: as the module says, and one more, which ends may name.
        places: of each context the place of its first word, (contexts,) int32.
        levels: for each order the number of its first context, and at the end the number of all contexts.
    """

    def __init__(self, model: ContextModel) -> None:
        self._starts = np.asarray(model.starts, np.int32)
        self._symbols = np.asarray(model.symbols, np.uint16)
        self._codes = np.asarray(model.codes, np.uint8)
        self._following = np.asarray(model.following, np.int32)
        self._suffixes = np.asarray(model.suffixes, np.int32)
        self._escapes = np.asarray(model.escapes, np.uint8)
        self._counts = np.diff(self._starts).astype(np.uint16)
        # an entry moves up by a word for each longer list that begins before it or with it
        is_many = self._counts > 1
        self.places = np.cumsum(is_many, dtype=np.int32)
        self.words = zeros("q", int(self._starts[-1] + self.places[-1]) + 1)
        self.places += self._starts[:-1] - is_many
        self._longer_suffixes = np.zeros(len(self.places), np.int32)
        self.levels = list(_levels(self._suffixes))
        for level, end in pairwise(self.levels):
            for begin in range(level, end, _BLOCK):
                self._pack(slice(begin, min(begin + _BLOCK, end)))

    def _pack(self, block: slice) -> None:
        """Write the words of a block of contexts, all of one order."""
        counts, escapes, suffixes = self._counts[block], self._escapes[block], self._suffixes[block]
        # where the list of the suffix is no longer, it is the same
        is_longer = self._counts.take(suffixes) > counts
        suffix = np.where(is_longer, self.places.take(suffixes), self._longer_suffixes.take(suffixes))
        self._longer_suffixes[block] = suffix
        suffix = suffix.astype(np.int64)
        first, end = int(self._starts[block.start]), int(self._starts[block.stop])
        singletons, many = (counts == 1).nonzero()[0], (counts > 1).nonzero()[0]
        alone = self._starts[block].take(singletons) - first
        is_together = np.ones(end - first, np.bool_)
        is_together[alone] = False
        sizes = counts.take(many).astype(np.int64)
        sums, totals = _sums(_FREQUENCIES.take(self._codes[first:end][is_together]), sizes)
        if block.start != ROOT:  # rule CTX-6
            totals += _FREQUENCIES.take(escapes.take(many))
        entries = np.empty(end - first, np.int64)
        entries[is_together] = sums
        entries[alone] = escapes.take(singletons) | suffix.take(singletons) << CODE_BITS
        entries <<= SYMBOL_BITS
        entries |= self._symbols[first:end]
        entries <<= PLACE_BITS
        entries |= self.places.take(self._following[first:end])
        begin = int(self.places[block.start])
        words = np.frombuffer(self.words, np.int64)[begin : begin + len(entries) + len(many)]
        is_head = np.zeros(len(words), np.bool_)
        is_head[self.places[block].take(many) - begin] = True
        words[is_head] = ~(totals | sizes << SUM_BITS | suffix.take(many) << SUFFIX)
        words[~is_head] = entries


def _symbols_text(words: array[int]) -> str:
    """The symbols of words, as characters."""
    view = np.frombuffer(words, np.int64)
    blocks = (
        view[begin : begin + _BLOCK] >> PLACE_BITS & SYMBOL_MASK for begin in range(0, len(view), _BLOCK)
    )
    return "".join(block.astype("<u2").tobytes().decode("utf-16-le") for block in blocks)


def _sums(
    frequencies: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sum up frequencies within lists.

    Args:
        frequencies: of the entries of all lists, end to end, (entries,) int64.
        counts: how many entries each list has, at least one, (lists,) int64.

    Returns:
        The cumulative frequency of each entry, with its own, (entries,) int64; and the sum of each list, (lists,)
        int64.
    """
    firsts = np.cumsum(counts) - counts
    sums = np.add.reduceat(frequencies, firsts)
    steps = frequencies.copy()
    steps[firsts[1:]] -= sums[:-1]
    return np.cumsum(steps), sums


def _levels(suffixes: NDArray[np.int32]) -> Iterator[int]:
    """The number of the first context of each order, ascending; last how many contexts there are.

    ``suffixes`` are (contexts,) int32.
    """
    yield ROOT
    level = ROOT + 1
    while level < len(suffixes):
        yield level
        level = _end_of_order(suffixes, level)
    yield len(suffixes)


def _end_of_order(suffixes: NDArray[np.int32], level: int) -> int:
    """The first context behind the order that begins at ``level``: its suffix is of that order itself."""
    for begin in range(level, len(suffixes), _BLOCK):
        is_behind = suffixes[begin : begin + _BLOCK] >= level
        if is_behind.any():
            return begin + int(is_behind.argmax())
    return len(suffixes)


_CONTEXTS: Final[dict[int, Contexts]] = {}
"""By the identity of the model, for as long as that lives."""


def contexts_of(model: ContextModel) -> Contexts:
    """The packed form of a model, made when it is first asked for."""
    contexts = _CONTEXTS.get(id(model))
    if contexts is None:
        contexts = _CONTEXTS[id(model)] = Contexts(model)
        weakref.finalize(model, _CONTEXTS.pop, id(model), None)
    return contexts

"""Training a context model: from messages to arrays.

Counts are taken from all messages. What counts cannot tell, how far to trust the lists of each class of contexts,
is learned from some of the messages, with the counts of the block of the text that they are in taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from aura.training.assembling import assemble
from aura.training.counting import Extent, count
from aura.training.framing import ALPHABET, BEGIN, Flags, Floats, Longs, frame
from aura.training.kneser_ney import Usage, usage
from aura.training.leaving_out import LeftOut, excerpt, other_symbols
from aura.training.match_table import guess, learn_hits
from aura.training.pruning import gains, keep
from aura.training.runs import at, count_runs, learn_runs, states_of
from aura.training.weights import learn_weights, mix
from aura_spec.context_model import SYMBOLS, ContextModel

LEAST_NODES: Final = ALPHABET + 2
"""The root, every symbol and BEGIN, and the likeliest first symbol of a message."""

Progress = Callable[[str, float], None]

_SAMPLE: Final = 200_000


def _quiet(_stage: str, _done: float) -> None:
    pass


class Prepared:
    """Counted messages, from which models of any size are made."""

    def __init__(self, messages: list[bytes], sources: Longs, extent: Extent, progress: Progress) -> None:
        progress("counting", 0.0)
        text = frame(messages, sources)
        sampled = _sample(np.diff(text.starts))
        self._minimum = extent.minimum
        self._trie, shares, trace = count(text, extent, text.places(sampled))
        progress("weighing", 0.6)
        sample = text.select(sampled)
        self._chains, self._shares = excerpt(sample, trace, shares, int(self._trie.offsets[2]))
        del shares, trace
        states = states_of(text)
        self._runs = count_runs(text.symbols, states)
        predicted = text.places(sampled)
        self._places = at(text, states, predicted[text.symbols[predicted] != BEGIN])
        self._guesses = guess(sample)
        guesses = self._guesses
        columns = guesses.places - sample.messages[guesses.places] - 1  # BEGINs have no column
        self._guessed = other_symbols(self._chains, columns, guesses.symbols, self._trie, self._shares)
        use = usage(self._trie, np.ones(len(self._trie), np.bool_))
        weights, _ = self._weights(use)
        progress("pruning", 0.8)
        self._gain = gains(mix(self._trie, use, weights))

    def _weights(self, use: Usage) -> tuple[Floats, LeftOut]:
        left_out = LeftOut(self._trie, use, self._shares, self._minimum)
        return learn_weights(left_out.evidence(self._chains)), left_out

    @property
    def entries(self) -> int:
        """The entries of the largest model."""
        return int(np.count_nonzero(self._trie.predicted))

    def model(self, entries: int) -> ContextModel:
        """A model of at most so many entries, at least one for each symbol."""
        if entries < SYMBOLS:
            raise ValueError(f"a model has at least {SYMBOLS} entries, not {entries}")
        use = usage(self._trie, keep(self._gain, max(entries + 2, LEAST_NODES)))
        weights, left_out = self._weights(use)
        hits = learn_hits(self._guesses, left_out.evidence(self._guessed), weights)
        runs = learn_runs(self._runs, self._places, left_out.evidence(self._chains), weights)
        return replace(assemble(mix(self._trie, use, weights), hits), runs=runs)


def _sample(lengths: Longs) -> Flags:
    """Messages of about as many symbols as are needed, spread over the text."""
    share = _SAMPLE / lengths.sum()
    number = np.arange(len(lengths), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    chosen: Flags = (number >> np.uint64(32)) < share * 2.0**32
    return chosen


def prepare(
    messages: Iterable[bytes],
    *,
    sources: Iterable[Hashable] | None = None,
    max_order: int = 14,
    min_count: int | None = None,
    minimum_sources: int = 1,
    free_order: int = 12,
    progress: Progress = _quiet,
) -> Prepared:
    """Count messages, and learn what each entry gains."""
    texts = [bytes(message) for message in messages]
    if not texts:
        raise ValueError("there are no messages to train on")
    if min_count is None:
        min_count = 1 if sum(map(len, texts)) < 1_000_000 else 2
    numbers = np.arange(len(texts))
    if sources is not None:
        known: dict[Hashable, int] = {}
        numbers = np.array([known.setdefault(source, len(known)) for source in sources])
        if len(numbers) != len(texts):
            raise ValueError(f"{len(texts)} messages have {len(numbers)} sources")
    return Prepared(texts, numbers, Extent(max_order, min_count, minimum_sources, free_order), progress)

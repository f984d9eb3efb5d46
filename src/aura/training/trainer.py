"""Training a context model: from messages to arrays.

Counts are taken from all messages. What counts cannot tell, how far to trust the lists of each class of contexts,
is learned from a tenth of the messages with the counts of the other nine tenths.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.training.assembling import assemble
from aura.training.chains import Chains, chains
from aura.training.counting import Extent, Trie, count
from aura.training.framing import ALPHABET, Flags, Floats, Text, frame
from aura.training.holding_back import hold_back
from aura.training.kneser_ney import Lists, lists
from aura.training.match_table import learn_hits
from aura.training.pruning import gains, keep
from aura.training.weights import learn_weights, probabilities
from aura_spec.context_model import SYMBOLS, ContextModel

LEAST_NODES: Final = ALPHABET + 2
"""The root, every symbol and BEGIN, and the likeliest first symbol of a message."""

Progress = Callable[[str, float], None]


def _quiet(_stage: str, _done: float) -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Part:
    """Counts of some messages, and what each entry gains."""

    trie: Trie
    gain: Floats


class Prepared:
    """Counted messages, from which models of any size are made."""

    def __init__(self, whole: _Part, rest: _Part, held: Text, chain: Chains) -> None:
        self._whole, self._rest = whole, rest
        self._held, self._chain = held, chain

    @property
    def entries(self) -> int:
        """The entries of the largest model."""
        return int(np.count_nonzero(self._whole.trie.predicted))

    def model(self, entries: int) -> ContextModel:
        """A model of at most so many entries, at least one for each symbol."""
        if entries < SYMBOLS:
            raise ValueError(f"a model has at least {SYMBOLS} entries, not {entries}")
        share = min(1.0, entries / self.entries)
        kept, lists_ = _prune(self._rest, int(np.ceil(share * len(self._rest.trie))))
        chain = self._chain.select(kept)
        weights = learn_weights(lists_, chain)
        probability, _ = probabilities(lists_, weights)
        hits = learn_hits(self._held, chain, lists_.trie, probability)
        _, lists_ = _prune(self._whole, entries + 2)
        probability, _ = probabilities(lists_, weights)
        return assemble(lists_, probability, hits)


def _prune(part: _Part, nodes: int) -> tuple[Flags, Lists]:
    kept = keep(part.gain, max(nodes, LEAST_NODES))
    return kept, lists(part.trie, kept)


def prepare(
    messages: Iterable[bytes],
    *,
    sources: Sequence[Hashable] | None = None,
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
    lengths = np.array([len(text) for text in texts])
    if min_count is None:
        min_count = 1 if lengths.sum() < 1_000_000 else 2
    numbers = None
    if sources is not None:
        known: dict[Hashable, int] = {}
        numbers = np.array([known.setdefault(source, len(known)) for source in sources])
        if len(numbers) != len(texts):
            raise ValueError(f"{len(texts)} messages have {len(numbers)} sources")
    held = hold_back(lengths, numbers)
    own = np.arange(len(texts)) if numbers is None else numbers

    def counted(chosen: Flags) -> tuple[Text, Trie]:
        text = frame([texts[number] for number in np.flatnonzero(chosen)], own[chosen])
        return text, count(text, Extent(max_order, min_count, minimum_sources, free_order))

    progress("counting", 0.0)
    _, rest_trie = counted(~held)
    held_text = frame([texts[number] for number in np.flatnonzero(held)], own[held])
    chain = chains(rest_trie, held_text)
    rest_lists = lists(rest_trie)
    weights = learn_weights(rest_lists, chain)
    rest = _Part(rest_trie, gains(rest_lists, *probabilities(rest_lists, weights)))
    _, whole_trie = counted(np.ones(len(texts), np.bool_))
    whole_lists = lists(whole_trie)
    whole = _Part(whole_trie, gains(whole_lists, *probabilities(whole_lists, weights)))
    return Prepared(whole, rest, held_text, chain)

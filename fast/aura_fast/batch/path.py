"""The path of messages through a model: for each symbol its context, and its entry along the suffixes.

Messages are cut into pieces, which go their paths together, a symbol a step; in each step a symbol is looked for in
the list of its context, then in those of the suffixes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura_fast import ragged
from aura_fast.batch import lists
from aura_fast.batch.lists import words_of
from aura_fast.batch.tuning import Tuning
from aura_fast.char_runs import states_of
from aura_fast.context_model import PLACE_BITS, PLACE_MASK, SYMBOL_MASK, Contexts
from aura_fast.ragged import Flags, Numbers
from aura_fast.symbols import Position
from aura_spec.context_model import ROOT

_NEAR: Final = 8
"""Entries of a list that are looked at together."""


@dataclass(slots=True)
class Path:
    """The path of some messages, their symbols end to end.

    Attributes:
        model: the packed model.
        tuning: how much is done at once.
        words: of the model, (words,) int64.
        contexts: the context in which each symbol is coded, (symbols,) int64.
        owners: the first context along its suffixes whose list has the symbol, (symbols,) int64.
        places: where the entry is, (symbols,) int64.
        states: of the character run before each symbol, (symbols,) int64; all 0 if the model has no lists for them.
    """

    model: Contexts
    tuning: Tuning
    words: Numbers
    contexts: Numbers
    owners: Numbers
    places: Numbers
    states: Numbers


def walk(model: Contexts, flat: Numbers, starts: Numbers, at: Position, tuning: Tuning) -> Path:
    """Find the entry of each symbol.

    Messages are cut into pieces, which go their paths together. Which context a piece begins in is found by
    starting a little before it, at the root. Until the contexts are those of the whole path, which are longer, they
    grow by a byte with each symbol, for the suffixes of contexts are contexts too; so as many symbols as the order
    of the longest contexts are enough.

    Args:
        model: the packed model.
        flat: the symbols of messages, end to end, (symbols,) int64.
        starts: where messages begin there, (messages,) int64.
        at: the context and the state of the character run at the beginning of each message.
        tuning: how much is done at once.
    """
    words = words_of(model)
    path = Path(model, tuning, words, *(np.zeros(len(flat), np.int64) for _ in range(4)))
    if model.has_char_runs:
        path.states[:] = states_of(flat.astype(np.uint8), starts, at[1], few=tuning.few)
    ends = np.append(starts[1:], len(flat))
    owners, numbers = ragged.spread(
        np.zeros(len(starts), np.int64), (ends - starts + tuning.piece - 1) // tuning.piece
    )
    begins = starts[owners] + tuning.piece * numbers
    before = np.maximum(begins - model.order, starts[owners])
    contexts = np.where(before == starts[owners], at[0], ROOT)
    contexts = _go(path, flat, before, begins, contexts, is_kept=False)
    _go(path, flat, begins, np.minimum(begins + tuning.piece, ends[owners]), contexts, is_kept=True)
    return path


def _go(
    path: Path, flat: Numbers, begins: Numbers, ends: Numbers, contexts: Numbers, *, is_kept: bool
) -> Numbers:
    """Go the paths of all pieces at once, a symbol a step.

    Args:
        path: receives what is found, if ``is_kept``.
        flat: the symbols, (symbols,) int64.
        begins: where pieces begin, (pieces,) int64.
        ends: where they end, (pieces,) int64.
        contexts: where they begin in the model, (pieces,) int64.
        is_kept: whether the path is asked for, not only where it ends.

    Returns:
        The contexts at the ends of the pieces, (pieces,) int64.
    """
    sizes = ends - begins
    order = np.argsort(-sizes, kind="stable")  # so that those that go on stand in front
    begins, ends, contexts = begins[order], ends[order], contexts[order]
    longer = len(sizes) - np.cumsum(np.bincount(sizes))  # how many pieces have more than so many symbols
    step = 0
    while longer[step] > path.tuning.few:
        count = longer[step]
        at = begins[:count] + step
        owners, places = find(path, contexts[:count], flat[at])
        if is_kept:
            path.contexts[at], path.owners[at], path.places[at] = contexts[:count], owners, places
        contexts[:count] = path.words[places] & PLACE_MASK
        step += 1
    for lane in range(longer[step]):
        piece = begins.item(lane) + step, ends.item(lane), contexts.item(lane)
        contexts[lane] = _go_alone(path, flat, *piece, is_kept=is_kept)
    last = np.empty_like(contexts)
    last[order] = contexts
    return last


def find(path: Path, contexts: Numbers, symbols: Numbers) -> tuple[Numbers, Numbers]:
    """Look for symbols along the suffixes of contexts.

    Args:
        path: its model is looked up.
        contexts: where each search begins, (lanes,) int64.
        symbols: that are looked for, (lanes,) int64.

    Returns:
        The first contexts whose lists have the symbols, and the places of the entries: both (lanes,) int64.
    """
    words = path.words
    owners = contexts.copy()
    places, behind = lists.list_of(words, contexts)
    # most are the first entries of the first lists; of the others, what comes next is looked at
    asked = (words[places] >> PLACE_BITS & SYMBOL_MASK != symbols).nonzero()[0]
    symbols, nexts, behind = symbols[asked], places[asked] + 1, behind[asked]
    near = np.arange(_NEAR)
    while len(asked) > path.tuning.few:
        over = (nexts >= behind).nonzero()[0]
        suffix = lists.suffix(words[owners[asked[over]]])
        owners[asked[over]] = suffix
        nexts[over], behind[over] = lists.list_of(words, suffix)
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
        owners[lane], places[lane] = path.model.find(owners.item(lane), symbol)
    return owners, places


def _go_alone(path: Path, flat: Numbers, begin: int, end: int, context: int, *, is_kept: bool) -> int:
    """Go the path of one piece, symbol by symbol, and give the context at its end."""
    for at, symbol in enumerate(flat[begin:end].tolist(), begin):
        owner, place = path.model.find(context, symbol)
        if is_kept:
            path.contexts[at], path.owners[at], path.places[at] = context, owner, place
        context = path.model.words[place] & PLACE_MASK
    return context


def in_char_runs(path: Path) -> Flags:
    """Which symbols have a list for character runs on their path in place of another (RUN-4): (symbols,) bool."""
    if not path.model.has_char_runs:
        return np.zeros(len(path.contexts), np.bool_)
    bounds = np.array(path.model.bounds)
    return path.owners < bounds[path.states]

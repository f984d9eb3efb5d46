"""Many AURALITE messages at once, with numpy: decoding.

All messages take one choice a step, each where it is: at the first list of a symbol, after an escape, at a match.
Those that are at the same kind of choice take it together, in a few vector operations, unless they are so few that
one after the other is quicker. Any message in which something is wrong is decoded anew by ``auralite``, so that
there is one place that says what.

Lanes are numbers of messages in the arrays of the state, (lanes,) int64.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from aura_fast.batch import lists
from aura_fast.batch.lanes import NOTHING, Batch
from aura_fast.batch.lists import SINGLETON_NUMBERS
from aura_fast.batch.matches import find_matches, read_predicted, read_predicted_singly
from aura_fast.batch.singly import decode_rests, read_singly
from aura_fast.batch.tuning import Tuning
from aura_fast.char_runs import NEXT
from aura_fast.context_model import (
    CODE_MASK,
    END_SHIFT,
    PLACE_BITS,
    PLACE_MASK,
    SINGLETON_CODE,
    SUM_MASK,
    SYMBOL_MASK,
    Contexts,
)
from aura_fast.ragged import Numbers
from aura_fast.range_coder import check_end
from aura_spec.context_model import END, ROOT, TOTAL_OF_ONE
from aura_spec.errors import DecodeError
from aura_spec.range_coder import LOWER_BOUND

_NEXT_AFTER: Final = np.frombuffer(NEXT, np.uint8)


def decode(wires: Sequence[bytes], contexts: Contexts, max_size: int, tuning: Tuning) -> list[bytes | None]:
    """Decode strings together.

    Args:
        wires: the strings; each begins with a byte from 0x80 on.
        contexts: the packed model.
        max_size: bytes that a message may have.
        tuning: how much is done at once.

    Returns:
        The messages; None for those that are left to ``auralite``, as something is wrong with them.
    """
    batch = Batch(wires, contexts, max_size, tuning)
    while len(batch.state.numbers) > tuning.last_messages and batch.fits():
        _step(batch)
    decode_rests(batch)
    return batch.messages


def _step(batch: Batch) -> None:
    """Read a choice of each message, and another after it if that is an escape or a miss."""
    state = batch.state
    batch.steps += 1
    batch.symbols = np.zeros(len(state.numbers), np.int64)
    batch.is_symbol = np.zeros(len(state.numbers), np.bool_)
    find_matches(batch)
    is_matched = state.is_new & (state.lengths > 0)
    matched = is_matched.nonzero()[0]
    plain = (~(is_matched | state.has_exclusions)).nonzero()[0]
    if len(matched) > batch.tuning.few_choices:
        read_predicted(batch, matched)
    else:
        read_predicted_singly(batch, matched)
    in_char_runs = batch.in_char_runs(plain)
    if len(in_char_runs):
        read_singly(batch, in_char_runs)
        plain = plain[~batch.is_symbol[plain]]
    _read_plain(batch, plain)
    batch.shift((state.spans < LOWER_BOUND).nonzero()[0])
    after_escape = (state.has_exclusions & ~batch.is_symbol).nonzero()[0]
    _read_after_escape(batch, after_escape)
    _take_symbols(batch)


def _read_after_escape(batch: Batch, lanes: Numbers) -> None:
    """Read choices of messages that are at a list of which symbols are excluded."""
    in_char_runs = batch.in_char_runs(lanes) if len(lanes) > batch.tuning.few_choices else lanes
    read_singly(batch, in_char_runs)
    if len(in_char_runs):
        lanes = lanes[~batch.is_symbol[lanes]]
    if len(lanes):
        _read_with_exclusions(batch, lanes)
        batch.shift(lanes[batch.state.spans[lanes] < LOWER_BOUND])


def _take_symbols(batch: Batch) -> None:
    """Append the symbols of this step to their messages."""
    state, symbols, is_symbol = batch.state, batch.symbols, batch.is_symbol
    # what is not a symbol yet is written over later
    batch.text.reshape(-1)[state.rows * batch.text.shape[1] + state.positions] = symbols
    np.copyto(state.fours, state.fours >> 8 | symbols << 24, where=is_symbol)
    if batch.model.has_char_runs:
        np.copyto(state.char_runs, _NEXT_AFTER[state.char_runs << 8 | symbols], where=is_symbol)
    np.putmask(state.predicted, is_symbol, NOTHING)
    state.is_new = is_symbol
    state.has_exclusions &= state.is_active & ~is_symbol
    _finish(batch, ((symbols == END) & is_symbol & state.is_active).nonzero()[0])
    state.positions += is_symbol
    state.is_active &= state.positions <= batch.max_size
    if 8 * np.count_nonzero(state.is_active) < 7 * len(state.is_active):
        state.drop()


def _read_plain(batch: Batch, lanes: Numbers) -> None:
    """Read choices of lists of which nothing is excluded: most are the likeliest of theirs."""
    state, words = batch.state, batch.words
    contexts = state.contexts[lanes]
    heads = words[contexts]
    is_singleton = heads >= 0
    firsts = contexts + ~is_singleton
    entries = words[firsts]
    totals = np.where(is_singleton, TOTAL_OF_ONE, ~heads & SUM_MASK)
    units = state.spans[lanes] // totals
    ends = np.where(
        is_singleton, SINGLETON_NUMBERS[entries >> SINGLETON_CODE & CODE_MASK], entries >> END_SHIFT
    )
    spans = ends * units
    is_first = state.offsets[lanes] < spans
    state.spans[lanes] = spans
    state.contexts[lanes] = entries & PLACE_MASK
    batch.symbols[lanes] = entries >> PLACE_BITS & SYMBOL_MASK
    batch.is_symbol[lanes] = is_first
    other = (~is_first).nonzero()[0]
    if len(other):  # a search for the value in the list; the entry of a singleton was seen already
        asked, singleton, heads, firsts = lanes[other], is_singleton[other], heads[other], firsts[other]
        totals, units = totals[other], units[other]
        values = batch.values(asked, totals, units)
        sizes = lists.sizes_of(heads)
        places = firsts + lists.ranks(batch.model, firsts, sizes, values)
        is_listed = places < firsts + sizes
        entries = words[places]
        lower = np.where(singleton, ends[other], words[places - 1] >> END_SHIFT)
        upper = np.where(is_listed, entries >> END_SHIFT, totals)
        state.offsets[asked] -= lower * units
        state.spans[asked] = (upper - lower) * units
        state.contexts[asked] = np.where(is_listed, entries & PLACE_MASK, lists.suffix(heads))
        batch.symbols[asked] = entries >> PLACE_BITS & SYMBOL_MASK
        batch.is_symbol[asked] = is_listed
        is_escape = ~is_listed
        state.has_exclusions[asked] = is_escape
        state.escaped_from[asked[is_escape]] = contexts[other[is_escape]]


def _read_with_exclusions(batch: Batch, lanes: Numbers) -> None:
    """Read choices of lists of which symbols are excluded (rules AUR-3 and AUR-4)."""
    state, words = batch.state, batch.words
    contexts = state.contexts[lanes]
    rest = lists.rest(batch.model, contexts, state.escaped_from[lanes], state.predicted[lanes])
    sums, listed = rest.sums, rest.listed
    state.is_active[lanes[(listed == 0) & (contexts == ROOT)]] = False
    units = state.spans[lanes] // rest.totals
    values = batch.values(lanes, rest.totals, units)
    is_listed = values < listed
    bases = sums[rest.starts]
    places = np.where(is_listed, sums.searchsorted(bases + values, side="right") - 1, 0)
    lower = np.where(is_listed, sums[places] - bases, listed)
    upper = np.where(is_listed, sums[places + 1] - bases, rest.totals)
    entries = rest.entries[places]
    state.offsets[lanes] -= lower * units
    state.spans[lanes] = (upper - lower) * units
    state.contexts[lanes] = np.where(is_listed, entries & PLACE_MASK, lists.suffix(words[contexts]))
    state.escaped_from[lanes] = contexts
    batch.symbols[lanes] = entries >> PLACE_BITS & SYMBOL_MASK
    batch.is_symbol[lanes] = is_listed


def _finish(batch: Batch, lanes: Numbers) -> None:
    """Check the ends of messages, and note those that are right (rule RNG-7)."""
    state = batch.state
    state.is_active[lanes] = False
    parts = state.windows[lanes], state.offsets[lanes], state.spans[lanes]
    for lane, *end in zip(lanes.tolist(), *(part.tolist() for part in parts), strict=True):
        number = int(state.numbers[lane])
        wire = batch.wires[number]
        try:
            check_end(len(wire), wire[-1], *end)
        except DecodeError:
            continue
        batch.messages[number] = batch.text_of(lane)

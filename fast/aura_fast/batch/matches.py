"""The matches of messages that are decoded in step: found, read and followed.

Rules MAT-1 to MAT-8 and HIS-1 to HIS-3 hold for each message. Lanes are numbers of messages in the arrays of the
state, (lanes,) int64.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from aura_fast.batch import lists
from aura_fast.batch.lanes import NOTHING, Batch
from aura_fast.context_model import PLACE_MASK
from aura_fast.match import BASES, PREFIX_BASE
from aura_fast.prefix import FILTER_SHIFT
from aura_fast.ragged import Flags, Numbers
from aura_spec import match
from aura_spec import prefix as prefix_spec
from aura_spec.match import MIN_LENGTH, MISS_CLASSES, MULTIPLIER, SLOT_SHIFT, SLOTS

_BASES: Final = np.array(BASES)
_BITS: Final = np.left_shift(1, np.arange(8)).astype(np.uint8)


def find_matches(batch: Batch) -> None:
    """Look for matches where none are active, and note the slots of all (rules MAT-1 to MAT-3 and HIS-1)."""
    state, prefix = batch.state, batch.model.prefix
    mixed = state.fours * MULTIPLIER & 0xFFFFFFFF
    slots = mixed >> SLOT_SHIFT
    is_held = state.positions >= MIN_LENGTH
    places = state.rows * (SLOTS // 8) + (slots >> 3)
    bits = _BITS[slots & 7] * is_held
    seen = batch.seen.reshape(-1)
    bytes_seen = seen[places]
    is_free = state.is_new & (state.lengths == 0)
    repeated = ((bytes_seen & bits > 0) & is_free).nonzero()[0]
    if len(repeated):
        _compare(batch, repeated, slots[repeated])
    seen[places] = bytes_seen | bits
    batch.slots.reshape(-1)[state.rows * batch.slots.shape[1] + state.positions] = slots
    if prefix:
        known = np.frombuffer(prefix.ends, np.bool_)[mixed >> FILTER_SHIFT]
        known &= is_free & (state.lengths == 0) & (state.positions >= prefix_spec.LENGTH)
        for lane in known.nonzero()[0].tolist():
            place = prefix.find(batch.text_of(lane)[-prefix_spec.LENGTH :])
            if place:
                state.lengths[lane] = prefix_spec.LENGTH
                state.pointers[lane] = place - len(prefix.text)


def _compare(batch: Batch, lanes: Numbers, slots: Numbers) -> None:
    """Compare with what stands before the last place that has the same slot (rule MAT-2).

    Args:
        batch: its state receives the lengths and pointers.
        lanes: messages whose slot holds a place, (lanes,) int64.
        slots: of each, (lanes,) int64.
    """
    state = batch.state
    rows, positions = state.rows[lanes], state.positions[lanes]
    behind = int(positions.max())
    held = batch.slots[rows, MIN_LENGTH:behind] == slots[:, None]
    pointers = behind - 1 - held[:, ::-1].argmax(axis=1)
    back = np.arange(1, match.MAX_LENGTH + 1)
    ends = (rows * batch.text.shape[1])[:, None] - back
    text = batch.text.reshape(-1)
    is_equal = np.zeros((len(lanes), match.MAX_LENGTH + 1), np.bool_)
    is_equal[:, :-1] = text[ends + pointers[:, None]] == text[ends + positions[:, None]]
    is_equal[:, :-1] &= back <= pointers[:, None]
    lengths = is_equal.argmin(axis=1)
    state.lengths[lanes] = np.where(lengths >= MIN_LENGTH, lengths, 0)
    state.pointers[lanes] = pointers


def _prediction(batch: Batch, lanes: Numbers) -> tuple[Numbers, Numbers]:
    """The bytes that matches predict, and the indices of rule MAT-4 without the probability class.

    Both are (lanes,) int64.
    """
    state, prefix = batch.state, batch.model.prefix
    pointers = state.pointers[lanes]
    places = state.rows[lanes] * batch.text.shape[1] + pointers
    bases = _BASES[state.lengths[lanes]]
    if prefix:
        is_past = pointers < 0
        past = np.frombuffer(prefix.text, np.uint8)
        predicted = np.where(
            is_past,
            past[np.where(is_past, pointers, 0)],
            batch.text.reshape(-1)[np.where(is_past, 0, places)],
        )
        bases = np.where(is_past, PREFIX_BASE, bases)
    else:
        predicted = batch.text.reshape(-1)[places]
    return predicted.astype(np.int64), bases + state.misses[lanes]


def read_predicted(batch: Batch, lanes: Numbers) -> None:
    """Read whether matches predict the symbols (rules MAT-4 to MAT-6)."""
    state = batch.state
    contexts = state.contexts[lanes]
    predicted, indices = _prediction(batch, lanes)
    is_listed, entries, likelihoods = lists.predict(batch.model, contexts, predicted)
    hits = batch.hits[indices + likelihoods]
    units = state.spans[lanes] // match.TOTAL
    is_hit = batch.values(lanes, np.full(len(lanes), match.TOTAL), units) < hits
    state.offsets[lanes] -= np.where(is_hit, 0, hits * units)
    state.spans[lanes] = np.where(is_hit, hits, match.TOTAL - hits) * units
    following = entries & PLACE_MASK
    for place in (is_hit & ~is_listed).nonzero()[0].tolist():
        suffix = batch.model.suffix(int(contexts[place]))
        following[place] = batch.model.follow(suffix, int(predicted[place]))
    _follow(batch, lanes, predicted, following, is_hit=is_hit, is_listed=is_listed)


def read_predicted_singly(batch: Batch, lanes: Numbers) -> None:
    """Read whether matches predict the symbols, one message after the other."""
    state, model, prefix = batch.state, batch.model, batch.model.prefix
    for lane in lanes.tolist():
        context, pointer, length = (
            part.item(lane) for part in (state.contexts, state.pointers, state.lengths)
        )
        if prefix and pointer < 0:
            predicted, base = prefix.text[pointer], PREFIX_BASE
        else:
            predicted, base = batch.text.item(state.rows.item(lane), pointer), BASES[length]
        likelihood, following = model.predict(context, predicted)
        hit = model.hits[base + state.misses.item(lane) + likelihood]
        offset, unit = state.offsets.item(lane), state.spans.item(lane) // match.TOTAL
        is_hit = offset < hit * unit
        if is_hit:
            state.spans[lane], state.contexts[lane] = hit * unit, following
            batch.symbols[lane], batch.is_symbol[lane] = predicted, True
        else:
            state.is_active[lane] &= offset < match.TOTAL * unit  # rule RNG-5
            state.offsets[lane], state.spans[lane] = offset - hit * unit, (match.TOTAL - hit) * unit
            state.predicted[lane], state.has_exclusions[lane] = predicted, likelihood > 0
            state.escaped_from[lane] = NOTHING
            if likelihood and model.words[context] >= 0:  # a singleton, whose entry is excluded
                state.escaped_from[lane], state.contexts[lane] = context, model.suffix(context)
            state.misses[lane] = min(state.misses.item(lane) + 1, MISS_CLASSES - 1)
        state.pointers[lane] = pointer + 1
        state.lengths[lane] = min(length + 1, match.MAX_LENGTH) if is_hit and pointer != -1 else 0


def _follow(
    batch: Batch, lanes: Numbers, predicted: Numbers, following: Numbers, *, is_hit: Flags, is_listed: Flags
) -> None:
    """Go on after hits and misses (rules MAT-7, MAT-8, HIS-3 and AUR-5).

    Args:
        batch: its state is moved on.
        lanes: the messages, (lanes,) int64.
        predicted: the bytes that matches predicted, (lanes,) int64.
        following: the contexts after them, (lanes,) int64.
        is_hit: whether they are the symbols, (lanes,) bool.
        is_listed: whether they are in the lists, (lanes,) bool.
    """
    state, words = batch.state, batch.words
    contexts = state.contexts[lanes]
    heads = words[contexts]
    # a miss leads to the list, unless that is a singleton, whose entry is excluded
    is_over = (heads >= 0) & is_listed
    state.contexts[lanes] = np.where(is_hit, following, np.where(is_over, lists.suffix(heads), contexts))
    state.predicted[lanes] = predicted
    state.has_exclusions[lanes] = is_listed
    state.escaped_from[lanes] = np.where(is_over, contexts, NOTHING)
    batch.symbols[lanes] = predicted
    batch.is_symbol[lanes] = is_hit
    pointers = state.pointers[lanes]
    is_on = is_hit & (pointers != -1)
    state.lengths[lanes] = np.where(is_on, np.minimum(state.lengths[lanes] + 1, match.MAX_LENGTH), 0)
    state.pointers[lanes] = pointers + 1
    state.misses[lanes] = np.minimum(state.misses[lanes] + ~is_hit, MISS_CLASSES - 1)

"""The match model of one message (rules MAT-1 to MAT-8)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

import numpy as np

from aura_fast.search import Numbers
from aura_spec.match import (
    LENGTH_STEPS,
    MAX_LENGTH,
    MIN_LENGTH,
    MISS_CLASSES,
    MULTIPLIER,
    PROBABILITY_CLASSES,
    SLOT_SHIFT,
)

BASES: Final = tuple(
    PROBABILITY_CLASSES * MISS_CLASSES * bisect_right(LENGTH_STEPS, length)
    for length in range(MAX_LENGTH + 1)
)
"""The part of the index in rule MAT-4 that the length of the match decides."""

_PLACE_BITS: Final = 24
_PLACES: Final = (1 << _PLACE_BITS) - 1

Prediction = tuple[int, int]
"""A byte, and the index of rule MAT-4 without the probability class."""


def length_before(text: bytes | bytearray, place: int, position: int) -> int:
    """How many bytes before ``place`` equal those before ``position``; 0 if too few for a match (rule MAT-2)."""
    if text[place - MIN_LENGTH : place] != text[position - MIN_LENGTH : position]:
        return 0
    length = MIN_LENGTH
    longest = min(MAX_LENGTH, place)
    while length < longest and text[place - 1 - length] == text[position - 1 - length]:
        length += 1
    return length


def foresee(messages: Sequence[bytes], flat: Numbers, starts: Numbers) -> dict[int, Prediction]:
    """What matches predict in messages that are known, by the place in ``flat``.

    Args:
        messages: all of them.
        flat: their symbols, one message after the other, the ends included.
        starts: of the messages in ``flat``.
    """
    repeats, before = _repeats(flat, starts)
    predictions: dict[int, Prediction] = {}
    lane = -1
    owners = np.searchsorted(starts, repeats, side="right") - 1
    for owner, place, pointer in zip(owners.tolist(), repeats.tolist(), before.tolist(), strict=True):
        if owner != lane:
            lane, start, data = owner, int(starts[owner]), messages[owner]
            misses = free = 0
        position, pointed = place - start, pointer - start
        if position < free:  # a match is active already
            continue
        length = length_before(data, pointed, position)
        while True:
            predictions[start + position] = data[pointed], BASES[length] + misses
            if position == len(data) or data[pointed] != data[position]:
                break
            position, pointed, length = position + 1, pointed + 1, min(length + 1, MAX_LENGTH)
        free = position + 1
        misses = min(misses + 1, MISS_CLASSES - 1)
    return predictions


def _repeats(flat: Numbers, starts: Numbers) -> tuple[Numbers, Numbers]:
    """Places in order at which the slot holds a place after the same four bytes, and what it holds."""
    owners = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(flat)))
    places = np.flatnonzero(np.arange(len(flat)) - starts[owners] >= MIN_LENGTH)
    fours = sum(
        flat[byte : byte - MIN_LENGTH] << 8 * byte for byte in range(MIN_LENGTH)
    )  # of the place 4 later
    slots = (fours[places - MIN_LENGTH] * MULTIPLIER & 0xFFFFFFFF) >> SLOT_SHIFT
    # sorted by message and slot, each place stands behind what its slot holds then
    keys = (owners[places] << 32 - SLOT_SHIFT | slots) << _PLACE_BITS | places
    keys.sort()
    held = np.flatnonzero(keys[1:] >> _PLACE_BITS == keys[:-1] >> _PLACE_BITS)
    after, before = keys[held + 1] & _PLACES, keys[held] & _PLACES
    is_match = fours[after - MIN_LENGTH] == fours[before - MIN_LENGTH]
    after, before = after[is_match], before[is_match]
    order = np.argsort(after)
    return after[order], before[order]

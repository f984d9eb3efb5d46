"""The match model of messages that are known (rules MAT-1 to MAT-8 and HIS-1 to HIS-3)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

import numpy as np

from aura_fast.history import FILTER_SHIFT, Index
from aura_fast.search import Numbers, spread
from aura_spec.history import LENGTH
from aura_spec.match import (
    HITS,
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

HISTORY_BASE: Final = HITS
"""The same of a match in the history, whose table stands behind the other."""

_PLACE_BITS: Final = 24
_PLACES: Final = (1 << _PLACE_BITS) - 1

_REACH: Final = 32
"""Hits of a match that are counted for all matches together."""

Prediction = tuple[int, int]
"""A byte, and the index of rule MAT-4 without the probability class."""


class Foresight:
    """What matches predict in a message.

    Attributes:
        predictions: by position.
        free: the position from which on no match is active.
    """

    def __init__(self, data: bytes) -> None:
        self.predictions: dict[int, Prediction] = {}
        self.free = 0
        self._data = data
        self._misses = 0

    def look_back(self, place: int, position: int) -> None:
        """Follow the match between two places of the message, if there is one (rule MAT-2)."""
        length = length_before(self._data, place, position)
        if length:
            self._follow(self._data, place, position, length)

    def look_into(self, history: Index, position: int) -> None:
        """Follow the match between the history and the message, if there is one (rule HIS-1)."""
        place = history.find(self._data[position - LENGTH : position])
        if place:
            self._follow(history.text, place, position, 0)

    def _follow(self, source: bytes, place: int, position: int, length: int) -> None:
        data, misses = self._data, self._misses
        while True:
            base = BASES[length] if length else HISTORY_BASE
            self.predictions[position] = source[place], base + misses
            if position == len(data) or source[place] != data[position]:
                self._misses = min(misses + 1, MISS_CLASSES - 1)
                self.free = position + 1
                return
            place, position = place + 1, position + 1
            if length:
                length = min(length + 1, MAX_LENGTH)
            elif place == len(source):  # rule HIS-3
                self.free = position
                return


def foresee(data: bytes, history: Index | None) -> dict[int, Prediction]:
    """What matches predict in a message, by position."""
    foresight = Foresight(data)
    places: dict[int, int] = {}
    four = int.from_bytes(data[:MIN_LENGTH], "little")
    for position in range(MIN_LENGTH, len(data) + 1):
        mixed = four * MULTIPLIER & 0xFFFFFFFF
        slot = mixed >> SLOT_SHIFT
        if slot in places and position >= foresight.free:
            foresight.look_back(places[slot], position)
        if history and LENGTH <= position >= foresight.free and history.ends[mixed >> FILTER_SHIFT]:
            foresight.look_into(history, position)
        places[slot] = position
        if position < len(data):
            four = four >> 8 | data[position] << 24
    return foresight.predictions


def places_of(text: bytes | bytearray) -> dict[int, int]:
    """What the slots hold before the position at the end of a text (rules MAT-1 and MAT-3)."""
    places: dict[int, int] = {}
    for position in range(MIN_LENGTH, len(text)):
        four = int.from_bytes(text[position - MIN_LENGTH : position], "little")
        places[(four * MULTIPLIER & 0xFFFFFFFF) >> SLOT_SHIFT] = position
    return places


def length_before(text: bytes | bytearray, place: int, position: int) -> int:
    """How many bytes before ``place`` equal those before ``position``; 0 if too few for a match (rule MAT-2)."""
    if text[place - MIN_LENGTH : place] != text[position - MIN_LENGTH : position]:
        return 0
    length = MIN_LENGTH
    longest = min(MAX_LENGTH, place)
    while length < longest and text[place - 1 - length] == text[position - 1 - length]:
        length += 1
    return length


def foresee_many(
    messages: Sequence[bytes], history: Index | None, flat: Numbers, starts: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """What matches predict in messages.

    Args:
        messages: all of them.
        history: of the model.
        flat: their symbols, one message after the other, the ends included.
        starts: of the messages in ``flat``.

    Returns:
        The places in ``flat`` of all predictions, the bytes, and the indices of rule MAT-4 without the probability
        classes.
    """
    if history:
        found = [
            (start + at, *prediction)
            for start, data in zip(starts.tolist(), messages, strict=True)
            for at, prediction in foresee(data, history).items()
        ]
        places, predicted, indices = np.array(found, np.int64).reshape(-1, 3).T
        return places, predicted, indices
    owners, after, before = _repeats(flat, starts)
    hits = _hits(flat, after, before)
    followed = _follow_all(after, before, hits, flat)
    owners, after, before, hits = owners[followed], after[followed], before[followed], hits[followed]
    misses = np.minimum(np.arange(len(owners)) - owners.searchsorted(owners), MISS_CLASSES - 1)
    lengths = _lengths_before(flat, before - starts[owners], after, before)
    # each is a prediction for every hit, and one for the miss
    matches, places = spread(after, hits + 1)
    ahead = places - after[matches]
    lengths = np.minimum(lengths[matches] + ahead, MAX_LENGTH)
    return places, flat[before[matches] + ahead], np.array(BASES)[lengths] + misses[matches]


def _follow_all(after: Numbers, before: Numbers, hits: Numbers, flat: Numbers) -> list[int]:
    """Which of the repeated places begin a match, as none is active there; completes the hits of these."""
    behind = after.searchsorted(after + hits + 1)
    behind[hits == _REACH] = -1
    following = behind.tolist()
    followed: list[int] = []
    number = 0
    while number < len(following):
        followed.append(number)
        if following[number] < 0:
            place, pointer = int(after[number]), int(before[number])
            hits[number] = count = _hits_alone(flat, pointer, place)
            number = int(after.searchsorted(place + count + 1))
        else:
            number = following[number]
    return followed


def _hits(flat: Numbers, after: Numbers, before: Numbers) -> Numbers:
    """How many symbols from pairs of places on are equal, at most ``_REACH``."""
    hits = np.zeros(len(after), np.int64)
    equal = np.arange(len(after))
    for ahead in range(_REACH):
        equal = equal[flat[before[equal] + ahead] == flat[after[equal] + ahead]]
        hits[equal] += 1
    return hits


def _hits_alone(flat: Numbers, pointer: int, place: int) -> int:
    """The same for one pair, without bound; the end of the message is equal to nothing."""
    count, block = 0, _REACH
    while True:
        some = flat[place + count : place + count + block]
        is_equal = flat[pointer + count : pointer + count + len(some)] == some
        if not is_equal.all():
            return count + int(is_equal.argmin())
        count, block = count + block, 2 * block


def _lengths_before(flat: Numbers, room: Numbers, after: Numbers, before: Numbers) -> Numbers:
    """How many symbols before pairs of places are equal, if there is room; ``MIN_LENGTH`` of them are."""
    lengths = np.full(len(after), MIN_LENGTH)
    equal = np.arange(len(after))
    for back in range(MIN_LENGTH + 1, MAX_LENGTH + 1):
        equal = equal[room[equal] >= back]
        equal = equal[flat[before[equal] - back] == flat[after[equal] - back]]
        lengths[equal] += 1
    return lengths


def _repeats(flat: Numbers, starts: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Places at which the slot holds a place after the same four bytes: the message, the place, what is held."""
    owners = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(flat)))
    places = np.flatnonzero(np.arange(len(flat)) - starts[owners] >= MIN_LENGTH)
    fours = np.zeros(max(0, len(flat) - MIN_LENGTH), np.int64)  # of the place 4 later
    for byte in range(MIN_LENGTH if len(fours) else 0):
        fours |= flat[byte : byte - MIN_LENGTH] << 8 * byte
    slots = (fours[places - MIN_LENGTH] * MULTIPLIER & 0xFFFFFFFF) >> SLOT_SHIFT
    # sorted by message and slot, each place stands behind what its slot holds then
    keys = (owners[places] << 32 - SLOT_SHIFT | slots) << _PLACE_BITS | places
    keys.sort()
    held = np.flatnonzero(keys[1:] >> _PLACE_BITS == keys[:-1] >> _PLACE_BITS)
    after, before = keys[held + 1] & _PLACES, keys[held] & _PLACES
    is_match = fours[after - MIN_LENGTH] == fours[before - MIN_LENGTH]
    order = np.argsort(after[is_match])
    after, before = after[is_match][order], before[is_match][order]
    return owners[after], after, before

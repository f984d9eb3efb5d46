"""The match model of messages that are known (rules MAT-1 to MAT-8 and HIS-1 to HIS-3)."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_fast.prefix import FILTER_SHIFT, Index
from aura_fast.ragged import Numbers, spread
from aura_spec import match as spec
from aura_spec import prefix as prefix_spec
from aura_spec.context_model import END
from aura_spec.match import (
    HITS,
    LENGTH_STEPS,
    MIN_LENGTH,
    MISS_CLASSES,
    MULTIPLIER,
    PROBABILITY_CLASSES,
    SLOT_SHIFT,
    SLOTS,
)

BASES: Final = tuple(
    PROBABILITY_CLASSES * MISS_CLASSES * bisect_right(LENGTH_STEPS, length)
    for length in range(spec.MAX_LENGTH + 1)
)
"""The part of the index in rule MAT-4 that the length of the match decides."""

PREFIX_BASE: Final = HITS
"""The same of a match in the prefix, whose table stands behind the other."""

_PLACE_BITS: Final = 24
_PLACES: Final = (1 << _PLACE_BITS) - 1

_SHORT: Final = 256
"""Bytes up to which a message often holds no match."""

Prediction = tuple[int, int]
"""A byte, and the index of rule MAT-4 without the probability class."""

INDEX_SHIFT: Final = 8
"""Bits of the byte in a prediction that is one number; the index stands above it."""

BYTE_MASK: Final = (1 << INDEX_SHIFT) - 1


class Foresight:
    """What matches predict in a message.

    Attributes:
        predictions: by position; -1 for none.
        free: the position from which on no match is active.
    """

    def __init__(self, data: bytes) -> None:
        self.predictions = array("i", [-1]) * (len(data) + 1)
        self.free = 0
        self._data = data
        self._misses = 0

    def look_back(self, place: int, position: int) -> None:
        """Follow the match between two places of the message, if there is one (rule MAT-2)."""
        length = length_before(self._data, place, position)
        if length:
            self._follow(self._data, place, position, length)

    def look_into(self, prefix: Index, position: int) -> None:
        """Follow the match between the prefix and the message, if there is one (rule HIS-1)."""
        place = prefix.find(self._data[position - prefix_spec.LENGTH : position])
        if place:
            self._follow(prefix.text, place, position, 0)

    def _follow(self, source: bytes, place: int, position: int, length: int) -> None:
        data, misses = self._data, self._misses
        while True:
            base = BASES[length] if length else PREFIX_BASE
            self.predictions[position] = base + misses << INDEX_SHIFT | source[place]
            if position == len(data) or source[place] != data[position]:
                self._misses = min(misses + 1, MISS_CLASSES - 1)
                self.free = position + 1
                return
            place, position = place + 1, position + 1
            if length:
                length = min(length + 1, spec.MAX_LENGTH)
            elif place == len(source):  # rule HIS-3
                self.free = position
                return


def predict(data: bytes, prefix: Index | None) -> array[int]:
    """What matches predict in a message: for each position a number, -1 for nothing."""
    foresight = Foresight(data)
    if not prefix and len(data) <= _SHORT and _are_distinct(data):
        return foresight.predictions
    places: dict[int, int] = {}
    stretch = prefix_spec.LENGTH
    for position, mixed in enumerate((_fours(data) * np.uint32(MULTIPLIER)).data, MIN_LENGTH):
        slot = mixed >> SLOT_SHIFT
        if slot in places and position >= foresight.free:
            foresight.look_back(places[slot], position)
        places[slot] = position
        if prefix and stretch <= position >= foresight.free and prefix.ends[mixed >> FILTER_SHIFT]:
            foresight.look_into(prefix, position)
    return foresight.predictions


def _are_distinct(data: bytes) -> bool:
    """Whether no four bytes stand in a message twice, so that there is no match; most short ones are like that."""
    count = max(0, len(data) - MIN_LENGTH + 1)
    return len({data[place : place + MIN_LENGTH] for place in range(count)}) == count


def places_of(text: bytes | bytearray) -> dict[int, int]:
    """What the slots hold before the position at the end of a text (rules MAT-1 and MAT-3)."""
    if len(text) <= MIN_LENGTH:
        return {}
    slots = _slots(_fours(bytes(text[:-1]))).tolist()
    return dict(zip(slots, range(MIN_LENGTH, len(text)), strict=True))


def length_before(text: bytes | bytearray, place: int, position: int) -> int:
    """How many bytes before ``place`` equal those before ``position``; 0 if too few for a match (rule MAT-2)."""
    if text[place - MIN_LENGTH : place] != text[position - MIN_LENGTH : position]:
        return 0
    length = MIN_LENGTH
    longest = min(spec.MAX_LENGTH, place)
    while length < longest and text[place - 1 - length] == text[position - 1 - length]:
        length += 1
    return length


Predicted = tuple[Numbers, Numbers, Numbers]
"""Where there are predictions, the bytes, and the indices of rule MAT-4 without the probability classes; each
(predictions,) int64."""


def predict_many(
    messages: Sequence[bytes], prefix: Index | None, flat: Numbers, starts: Numbers, *, reach: int
) -> Predicted:
    """What matches predict in messages.

    Args:
        messages: all of them.
        prefix: of the model.
        flat: their symbols, end to end, the ends of messages included, (symbols,) int64.
        starts: where messages begin in ``flat``, (messages,) int64.
        reach: hits of a match that are counted for all matches together.
    """
    if prefix:
        return _unpack(np.concatenate([predict(data, prefix) for data in messages]))
    fours = _fours(b"\0".join([*messages, b""]))
    owners = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(flat)))
    places = np.flatnonzero(np.arange(len(flat)) - starts[owners] >= MIN_LENGTH)
    keys = owners[places] << 32 - SLOT_SHIFT | _slots(fours[places - MIN_LENGTH])
    after, before = _repeats(fours, keys << _PLACE_BITS | places)
    after, before, hits = _follow_all(after, before, flat, reach)
    owners = owners[after]
    misses = np.arange(len(after)) - owners.searchsorted(owners)
    return _predict(flat, starts[owners], (after, before, hits + 1), misses)


def predict_sections(data: bytes, prefix: Index | None, size: int, *, reach: int) -> Iterator[Predicted]:
    """What matches predict in a message, section by section.

    Args:
        data: the message.
        prefix: of the model.
        size: of a section, in symbols.
        reach: hits of a match that are counted for all matches together.

    Yields:
        The predictions of each section; places count from its first symbol.

    What slots hold goes on from section to section, as does the number of misses, and a match that is active.
    """
    if prefix:
        packed = np.asarray(predict(data, prefix))
        yield from (_unpack(packed[begin : begin + size]) for begin in range(0, len(packed), size))
        return
    fours = _fours(data + b"\0")
    flat = np.frombuffer(data + b"\0", np.uint8).astype(np.uint16)
    flat[-1] = END
    held = np.zeros(SLOTS, np.int64)  # never a place below MIN_LENGTH
    misses = 0
    active = np.zeros((2, 0), np.int64)  # where the section begins, and the pointer there, if a match goes on
    for begin in range(0, len(flat), size):
        end = min(begin + size, len(flat))
        places = np.arange(max(begin, MIN_LENGTH), end)
        slots = _slots(fours[places - MIN_LENGTH])
        used = held.nonzero()[0]
        keys = np.concatenate([used << _PLACE_BITS | held[used], slots << _PLACE_BITS | places])
        held[slots] = places  # of places with the same slot the last
        after, before = _repeats(fours, keys)
        if active.size:
            is_later = after > begin
            after = np.concatenate([active[0], after[is_later]])
            before = np.concatenate([active[1], before[is_later]])
        after, before, hits = _follow_all(after, before, flat, reach)
        counts = np.minimum(hits + 1, end - after)
        found = _predict(flat, np.zeros_like(after), (after, before, counts), misses + np.arange(len(after)))
        yield found[0] - begin, *found[1:]
        # only the last match may go on
        goes_on = counts <= hits
        misses += len(after) - int(np.count_nonzero(goes_on))
        active = np.array([(after + counts)[goes_on], (before + counts)[goes_on]])


def _unpack(packed: NDArray[np.int32]) -> Predicted:
    """Predictions from the numbers of ``predict``, (positions,) int32."""
    places = np.flatnonzero(packed >= 0)
    numbers = packed[places].astype(np.int64)
    return places, numbers & BYTE_MASK, numbers >> INDEX_SHIFT


def _predict(
    flat: NDArray[np.integer], starts: Numbers, matches: tuple[Numbers, Numbers, Numbers], misses: Numbers
) -> Predicted:
    """What matches predict.

    Args:
        flat: the symbols, (symbols,).
        starts: where the message of each match begins, (matches,) int64.
        matches: the place of each match, the pointer there, and how many predictions it makes, each (matches,)
            int64.
        misses: how many the message has before each match, (matches,) int64.
    """
    after, before, counts = matches
    lengths = _lengths_before(flat, before - starts, after, before)
    numbers, places = spread(after, counts)
    ahead = places - after[numbers]
    lengths = np.minimum(lengths[numbers] + ahead, spec.MAX_LENGTH)
    bases = np.array(BASES)[lengths] + np.minimum(misses, MISS_CLASSES - 1)[numbers]
    return places, flat[before[numbers] + ahead].astype(np.int64), bases


def _follow_all(
    after: Numbers, before: Numbers, flat: NDArray[np.integer], reach: int
) -> tuple[Numbers, Numbers, Numbers]:
    """The matches that are followed: those that begin where none is active.

    Args:
        after: the places that repeat others, ascending, (places,) int64.
        before: the places that they repeat, (places,) int64.
        flat: the symbols, (symbols,).
        reach: hits of a match that are counted for all matches together.

    Returns:
        The places of the matches, their pointers there, and how many hits each has: all (matches,) int64.
    """
    # of neighbours that are equally far from what they repeat, each has a hit more than the next
    is_last = np.ones(len(after), np.bool_)
    is_last[:-1] = (np.diff(after) != 1) | (np.diff(before) != 1)
    last = is_last.nonzero()[0]
    counts = _hits(flat, after[last], before[last], reach)
    sizes = np.diff(last, prepend=-1)
    hits = np.repeat(counts + last, sizes) - np.arange(len(after))
    behind = after.searchsorted(after + hits + 1)
    behind[np.repeat(counts == reach, sizes)] = -1
    following = behind.tolist()
    followed: list[int] = []
    number = 0
    while number < len(following):
        followed.append(number)
        if following[number] < 0:
            place, pointer = int(after[number]), int(before[number])
            hits[number] = count = _hits_alone(flat, pointer, place, reach)
            number = int(after.searchsorted(place + count + 1))
        else:
            number = following[number]
    return after[followed], before[followed], hits[followed]


def _hits(flat: NDArray[np.integer], after: Numbers, before: Numbers, reach: int) -> Numbers:
    """How many symbols from pairs of places on are equal, at most ``reach``: (pairs,) int64."""
    hits = np.zeros(len(after), np.int64)
    equal = np.arange(len(after))
    for ahead in range(reach):
        equal = equal[flat[before[equal] + ahead] == flat[after[equal] + ahead]]
        hits[equal] += 1
    return hits


def _hits_alone(flat: NDArray[np.integer], pointer: int, place: int, block: int) -> int:
    """How many symbols from one pair of places on are equal; the end of the message is equal to nothing.

    ``block`` symbols are compared at first, then twice as many each time.
    """
    count = 0
    while True:
        some = flat[place + count : place + count + block]
        is_equal = flat[pointer + count : pointer + count + len(some)] == some
        if not is_equal.all():
            return count + int(is_equal.argmin())
        count, block = count + block, 2 * block


def _lengths_before(flat: NDArray[np.integer], room: Numbers, after: Numbers, before: Numbers) -> Numbers:
    """How many symbols before pairs of places are equal, at most ``MAX_LENGTH``: (pairs,) int64.

    Args:
        flat: the symbols, (symbols,).
        room: how many symbols stand before the earlier places, (pairs,) int64.
        after: the later places, (pairs,) int64.
        before: the earlier places, (pairs,) int64; ``MIN_LENGTH`` symbols before them are equal.
    """
    lengths = np.full(len(after), MIN_LENGTH)
    equal = np.arange(len(after))
    for back in range(MIN_LENGTH + 1, spec.MAX_LENGTH + 1):
        equal = equal[room[equal] >= back]
        equal = equal[flat[before[equal] - back] == flat[after[equal] - back]]
        lengths[equal] += 1
    return lengths


def _fours(text: bytes) -> NDArray[np.uint32]:
    """The four bytes from each place on, as rule MAT-1 reads them: (places,) uint32, a view that is not aligned."""
    return np.ndarray(max(0, len(text) - MIN_LENGTH + 1), "<u4", text, 0, (1,))


def _slots(fours: NDArray[np.uint32]) -> Numbers:
    """The slots for four bytes each (rule MAT-1): int64 of the same shape."""
    return (fours * np.uint32(MULTIPLIER) >> SLOT_SHIFT).astype(np.int64)


def _repeats(fours: NDArray[np.uint32], keys: Numbers) -> tuple[Numbers, Numbers]:
    """Places whose slot holds a place after the same four bytes, in ascending order; and what it holds.

    Args:
        fours: four bytes from each place on, (places,) uint32.
        keys: the message, the slot, and in the lowest bits the place, of all places, (keys,) int64; sorted in
            place.

    Returns:
        The later places and the earlier ones, both (pairs,) int64.
    """
    keys.sort()  # so that each place stands behind what its slot holds then
    is_held = keys[1:] >> _PLACE_BITS == keys[:-1] >> _PLACE_BITS
    after, before = keys[1:][is_held] & _PLACES, keys[:-1][is_held] & _PLACES
    is_match = fours[after - MIN_LENGTH] == fours[before - MIN_LENGTH]
    after, before = after[is_match], before[is_match]
    order = np.argsort(after)
    return after[order], before[order]

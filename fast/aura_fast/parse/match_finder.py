"""Candidates of a match at each position: what stands there, and stood before (rules PAR-1 and PAR-6).

Positions with the same key, the bytes that stand there, are found by sorting, one key length after the other. A
long key is a pair of numbers, one for each of two shorter keys that overlap or touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_fast.parse.cut import Recent
from aura_spec.brio2 import MIN_MATCH
from aura_spec.parse import LONG, MAX_CANDIDATE

Narrow = NDArray[np.int32]
Words = NDArray[np.uint64]

_COMPARED: Final = 1 << 15
"""Keys that are compared at a time; it bounds the memory."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """A candidate at each of some positions that follow each other.

    Attributes:
        distances: 0 for none, (positions,) int32.
        lengths: how many bytes the candidates copy, 0 for none, (positions,) uint8.
    """

    distances: Narrow
    lengths: NDArray[np.uint8]


def eights(data: bytes) -> Words:
    """The eight bytes at each position as an integer, low byte first, zeros behind the end: (positions,) uint64."""
    return np.ndarray((len(data),), np.uint64, data + bytes(8), strides=(1,)).copy()


def find_candidates(words: Words, size: int, key_lengths: tuple[int, ...]) -> list[Candidates]:
    """The candidates of all positions of a message, for each key length (rule PAR-1).

    Args:
        words: as :func:`eights` gives them, (size,) uint64.
        size: of the message, in bytes.
        key_lengths: ascending, the first of them 4.

    Returns:
        For each key length that is shorter than the message the candidates of its ``size`` positions.
    """
    found: list[Candidates] = []
    # for lengths of keys so far, a number for each position that is the same where the same bytes stand
    numbers: dict[int, NDArray[np.uint32]] = {}
    for length in key_lengths:
        if size <= length:
            break
        if length == 4:
            keys, bits = words[: size - 3] & np.uint64((1 << 32) - 1), 32
        else:
            # a longer key is a pair of shorter ones that overlap or touch
            half = _half(key_lengths, length)
            shorter = numbers[half]
            width = int(shorter.max()).bit_length()
            keys = shorter[: size - length + 1].astype(np.uint64)
            keys <<= np.uint64(width)
            keys |= shorter[length - half : size - half + 1]
            bits = 2 * width
        # only what the keys to come are made of is still needed
        halves = {_half(key_lengths, following) for following in key_lengths[len(found) + 1 :]}
        numbers = {shorter: those for shorter, those in numbers.items() if shorter in halves}
        distances, own = _latest(keys, bits, size, numbered=length in halves)
        if own is not None:
            numbers[length] = own
        found.append(Candidates(distances, _lengths(words, distances, length)))
    return found


def _half(key_lengths: tuple[int, ...], length: int) -> int:
    """The length of the shortest keys two of which make a key of ``length`` bytes."""
    return min(half for half in key_lengths if 2 * half >= length)


def _latest(keys: Words, bits: int, size: int, *, numbered: bool) -> tuple[Narrow, NDArray[np.uint32] | None]:
    """The distance from each position to the latest earlier one with the same key.

    Args:
        keys: of the positions that have one, (keys,) uint64; may be overwritten.
        bits: how many bits the keys have at most.
        size: how many positions there are.
        numbered: whether numbers for the keys are asked for.

    Returns:
        The distances, 0 for none, (size,) int32; and, if asked for, numbers that are the same where the keys are,
        (keys,) uint32.
    """
    count = len(keys)
    width = (count - 1).bit_length()
    if bits + width <= 64:
        # key and position in one integer: they sort fast, and equal keys by position
        keys <<= np.uint64(width)
        keys |= np.arange(count, dtype=np.uint64)
        keys.sort()
        fresh = _changes(keys, width)
        keys &= np.uint64((1 << width) - 1)
        positions = keys.view(np.int64)
    else:
        positions = np.argsort(keys, kind="stable")
        fresh = _changes(keys[positions], 0)
    gaps = np.zeros(count, np.int32)
    np.subtract(positions[1:], positions[:-1], out=gaps[1:], casting="unsafe")
    gaps[fresh] = 0
    distances = np.zeros(size, np.int32)
    distances[positions] = gaps
    del gaps
    if not numbered:
        return distances, None
    numbers = np.empty(count, np.uint32)
    numbers[positions] = np.cumsum(fresh, dtype=np.uint32)
    return distances, numbers


def _changes(keys: Words, width: int) -> NDArray[np.bool_]:
    """Where sorted keys, without their lowest ``width`` bits, differ from the one before: (keys,) bool."""
    changes = np.ones(len(keys), bool)
    for start in range(0, len(keys), _COMPARED):
        above = keys[start : start + _COMPARED + 1] >> np.uint64(width)
        np.not_equal(above[1:], above[:-1], out=changes[start + 1 : start + len(above)])
    return changes


def _lengths(words: Words, distances: Narrow, key_length: int) -> NDArray[np.uint8]:
    """The lengths of the candidates at these distances, 0 for none (rule PAR-1): (positions,) uint8."""
    size = len(distances)
    changes = np.ones(size, bool)
    np.not_equal(distances[1:], distances[:-1], out=changes[:-1])
    # where chains of positions with one distance end, and how many of the eight bytes beyond the key agree
    last = np.flatnonzero(changes).astype(np.int32)
    beyond = np.minimum(last + key_length, size - 1)
    differing = words.take(beyond)
    differing ^= words.take(beyond - distances.take(last))
    more = _agreeing_bytes(differing)
    del differing
    # zeros stand for bytes behind the end, and may agree
    ends = np.minimum(last + key_length + more, size)
    lengths = np.repeat(ends, np.diff(last, prepend=np.int32(-1)))
    lengths -= np.arange(size, dtype=np.int32)
    np.minimum(lengths, MAX_CANDIDATE, out=lengths)
    lengths[distances == 0] = 0
    return lengths.astype(np.uint8)


def find_recent(words: Words, start: int, stop: int, recent: Recent) -> list[Candidates]:
    """The candidates at the recent distances in force, where enough bytes agree (rule PAR-6).

    Args:
        words: as :func:`eights` gives them, (size,) uint64.
        start: the first position that is asked for.
        stop: the position behind the last.
        recent: the distances in force along the message.

    Returns:
        For each of the three recent distances the candidates of ``stop - start`` positions, at most ``LONG`` bytes
        long.
    """
    positions = np.arange(start, stop, dtype=np.int32)
    rows = recent.distances[np.searchsorted(recent.ends, positions, "right")]
    found = []
    for row in rows.T:
        distances = np.zeros(len(positions), np.int32)
        lengths = np.zeros(len(positions), np.uint8)
        going = np.flatnonzero(row <= positions).astype(np.int32)
        for done in range(0, LONG, 8):
            # zeros stand for bytes behind the end, and may agree
            ahead = np.minimum(positions.take(going) + done, len(words) - 1)
            agreeing = _agreeing_bytes(words.take(ahead) ^ words.take(ahead - row.take(going)))
            agreeing = np.minimum(agreeing, len(words) - done - positions.take(going))
            if not done:
                enough = agreeing >= MIN_MATCH
                going, agreeing = going[enough], agreeing[enough]
                distances[going] = row.take(going)
            lengths[going] = done + np.maximum(agreeing, 0)
            going = going[agreeing == 8]
        found.append(Candidates(distances, lengths))
    return found


def _agreeing_bytes(differing: Words) -> Narrow:
    """How many bytes of each word, from the lowest on, are zero: (words,) int32, 0 to 8. Overwrites the words."""
    same = differing == 0
    # the lowest bit that differs tells how many; as a float, its exponent does
    differing &= ~differing + np.uint64(1)
    exponents = differing.astype(np.float64).view(np.int64) >> 52
    agreeing = (exponents - 1023 >> 3).astype(np.int32)
    agreeing[same] = 8
    return agreeing

"""The phrases of the static dictionary that stand at positions, by a perfect hash (rule UNI-1).

Phrases of one length have a table of their own. A multiplication hashes a phrase: the top bits of the product are
its group, the next its place in the group. Each group has an offset that is added to the places of its phrases, so
that no two phrases of the table share one ("hash, displace").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_fast.parse.match_finder import Narrow, Words
from aura_fast.unit import SYMBOL_OF_UNIT
from aura_spec.unit import MAX_UNIT, UNIT_BYTES


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The phrases of one length, and their hash table.

    Attributes:
        factor: the top bits of a phrase times this are its group, those below its place in the group.
        offsets: what is added to the places of a group, (2^_GROUP_BITS,) int64.
        by_place: the number of the phrase at each place, (2^_PLACE_BITS,) int16.
        keys: the bytes of each phrase by number, the first one lowest, (phrases,) uint64.
        units: the unit of each phrase, (phrases,) int32.
        symbols: the symbol of the unit of each phrase, (phrases,) int32.
    """

    factor: int
    offsets: NDArray[np.int64]
    by_place: NDArray[np.int16]
    keys: Words
    units: Narrow
    symbols: Narrow


_GROUP_BITS: Final = 12
_PLACE_BITS: Final = 15


@cache
def _phrases() -> tuple[_Phrases, ...]:
    """The phrases by length, from two bytes on."""
    found = []
    for length in range(2, MAX_UNIT + 1):
        units = np.array([unit for unit, text in enumerate(UNIT_BYTES) if len(text) == length], np.int32)
        keys = np.array([int.from_bytes(UNIT_BYTES[unit], "little") for unit in units], np.uint64)
        factor = 0x9E3779B97F4A7C15
        while (offsets := _offsets(keys, factor)) is None:
            factor = factor * 0xD1342543DE82EF95 % (1 << 64)
        # phrase 0 is found at its own place only, so that where it stands elsewhere it never matches
        by_place = np.zeros(1 << _PLACE_BITS, np.int16)
        by_place[_places(keys, factor, offsets)] = np.arange(len(keys))
        found.append(
            _Phrases(factor, offsets, by_place, keys, units, SYMBOL_OF_UNIT.take(units).astype(np.int32))
        )
    return tuple(found)


def _offsets(keys: Words, factor: int) -> NDArray[np.int64] | None:
    """Offsets for the groups, found for the largest group first: (2^_GROUP_BITS,) int64.

    None if two phrases of a group have the same place in it, so that no offset parts them.
    """
    places = _places(keys, factor, np.zeros(1 << _GROUP_BITS, np.int64))
    groups = (keys * np.uint64(factor) >> np.uint64(64 - _GROUP_BITS)).view(np.int64)
    offsets = np.zeros(1 << _GROUP_BITS, np.int64)
    taken = np.zeros(1 << _PLACE_BITS, bool)
    sizes = np.bincount(groups, minlength=len(offsets))
    for group in np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)].tolist():
        own = places[groups == group]
        if len(set(own.tolist())) < len(own):  # not np.unique, which imports numpy.ma, some 2 MiB
            return None
        while taken[own + offsets[group] & len(taken) - 1].any():
            offsets[group] += 1
        taken[own + offsets[group] & len(taken) - 1] = True
    return offsets


def _places(keys: Words, factor: int, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of keys of any shape in the table: int64 of that shape, below 2^_PLACE_BITS."""
    products = keys * np.uint64(factor)
    places = (products >> np.uint64(64 - _GROUP_BITS - _PLACE_BITS)).view(np.int64)
    products >>= np.uint64(64 - _GROUP_BITS)
    places += offsets.take(products.view(np.int64))
    places &= (1 << _PLACE_BITS) - 1
    return places


def phrases_at(words: Words) -> Iterator[tuple[NDArray[np.intp], Narrow]]:
    """The phrases that stand at places.

    Args:
        words: the eight bytes at each place, low byte first, of any shape; uint64.

    Yields:
        For each length from 2 to ``MAX_UNIT`` the places at which a phrase of this length stands, as indices of the
        flat ``words``, (found,); and the symbols of these units, (found,) int32.
    """
    for length, phrases in enumerate(_phrases(), 2):
        keys = words & np.uint64((1 << 8 * length) - 1)
        found = phrases.by_place.take(_places(keys, phrases.factor, phrases.offsets))
        # no phrase holds a zero, so that zeros behind the end never match
        there = np.flatnonzero(phrases.keys.take(found) == keys)
        yield there, phrases.symbols.take(found.take(there))


def units_at(words: Words, places: NDArray[np.int64], sizes: NDArray[np.uint8]) -> NDArray[np.int16]:
    """The units of these sizes that are known to stand at these places.

    Args:
        words: the eight bytes at each position of a message, (positions,) uint64.
        places: positions, (units,) int64.
        sizes: of the units, in bytes, (units,) uint8.

    Returns:
        The units, (units,) int16.
    """
    units = (words.take(places) & np.uint64(0xFF)).astype(np.int16)
    for length, phrases in enumerate(_phrases(), 2):
        those = np.flatnonzero(sizes == length)
        keys = words.take(places.take(those)) & np.uint64((1 << 8 * length) - 1)
        found = phrases.by_place.take(_places(keys, phrases.factor, phrases.offsets))
        units[those] = phrases.units.take(found)
    return units

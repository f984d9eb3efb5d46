"""Choosing a prefix: what recurs between messages word for word (spec chapter ``prefix``).

A stretch of text is worth a place in the prefix for what other messages repeat of it. Stretches are taken the
most valuable first; what is in the prefix already counts no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura import native
from aura.models.training import native_weights
from aura.models.training.text import BEGIN, Flags, Floats, Ints, Longs, Text
from aura_spec import prefix as spec

_WINDOW: Final = 256
"""Symbols of a stretch."""

_MOST: Final = 8
"""Repetitions beyond these add nothing: what is that frequent the trie knows as well."""

_FADED: Final = 0.5
"""A stretch is passed over once less than this share of its value is left."""

_HASHED: Final = 1 << 16
"""Places that are hashed together: few enough to stay in the cache."""

Hashes = NDArray[np.uint64]

_FACTOR: Final = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Repeats:
    """Which places of a text are followed by the same ``LENGTH`` bytes.

    Attributes:
        text: the text.
        places: where that is so, int32; those with the same bytes next to each other, in order.
        kinds: of each of them a number for these bytes, int32, ascending.
        kind: the same for each place of the text; -1 where no other place is followed by the same.
    """

    text: Text
    places: Ints
    kinds: Ints
    kind: Ints

    @staticmethod
    def of(text: Text) -> Repeats:
        """Find them by a hash."""
        ends = (text.starts[1:] - spec.LENGTH).astype(np.int32)
        place = np.arange(len(text.symbols), dtype=np.int32)
        whole = np.flatnonzero((place < ends[text.messages]) & (text.symbols != BEGIN)).astype(np.int32)
        # without the factor, the last symbol is in the lowest bits only
        hashes = _hashes(text.symbols)[whole] * np.uint64(_FACTOR)
        # what is sorted is the hash, but for its lowest bits, and the place
        bits = np.uint64(max(1, len(whole)).bit_length())
        packed = hashes >> bits << bits | np.arange(len(whole), dtype=np.uint64)
        packed.sort()
        order = (packed & np.uint64((1 << int(bits)) - 1)).astype(np.int32)
        del packed
        hashes = hashes[order]
        same = np.zeros(len(order) + 1, np.bool_)  # as the one before
        np.equal(hashes[1:], hashes[:-1], out=same[1:-1])
        del hashes
        several = same[:-1] | same[1:]
        places, kinds = whole[order[several]], np.cumsum(~same[:-1][several], dtype=np.int32)
        kind = np.full(len(text.symbols), -1, np.int32)
        kind[places] = kinds
        return Repeats(text, places, kinds, kind)

    def value(self, chosen: Flags, owners: Ints, least: int) -> Floats:
        """How many other owners repeat what follows each place, at most ``_MOST``.

        Args:
            chosen: for each place of the text whether it counts.
            owners: of each place.
            least: where not so many owners have the same, it counts as none.
        """
        some = chosen[self.places]
        places, kinds = self.places[some], self.kinds[some]
        value = np.zeros(len(chosen), np.float32)
        if len(places):
            owner = owners[places]
            new = np.ones(len(places), np.bool_)
            new[1:] = kinds[1:] != kinds[:-1]
            other = new.copy()
            other[1:] |= owner[1:] != owner[:-1]
            firsts = np.flatnonzero(new)
            spread = np.add.reduceat(other, firsts, dtype=np.int32)
            worth = np.where(spread >= least, np.minimum(spread - 1, _MOST), 0)
            value[places] = np.repeat(worth, np.diff(firsts, append=len(places)))
        return value


def choose_prefix(repeats: Repeats, messages: Flags, size: int, min_sources: int = 1) -> list[bytes]:
    """Stretches of the chosen messages, about ``size`` bytes together, the most valuable first.

    Every ``LENGTH`` bytes of them occur in at least two messages, and in so many sources.
    """
    text = repeats.text
    chosen = messages[text.messages]
    owners = text.messages if min_sources == 1 else text.sources
    value, kind = repeats.value(chosen, owners, max(2, min_sources))[chosen], repeats.kind[chosen]
    symbols = text.symbols[chosen]
    del chosen
    firsts = np.arange(0, len(symbols), _WINDOW // 2)
    halves = np.append(np.add.reduceat(value, firsts) if len(firsts) else value, np.float32(0.0))
    worth = halves[:-1] + halves[1:]
    windows = Windows(value, kind, np.argsort(-worth, kind="stable"), worth)
    if native.is_chosen():
        chosen_text = symbols.astype(np.uint8).tobytes()
        parts = native_weights.choose_stretches(windows, (_WINDOW, spec.LENGTH, size), _FADED)
        return [chosen_text[start:end] for start, end in parts]
    return _choose_stretches(windows, symbols, size)


@dataclass(frozen=True, slots=True)
class Windows:
    """A text in windows that begin every half of one.

    Attributes:
        value: of each place what follows is worth, float32; whole numbers.
        kind: of each a number for what follows, int32; -1 where that is worth nothing.
        order: the windows from the most valuable on.
        worth: of each window in the order of the text, float32.
    """

    value: Floats
    kind: Ints
    order: Longs
    worth: Floats


def _choose_stretches(windows: Windows, symbols: Ints, size: int) -> list[bytes]:
    """What is covered of the most valuable windows, about ``size`` bytes together."""
    taken = np.zeros(int(windows.kind.max(initial=0)) + 2, np.bool_)  # the last one is for -1
    stretches: list[bytes] = []
    total = 0
    for place in windows.order.tolist():
        if total >= size or windows.worth[place] <= 0:
            break
        first = place * (_WINDOW // 2)
        window = slice(first, first + _WINDOW)
        kinds = windows.kind[window]
        fresh = np.where(taken[kinds], np.float32(0.0), windows.value[window])
        if fresh.sum() < _FADED * windows.worth[place]:
            continue
        taken[kinds] = True
        for stretch in _covered(symbols[window.start : window.stop + spec.LENGTH - 1], fresh):
            stretches.append(stretch)
            total += len(stretch)
    return stretches


def _covered(symbols: Ints, fresh: Floats) -> list[bytes]:
    """The bytes that others repeat, in runs."""
    marks = np.zeros(len(symbols) + 1, np.int64)
    starts = np.flatnonzero(fresh)
    np.add.at(marks, starts, 1)
    np.add.at(marks, starts + spec.LENGTH, -1)
    covered = np.concatenate((np.zeros(1, np.bool_), np.cumsum(marks[:-1]) > 0, np.zeros(1, np.bool_)))
    edges = np.flatnonzero(covered[1:] != covered[:-1])
    return [
        symbols[first:last].astype(np.uint8).tobytes()
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    ]


def _hashes(symbols: Ints) -> Hashes:
    """A hash of the ``LENGTH`` symbols from each place; those beyond the end count as zeros."""
    result = np.empty(len(symbols), np.uint64)
    for first in range(0, len(symbols), _HASHED):
        part = symbols[first : first + _HASHED + spec.LENGTH - 1]
        result[first : first + _HASHED] = _hashes_of_part(part)[:_HASHED]
    return result


def _hashes_of_part(symbols: Ints) -> Hashes:
    joined, length = symbols.astype(np.uint64) + np.uint64(1), 1
    parts: list[tuple[Hashes, int]] = []
    wanted = spec.LENGTH
    while wanted:
        if wanted & 1:
            parts.append((joined, length))
        wanted >>= 1
        joined = joined * _power(length) + _shifted(joined, length)
        length *= 2
    result = np.zeros(len(symbols), np.uint64)
    offset = 0
    for part, length in parts:
        result = result * _power(length) + _shifted(part, offset)
        offset += length
    return result


def _shifted(values: Hashes, by: int) -> Hashes:
    result = np.zeros_like(values)
    result[: max(0, len(values) - by)] = values[by:]
    return result


def _power(length: int) -> np.uint64:
    return np.uint64(pow(_FACTOR, length, 1 << 64))


def places_in(prefix: bytes, text: Text) -> Longs:
    """For each place of a text the last one in the prefix that the same ``LENGTH`` bytes lead up to, or 0."""
    result = np.zeros(len(text.symbols), np.int64)
    if len(prefix) < spec.LENGTH or len(text.symbols) < spec.LENGTH:
        return result
    known = _hashes(np.frombuffer(prefix, np.uint8).astype(np.int64))[: len(prefix) - spec.LENGTH + 1]
    order = np.argsort(known, kind="stable")
    ends = _hashes(text.symbols)[: len(text.symbols) - spec.LENGTH]
    after = np.searchsorted(known[order], ends, side="right")
    last = order[np.maximum(after - 1, 0)]
    places = np.arange(spec.LENGTH, len(text.symbols))
    inside = places - text.starts[text.messages[places]] > spec.LENGTH
    found = (known[last] == ends) & inside & (last + spec.LENGTH < len(prefix))
    result[places[found]] = last[found] + spec.LENGTH
    return result

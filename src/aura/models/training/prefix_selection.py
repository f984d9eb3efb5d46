"""Choosing a prefix: what recurs between messages word for word (spec chapter ``prefix``).

A stretch of text is worth a place in the prefix for what other messages repeat of it. Stretches are taken the
most valuable first; what is in the prefix already counts no more.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura.models.training.text import BEGIN, Flags, Floats, Longs, Text
from aura_spec import prefix as spec
from aura_spec.context_model import END

_WINDOW: Final = 256
"""Symbols of a stretch."""

_MOST: Final = 8
"""Repetitions beyond these add nothing: what is that frequent the trie knows as well."""

_FADED: Final = 0.5
"""A stretch is passed over once less than this share of its value is left."""

Hashes = NDArray[np.uint64]

_FACTOR: Final = 0x9E3779B97F4A7C15


def choose_prefix(text: Text, messages: Flags, size: int, min_sources: int = 1) -> list[bytes]:
    """Stretches of the chosen messages, about ``size`` bytes together, the most valuable first.

    Every ``LENGTH`` bytes of them occur in at least two messages, and in so many sources.
    """
    places = text.places(messages)
    if len(places) <= spec.LENGTH:
        return []
    symbols = text.symbols[places]
    owners = text.messages if min_sources == 1 else text.sources
    value, kind = _values(symbols, text.messages[places], owners[places], max(2, min_sources))
    sums = np.concatenate((np.zeros(1), np.cumsum(value)))
    firsts = np.arange(0, len(symbols), _WINDOW // 2)
    worth = sums[np.minimum(firsts + _WINDOW, len(symbols))] - sums[firsts]
    taken = np.zeros(int(kind.max(initial=0)) + 1, np.bool_)
    stretches: list[bytes] = []
    total = 0
    for place in np.argsort(-worth, kind="stable").tolist():
        if total >= size or worth[place] <= 0:
            break
        window = slice(int(firsts[place]), int(firsts[place]) + _WINDOW)
        kinds = kind[window]
        fresh = np.where(taken[kinds], 0.0, value[window])
        if fresh.sum() < _FADED * worth[place]:
            continue
        taken[kinds] = True
        for stretch in _covered(symbols[window.start : window.stop + spec.LENGTH - 1], fresh):
            stretches.append(stretch)
            total += len(stretch)
    return stretches


def _covered(symbols: Longs, fresh: Floats) -> list[bytes]:
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


def _values(symbols: Longs, messages: Longs, owners: Longs, least: int) -> tuple[Floats, Longs]:
    """How many other owners repeat the ``LENGTH`` symbols from each place; and a number for these symbols."""
    hashes = _hashes(symbols)
    order = np.argsort(hashes, kind="stable")
    new = np.concatenate((np.ones(1, np.bool_), hashes[order][1:] != hashes[order][:-1]))
    kind = np.empty(len(hashes), np.int64)
    kind[order] = np.cumsum(new) - 1
    in_order = owners[order]
    other = new | np.concatenate((np.ones(1, np.bool_), in_order[1:] != in_order[:-1]))
    spread = np.add.reduceat(other, np.flatnonzero(new), dtype=np.float64)[kind]
    value = np.where(spread >= least, np.minimum(spread - 1.0, _MOST), 0.0)
    # what would span two messages is worth nothing
    last = np.minimum(np.arange(len(symbols)) + spec.LENGTH - 1, len(symbols) - 1)
    value[(messages[last] != messages) | (symbols[last] == END) | (symbols == BEGIN)] = 0.0
    value[len(symbols) - spec.LENGTH + 1 :] = 0.0
    return value, kind


def _hashes(symbols: Longs) -> Hashes:
    """A hash of the ``LENGTH`` symbols from each place; those beyond the end count as zeros."""
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

"""Finding templates that a message may be close to, by windows: eight successive bytes of a literal.

A window counts if its hash says so, in a template as well as in a message, which leaves half of them. A template is
filed under all of its windows that count. That depends on nothing else, so a library finds the same whether its
templates were filed at once or one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura.templates.views import WINDOW
from aura_fast.ragged import spread
from aura_spec.template import Template

_MAX_PLACES: Final = 256
"""Windows of a template that are looked at; bounds the time to file long patterns."""

_MAX_SHARED: Final = 32
"""Templates that may share a window; with more it tells too little."""

_MAX_FOUND: Final = 256
"""Windows in a message up to which it may be close to one template; with more it is many, or none."""

_MAX_NEAR: Final = 2
"""Templates that are worth a comparison with the message."""

_SCATTER: Final = np.uint64(0x9E3779B97F4A7C15)
_COUNTS: Final = np.uint64(1 << 48)
"""The hash of a window is its product with the former, mod 2^64; it counts if it has the bit of the latter."""

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]


class NearIndex:
    """Templates by the windows of them that count.

    Args:
        templates: ids and templates.
    """

    __slots__ = ("_hashes", "_owners")

    def __init__(self, templates: Iterable[tuple[int, Template]]) -> None:
        texts: list[bytes] = []
        ids: list[int] = []
        for template_id, template in templates:
            held = list(_looked_at(template))
            texts += held
            ids += [template_id] * len(held)
        hashes, numbers = _hashes(texts)
        owners = np.array(ids, np.int64)[numbers]
        order = np.lexsort((owners, hashes))
        hashes, owners = hashes[order], owners[order]
        is_first = np.ones(len(hashes), np.bool_)
        is_first[1:] = (hashes[1:] != hashes[:-1]) | (owners[1:] != owners[:-1])
        # (windows,) uint64 in ascending order, and the id of the template that has each, (windows,) int64
        self._hashes = hashes[is_first]
        self._owners = owners[is_first]

    def find(self, hashes: Hashes) -> tuple[Numbers, Numbers]:
        """Where the templates stand that have each hash, and how many do: (hashes,) int64 both."""
        firsts = self._hashes.searchsorted(hashes)
        return firsts, self._hashes.searchsorted(hashes, "right") - firsts

    def owners(self, firsts: Numbers, counts: Numbers) -> Numbers:
        """The ids of templates that :meth:`find` found, one for each window: (windows,) int64."""
        _, places = spread(firsts, counts)
        return self._owners[places]


def candidates(message: bytes, indexes: Sequence[NearIndex]) -> list[int]:
    """The ids of the templates that have the most windows of a message, of equals the lowest ids; two at most."""
    hashes = np.unique(_hashes([message])[0])
    found = [index.find(hashes) for index in indexes]
    shared = sum((counts for _, counts in found), np.zeros(len(hashes), np.int64))
    is_used = (shared > 0) & (shared <= _MAX_SHARED)
    if not 0 < np.count_nonzero(is_used) <= _MAX_FOUND:
        return []
    owners = [
        index.owners(firsts[is_used], counts[is_used])
        for index, (firsts, counts) in zip(indexes, found, strict=True)
    ]
    ids, hits = np.unique(np.concatenate(owners), return_counts=True)
    best: list[int] = ids[np.lexsort((ids, -hits))[:_MAX_NEAR]].tolist()
    return best


def _looked_at(template: Template) -> Iterator[bytes]:
    """The literals that have windows, as far as they are looked at."""
    left = _MAX_PLACES
    for literal in template.literals:
        if left > 0 and len(literal) >= WINDOW:
            text = literal[: left + WINDOW - 1]
            left -= len(text) - WINDOW + 1
            yield text


def _hashes(texts: Sequence[bytes]) -> tuple[Hashes, Numbers]:
    """The hashes that count of the windows of texts, and the number of the text of each: (windows,) both."""
    sizes = np.array([len(text) for text in texts], np.int64)
    numbers, starts = spread(sizes.cumsum() - sizes, np.maximum(sizes - WINDOW + 1, 0))
    content = np.frombuffer(b"".join(texts) + bytes(WINDOW), np.uint8)
    cut = np.lib.stride_tricks.sliding_window_view(content, WINDOW)[starts]
    hashes = np.ascontiguousarray(cut).view("<u8")[:, 0] * _SCATTER
    counts = hashes & _COUNTS != 0
    return hashes[counts], numbers[counts]

"""Results that are kept for what comes again."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from aura_spec.errors import DecodeError

_LONGEST: Final = 1 << 12
"""Bytes of the longest message or wire that is kept: longer ones hardly come again."""

Result = TypeVar("Result", bytes, bytes | DecodeError)


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What a cache has done so far.

    Attributes:
        hits: results that were there, or came twice in a batch.
        misses: results that had to be found.
        size: results that are kept.
        max_size: how many may be.
    """

    hits: int
    misses: int
    size: int
    max_size: int


class Cache:
    """The results of what was asked last, by content. Safe to share between threads."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._basis: object = None
        self._hits = self._misses = 0
        self._lock = threading.Lock()

    def look_up(
        self,
        keys: Sequence[bytes],
        find: Callable[[Sequence[bytes]], Sequence[Result]],
        *,
        basis: object,
        longest: int = sys.maxsize,
    ) -> list[Result]:
        """The results for ``keys``; those that are not kept, or longer than ``longest``, by ``find``.

        What is kept holds as long as ``basis`` is the same object.
        """
        results: dict[bytes, Result] = {}
        with self._lock:
            if basis is not self._basis:
                self._kept.clear()
                self._basis = basis
            for key in keys:
                kept = self._kept.get(key)
                if kept is not None and len(kept) <= longest:
                    self._kept.move_to_end(key)
                    results[key] = kept
        missing = [key for key in dict.fromkeys(keys) if key not in results]
        found = dict(zip(missing, find(missing), strict=True))
        with self._lock:
            self._hits += len(keys) - len(missing)
            self._misses += len(missing)
            for key, result in found.items():
                if basis is self._basis and isinstance(result, bytes):
                    self._keep(key, result)
        results.update(found)
        return [results[key] for key in keys]

    def _keep(self, key: bytes, result: bytes) -> None:
        if max(len(key), len(result)) <= _LONGEST:
            self._kept[key] = result
            if len(self._kept) > self._max_size:
                self._kept.popitem(last=False)

    @property
    def info(self) -> CacheInfo:
        """What it has done so far."""
        with self._lock:
            return CacheInfo(self._hits, self._misses, len(self._kept), self._max_size)

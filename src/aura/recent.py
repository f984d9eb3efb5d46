"""What was found last, by content; the least recently used goes first.

>>> recent = Recent(max_size=2)
>>> for key in (b"a", b"b", b"a", b"c"):
...     found = {} if recent.get([key]) else {key: key.upper()}
...     recent.put(found, hits=1 - len(found))
>>> recent.info
CacheInfo(hits=1, misses=3, size=2, max_size=2, evictions=1)
>>> recent.get([b"a", b"b"])
{b'a': b'A'}
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What a cache has done so far.

    Attributes:
        hits: results that were there, or came twice in a batch.
        misses: results that had to be found.
        size: results that are kept.
        max_size: how many may be.
        evictions: results that went because others came, or because what they were found with has changed.
    """

    hits: int
    misses: int
    size: int
    max_size: int
    evictions: int = 0


class Recent(Generic[Value]):
    """What was found last. Safe to share between threads.

    Args:
        max_size: results that are kept.
    """

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._kept: OrderedDict[bytes, Value] = OrderedDict()
        self._basis: object = None
        self._hits = self._misses = self._evictions = 0
        self._lock = threading.Lock()

    def get(self, keys: Iterable[bytes], basis: object = None) -> dict[bytes, Value]:
        """What is kept for some keys.

        What is kept holds as long as ``basis`` is the same object.
        """
        found: dict[bytes, Value] = {}
        kept = self._kept
        with self._lock:
            if basis is not self._basis:
                self._evictions += len(kept)
                kept.clear()
                self._basis = basis
            for key in keys:
                if key in kept:
                    kept.move_to_end(key)
                    found[key] = kept[key]
        return found

    def put(
        self, found: Mapping[bytes, Value], basis: object = None, *, hits: int = 0, misses: int = 0
    ) -> None:
        """Count look-ups, and keep what was found, if ``basis`` is that of the last :meth:`get`.

        Args:
            found: results by key, to be kept; each counts as a miss.
            basis: with which they were found.
            hits: look-ups that needed no search.
            misses: further results that had to be found, and are not kept.
        """
        with self._lock:
            self._hits += hits
            self._misses += len(found) + misses
            if basis is not self._basis:
                return
            self._kept.update(found)
            while len(self._kept) > self._max_size:
                self._kept.popitem(last=False)
                self._evictions += 1

    @property
    def info(self) -> CacheInfo:
        """What it has done so far."""
        with self._lock:
            return CacheInfo(self._hits, self._misses, len(self._kept), self._max_size, self._evictions)

"""What is counted of a variant: totals of users that are alike but for chance.

Users fall into ``BUCKETS`` buckets by their hash, so that memory is bounded, nobody's id is kept, and totals of
buckets vary as totals of users do: the messages of a user resemble each other, and a statistic that took them for
independent would see differences where there are none.
"""

from __future__ import annotations

import base64
import math
import threading
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

BUCKETS: Final = 1 << 10
_BITS: Final = 1 << 16
"""Bits by which users are counted, by linear counting (Whang et al. 1990): to one per cent up to 100,000 users."""

FIELDS: Final = ("messages", "plain", "wire", "grown", "errors", "seconds")
"""What is counted in each bucket."""


class Measures:
    """What is counted of a variant. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._totals: list[list[float]] = [[0.0] * len(FIELDS) for _ in range(BUCKETS)]
        self._seen = bytearray(_BITS // 8)

    def add(self, bucket: int, plain: int, wire: int, seconds: float) -> None:
        """Count a message.

        Args:
            bucket: of its user's slot.
            plain: bytes of the message.
            wire: bytes on the wire.
            seconds: that coding or reading it took.
        """
        with self._lock:
            total = self._total(bucket)
            total[0] += 1
            total[1] += plain
            total[2] += wire
            total[3] += wire > plain
            total[5] += seconds

    def add_error(self, bucket: int) -> None:
        """Count a message that was refused, or could not be coded."""
        with self._lock:
            self._total(bucket)[4] += 1

    def _total(self, bucket: int) -> list[float]:
        bit = bucket % _BITS
        self._seen[bit >> 3] |= 1 << (bit & 7)
        return self._totals[bucket // _BITS % BUCKETS]

    @property
    def users(self) -> int:
        """How many users there were, about."""
        with self._lock:
            empty = _BITS - int.from_bytes(self._seen, "big").bit_count()
        return round(-_BITS * math.log(max(empty, 1) / _BITS))

    @property
    def messages(self) -> int:
        """How many messages there were."""
        with self._lock:
            return int(sum(total[0] for total in self._totals))

    def table(self) -> NDArray[np.float64]:
        """The totals, (``BUCKETS``, fields) float64."""
        with self._lock:
            return np.array(self._totals)

    def as_dictionary(self) -> dict[str, Any]:
        """All of it, for JSON; buckets without messages are left out."""
        with self._lock:
            buckets = {str(number): total for number, total in enumerate(self._totals) if any(total)}
            return {"buckets": buckets, "seen": base64.b64encode(bytes(self._seen)).decode()}

    @classmethod
    def from_dictionary(cls, content: dict[str, Any]) -> Measures:
        """What :meth:`as_dictionary` gave.

        Raises:
            ValueError: it is something else.
        """
        measures = cls()
        try:
            seen = base64.b64decode(content["seen"], validate=True)
            for number, total in content["buckets"].items():
                row = [float(value) for value in total]
                if len(row) != len(FIELDS) or not all(math.isfinite(value) and value >= 0 for value in row):
                    raise ValueError(f"bucket {number} has no totals")
                measures._totals[int(number) % BUCKETS] = row
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("no totals of buckets") from error
        if len(seen) != len(measures._seen):
            raise ValueError("no users of buckets")
        measures._seen = bytearray(seen)
        return measures

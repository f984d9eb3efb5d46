"""The metrics, for any exporter: their names, what they mean, and their labels.

Counters end in ``_total`` where Prometheus exports them, histograms in ``_bucket``, ``_sum`` and ``_count``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Kind(StrEnum):
    """What a metric is."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric.

    Attributes:
        name: without the endings of an exporter.
        kind: what it is.
        text: what it means.
        labels: that tell its values apart.
        buckets: upper bounds of a histogram.
    """

    name: str
    kind: Kind
    text: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


RATIOS: Final = (0.5, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 40.0)
SECONDS: Final = (
    *(10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6),
    *(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0),
)

_MESSAGE: Final = ("direction", "method", "model")

MESSAGES: Final = Metric("aura_messages", Kind.COUNTER, "Messages that were coded or read.", _MESSAGE)
PLAIN: Final = Metric("aura_plain_bytes", Kind.COUNTER, "Bytes as the application sees them.", _MESSAGE)
WIRE: Final = Metric("aura_wire_bytes", Kind.COUNTER, "Bytes on the wire.", _MESSAGE)
RATIO: Final = Metric(
    "aura_message_ratio",
    Kind.HISTOGRAM,
    "Bytes of a message before for each byte after.",
    ("direction", "method"),
    RATIOS,
)
DURATION: Final = Metric(
    "aura_message_seconds",
    Kind.HISTOGRAM,
    "Time to code or read a message.",
    ("direction", "method"),
    SECONDS,
)
GROWN: Final = Metric(
    "aura_grown_messages", Kind.COUNTER, "Messages that take more bytes than before.", ("direction",)
)
TEMPLATES: Final = Metric(
    "aura_template_messages", Kind.COUNTER, "Messages that are template frames.", ("direction", "template")
)
REFUSALS: Final = Metric("aura_refusals", Kind.COUNTER, "Messages and frames that were refused.", ("code",))
CHANGES: Final = Metric(
    "aura_connection_changes",
    Kind.COUNTER,
    "Connections that were opened with AURA, stayed plain, or were closed.",
    ("change",),
)
CONNECTIONS: Final = Metric("aura_connections", Kind.GAUGE, "Open connections that speak AURA.")
LAG: Final = Metric("aura_event_loop_lag_seconds", Kind.GAUGE, "How late the event loop is.")
EXECUTOR: Final = Metric(
    "aura_executor_queue", Kind.GAUGE, "Messages that wait for a thread, or are coded there.", ("executor",)
)
CACHE_HITS: Final = Metric(
    "aura_cache_hits",
    Kind.GAUGE,
    "Results that a cache had, since the process began.",
    ("cache", "direction"),
)
CACHE_MISSES: Final = Metric(
    "aura_cache_misses",
    Kind.GAUGE,
    "Results that had to be found, since the process began.",
    ("cache", "direction"),
)
CACHE_ENTRIES: Final = Metric("aura_cache_entries", Kind.GAUGE, "Results in a cache.", ("cache", "direction"))
AUDIT_QUEUE: Final = Metric(
    "aura_audit_queue", Kind.GAUGE, "Events that an audit log has yet to write.", ("log",)
)
DECAY: Final = Metric(
    "aura_model_decay", Kind.GAUGE, "How much more messages take than when the model was trained.", ("model",)
)

METRICS: Final = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            *(MESSAGES, PLAIN, WIRE, RATIO, DURATION, GROWN, TEMPLATES, REFUSALS, CHANGES),
            *(CONNECTIONS, LAG, EXECUTOR, CACHE_HITS, CACHE_MISSES, CACHE_ENTRIES, AUDIT_QUEUE, DECAY),
        )
    }
)
"""All metrics, by name."""

OTHER: Final = "other"
"""The value of a label for what has too many values."""

MAX_VALUES: Final = 500
"""Values of a label that peers decide: further ones become ``OTHER``, so that nobody makes metrics without end."""


class Bounded:
    """The values of a label that peers decide, as long as they are not too many."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def take(self, value: str) -> str:
        """The value, or ``OTHER``."""
        if value in self._seen:
            return value
        if len(self._seen) >= MAX_VALUES:
            return OTHER
        self._seen.add(value)
        return value

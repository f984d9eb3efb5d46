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
CACHE_CAPACITY: Final = Metric(
    "aura_cache_capacity", Kind.GAUGE, "Results that a cache may hold.", ("cache", "direction")
)
CACHE_EVICTIONS: Final = Metric(
    "aura_cache_evictions",
    Kind.GAUGE,
    "Results that left a cache for others, since the process began.",
    ("cache", "direction"),
)
AUDIT_QUEUE: Final = Metric(
    "aura_audit_queue", Kind.GAUGE, "Events that an audit log has yet to write.", ("log",)
)
DECAY: Final = Metric(
    "aura_model_decay", Kind.GAUGE, "How much more messages take than when the model was trained.", ("model",)
)

_VARIANT: Final = ("experiment", "variant")
EXPERIMENT_SHARE: Final = Metric(
    "aura_experiment_share", Kind.GAUGE, "Share of users that get a candidate.", ("experiment",)
)
EXPERIMENT_LIVE: Final = Metric(
    "aura_experiment_live", Kind.GAUGE, "1 while users get a variant, 0 once it is taken back.", _VARIANT
)
EXPERIMENT_MESSAGES: Final = Metric(
    "aura_experiment_messages", Kind.GAUGE, "Messages of the last minutes of a variant.", _VARIANT
)
EXPERIMENT_RATIO: Final = Metric(
    "aura_experiment_ratio", Kind.GAUGE, "Bytes before for each byte after in the last minutes.", _VARIANT
)
EXPERIMENT_GROWTH: Final = Metric(
    "aura_experiment_growth", Kind.GAUGE, "Share of messages that grew in the last minutes.", _VARIANT
)
EXPERIMENT_ERRORS: Final = Metric(
    "aura_experiment_errors",
    Kind.GAUGE,
    "Share of messages of the last minutes that were refused or could not be coded.",
    _VARIANT,
)
EXPERIMENT_P95: Final = Metric(
    "aura_experiment_p95_seconds", Kind.GAUGE, "Time that 95 % of messages took at most.", _VARIANT
)

METRICS: Final = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            *(MESSAGES, PLAIN, WIRE, RATIO, DURATION, GROWN, TEMPLATES, REFUSALS, CHANGES),
            *(CONNECTIONS, LAG, EXECUTOR, AUDIT_QUEUE, DECAY),
            *(CACHE_HITS, CACHE_MISSES, CACHE_ENTRIES, CACHE_CAPACITY, CACHE_EVICTIONS),
            *(EXPERIMENT_SHARE, EXPERIMENT_LIVE, EXPERIMENT_MESSAGES, EXPERIMENT_RATIO),
            *(EXPERIMENT_GROWTH, EXPERIMENT_ERRORS, EXPERIMENT_P95),
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

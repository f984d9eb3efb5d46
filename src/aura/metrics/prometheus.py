"""Metrics for Prometheus, by its client library (extra ``metrics``).

With ``PROMETHEUS_MULTIPROC_DIR`` in the environment, the library gathers the metrics of all processes of a service.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from aura.extra import needed
from aura.metrics import names
from aura.metrics.gauges import Gauges
from aura.metrics.names import Kind, Metric
from aura.metrics.window import code_of
from aura.observation import ConnectionEvent, MessageEvent, Observer, RefusalEvent

_MULTIPROCESS: Final = {
    names.LAG.name: "livemax",
    names.DECAY.name: "livemax",
    names.EXPERIMENT_SHARE.name: "livemax",
    names.EXPERIMENT_LIVE.name: "livemin",
    names.EXPERIMENT_RATIO.name: "livemin",
    names.EXPERIMENT_GROWTH.name: "livemax",
    names.EXPERIMENT_ERRORS.name: "livemax",
    names.EXPERIMENT_P95.name: "livemax",
}
"""How gauges of several processes become one; others are added."""


@dataclass(frozen=True, slots=True)
class _OfMessages:
    """What is told of messages with the same labels, looked up once."""

    message: Callable[[], None]
    plain: Callable[[float], None]
    wire: Callable[[float], None]
    ratio: Callable[[float], None]
    seconds: Callable[[float], None]
    grown: Callable[[], None]


class PrometheusMetrics(Observer):
    """Counts for Prometheus. Thread-safe.

    Args:
        gauges: to export as well; connections are counted there.
        registry: a ``CollectorRegistry`` of the client library; one of its own if None.

    Raises:
        ImportError: the extra ``metrics`` is not installed.
    """

    def __init__(self, gauges: Gauges | None = None, registry: Any = None) -> None:
        self._client = needed("prometheus_client", "metrics")
        self._gauges = gauges or Gauges()
        self._registry = registry or self._client.CollectorRegistry()
        self._metrics = {metric.name: self._made(metric) for metric in names.METRICS.values()}
        self._of_messages: dict[tuple[str, str, str | None], _OfMessages] = {}
        self._templates = names.Bounded()
        self._models = names.Bounded()

    @property
    def gauges(self) -> Gauges:
        """What is looked at when metrics are read."""
        return self._gauges

    @property
    def registry(self) -> Any:
        """Of the client library."""
        return self._registry

    def _made(self, metric: Metric) -> Any:
        common: dict[str, Any] = {"labelnames": metric.labels, "registry": self._registry}
        if metric.kind is Kind.COUNTER:
            return self._client.Counter(metric.name, metric.text, **common)
        if metric.kind is Kind.HISTOGRAM:
            return self._client.Histogram(metric.name, metric.text, buckets=metric.buckets, **common)
        return self._client.Gauge(
            metric.name,
            metric.text,
            multiprocess_mode=_MULTIPROCESS.get(metric.name, "livesum"),
            **common,
        )

    def on_message(self, event: MessageEvent) -> None:
        """Count a message."""
        key = (event.direction, event.method, event.model_id)
        of = self._of_messages.get(key) or self._look_up(key)
        plain, wire = len(event.message), event.wire_size
        of.message()
        of.plain(plain)
        of.wire(wire)
        if wire:
            of.ratio(plain / wire)
        of.seconds(event.duration)
        if wire > plain:
            of.grown()
        if event.template_id is not None:
            template = self._templates.take(str(event.template_id))
            self._metrics[names.TEMPLATES.name].labels(event.direction, template).inc()

    def _look_up(self, key: tuple[str, str, str | None]) -> _OfMessages:
        direction, method, model_id = key
        labels = (direction, method, self._models.take(model_id or "none"))
        by_name = self._metrics
        found = _OfMessages(
            by_name[names.MESSAGES.name].labels(*labels).inc,
            by_name[names.PLAIN.name].labels(*labels).inc,
            by_name[names.WIRE.name].labels(*labels).inc,
            by_name[names.RATIO.name].labels(direction, method).observe,
            by_name[names.DURATION.name].labels(direction, method).observe,
            by_name[names.GROWN.name].labels(direction).inc,
        )
        if len(self._of_messages) < names.MAX_VALUES:
            self._of_messages[key] = found
        return found

    def on_refusal(self, event: RefusalEvent) -> None:
        """Count a refusal."""
        self._metrics[names.REFUSALS.name].labels(code_of(event)).inc()

    def on_connection(self, event: ConnectionEvent) -> None:
        """Count what became of a connection."""
        self._gauges.on_connection(event)
        self._metrics[names.CHANGES.name].labels(event.change).inc()

    def refresh(self) -> None:
        """Look at the gauges of this process; :class:`aura.metrics.Monitor` does it once a second."""
        for reading in self._gauges.readings():
            gauge = self._metrics[reading.name]
            (gauge.labels(**dict(reading.labels)) if reading.labels else gauge).set(reading.value)

    def exposition(self) -> bytes:
        """The metrics in the text format of Prometheus; of all processes, if there are several."""
        self.refresh()
        registry = self._registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = self._client.CollectorRegistry()
            needed("prometheus_client.multiprocess", "metrics").MultiProcessCollector(registry)
        return bytes(self._client.generate_latest(registry))

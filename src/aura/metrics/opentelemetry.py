"""Metrics for OpenTelemetry, by its API (extra ``otel``); the application configures the SDK and its exporter."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from aura.extra import needed
from aura.metrics import names
from aura.metrics.gauges import Gauges
from aura.metrics.names import Kind, Metric
from aura.metrics.window import code_of
from aura.observation import ConnectionEvent, MessageEvent, Observer, RefusalEvent

_UNITS: Final = {"_bytes": "By", "_seconds": "s"}


class OpenTelemetryMetrics(Observer):
    """Counts for OpenTelemetry. Thread-safe. The names are those of Prometheus.

    Args:
        gauges: to export as well; connections are counted there.
        meter: a ``Meter`` of OpenTelemetry; that of the name ``"aura"`` of the global provider if None.

    Raises:
        ImportError: the extra ``otel`` is not installed.
    """

    def __init__(self, gauges: Gauges | None = None, meter: Any = None) -> None:
        self._api = needed("opentelemetry.metrics", "otel")
        self._gauges = gauges or Gauges()
        self._meter = meter or self._api.get_meter("aura")
        self._instruments = {metric.name: self._made(metric) for metric in names.METRICS.values()}
        self._templates = names.Bounded()
        self._models = names.Bounded()

    @property
    def gauges(self) -> Gauges:
        """What is looked at when metrics are exported."""
        return self._gauges

    def _made(self, metric: Metric) -> Any:
        unit = next((unit for ending, unit in _UNITS.items() if metric.name.endswith(ending)), "1")
        if metric.kind is Kind.COUNTER:
            return self._meter.create_counter(metric.name, unit, metric.text)
        if metric.kind is Kind.HISTOGRAM:
            return self._meter.create_histogram(
                metric.name, unit, metric.text, explicit_bucket_boundaries_advisory=metric.buckets
            )
        observe = partial(self._observations, metric.name)
        return self._meter.create_observable_gauge(metric.name, [observe], unit, metric.text)

    def _observations(self, name: str, _options: object) -> Iterable[Any]:
        for reading in self._gauges.readings():
            if reading.name == name:
                yield self._api.Observation(reading.value, dict(reading.labels))

    def on_message(self, event: MessageEvent) -> None:
        """Count a message."""
        by_name = self._instruments
        plain, wire = len(event.message), event.wire_size
        short = {"direction": str(event.direction), "method": event.method}
        labels = {**short, "model": self._models.take(event.model_id or "none")}
        by_name[names.MESSAGES.name].add(1, labels)
        by_name[names.PLAIN.name].add(plain, labels)
        by_name[names.WIRE.name].add(wire, labels)
        if wire:
            by_name[names.RATIO.name].record(plain / wire, short)
        by_name[names.DURATION.name].record(event.duration, short)
        if wire > plain:
            by_name[names.GROWN.name].add(1, {"direction": str(event.direction)})
        if event.template_id is not None:
            template = self._templates.take(str(event.template_id))
            by_name[names.TEMPLATES.name].add(1, {"direction": str(event.direction), "template": template})

    def on_refusal(self, event: RefusalEvent) -> None:
        """Count a refusal."""
        self._instruments[names.REFUSALS.name].add(1, {"code": code_of(event)})

    def on_connection(self, event: ConnectionEvent) -> None:
        """Count what became of a connection."""
        self._gauges.on_connection(event)
        self._instruments[names.CHANGES.name].add(1, {"change": str(event.change)})

from __future__ import annotations

from typing import Any

from tests.operations.extra import needed
from tests.operations.happenings import play

needed("opentelemetry.sdk.metrics")

from opentelemetry.sdk.metrics import MeterProvider  # noqa: E402
from opentelemetry.sdk.metrics.export import InMemoryMetricReader  # noqa: E402

from aura.metrics.names import METRICS, RATIOS, Kind  # noqa: E402
from aura.metrics.opentelemetry import OpenTelemetryMetrics  # noqa: E402


def exported() -> dict[str, Any]:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    metrics = OpenTelemetryMetrics(meter=provider.get_meter("test"))
    metrics.gauges.set_decay("0123", 0.1)
    play(metrics)
    data = reader.get_metrics_data()
    assert data is not None
    provider.shutdown()
    return {
        metric.name: metric
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def points(metric: Any) -> dict[tuple[Any, ...], Any]:
    return {tuple(sorted(dict(point.attributes).values())): point for point in metric.data.data_points}


def test_events_are_counted() -> None:
    found = exported()
    messages = points(found["aura_messages"])
    assert messages["0123456789abcdef", "auralite", "out"].value == 3
    assert points(found["aura_plain_bytes"])["0123456789abcdef", "auralite", "out"].value == 150
    assert points(found["aura_grown_messages"])["in",].value == 1
    assert points(found["aura_template_messages"])["300", "out"].value == 1
    assert points(found["aura_refusals"])["StreamDesync",].value == 1
    assert points(found["aura_connection_changes"])["opened",].value == 2
    assert points(found["aura_connections"])[()].value == 1
    assert points(found["aura_model_decay"])["0123",].value == 0.1
    ratios = points(found["aura_message_ratio"])["auralite", "out"]
    assert (ratios.count, ratios.explicit_bounds) == (3, RATIOS)
    assert (found["aura_message_seconds"].unit, found["aura_wire_bytes"].unit) == ("s", "By")


def test_names_are_those_of_prometheus() -> None:
    found = exported()
    assert set(found) <= set(METRICS)
    assert {name for name, metric in METRICS.items() if metric.kind is not Kind.GAUGE} <= set(found)


def test_the_global_meter_is_the_usual_one() -> None:
    play(OpenTelemetryMetrics())

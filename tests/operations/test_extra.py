from __future__ import annotations

import sys

import pytest

from aura.metrics.opentelemetry import OpenTelemetryMetrics
from aura.metrics.prometheus import PrometheusMetrics


@pytest.mark.parametrize(
    ("module", "exporter", "extra"),
    [
        ("prometheus_client", PrometheusMetrics, "metrics"),
        ("opentelemetry.metrics", OpenTelemetryMetrics, "otel"),
    ],
)
def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, module: str, exporter: type, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf'{module} is missing; the extra "{extra}" brings it'):
        exporter()

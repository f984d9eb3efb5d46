from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.aura.small_models import TINY
from tests.operations.extra import needed
from tests.operations.happenings import message, play

import aura

needed("prometheus_client")

from prometheus_client.parser import text_string_to_metric_families  # noqa: E402

from aura.metrics.names import MAX_VALUES, METRICS, Kind  # noqa: E402
from aura.metrics.prometheus import PrometheusMetrics  # noqa: E402


def samples(exposition: bytes) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(exposition.decode())
        for sample in family.samples
    }


def test_events_are_counted() -> None:
    metrics = PrometheusMetrics()
    play(metrics)
    found = samples(metrics.exposition())
    model = "0123456789abcdef"
    assert found["aura_messages_total", "out", "auralite", model] == 3
    assert found["aura_plain_bytes_total", "out", "auralite", model] == 150
    assert found["aura_wire_bytes_total", "in", "stored", "none"] == 4
    assert found["aura_grown_messages_total", "in"] == 1
    assert found["aura_template_messages_total", "out", "300"] == 1
    assert found["aura_refusals_total", "StreamDesync"] == 1
    assert found["aura_connection_changes_total", "plain"] == 1
    assert found["aura_connections",] == 1
    assert found["aura_message_ratio_count", "out", "auralite"] == 3
    assert found["aura_message_ratio_bucket", "out", "6.0", "auralite"] == 3
    assert found["aura_message_ratio_bucket", "out", "4.0", "auralite"] == 0
    assert found["aura_message_seconds_sum", "in", "stored"] == 0.5


def test_all_metrics_are_exported() -> None:
    metrics = PrometheusMetrics()
    families = {family.name: family for family in metrics.registry.collect()}
    assert set(families) == set(METRICS)
    for name, metric in METRICS.items():
        assert families[name].type == metric.kind
        assert families[name].documentation == metric.text


def test_gauges_are_those_of_the_moment() -> None:
    metrics = PrometheusMetrics()
    cached = aura.CachedCodec(aura.Codec(model=TINY))
    metrics.gauges.add_cache("replies", cached)
    assert samples(metrics.exposition())["aura_cache_misses", "replies", "out"] == 0
    cached.compress("yes")
    assert samples(metrics.exposition())["aura_cache_misses", "replies", "out"] == 1
    metrics.gauges.set_decay(TINY.id, 0.1)
    assert samples(metrics.exposition())["aura_model_decay", TINY.id] == 0.1


def test_peers_cannot_make_metrics_without_end() -> None:
    metrics = PrometheusMetrics()
    for number in range(3 * MAX_VALUES):
        metrics.on_message(message(template_id=number, model_id=f"{number:016x}"))
    found = samples(metrics.exposition())
    assert found["aura_template_messages_total", "out", "other"] == 2 * MAX_VALUES
    assert found["aura_messages_total", "out", "auralite", "other"] == 2 * MAX_VALUES
    assert sum(name[0] == "aura_messages_total" for name in found) == MAX_VALUES + 1


PROGRAM = """
import sys
from tests.operations.happenings import play
from aura.metrics.prometheus import PrometheusMetrics
metrics = PrometheusMetrics()
play(metrics)
metrics.refresh()
if sys.argv[1:]:
    print(metrics.exposition().decode())
"""


def test_processes_are_counted_together(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-c", PROGRAM]
    for _ in range(2):
        subprocess.run(command, check=True, env=environment)  # noqa: S603  # ours
    last = subprocess.run([*command, "show"], check=True, env=environment, capture_output=True)  # noqa: S603
    found = samples(last.stdout)
    assert found["aura_messages_total", "out", "auralite", "0123456789abcdef"] == 9
    assert found["aura_message_ratio_count", "out", "auralite"] == 9
    assert found["aura_refusals_total", "Malformed"] == 3


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_there(kind: Kind) -> None:
    assert any(metric.kind is kind for metric in METRICS.values())

"""The alerts and the dashboard that come with the package name metrics that exist, and the usual thresholds."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aura.cli import app
from aura.metrics import Thresholds
from aura.metrics.names import METRICS, Kind, Metric

FILES = Path(str(resources.files("aura").joinpath("data/operations")))
RULES = (FILES / "prometheus-rules.yaml").read_text(encoding="utf-8")
DASHBOARD = json.loads((FILES / "grafana-dashboard.json").read_text(encoding="utf-8"))
EXPRESSIONS = re.findall(r"expr: (.*)", RULES)
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def exported_names(metric: Metric) -> set[str]:
    if metric.kind is Kind.COUNTER:
        return {f"{metric.name}_total"}
    if metric.kind is Kind.HISTOGRAM:
        return {f"{metric.name}_{ending}" for ending in ("bucket", "sum", "count")}
    return {metric.name}


EXPORTED = {name: metric for metric in METRICS.values() for name in exported_names(metric)}
RECORDED = set(re.findall(r"record: (\S+)", RULES))


def names_in(expression: str) -> set[str]:
    return set(re.findall(r"aura[\w:]+", re.sub(r'"[^"]*"', '""', expression)))


@pytest.mark.parametrize("expression", [*EXPRESSIONS, *QUERIES])
def test_every_metric_exists(expression: str) -> None:
    names = names_in(expression)
    assert names
    assert names <= set(EXPORTED) | RECORDED


@pytest.mark.parametrize("expression", [*EXPRESSIONS, *QUERIES])
def test_every_label_exists(expression: str) -> None:
    labels = {label for name in names_in(expression) if name in EXPORTED for label in EXPORTED[name].labels}
    if names_in(expression) & RECORDED:
        return
    asked = set(re.findall(r"(\w+)=~?\"", expression))
    for group in re.findall(r"(?:by|on) \(([^)]*)\)", expression):
        asked |= {label.strip() for label in group.split(",")}
    assert asked <= labels | {"instance", "le"}


def test_the_legends_name_labels() -> None:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            for label in re.findall(r"{{(\w+)}}", target["legendFormat"]):
                assert re.search(rf"by \([^)]*\b{label}\b", target["expr"]), panel["title"]


def test_every_metric_is_shown() -> None:
    shown = {EXPORTED[name].name for query in QUERIES for name in names_in(query)}
    assert shown == set(METRICS)


def test_panels_are_told_apart_and_do_not_overlap() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        taken |= cells


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ("aura:ratio <", "ratio"),
        ("aura:savings <", "savings"),
        ("aura:growth >", "growth"),
        ("aura:hits <", "hits"),
        ("aura:p95_seconds >", "p95"),
        ("aura:refusals >", "refusals"),
        ("max(aura_event_loop_lag_seconds) >", "lag"),
    ],
)
def test_thresholds_are_the_usual_ones(rule: str, name: str) -> None:
    [first, *_] = re.findall(rf"expr: {re.escape(rule)} ([\d.]+)\n", RULES)
    assert float(first) == getattr(Thresholds(), name)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool of Prometheus")
def test_prometheus_takes_the_rules() -> None:
    subprocess.run(["promtool", "check", "rules", FILES / "prometheus-rules.yaml"], check=True)  # noqa: S603, S607


@pytest.mark.parametrize(
    ("command", "name"), [("rules", "prometheus-rules.yaml"), ("dashboard", "grafana-dashboard.json")]
)
def test_the_command_writes_them(tmp_path: Path, command: str, name: str) -> None:
    shown = CliRunner().invoke(app, ["metrics", command])
    assert shown.exit_code == 0
    assert shown.output == (FILES / name).read_text(encoding="utf-8")
    CliRunner().invoke(app, ["metrics", command, "-o", str(tmp_path / name)])
    assert (tmp_path / name).read_bytes() == (FILES / name).read_bytes()

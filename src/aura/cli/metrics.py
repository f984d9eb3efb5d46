"""``aura metrics``: rules for Prometheus and a dashboard for Grafana."""

from __future__ import annotations

from importlib import resources

import typer

from aura.cli import io

app = typer.Typer(
    help="Rules for Prometheus and a dashboard for Grafana.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def rules(*, output: io.OutputPath = io.STANDARD) -> None:
    """Write alerts for Prometheus, with the usual thresholds."""
    io.write(output, _file("prometheus-rules.yaml"))


@app.command()
def dashboard(*, output: io.OutputPath = io.STANDARD) -> None:
    """Write a dashboard for Grafana, as JSON to import."""
    io.write(output, _file("grafana-dashboard.json"))


def _file(name: str) -> bytes:
    return resources.files("aura").joinpath("data/operations", name).read_bytes()

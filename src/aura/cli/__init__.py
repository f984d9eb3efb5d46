"""The command line ``aura``.

Each command stands in a module of its name; this one puts them together. ``aura.cli.process`` says how they end.
"""

from __future__ import annotations

from typing import Annotated

import typer

from aura import __version__, native
from aura.cli.audit import app as audit_app
from aura.cli.bench import bench
from aura.cli.config import app as config_app
from aura.cli.demo import demo
from aura.cli.experiment import app as experiment_app
from aura.cli.explain import explain
from aura.cli.metrics import app as metrics_app
from aura.cli.model import app as model_app
from aura.cli.model_audit import audit
from aura.cli.model_check import check
from aura.cli.process import Commands, prepare_streams, run
from aura.cli.serve import serve
from aura.cli.stress import stress
from aura.cli.template_discovery import discover
from aura.cli.template_stats import stats
from aura.cli.templates import app as templates_app
from aura.cli.train import train
from aura.cli.transform import compress, decompress

app = typer.Typer(
    name="aura",
    help="A formally specified codec for short messages.",
    cls=Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help texts are plain: nothing in them is markup
)
for command in (compress, decompress, explain, train, demo, serve, bench, stress):
    app.command()(command)
model_app.command()(check)
model_app.command()(audit)
app.add_typer(model_app, name="model")
templates_app.command()(discover)
templates_app.command()(stats)
app.add_typer(templates_app, name="templates")
app.add_typer(audit_app, name="audit")
app.add_typer(metrics_app, name="metrics")
app.add_typer(config_app, name="config")
app.add_typer(experiment_app, name="experiment")


def _print_version(wanted: bool) -> None:
    if wanted:
        choice = native.choose()
        typer.echo(f"aura {__version__}\nbackend {choice.backend}: {choice.reason}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and the backend."
        ),
    ] = False,
) -> None:
    """A formally specified codec for short messages."""


def main() -> None:
    """Run the command line."""
    prepare_streams()
    run(app)

"""The command line ``aura``.

Each command stands in a module of its name; this one puts them together and turns declared errors into a
line on standard error and exit status 1. Wrong usage exits with 2.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from aura import __version__
from aura.cli.bench import bench
from aura.cli.demo import demo
from aura.cli.explain import explain
from aura.cli.model import app as model_app
from aura.cli.serve import serve
from aura.cli.train import train
from aura.cli.transform import compress, decompress
from aura.errors import AuraError

app = typer.Typer(
    name="aura",
    help="A formally specified codec for short messages.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (compress, decompress, explain, train, demo, serve, bench):
    app.command()(command)
app.add_typer(model_app, name="model")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"aura {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A formally specified codec for short messages."""


def main() -> None:
    """Run the command line."""
    try:
        app()
    except (AuraError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)

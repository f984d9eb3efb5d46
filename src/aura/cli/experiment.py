"""``aura experiment``: what an experiment has found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from aura.cli import io
from aura.terminal import printable

if TYPE_CHECKING:  # takes numpy to import
    from aura.experiments import Comparison, Interval, Report

app = typer.Typer(help="What an experiment has found.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _commands() -> None:
    """Say what an experiment has found."""


@app.command()
def report(
    path: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="File that Experiment.save has written.", show_default=False),
    ],
    *,
    as_json: io.AsJson = False,
) -> None:
    """Report figures, intervals and decisions.

    Decisions are those of the looks that the experiment took; reading a report changes none.
    """
    from aura.experiments.report import report_of  # noqa: PLC0415
    from aura.experiments.saving import read  # noqa: PLC0415

    found = report_of(read(path))
    if as_json:
        typer.echo(json.dumps(found.as_dictionary(), indent=2))
        return
    _print(found)


def _print(found: Report) -> None:
    mode = ", measured only" if found.shadow else ""
    typer.echo(f"{printable(found.name)}: {found.share:.3g} of the users get a candidate{mode}")
    table = Table("variant", "users", "messages", "ratio", "growth", "errors", "us a message", box=None)
    for variant in found.variants:
        table.add_row(
            printable(variant.name),
            str(variant.users),
            str(variant.messages),
            _shown(variant.ratio),
            _shown(variant.growth, 100, " %"),
            _shown(variant.errors, 100, " %"),
            _shown(variant.seconds, 1e6),
        )
    console = Console()
    console.print(table)
    for comparison in found.comparisons:
        typer.echo(_said(comparison, found.rule.min_messages))
    for variant in found.variants:
        if variant.taken_back:
            typer.echo(f"{printable(variant.name)} was taken back: {variant.taken_back}")


def _said(comparison: Comparison, min_messages: int) -> str:
    """A sentence about a candidate, and what has to be there for the first look at it."""
    name = printable(comparison.candidate)
    change = f"{name} changes the bytes on the wire by {_shown(comparison.change, 100, ' %')}"
    if comparison.look is None:
        first = f"{comparison.next_users} users and {min_messages} messages of each"
        return f"{change}; nothing is decided before there are {first}"
    decided = f"look {comparison.look.number} at {comparison.look.users} users said: {comparison.decision}"
    later = f"; the next one is at {comparison.next_users}" if comparison.next_users else ""
    return f"{change}; {decided}{later}"


def _shown(interval: Interval, times: float = 1.0, unit: str = "") -> str:
    low, value, high = (
        f"{times * number:.3g}" for number in (interval.low, interval.estimate, interval.high)
    )
    return f"{value}{unit} ({low} to {high})"

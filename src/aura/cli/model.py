"""``aura model``: what a model file holds, and what it is good for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from aura import inspection, messages
from aura.bench.errors import BenchError
from aura.codec import Codec
from aura.model import Model

app = typer.Typer(help="Look into model files.", no_args_is_help=True)

ModelPath = Annotated[Path, typer.Argument(help="Model file.", dir_okay=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def info(path: ModelPath, *, as_json: AsJson = False) -> None:
    """Show id, sizes, contexts by order, templates, and the likeliest openings of a message."""
    found = inspection.inspect(Model.load(path))
    if as_json:
        typer.echo(json.dumps(inspection.as_dictionary(found), indent=2))
        return
    typer.echo(f"id       {found.model_id}")
    for key, text in found.metadata.items():
        typer.echo(f"{key:8} {text}")
    typer.echo(
        f"bytes    {found.size}: " + ", ".join(f"{name} {size}" for name, size in found.sections.items())
    )
    typer.echo(f"entries  {found.entries} in {found.contexts} contexts")
    table = Table("order", "contexts", "entries", box=None)
    for order, (contexts, entries) in enumerate(found.orders):
        table.add_row(str(order), str(contexts), str(entries))
    Console().print(table)
    for template_id, pattern in found.templates.items():
        typer.echo(f"template {template_id} {pattern!r}")
    for opening in found.openings:
        typer.echo(f"opening  {opening!r}")


@app.command()
def diff(first: ModelPath, second: ModelPath) -> None:
    """Show in what two models differ; exits with 1 if their ids do."""
    one, other = (inspection.inspect(Model.load(path)) for path in (first, second))
    for name, left, right in inspection.differences(one, other):
        typer.echo(f"{name:20} {left}  ->  {right}")
    if one.model_id != other.model_id:
        raise typer.Exit(1)
    typer.echo("the models are the same")


@app.command(name="eval")
def evaluate(
    path: ModelPath,
    corpora: Annotated[list[Path], typer.Argument(metavar="CORPUS...")],
    *,
    limit: Annotated[int | None, typer.Option(min=1, help="Messages of each corpus.")] = None,
) -> None:
    """Show the ratio that a model reaches on messages, one at a time, everything counted."""
    codec = Codec(model=Model.load(path))
    try:
        for corpus in corpora:
            before = after = count = 0
            for message in messages.read(corpus):
                if limit is not None and count >= limit:
                    break
                before += len(message.data)
                after += len(codec.compress(message.data))
                count += 1
            typer.echo(
                f"{corpus.name}: {count} messages, {before} -> {after} bytes, {before / max(1, after):.3f}"
            )
    except BenchError as error:
        raise typer.BadParameter(str(error)) from None

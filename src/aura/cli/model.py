"""``aura model``: what a model file holds, and what it is good for."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from aura.cli import io
from aura.cli.process import ExitCode
from aura.codec import Codec
from aura.files import corpus
from aura.models import model_info
from aura.models.model import Model
from aura.terminal import printable

app = typer.Typer(help="Look into model files.", no_args_is_help=True, rich_markup_mode=None)

ModelPath = Annotated[Path, typer.Argument(metavar="MODEL", help="Model file.", show_default=False)]
AnyPath = Annotated[
    Path | None,
    typer.Argument(
        metavar="MODEL", help="Model file; the default is the package's model.", show_default=False
    ),
]
OtherPath = Annotated[Path, typer.Argument(metavar="MODEL", help="Another model file.", show_default=False)]


_WIDEST_KEY: Final = 24
"""Characters of the longest key of metadata with which others are aligned."""


@app.command()
def info(path: AnyPath = None, *, as_json: io.AsJson = False) -> None:
    """Show the contents of a model.

    Shows its id, sizes, contexts by order, templates, and the likeliest openings of a message.
    """
    found = model_info.inspect(Model.load_default() if path is None else Model.load(path))
    if as_json:
        typer.echo(json.dumps(model_info.as_dictionary(found), indent=2))
        return
    rows = [
        ("id", found.model_id),
        *((printable(key), printable(text)) for key, text in found.metadata.items()),
        ("bytes", f"{found.size}: " + ", ".join(f"{name} {size}" for name, size in found.sections.items())),
        ("entries", f"{found.entries} in {found.contexts} contexts"),
    ]
    width = min(max(len(key) for key, _ in rows), _WIDEST_KEY)
    for key, text in rows:
        typer.echo(f"{key:{width}}  {text}")
    table = Table("order", "contexts", "entries", box=None)
    for order, (contexts, entries) in enumerate(found.orders):
        table.add_row(str(order), str(contexts), str(entries))
    Console().print(table)
    for template_id, pattern in found.templates.items():
        typer.echo(f"template {template_id} {pattern!r}")
    for opening in found.openings:
        typer.echo(f"opening  {opening!r}")


@app.command()
def diff(first: ModelPath, second: OtherPath) -> None:
    """Show how two models differ; exit with 1 if their ids differ."""
    one, other = (model_info.inspect(Model.load(path)) for path in (first, second))
    for name, left, right in model_info.differences(one, other):
        typer.echo(printable(f"{name:20} {left}  ->  {right}"))
    if one.model_id != other.model_id:
        raise typer.Exit(ExitCode.FAILED)
    typer.echo("the models are the same")


@app.command(name="eval")
def evaluate(
    path: ModelPath,
    corpora: io.Corpora,
    *,
    field: io.Field = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Read only the first N messages of each corpus.")
    ] = None,
) -> None:
    """Show the ratio of a model on messages.

    Compresses one message at a time and counts every byte.
    """
    codec = Codec(model=Model.load(path))
    for file in corpora:
        before = after = count = 0
        for message in islice(corpus.read(file, field=field), limit):
            before += len(message.data)
            after += len(codec.compress(message.data))
            count += 1
        if not count:
            raise corpus.CorpusError(f"{file}: holds no message")
        ratio = before / max(1, after)
        typer.echo(f"{printable(file.name)}: {count} messages, {before} -> {after} bytes, {ratio:.3f}")

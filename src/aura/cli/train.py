"""``aura train``: a model from one's own messages."""

from __future__ import annotations

import time
from pathlib import Path
from textwrap import shorten
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from aura.cli import io
from aura.errors import AuraError
from aura.files import corpus
from aura.models.train import DEFAULT_MAX_BYTES, DEFAULT_MAX_ORDER, TrainingOptions
from aura.models.train import train as train_model
from aura.templates import store
from aura.terminal import printable

_NAMES: Final = 1000
"""Characters of the names of corpora that are stored with a model."""


def train(
    corpora: io.Corpora,
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="MODEL",
            help="Model file to write; - is standard output.",
            allow_dash=True,
            show_default=False,
        ),
    ],
    field: io.Field = None,
    source_field: io.SourceField = None,
    max_bytes: Annotated[
        int,
        typer.Option(
            metavar="SIZE",
            parser=io.parse_size,
            help="Maximum size of the model file, in bytes, KiB or MiB.",
            show_default=f"{DEFAULT_MAX_BYTES >> 20}MiB",
        ),
    ] = DEFAULT_MAX_BYTES,
    max_order: Annotated[
        int, typer.Option(min=1, max=32, metavar="N", help="Maximum length of a context in bytes, 1 to 32.")
    ] = DEFAULT_MAX_ORDER,
    min_count: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Minimum count of a context; the default depends on the amount of text.",
            show_default=False,
        ),
    ] = None,
    min_sources: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="Minimum number of sources that share a context of more than 12 bytes."
        ),
    ] = 1,
    templates: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Template store to add to the model; ids from 256.",
            show_default=False,
        ),
    ] = None,
    dictionary: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File to add to the model as a Zstandard dictionary.",
            show_default=False,
        ),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Model of similar messages to build on if you have few.",
            show_default=False,
        ),
    ] = None,
    scrub: Annotated[
        bool,
        typer.Option(
            "--scrub", help="Replace secrets and personal data with random strings before training."
        ),
    ] = False,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Name to store in the metadata.", show_default=False)
    ] = "",
) -> None:
    """Train a model on your own messages, for both ends to use.

    Train on messages exactly as they will be sent. The same messages give the same model.
    """
    io.check(output)
    patterns = None if templates is None else store.load(templates)
    content = b"" if dictionary is None else dictionary.read_bytes()
    base_model = io.model(base)
    found = list(corpus.read(corpora, field=field, source_field=source_field))
    if not found:
        raise corpus.CorpusError(f"{', '.join(map(str, corpora))}: no message")
    sources = [message.source for message in found]
    corpora_names = ", ".join(printable(path.name) for path in corpora)
    metadata = {
        "name": printable(name or output.stem),
        "corpora": shorten(corpora_names, _NAMES, placeholder=" …"),
    }
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    started = time.monotonic()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=1.0)
        try:
            model = train_model(
                (message.data for message in found),
                sources=sources if len(set(sources)) > 1 else None,
                max_bytes=max_bytes,
                base=base_model,
                scrub=scrub,
                options=TrainingOptions(
                    max_order=max_order,
                    min_count=min_count,
                    min_sources=min_sources,
                    metadata=metadata,
                    templates=patterns or {},
                    dictionary=content,
                ),
                progress=lambda stage, done: progress.update(task, description=stage, completed=done),
            )
        except AuraError:
            raise
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    io.write(output, model.data)
    typer.echo(
        f"{printable(str(output))}: {len(model.data)} bytes, {len(model.context_model.symbols)} entries,"
        f" id {model.id}, from {len(found)} messages in {time.monotonic() - started:.0f} s",
        err=output == io.STANDARD,
    )

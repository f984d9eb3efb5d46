"""``aura train``: a model from one's own messages."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from aura import messages
from aura.bench.errors import BenchError
from aura.cli import io
from aura.templates import store
from aura.train import DEFAULT_MAX_BYTES, DEFAULT_MAX_ORDER
from aura.train import train as train_model


def train(
    corpora: Annotated[
        list[Path], typer.Argument(metavar="CORPUS...", help="JSON lines or plain lines, .gz or not.")
    ],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="MODEL", help="Model file to write.")],
    max_bytes: Annotated[
        str, typer.Option(metavar="SIZE", help="Bytes of the file; KiB and MiB are understood.")
    ] = f"{DEFAULT_MAX_BYTES >> 20}MiB",
    max_order: Annotated[
        int, typer.Option(min=1, max=32, help="Bytes of the longest context.")
    ] = DEFAULT_MAX_ORDER,
    min_count: Annotated[
        int | None,
        typer.Option(min=1, help="Times a context must occur; by the amount of text if not given."),
    ] = None,
    minimum_sources: Annotated[
        int, typer.Option(min=1, help="Sources that must share a context of more than 12 bytes.")
    ] = 1,
    templates: Annotated[
        Path | None,
        typer.Option(help="Template store (JSON) to put into the model; ids 256 and above.", dir_okay=False),
    ] = None,
    dictionary: Annotated[
        Path | None,
        typer.Option(help="File to put into the model as Zstandard's dictionary.", dir_okay=False),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(help="Model of similar messages to build on, for few messages.", dir_okay=False),
    ] = None,
    name: Annotated[str, typer.Option(help="Name to store with the model.")] = "",
) -> None:
    """Train a model; both ends then use it.

    Choose messages as they will be sent, one message a line. The same messages give the same model.
    """
    size = parse_size(max_bytes)
    try:
        found = [message for corpus in corpora for message in messages.read(corpus)]
    except BenchError as error:
        raise typer.BadParameter(str(error)) from None
    if not found:
        raise typer.BadParameter("there are no messages")
    patterns = None if templates is None else store.load(templates)
    content = b"" if dictionary is None else dictionary.read_bytes()
    sources = [message.source for message in found]
    metadata = {"name": name or output.stem, "corpora": ", ".join(corpus.name for corpus in corpora)}
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    started = time.monotonic()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=1.0)
        try:
            model = train_model(
                (message.data for message in found),
                sources=sources if len(set(sources)) > 1 else None,
                max_bytes=size,
                max_order=max_order,
                min_count=min_count,
                minimum_sources=minimum_sources,
                metadata=metadata,
                templates=patterns,
                dictionary=content,
                base=io.model(base),
                progress=lambda stage, done: progress.update(task, description=stage, completed=done),
            )
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    model.save(output)
    typer.echo(
        f"{output}: {len(model.data)} bytes, {len(model.context_model.symbols)} entries, id {model.id}, from"
        f" {len(found)} messages in {time.monotonic() - started:.0f} s"
    )


def parse_size(text: str) -> int:
    """Bytes from ``512KiB``, ``2MiB`` or a plain number."""
    units = {"kib": 1 << 10, "mib": 1 << 20}
    lower = text.strip().lower()
    unit = next((unit for unit in units if lower.endswith(unit)), "")
    number = lower.removesuffix(unit).strip()
    if not (number.isascii() and number.isdecimal()):
        raise typer.BadParameter(f"{text!r} is not a size such as 512KiB or 2MiB")
    return int(number) * units.get(unit, 1)

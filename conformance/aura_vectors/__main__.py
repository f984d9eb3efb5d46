"""``python -m aura_vectors vectors`` writes all files; ``corpus`` writes random messages, ``check`` checks them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import track

from aura_vectors import corpus as random_messages
from aura_vectors.manifest import render

_VECTORS: Final = Path("vectors")
_Directory = Annotated[Path, typer.Argument(help="Where the files are.", file_okay=False)]

app = typer.Typer(help="Golden vectors for implementations of AURA.", no_args_is_help=True)


@app.callback()
def _several() -> None:
    """Golden vectors for implementations of AURA."""


@app.command()
def vectors(directory: _Directory = _VECTORS) -> None:
    """Write all files of cases, and the manifest."""
    for name, text in render().items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(text, encoding="ascii")


@app.command()
def corpus(
    seed: Annotated[int, typer.Option(help="Of the random numbers.")] = random_messages.SEED,
    count: Annotated[int, typer.Option(help="How many messages.", min=0)] = 100,
) -> None:
    """Print random valid messages with their texts, one a line, as JSON; the first line says what is held."""
    for line in random_messages.lines(seed, count):
        typer.echo(line, nl=False)


@app.command()
def check(
    directory: _Directory = _VECTORS,
    write: Annotated[
        bool, typer.Option("--write", help="Write the digests instead of comparing them.")
    ] = False,
) -> None:
    """Compare random messages with their committed digests, and have every backend read them."""
    path = directory / random_messages.DIGESTS
    count = max(random_messages.COUNTS)
    written = random_messages.digests(
        count, lambda lines: track(lines, "messages", total=count, transient=True)
    )
    if write:
        path.write_text(written, encoding="ascii")
    elif path.read_text(encoding="ascii") != written:
        typer.echo(f"{path} has other digests", err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    app()

"""Write all files: ``python -m aura_vectors vectors``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aura_vectors.manifest import render

app = typer.Typer(help="Golden vectors for implementations of AURA.", no_args_is_help=True)


@app.callback()
def _several() -> None:
    """Golden vectors for implementations of AURA."""


@app.command()
def vectors(
    directory: Annotated[Path, typer.Argument(help="Where to write them.", file_okay=False)] = Path(
        "vectors"
    ),
) -> None:
    """Write all files of cases, and the manifest."""
    for name, text in render().items():
        (directory / name).write_text(text, encoding="ascii")


if __name__ == "__main__":
    app()

"""Input and output of the commands: files, or the standard streams for ``-``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from aura import atomic_write
from aura.model import Model
from aura.templates import TemplateLibrary

InputPath = Annotated[Path, typer.Argument(help="File to read; - is standard input.", allow_dash=True)]
OutputPath = Annotated[
    Path, typer.Option("--output", "-o", help="File to write; - is standard output.", allow_dash=True)
]
TemplatesPath = Annotated[
    Path | None,
    typer.Option("--templates", help="Template store (JSON) to use beside the built-in set.", dir_okay=False),
]
ModelPath = Annotated[
    Path | None,
    typer.Option("--model", help="Model file to use instead of the package's own.", dir_okay=False),
]
ModelPaths = Annotated[
    list[Path] | None,
    typer.Option(
        "--further-model",
        help="Model file for messages that name their model; may be given again.",
        dir_okay=False,
    ),
]
STANDARD = Path("-")


def read(path: Path) -> bytes:
    """All bytes of a file or of standard input."""
    return sys.stdin.buffer.read() if path == STANDARD else path.read_bytes()


def write(path: Path, content: bytes) -> None:
    """Write a file in one step, or standard output."""
    if path == STANDARD:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        atomic_write.write(path, content)


def library(path: Path | None) -> TemplateLibrary:
    """The built-in templates and those of a store."""
    return TemplateLibrary() if path is None else TemplateLibrary.load(path)


def model(path: Path | None) -> Model | None:
    """The model of a file; None, for the package's own, without one."""
    return None if path is None else Model.load(path)


def models(paths: list[Path] | None) -> list[Model]:
    """The models of files."""
    return [Model.load(path) for path in paths or ()]


def parse_hex(text: str) -> bytes:
    """Bytes from hexadecimal digits; white space and an ``0x`` in front are allowed."""
    try:
        return bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        raise typer.BadParameter("not pairs of hexadecimal digits") from None

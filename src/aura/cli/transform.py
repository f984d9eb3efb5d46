"""``aura compress`` and ``aura decompress``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from aura.cli import io
from aura.codec import Codec
from aura_spec.limits import DEFAULT_MAX_SIZE


def compress(
    path: io.InputPath = io.STANDARD,
    *,
    output: io.OutputPath = io.STANDARD,
    level: io.Level = 2,
    templates: io.TemplatesPath = None,
    model: io.ModelPath = None,
    explicit_model: Annotated[
        bool, typer.Option("--explicit-model", help="Name the model in messages that need one.")
    ] = False,
    check: io.CheckFlag = False,
    hexadecimal: Annotated[bool, typer.Option("--hex", help="Write hexadecimal digits.")] = False,
) -> None:
    """Compress one message.

    The whole input is one message, including a final newline. On a terminal, prints hexadecimal digits, as with
    --hex.
    """
    codec = Codec(
        level=level,
        model=io.model(model),
        explicit_model=explicit_model,
        check=check,
        templates=io.library(templates),
    )
    message = io.read(path)
    if len(message) > DEFAULT_MAX_SIZE:
        typer.echo(f"note: a reader needs a --max-size above {DEFAULT_MAX_SIZE >> 20}MiB", err=True)
    wire = codec.compress(message)
    if hexadecimal or (output == io.STANDARD and sys.stdout.isatty()):
        wire = wire.hex().encode() + b"\n"
    io.write(output, wire)


def decompress(
    path: io.InputPath = io.STANDARD,
    *,
    output: io.OutputPath = io.STANDARD,
    max_size: Annotated[
        int,
        typer.Option(
            metavar="SIZE",
            parser=io.parse_size,
            help="Maximum decoded size: bytes, KiB or MiB.",
            show_default=f"{DEFAULT_MAX_SIZE >> 20}MiB",
        ),
    ] = DEFAULT_MAX_SIZE,
    templates: io.TemplatesPath = None,
    model: io.ModelPath = None,
    further_model: io.ModelPaths = None,
    check: io.CheckFlag = False,
    hexadecimal: Annotated[bool, typer.Option("--hex", help="Read hexadecimal digits.")] = False,
) -> None:
    """Decompress one message.

    On a terminal, prints control characters as escapes; a file or a pipe gets the exact bytes.
    """
    wire = io.read(path)
    if hexadecimal:
        wire = io.parse_hex(wire.decode("ascii", "replace"))
    codec = Codec(
        model=io.model(model),
        models=io.models(further_model),
        templates=io.library(templates),
        max_size=max_size,
        check=check,
    )
    io.write(output, codec.decompress(wire))

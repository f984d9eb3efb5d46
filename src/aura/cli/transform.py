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
    level: Annotated[int, typer.Option(min=0, max=3, help="0 store, 1 quick, 2 usual, 3 try all.")] = 2,
    templates: io.TemplatesPath = None,
    model: io.ModelPath = None,
    explicit_model: Annotated[
        bool, typer.Option("--explicit-model", help="Name the model in AURALITE messages.")
    ] = False,
    hexadecimal: Annotated[bool, typer.Option("--hex", help="Write hexadecimal digits.")] = False,
) -> None:
    """Compress one message.

    The whole input is one message, a final newline included. Without --hex nothing binary is written to a
    terminal.
    """
    codec = Codec(
        level=level,
        model=io.model(model),
        explicit_model=explicit_model,
        templates=io.library(templates),
    )
    wire = codec.compress(io.read(path))
    if hexadecimal or (output == io.STANDARD and sys.stdout.isatty()):
        wire = wire.hex().encode() + b"\n"
    io.write(output, wire)


def decompress(
    path: io.InputPath = io.STANDARD,
    *,
    output: io.OutputPath = io.STANDARD,
    max_size: Annotated[
        int, typer.Option(min=0, help="Bytes that the message may decode to.")
    ] = DEFAULT_MAX_SIZE,
    templates: io.TemplatesPath = None,
    model: io.ModelPath = None,
    further_model: io.ModelPaths = None,
    hexadecimal: Annotated[bool, typer.Option("--hex", help="The input is hexadecimal digits.")] = False,
) -> None:
    """Decompress one message."""
    wire = io.read(path)
    if hexadecimal:
        wire = io.parse_hex(wire.decode("ascii", "replace"))
    codec = Codec(
        model=io.model(model),
        models=io.models(further_model),
        templates=io.library(templates),
        max_size=max_size,
    )
    io.write(output, codec.decompress(wire))

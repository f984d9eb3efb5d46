"""``aura compress`` and ``aura decompress``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from itertools import chain
from typing import Annotated, BinaryIO, Final

import typer

from aura import policy
from aura.cli import io
from aura.codec import Codec
from aura.files.pieces import PIECE
from aura_spec.limits import DEFAULT_MAX_SIZE

MAX_MESSAGE: Final = 1 << 20
"""Bytes of the longest input that becomes a single message unless the user says so.

Longer ones gain more from a window and constant memory than from anything that codes single messages.
"""


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
    chunked: Annotated[
        bool | None,
        typer.Option(
            "--chunked/--no-chunked",
            help="Write a chunked file, in constant memory, or a single message.",
            show_default="chunked above 1MiB",
        ),
    ] = None,
) -> None:
    """Compress one message, or a large input as a chunked file.

    The whole input is one message, including a final newline. On a terminal, prints hexadecimal digits, as with
    --hex. A chunked file has checksums and needs no model: it ignores the options for messages, except that
    --level 3 spends more time on it, too.
    """
    codec = Codec(
        level=level,
        model=io.model(model),
        explicit_model=explicit_model,
        check=check,
        templates=io.library(templates),
    )
    hexadecimal = hexadecimal or (output == io.STANDARD and sys.stdout.isatty())
    with io.opened(path) as source:
        head = source.read(MAX_MESSAGE + 1)
        if len(head) > MAX_MESSAGE if chunked is None else chunked:
            from aura.files.chunked import compress_iter  # noqa: PLC0415  # takes long; most inputs are messages

            chunked_level = 1 if level == policy.LEVELS[-1] else 0
            chunks = compress_iter(chain((head,), _pieces(source)), level=chunked_level)
            io.write_chunks(output, _digits(chunks) if hexadecimal else chunks, path)
            return
        message = head + source.read()
    if len(message) > DEFAULT_MAX_SIZE:
        typer.echo(f"note: a reader needs a --max-size above {DEFAULT_MAX_SIZE >> 20}MiB", err=True)
    wire = codec.compress(message)
    io.write(output, wire.hex().encode() + b"\n" if hexadecimal else wire)


def decompress(
    path: io.InputPath = io.STANDARD,
    *,
    output: io.OutputPath = io.STANDARD,
    max_size: Annotated[
        int | None,
        typer.Option(
            metavar="SIZE",
            parser=io.parse_size,
            help="Maximum decoded size: bytes, KiB or MiB.",
            show_default=f"{DEFAULT_MAX_SIZE >> 20}MiB; any of a chunked file",
        ),
    ] = None,
    templates: io.TemplatesPath = None,
    model: io.ModelPath = None,
    further_model: io.ModelPaths = None,
    check: io.CheckFlag = False,
    hexadecimal: Annotated[bool, typer.Option("--hex", help="Read hexadecimal digits.")] = False,
) -> None:
    """Decompress one message, or a chunked file.

    Its first bytes say which it is. On a terminal, prints control characters as escapes; a file or a pipe gets
    the exact bytes.
    """
    codec = Codec(
        model=io.model(model),
        models=io.models(further_model),
        templates=io.library(templates),
        max_size=DEFAULT_MAX_SIZE if max_size is None else max_size,
        check=check,
    )
    from aura_spec.chunked import MAGIC  # noqa: PLC0415  # takes long, and the help needs none

    with io.opened(path) as file:
        source = BytesIO(io.parse_hex(file.read().decode("ascii", "replace"))) if hexadecimal else file
        head = source.read(len(MAGIC))
        if head == MAGIC:  # which begins no message, tagged or not: 'A' and 'R' are no markers
            from aura.files.chunked import decompress_iter  # noqa: PLC0415  # as in compress

            content = decompress_iter(chain((head,), _pieces(source)), max_size=max_size)
            io.write_chunks(output, content, path)
            return
        wire = head + source.read()
    io.write(output, codec.decompress(wire))


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    """What is left of a file, part by part."""
    return iter(partial(source.read, PIECE), b"")


def _digits(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Hexadecimal digits, and a line feed behind the last."""
    for chunk in chunks:
        yield chunk.hex().encode()
    yield b"\n"

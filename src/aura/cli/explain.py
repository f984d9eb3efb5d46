"""``aura explain``: an annotated dump of a message."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aura import explain as explanation
from aura.cli import io
from aura.cli.process import ExitCode
from aura.explanation.explain import Explanation, Row
from aura.explanation.page import page
from aura.files import atomic_write
from aura.terminal import printable_lines


def explain(
    path: io.InputPath = io.STANDARD,
    *,
    message_hex: Annotated[
        str | None,
        typer.Option("--hex", metavar="DIGITS", help="Message in hexadecimal digits, instead of a file."),
    ] = None,
    templates: io.TemplatesPath = None,
    model: io.ModelPath = None,
    further_model: io.ModelPaths = None,
    check: io.CheckFlag = False,
    as_json: io.AsJson = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write an HTML page that tints each character by its cost."),
    ] = None,
) -> None:
    """Show a message field by field.

    Shows the bytes of each field and their meaning. Shows a refused message up to the fault, and exits with 3.
    """
    if html is not None:
        atomic_write.check(html)
    wire = io.read(path) if message_hex is None else io.parse_hex(message_hex)
    result = explanation(
        wire,
        templates=io.library(templates),
        model=io.model(model),
        models=io.models(further_model),
        tagged=check,
    )
    if html is not None:
        atomic_write.write(html, page(result).encode())
    typer.echo(json.dumps(as_dictionary(result), indent=2) if as_json else printable_lines(str(result)))
    if result.error is not None:
        raise typer.Exit(ExitCode.BAD_DATA)


def as_dictionary(result: Explanation) -> dict[str, object]:
    """An explanation for machines: bytes as hexadecimal digits."""
    error = result.error
    return {
        "method": result.method,
        "size": result.size,
        "fields": [_row(row) for row in result.rows],
        "tokens": [_row(row) for row in result.tokens],
        "steps": [asdict(step) for step in result.steps],
        "parts": [asdict(part) for part in result.breakdown.parts],
        "overhead": [asdict(one) for one in result.breakdown.overhead],
        "slots": [
            {"name": name, "type": kind, "value_hex": value.hex()} for name, kind, value in result.slots
        ],
        "message_hex": None if result.message is None else result.message.hex(),
        "error": error
        and {"code": error.code, "offset": error.offset, "path": error.path, "message": error.reason},
    }


def _row(row: Row) -> dict[str, object]:
    return {
        "offset": row.offset,
        "bytes": row.data.hex(),
        "field": row.field,
        "value": row.value,
        "doc": row.doc,
    }

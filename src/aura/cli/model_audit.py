"""``aura model audit``: secrets and personal data that can be read out of a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from aura.cli import io
from aura.cli.process import ExitCode
from aura.models.model import Model
from aura.models.training.extraction import Finding, is_telling, scan
from aura.terminal import printable

_LONGEST: Final = 256
"""Bytes of the longest string whose parts are not listed."""


def audit(
    path: Annotated[Path, typer.Argument(metavar="MODEL", help="Model file.", show_default=False)],
    *,
    known: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="File of strings to look for as they are, one a line.", show_default=False
        ),
    ] = None,
    public: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="File of strings that may be in the model, one a line.", show_default=False
        ),
    ] = None,
    as_json: io.AsJson = False,
) -> None:
    """Search a model for secrets and personal data.

    Exits with 1 if some can be read out of it.

    Searches the prefix, the dictionary, the templates, and the contexts with their likeliest continuations.
    """
    model = Model.load(path)
    sought = _lines(known)
    telling = [text for text in sought if is_telling(text)]
    findings = _whole(scan(model, telling, _lines(public)))
    if as_json:
        typer.echo(json.dumps(_as_dictionary(model, findings, sought, telling), indent=2))
    else:
        name = printable(str(path))
        if len(telling) < len(sought):
            short = len(sought) - len(telling)
            typer.echo(
                f"{name}: {short} of {len(sought)} known strings not sought, as they come up by chance"
            )
        for finding in findings:
            cost = f"{finding.bits:.1f} bits instead of {finding.information:.0f}"
            typer.echo(f"{finding.kind:16} {cost:24} {printable(_text(finding))}")
        count = f"{len(findings)} strings" if len(findings) != 1 else "1 string"
        typer.echo(f"{name}: {count if findings else 'nothing'} found")
    if findings:
        raise typer.Exit(ExitCode.FAILED)


def _whole(findings: list[Finding]) -> list[Finding]:
    """The findings that are no end or beginning of another, each text once."""
    texts = [finding.text for finding in findings if len(finding.text) <= _LONGEST]
    parts = {
        part
        for text in texts
        for cut in range(1, len(text))
        for part in (text[cut:], text[: len(text) - cut])
    }
    by_text: dict[bytes, Finding] = {}
    for finding in findings:
        if finding.text not in parts:
            by_text.setdefault(finding.text, finding)
    return list(by_text.values())


def _lines(path: Path | None) -> list[bytes]:
    """The lines of a file that are not blank, without white space around them."""
    content = b"" if path is None else io.read(path)
    return [line.strip() for line in content.splitlines() if line.strip()]


def _as_dictionary(
    model: Model, findings: list[Finding], sought: list[bytes], telling: list[bytes]
) -> dict[str, object]:
    return {
        "model": model.id,
        "known": len(sought),
        "too_short": len(sought) - len(telling),
        "findings": [
            {
                "kind": finding.kind,
                "text": _text(finding),
                "bits": finding.bits,
                "random_bits": round(finding.information, 1),
            }
            for finding in findings
        ],
    }


def _text(finding: Finding) -> str:
    return finding.text.decode("utf-8", "backslashreplace")

"""``aura model check``: whether a model still fits recent messages."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from aura.cli import io
from aura.cli.process import ExitCode
from aura.cli.progress import shown
from aura.files import corpus
from aura.models import freshness
from aura.models.figures import NORMAL, Figure
from aura.models.freshness import Freshness, Verdict
from aura.models.model import Model
from aura.models.retraining import MIN_TRAIN_BYTES, Retraining
from aura.terminal import printable


def check(
    path: Annotated[Path, typer.Argument(metavar="MODEL", help="Model file.", show_default=False)],
    recent: io.Corpora,
    *,
    field: io.Field = None,
    source_field: io.SourceField = None,
    quick: Annotated[bool, typer.Option("--quick", help="Train no new model to compare with.")] = False,
    train_bytes: Annotated[
        int,
        typer.Option(
            metavar="SIZE",
            parser=io.parse_size,
            help="Maximum size of the messages that a new model is trained on, in bytes, KiB or MiB.",
            show_default=f"{freshness.DEFAULT_TRAIN_BYTES >> 20}MiB",
        ),
    ] = freshness.DEFAULT_TRAIN_BYTES,
    fail_stale: Annotated[
        bool, typer.Option("--fail-stale", help="Exit with 1 if the model is stale.")
    ] = False,
    as_json: io.AsJson = False,
) -> None:
    """Find out whether a model still fits recent messages.

    Compares their bits for a byte with those at training time, and the model with a new one. Use messages that
    were not in its training.
    """
    if train_bytes < MIN_TRAIN_BYTES:
        raise typer.BadParameter(f"--train-bytes is at least {MIN_TRAIN_BYTES}")
    model = Model.load(path)
    found = list(corpus.read(recent, field=field, source_field=source_field))
    if not found:
        raise corpus.CorpusError(f"{', '.join(map(str, recent))}: no message")
    with shown() as progress:
        result = freshness.check(
            model,
            [message.data for message in found],
            sources=[message.source for message in found],
            retrain=not quick,
            train_bytes=train_bytes,
            progress=progress,
        )
    if as_json:
        typer.echo(json.dumps(_as_dictionary(result), indent=2))
    else:
        Console().print(_table(result))
        for line in _sentences(result, printable(str(path))):
            typer.echo(line)
    if fail_stale and result.verdict is Verdict.STALE:
        raise typer.Exit(ExitCode.FAILED)


def _as_dictionary(result: Freshness) -> dict[str, object]:
    """The result for machines, with what follows from its fields."""
    found = asdict(result)
    for entry, kind in zip(found["kinds"], result.kinds, strict=True):
        for name, figure in (("then", kind.then), ("now", kind.now)):
            if figure is not None:
                entry[name]["bits"] = figure.bits
    if result.retraining is not None:
        found["retraining"] |= {
            "share": result.retraining.share,
            "pays_after": result.retraining.pays_after,
        }
    return found


def _table(result: Freshness) -> Table:
    table = Table("kind", "messages", "bytes", "bits then", "bits now", "change", box=None)
    for kind in result.kinds:
        now = kind.now
        change = "" if kind.change is None else f"{kind.change.share:+.1%} ±{kind.change.margin:.1%}"
        table.add_row(kind.kind, str(now.messages), str(now.size), _bits(kind.then), _bits(now), change)
    return table


def _bits(figure: Figure | None) -> str:
    if figure is None:
        return ""
    return f"{figure.bits:.3f}" + (f" ±{NORMAL * figure.error:.3f}" if figure.is_certain else "")


def _sentences(result: Freshness, name: str) -> list[str]:
    """The result in words."""
    lines = [f"note: {note}" for note in result.notes]
    if result.change is not None:
        how = "more" if result.change.share >= 0 else "fewer"
        takes = f"a byte takes {abs(result.change.share):.1%} {how} bits than in training"
        meaning = {
            Verdict.FRESH: f"{name} is fresh",
            Verdict.STALE: f"{name} is stale",
            Verdict.UNKNOWN: f"too few messages to tell whether {name} is fresh",
        }
        lines.append(f"{meaning[result.verdict]}: {takes} (±{result.change.margin:.1%})")
    if result.retraining is not None:
        lines += _on_retraining(result.retraining)
    return lines


def _on_retraining(found: Retraining) -> list[str]:
    basis = f"a new model of {found.trained} of these messages, measured on {found.measured} others,"
    lines = [f"{basis} saves {found.saved:.2f} bytes a message (±{found.margin:.2f}), {found.share:.1%}"]
    if found.pays_after is not None:
        paid = f"a fetched copy of its {found.model_size} bytes has paid for itself after"
        lines.append(f"training anew would pay: {paid} {found.pays_after} messages")
    elif found.saved > 0:
        lines.append("too few messages to tell whether training anew would pay")
    else:
        lines.append("training anew on these messages alone would not pay")
    return lines

"""``aura templates discover``: find templates in files of messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from aura.cli import io, progress
from aura.cli.process import terminable
from aura.files import corpus
from aura.templates.discovery import Candidate, DiscoveryEngine, SlotReport
from aura.terminal import printable


def discover(
    corpora: io.Corpora,
    *,
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="STORE",
            help="Template store to begin with, and to publish promoted templates in.",
            show_default=False,
        ),
    ] = None,
    count: Annotated[
        int,
        typer.Option(
            "--promote", min=0, metavar="N", help="Publish the N best candidates under ids from 128 to 191."
        ),
    ] = 0,
    model: io.ModelPath = None,
    field: io.Field = None,
    source_field: io.SourceField = None,
    min_frequency: Annotated[
        int, typer.Option(min=1, metavar="N", help="Minimum number of messages that match.")
    ] = 10,
    min_advantage: Annotated[
        float,
        typer.Option(
            min=1.0, metavar="X", help="Minimum of bytes without a template, divided by bytes with it."
        ),
    ] = 1.02,
    min_sources: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="Minimum number of sources that have the text of a template."),
    ] = 1,
    as_json: io.AsJson = False,
) -> None:
    """Find templates in messages.

    Shows what each saves on messages that it was not made from. Needs the extra discovery.
    """
    if count and store is None:
        raise typer.BadParameter("--promote needs --store")
    engine = DiscoveryEngine(
        min_frequency, min_advantage, model=io.model(model), store=store, min_sources=min_sources
    )
    messages = corpus.read(corpora, field=field, source_field=source_field)
    try:
        with terminable(), progress.shown() as show:
            candidates = engine.discover_templates(messages, progress=show)
    except ImportError as error:
        raise typer.BadParameter(str(error)) from None
    ids = [engine.promote_template(candidate) for candidate in candidates[:count]]
    if as_json:
        typer.echo(json.dumps([_as_dictionary(*found) for found in _with_ids(candidates, ids)], indent=2))
        return
    for candidate, template_id in _with_ids(candidates, ids):
        _print(candidate, template_id)
    typer.echo(f"{len(candidates)} candidates, {len(ids)} promoted")


def _with_ids(candidates: list[Candidate], ids: list[int]) -> Iterator[tuple[Candidate, int | None]]:
    for number, candidate in enumerate(candidates):
        yield candidate, ids[number] if number < len(ids) else None


def _print(candidate: Candidate, template_id: int | None) -> None:
    saving = candidate.saving
    name = "" if template_id is None else f"{template_id}  "
    typer.echo(f"{name}{printable(candidate.pattern)}")
    interval = f"{saving.mean:.1f} bytes a message (95 %: {saving.low:.1f} to {saving.high:.1f})"
    typer.echo(
        f"    in {candidate.frequency:,} messages; saves {interval}, {saving.advantage:.2f} times, on"
        f" {saving.messages} held-out messages"
    )
    for slot in candidate.slots:
        typer.echo(f"    {_slot_line(slot)}")


def _slot_line(slot: SlotReport) -> str:
    examples = ", ".join(printable(repr(example)) for example in slot.examples)
    found = f"; made-up examples, as it looks like {', '.join(slot.sensitive)}" if slot.sensitive else ""
    return f"{{{slot.name}}} {printable(slot.kind)}, diversity {slot.diversity:.2f}: {examples}{found}"


def _as_dictionary(candidate: Candidate, template_id: int | None) -> dict[str, object]:
    saving = candidate.saving
    return {
        "id": template_id,
        "pattern": candidate.pattern,
        "frequency": candidate.frequency,
        "held_out": saving.messages,
        "bytes_before": saving.before,
        "bytes_after": saving.after,
        "saved": {"mean": saving.mean, "low": saving.low, "high": saving.high},
        "slots": [
            {
                "name": slot.name,
                "type": slot.kind,
                "diversity": slot.diversity,
                "examples": slot.examples,
                "sensitive": slot.sensitive,
            }
            for slot in candidate.slots
        ],
    }

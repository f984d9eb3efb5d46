"""``aura templates stats``: how templates fare on messages, and how their slots could be better."""

from __future__ import annotations

import json
from itertools import islice
from typing import Annotated

import typer

from aura.cli import io, progress
from aura.cli.templates import TemplatesFile, library_of, shown
from aura.codec import Codec
from aura.files import corpus
from aura.templates.slot_analysis import SlotAnalysis, SlotWarning
from aura.templates.usage import TemplateUsage, UsageRecorder
from aura.terminal import printable

_STEP = 100
"""Messages between two updates of the progress."""


def stats(
    path: TemplatesFile,
    corpora: io.Corpora,
    *,
    field: io.Field = None,
    model: io.ModelPath = None,
    level: io.Level = 2,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Read only the first N messages.", show_default=False),
    ] = None,
    as_json: io.AsJson = False,
) -> None:
    """Show how templates fare on messages.

    Shows how often they match, what that saves against the message without a template, and what their slots take.
    Where the values of a slot recur or fit a narrower type, shows a new pattern, for a new id: an id never changes
    its pattern.
    """
    codec = Codec(level=level, model=io.model(model), templates=library_of(path))
    recorder = UsageRecorder()
    count = 0
    with progress.shown() as show:
        for count, message in enumerate(islice(corpus.read(corpora, field=field), limit), start=1):
            match = codec.templates.match(message.data)
            if match is not None:
                otherwise = len(codec.without_template(message.data).wire)
                sent = min(len(codec.smallest_frame(match).wire), otherwise)
                recorder.record(match, sent=sent, otherwise=otherwise)
            if count % _STEP == 0:
                show(f"{count} messages", count / limit if limit else 0.0)
    if not count:
        raise corpus.CorpusError(f"{', '.join(map(str, corpora))}: no message")
    found = list(recorder.report().values())
    matched, saved = sum(usage.hits for usage in found), sum(usage.bytes_saved for usage in found)
    if as_json:
        entries = [_as_dictionary(usage) for usage in found]
        totals = {"messages": count, "matched": matched, "bytes_saved": saved}
        typer.echo(json.dumps({**totals, "templates": entries}, indent=2))
        return
    for usage in found:
        typer.echo(f"{usage.template_id}  {printable(usage.template.pattern)}")
        typer.echo(f"    {usage.hits} messages, {usage.bytes_saved} bytes saved")
        for slot in usage.slots:
            typer.echo(f"    {{{slot.name}}} {_sentence(slot)}")
        if usage.suggested_pattern is not None:
            typer.echo(f"    better as a new template: {printable(usage.suggested_pattern)}")
    typer.echo(f"{matched} of {count} messages match a template, {saved} bytes saved")


def _sentence(slot: SlotAnalysis) -> str:
    """What is said of a slot on a line."""
    parts = [f"diversity {slot.diversity:.2f}"]
    if {SlotWarning.CONSTANT, SlotWarning.LOW_DIVERSITY} & set(slot.warnings):
        shares = (f"{shown(value)} {count / slot.uses:.0%}" for value, count in slot.top)
        parts.append("mostly " + ", ".join(shares))
    parts += (f"warning: {warning}" for warning in slot.warnings)
    return "; ".join(parts)


def _as_dictionary(usage: TemplateUsage) -> dict[str, object]:
    return {
        "id": usage.template_id,
        "pattern": usage.template.pattern,
        "messages": usage.hits,
        "bytes_saved": usage.bytes_saved,
        "suggested_pattern": usage.suggested_pattern,
        "slots": [
            {
                "name": slot.name,
                "type": slot.kind,
                "distinct": slot.distinct,
                "diversity": slot.diversity,
                "top": [{"value_hex": value.hex(), "uses": count} for value, count in slot.top],
                "top_share": slot.top_share,
                "warnings": list(slot.warnings),
                "suggestion": slot.suggestion,
            }
            for slot in usage.slots
        ],
    }

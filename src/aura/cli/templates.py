"""``aura templates``: look into files of templates, and add to them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from aura.cli import io
from aura.cli.process import ExitCode
from aura.codec import Codec
from aura.templates import Match, TemplateLibrary
from aura.templates.digest import digest_of
from aura.templates.pattern_text import type_of
from aura.templates.store import (
    APPLICATION_IDS,
    DISCOVERED_IDS,
    PEER_IDS,
    JsonStore,
    SqliteStore,
    form_of,
    json_store,
    open_store,
    plain,
    read_patterns,
)
from aura.terminal import printable
from aura_spec.errors import TemplateError
from aura_spec.limits import MAX_TEMPLATE_ID
from aura_spec.marker import name_of
from aura_spec.template import Slot, Template, builtin, parse_patterns

app = typer.Typer(
    help="Look into files of templates, and add to them.", no_args_is_help=True, rich_markup_mode=None
)

TemplatesFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="Template store, or plain JSON of ids and patterns.", show_default=False
    ),
]
AnyFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        help="Template store, or plain JSON of ids and patterns; the default is the built-in templates.",
        show_default=False,
    ),
]
OtherFile = Annotated[Path, typer.Argument(metavar="FILE", help="Another such file.", show_default=False)]
Store = Annotated[
    Path,
    typer.Argument(
        metavar="STORE",
        help="Template store; a new one is SQLite if it ends in .sqlite, .sqlite3 or .db, else JSON.",
        show_default=False,
    ),
]


class Form(StrEnum):
    """What ``export`` writes."""

    JSON = "json"
    SQLITE = "sqlite"
    PLAIN = "plain"


@app.command(name="list")
def show_all(path: AnyFile = None, *, as_json: io.AsJson = False) -> None:
    """List templates: their ids and patterns, and the digest of all."""
    templates = builtin() if path is None else parse_patterns(read_patterns(path))
    digest = digest_of({number: template.pattern for number, template in templates.items()})
    if as_json:
        entries = [_as_dictionary(number, template) for number, template in templates.items()]
        typer.echo(json.dumps({"digest": digest, "templates": entries}, indent=2))
        return
    width = max((len(str(number)) for number in templates), default=1)
    for number, template in templates.items():
        typer.echo(f"{number:{width}}  {printable(template.pattern)}")
    typer.echo(f"{len(templates)} templates, digest {digest}")


@app.command()
def show(
    path: TemplatesFile,
    template_id: Annotated[int, typer.Argument(metavar="ID", help="Template id.", show_default=False)],
    *,
    as_json: io.AsJson = False,
) -> None:
    """Show one template: its pattern, and its slots with their types."""
    pattern = read_patterns(path).get(template_id)
    if pattern is None:
        raise TemplateError(f"{path} has no template {template_id}")
    [template] = parse_patterns({template_id: pattern}).values()
    if as_json:
        typer.echo(json.dumps(_as_dictionary(template_id, template), indent=2))
        return
    typer.echo(f"id       {template_id} ({_owner(template_id)})")
    typer.echo(f"pattern  {printable(pattern)}")
    for slot in template.slots:
        typer.echo(f"slot     {{{slot.name}}} is {printable(_type_of(slot))}")


@app.command()
def add(
    path: Store,
    patterns: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATTERN", help="Patterns to add under the lowest free ids from 256."),
    ] = None,
    *,
    template_id: Annotated[
        int | None,
        typer.Option(
            "--id", min=0, max=MAX_TEMPLATE_ID, metavar="ID", help="Id of the pattern.", show_default=False
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--import",
            metavar="FILE",
            help="Plain JSON of ids and patterns, or a store, to add all of.",
            show_default=False,
        ),
    ] = None,
    as_json: io.AsJson = False,
) -> None:
    """Add templates to a store; all of them, or none if one is refused.

    A pattern that the store has already keeps its id. An id that has another pattern is refused.
    """
    new = patterns or []
    if (not new) is (source is None):
        raise typer.BadParameter("give either patterns or --import")
    if template_id is not None and len(new) != 1:
        raise typer.BadParameter("--id is for one pattern")
    store = open_store(path)
    if source is not None:
        added = read_patterns(source)
        store.publish(added)
    elif template_id is not None:
        added = {template_id: new[0]}
        store.publish(added)
    else:
        added = dict(zip(store.assign(new), new, strict=True))
    if as_json:
        typer.echo(json.dumps({"digest": store.digest, "templates": _by_key(added)}, indent=2))
        return
    for number, pattern in added.items():
        typer.echo(f"{number}  {printable(pattern)}")


@app.command(name="test")
def match_message(
    path: TemplatesFile,
    text: Annotated[
        str, typer.Argument(metavar="MESSAGE", help="Message; - is standard input.", show_default=False)
    ],
    *,
    model: io.ModelPath = None,
    level: io.Level = 2,
    as_json: io.AsJson = False,
) -> None:
    """Show which template a message matches.

    Shows its slots and how many bytes the message takes, too. Exits with 1 if none matches. Built-in templates are
    looked at as well, unless the file has other patterns under their ids.
    """
    message = io.read(io.STANDARD) if text == str(io.STANDARD) else os.fsencode(text)
    library = library_of(path)
    match = library.match(message)
    codec = Codec(level=level, model=io.model(model), templates=library)
    wire = codec.compress(message)
    sizes = {
        "message": len(message),
        "typed_frame": None if match is None else len(codec.encode_frame(match)),
        "sent": len(wire),
    }
    if as_json:
        found = None if match is None else _match_as_dictionary(match)
        typer.echo(json.dumps({"match": found, "bytes": sizes, "method": name_of(wire[0])}, indent=2))
    elif match is None:
        typer.echo("no template matches")
    else:
        typer.echo(f"template  {match.template_id} {printable(match.template.pattern)}")
        for slot, value in zip(match.template.slots, match.values, strict=True):
            typer.echo(f"slot      {{{slot.name}}} is {shown(value)} ({printable(_type_of(slot))})")
        typer.echo(f"message   {sizes['message']} bytes, {sizes['typed_frame']} as a typed frame")
        typer.echo(f"sent      {sizes['sent']} bytes, {name_of(wire[0])}")
    if match is None:
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def export(
    path: TemplatesFile,
    *,
    output: io.OutputPath = io.STANDARD,
    form: Annotated[
        Form | None,
        typer.Option(
            "--form",
            help="A JSON or SQLite store, or plain JSON of ids and patterns.",
            show_default="as the name of the output says",
        ),
    ] = None,
) -> None:
    """Write templates in another form.

    A store that is there already is added to, and nothing of it is changed or lost. A plain file is replaced.
    """
    patterns = read_patterns(path)
    parse_patterns(patterns)
    if form is Form.PLAIN:
        io.write(output, plain.dump(patterns))
    elif output != io.STANDARD:
        kinds = {None: form_of(output), Form.JSON: JsonStore, Form.SQLITE: SqliteStore}
        kinds[form](output).save(patterns)
    elif form is Form.SQLITE:
        raise typer.BadParameter("an SQLite store needs --output FILE")
    else:
        io.write(output, json_store.dump(patterns))


@app.command()
def diff(first: TemplatesFile, second: OtherFile, *, as_json: io.AsJson = False) -> None:
    """Show how two files differ; exit with 1 if their digests do."""
    one, other = read_patterns(first), read_patterns(second)
    removed = {number: one[number] for number in one.keys() - other.keys()}
    added = {number: other[number] for number in other.keys() - one.keys()}
    changed = sorted(number for number in one.keys() & other.keys() if one[number] != other[number])
    if as_json:
        differences = {
            "only_in_first": _by_key(removed),
            "only_in_second": _by_key(added),
            "changed": {str(number): [one[number], other[number]] for number in changed},
        }
        typer.echo(json.dumps(differences, indent=2))
    else:
        for number in sorted({*removed, *added, *changed}):
            for sign, patterns in (("-", one), ("+", other)):
                if number in patterns:
                    typer.echo(f"{sign} {number}  {printable(patterns[number])}")
    if one != other:
        raise typer.Exit(ExitCode.FAILED)
    if not as_json:
        typer.echo("the templates are the same")


def library_of(path: Path) -> TemplateLibrary:
    """The templates of a file, and the built-in ones unless it has other patterns under their ids."""
    patterns = read_patterns(path)
    held = builtin()
    redefines = any(held[number].pattern != patterns[number] for number in patterns.keys() & held.keys())
    return TemplateLibrary(patterns, with_builtin=not redefines)


def _by_key(patterns: Mapping[int, str]) -> dict[str, str]:
    return {str(number): patterns[number] for number in sorted(patterns)}


def _as_dictionary(template_id: int, template: Template) -> dict[str, object]:
    slots = [
        {"name": slot.name, "type": slot.kind.value}
        | ({"choices": [choice.decode() for choice in slot.choices]} if slot.choices else {})
        for slot in template.slots
    ]
    return {"id": template_id, "owner": _owner(template_id), "pattern": template.pattern, "slots": slots}


def _match_as_dictionary(match: Match) -> dict[str, object]:
    slots = [
        {"name": slot.name, "type": slot.kind.value, "value_hex": value.hex()}
        for slot, value in zip(match.template.slots, match.values, strict=True)
    ]
    return {"id": match.template_id, "pattern": match.template.pattern, "slots": slots}


def _owner(template_id: int) -> str:
    """Whose a template is (rule TPL-9)."""
    ranges = {"application": APPLICATION_IDS, "discovered here": DISCOVERED_IDS, "from a peer": PEER_IDS}
    return next((owner for owner, ids in ranges.items() if template_id in ids), "built-in")


def _type_of(slot: Slot) -> str:
    return f"one of {type_of(slot)}" if slot.choices else type_of(slot)


def shown(value: bytes) -> str:
    """A value of a slot, for people."""
    try:
        return repr(value.decode())
    except UnicodeDecodeError:
        return repr(value)

"""``aura config``: show, check and compare configurations, and go back to an earlier version."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from aura.cli import io
from aura.cli.process import ExitCode
from aura.terminal import printable

if TYPE_CHECKING:  # pydantic takes long to import
    from aura.configuration import Configuration

app = typer.Typer(
    help="Show, check and compare configurations.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ConfigPath = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        help="Configuration file; by default the one that AURA_CONFIG names, else aura.toml if it is there.",
        show_default=False,
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Value that wins over the environment and the file, such as streams.memory=0; repeat for more.",
        show_default=False,
    ),
]
Preset = Annotated[
    str | None, typer.Option("--preset", metavar="NAME", help="safe, balanced, smallest or fastest.")
]

P = ParamSpec("P")
R = TypeVar("R")


def _with_extra(command: Callable[P, R]) -> Callable[P, R]:
    """A command that says so if the extra is missing."""

    @wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> R:
        try:
            return command(*arguments, **options)
        except ImportError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(ExitCode.FAILED) from None

    return run


@app.command()
@_with_extra
def show(
    path: ConfigPath = None,
    *,
    assignments: Assignments = None,
    preset: Preset = None,
    set_only: Annotated[
        bool, typer.Option("--set-only", help="Leave out defaults and what the preset says.")
    ] = False,
    as_json: io.AsJson = False,
) -> None:
    """Show all settings, and where each comes from."""
    from aura.configuration.configuration import values_of  # noqa: PLC0415
    from aura.configuration.places import Kind  # noqa: PLC0415

    found = _load(path, assignments, preset)
    rows = [
        (key, value, found.place(key))
        for key, value in values_of(found).items()
        if not set_only or found.place(key).kind not in {Kind.DEFAULT, Kind.PRESET}
    ]
    if as_json:
        told = {key: {"value": value, "from": str(place)} for key, value, place in rows}
        typer.echo(json.dumps(told, indent=2))
        return
    table = Table("setting", "value", "from", box=None)
    for key, value, place in rows:
        table.add_row(key, printable(_text(value)), printable(str(place)))
    Console().print(table)


@app.command()
@_with_extra
def check(
    path: ConfigPath = None,
    *,
    assignments: Assignments = None,
    preset: Preset = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the file as a version, if nothing is wrong with it.")
    ] = False,
    as_json: io.AsJson = False,
) -> None:
    """Check a configuration.

    Reads the models, templates and keys that it names as well. Prints what is wrong, a line for each, with the key,
    the value, the place and what is allowed.
    """
    from aura.configuration import ConfigurationError, building, loading, version_file  # noqa: PLC0415

    try:
        found = _load(path, assignments, preset)
        building.plain_codec(found)
        building.audit_options(found)
    except ConfigurationError as error:
        if not as_json:
            raise
        problems = [{"key": one.key, "place": str(one.place), "text": one.text} for one in error.problems]
        typer.echo(json.dumps({"valid": False, "problems": problems}, indent=2))
        raise typer.Exit(ExitCode.BAD_DATA) from None
    file = loading.find(path)
    kept = version_file.keep(file, time=time.time()).number if keep and file is not None else None
    if as_json:
        typer.echo(json.dumps({"valid": True, "problems": [], "kept_as": kept}, indent=2))
        return
    typer.echo(f"{file or 'the environment'} is right" + (f", kept as version {kept}" if kept else ""))


@app.command()
@_with_extra
def diff(
    before: Annotated[
        str, typer.Argument(metavar="BEFORE", help="File, or number of a kept version.", show_default=False)
    ],
    after: Annotated[
        str | None,
        typer.Argument(
            metavar="AFTER",
            help="File, or number of a version; the file as it is now by default.",
            show_default=False,
        ),
    ] = None,
    *,
    path: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Configuration file whose versions are meant."),
    ] = None,
    as_json: io.AsJson = False,
) -> None:
    """Show where two configurations differ.

    Says what has to happen until a change holds. Ends with 1 if there is a difference. Both are read with this
    environment.
    """
    from aura.configuration import changes  # noqa: PLC0415

    found = changes(_named(before, path), _named(after, path))
    if as_json:
        typer.echo(json.dumps([asdict(change) for change in found], indent=2))
    elif found:
        table = Table("setting", "before", "after", "needs", box=None)
        for change in found:
            table.add_row(
                change.key, printable(_text(change.before)), printable(_text(change.after)), change.needs
            )
        Console().print(table)
    if found:
        raise typer.Exit(ExitCode.FAILED)


@app.command()
@_with_extra
def versions(path: ConfigPath = None, *, as_json: io.AsJson = False) -> None:
    """List the versions that are kept of a file."""
    from aura.configuration import version_file  # noqa: PLC0415

    kept = version_file.versions(_file(path))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in kept], indent=2))
        return
    table = Table("version", "time", "SHA-256", box=None)
    for one in kept:
        table.add_row(str(one.number), printable(one.time), one.digest[:16])
    Console().print(table)


@app.command()
@_with_extra
def rollback(
    number: Annotated[
        int, typer.Argument(metavar="VERSION", min=1, help="Number of the version.", show_default=False)
    ],
    path: ConfigPath = None,
    *,
    as_json: io.AsJson = False,
) -> None:
    """Let a file hold what it held in a version.

    What it holds now is kept as a version before, and the old content becomes the newest one.
    """
    from aura.configuration import parse, version_file  # noqa: PLC0415

    file = _file(path)
    newest = version_file.roll_back(
        file, number, time=time.time(), check=lambda content: parse(content, path=file)
    )
    if as_json:
        typer.echo(json.dumps({"file": str(file), "version": newest.number, "content_of": number}, indent=2))
        return
    typer.echo(f"{printable(str(file))} is as in version {number} again, kept as version {newest.number}")


def _load(path: Path | None, assignments: list[str] | None, preset: str | None = None) -> Configuration:
    from aura.configuration import load, loading  # noqa: PLC0415

    texts: dict[str, str] = {}
    for assignment in assignments or ():
        key, equals, value = assignment.partition("=")
        if not equals:
            raise typer.BadParameter(f"{assignment!r} is not KEY=VALUE")
        texts[key.strip()] = value.strip()
    flags: dict[str, Any] = loading.text_flags(texts)
    if preset is not None:
        flags["preset"] = preset
    return load(path, flags=flags)


def _named(name: str | None, path: Path | None) -> Configuration:
    """A configuration by a file's name or a version's number."""
    from aura.configuration import parse, version_file  # noqa: PLC0415

    if name is not None and name.isascii() and name.isdecimal() and not Path(name).exists():
        file = _file(path)
        return parse(version_file.version(file, int(name)).content, path=file)
    return _load(Path(name) if name is not None else path, None)


def _file(path: Path | None) -> Path:
    from aura.configuration import loading  # noqa: PLC0415

    return loading.find(path) or Path(loading.FILE)


def _text(value: object) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

"""``aura stress``: many users talk to a server over real connections."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from aura.cli import io, progress
from aura.cli.process import ExitCode
from aura.extra import needed

if TYPE_CHECKING:
    from aura.stress.settings import StressSettings

_WIDTH = 120
"""Columns where the output is not a terminal."""


def stress(
    *,
    users: Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="Connections.")] = 50,
    messages: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="Messages that the users say; the server sends each back."),
    ] = 10_000,
    corpus: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Messages to pick from, as train reads them; a field role says whose they are. "
            "Default: those of the package.",
            show_default=False,
        ),
    ] = None,
    corpus_weight: Annotated[
        float,
        typer.Option(min=0, max=1, metavar="SHARE", help="Share of corpus messages; others fill templates."),
    ] = 0.5,
    metadata: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Roles and slot examples of templates, as JSON. Default: those of the package.",
            show_default=False,
        ),
    ] = None,
    warmup: Annotated[
        bool, typer.Option("--warmup", help="Begin with a warm-up, and adjust the mix to what it finds.")
    ] = False,
    warmup_messages: Annotated[int, typer.Option(min=1, metavar="N", help="Messages of the warm-up.")] = 100,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="The same seed gives the same messages.")
    ] = 42,
    thompson: Annotated[
        bool,
        typer.Option("--thompson", help="Choose templates by Thompson sampling instead of epsilon-greedy."),
    ] = False,
    decay: Annotated[
        float,
        typer.Option(
            min=0.01, max=1, metavar="SHARE", help="What evidence on templates is worth after another round."
        ),
    ] = 0.98,
    memory: Annotated[
        int, typer.Option(metavar="BYTES", help="Memory of a stream, each way; 0 codes single messages.")
    ] = 0,
    model: io.ModelPath = None,
    level: io.Level = 2,
    url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Server of your own, ws: or wss:, which sends every message back.",
            show_default=False,
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Trace messages that stand out, with their content.")
    ] = False,
    trace_dir: Annotated[Path, typer.Option(metavar="DIR", help="Directory of the traces.")] = Path(
        "aura-traces"
    ),
    dashboard: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            metavar="PORT",
            help='Serve a dashboard of the server on this port; needs the extra "serve".',
            show_default=False,
        ),
    ] = None,
    export: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Also write the results: as a page with plots if the name ends with .html, else as JSON. "
            "Repeat the option for both.",
            show_default=False,
        ),
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="A B", help="Compare two results in JSON instead.", show_default=False),
    ] = None,
) -> None:
    """Let many users talk to a server over real WebSocket connections, and measure what that takes.

    Needs the extra "stress": pip install ".[stress]" in a checkout. Exits with 1 if a message does not come back as
    it was.
    """
    has_page = any(map(_is_page, export or ()))
    _check_extras({"websockets": True, "matplotlib": has_page}, "stress")
    _check_extras({"uvicorn": dashboard is not None}, "serve")
    from aura.stress import comparison, result  # noqa: PLC0415  # an extra

    console = Console()
    if not sys.stdout.isatty():
        console.width = max(_WIDTH, console.width)
    if compare is not None:
        comparison.print_comparison(result.read(compare[0]), result.read(compare[1]), console)
        return
    for path in export or ():
        io.check(path)
    from aura.stress.server import ServerOptions  # noqa: PLC0415  # an extra
    from aura.stress.settings import StressSettings  # noqa: PLC0415  # as above

    try:
        settings = StressSettings(
            users=users,
            messages=messages,
            seed=seed,
            corpus=corpus,
            corpus_weight=corpus_weight,
            metadata=metadata,
            warmup=warmup_messages if warmup else 0,
            is_thompson=thompson,
            decay=decay,
            server=ServerOptions(
                model=None if model is None else str(model),
                memory=memory,
                level=level,
                dashboard=dashboard,
                shows_content=debug,
            ),
            url=url,
            trace_dir=trace_dir if debug else None,
        )
        settings.server.settings()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if dashboard is not None:
        typer.echo(f"dashboard: http://127.0.0.1:{dashboard}/", err=True)
    if not _run(settings, export or [], console):
        raise typer.Exit(ExitCode.FAILED)


def _check_extras(modules: Mapping[str, bool], extra: str) -> None:
    """Say how to install what is needed and missing, and exit, if something is."""
    try:
        for module in (name for name, is_needed in modules.items() if is_needed):
            needed(module, extra)
    except ImportError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(ExitCode.FAILED) from None


def _is_page(path: Path) -> bool:
    return path.suffix == ".html"


def _run(settings: StressSettings, export: list[Path], console: Console) -> bool:
    """Run a test, and show what it found; whether all messages came back as they were."""
    from aura.stress import result, tables  # noqa: PLC0415  # an extra
    from aura.stress.page import page  # noqa: PLC0415  # as above
    from aura.stress.test import StressTest  # noqa: PLC0415  # as above

    with progress.shown() as show:
        found = result.result_of(asyncio.run(StressTest(settings, show).run()))
    tables.print_result(found, console)
    for path in export:
        if _is_page(path):
            io.write(path, page(found).encode())
        else:
            result.save(found, path)
    return not found["figures"]["mismatches"] and not found["figures"]["disagreements"]

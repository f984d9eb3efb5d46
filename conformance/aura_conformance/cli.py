"""The command ``aura-conformance``.

``run`` ends with status 0 if nothing stands in the way of success, 1 if something does, and 2 if nothing could be
found out: wrong usage, vectors that are not there, an implementation that does not start.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from enum import IntEnum
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from aura_conformance import expected, junit, page, protocol, record
from aura_conformance.execute import Conditions, Outcome, Subject, execute
from aura_conformance.level_zero import OneShot
from aura_conformance.process import LongLived, StartError
from aura_conformance.report import Report
from aura_conformance.rules import rules
from aura_conformance.suite import Check, Profile, Suite, SuiteError, find_vectors, load
from aura_conformance.summary import printable
from aura_conformance.summary import show as show_summary
from aura_conformance.verdict import expected as expected_of

app = typer.Typer(
    name="aura-conformance",
    help="Holds an implementation in any language against the golden vectors.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Level(IntEnum):
    """How an implementation is asked."""

    ONE_SHOT = 0
    LONG_LIVED = 1


VectorsPath = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="The vectors; those that come with the runner if this is not given.",
        show_default=False,
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(metavar="GLOB", help="Only these checks, as varint/*; may be repeated.", show_default=False),
]
Skip = Annotated[
    list[str] | None,
    typer.Option(metavar="GLOB", help="Not these checks; may be repeated.", show_default=False),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Only the checks of this profile, and all are required.", show_default=False
    ),
]


class UsageError(Exception):
    """Something on the command line stands for nothing."""


@app.command(name="run")
def run_command(
    command: Annotated[
        list[str],
        typer.Argument(metavar="-- COMMAND...", help="The implementation.", show_default=False),
    ],
    *,
    level: Annotated[
        int, typer.Option(min=0, max=1, help="0: one process a message. 1: one process, line by line.")
    ] = Level.LONG_LIVED,
    profile: ProfileName = None,
    only: Only = None,
    skip: Skip = None,
    expected_failures: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Known failures.", show_default=False)
    ] = None,
    timeout: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="Time for an answer.")] = 10,
    max_crashes: Annotated[
        int, typer.Option(min=1, metavar="N", help="Give up after so many crashes and time-outs.")
    ] = 50,
    failures: Annotated[
        int, typer.Option(min=0, metavar="N", help="Kinds of failures that the summary shows.")
    ] = 10,
    vectors: VectorsPath = None,
    junit_path: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML.", show_default=False)
    ] = None,
    html_path: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page.", show_default=False)
    ] = None,
    json_path: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write JSON.", show_default=False)
    ] = None,
) -> None:
    """Ask an implementation all checks, and say how it did."""
    suite = load(vectors or find_vectors())
    checks = _select(suite, profile, only, skip)
    _check_writable(junit_path, html_path, json_path)
    if level == Level.ONE_SHOT:
        checks = [check for check in checks if check.is_level_zero]
    if not checks:
        raise UsageError("no check is selected")
    known = () if expected_failures is None else expected.read(expected_failures, suite.checks)
    subject: Subject = (OneShot if level == Level.ONE_SHOT else LongLived)(command, timeout)
    begin = monotonic()
    about = subject.start()
    try:
        claimed = [profile] if profile else list(about.profiles)
        conditions = Conditions([_profile(suite, name) for name in claimed], known, max_crashes)
        outcomes = _watch(subject, checks, conditions)
    finally:
        subject.stop()
    report = Report(about, suite, outcomes, len(checks), monotonic() - begin)
    writers: Sequence[tuple[Path | None, Callable[[Report], str]]] = (
        (junit_path, junit.to_xml),
        (html_path, page.to_html),
        (json_path, record.to_json),
    )
    for path, write in writers:
        if path is not None:
            path.write_text(write(report), encoding="utf-8", errors="backslashreplace")
    show_summary(report, Console(), failures)
    raise typer.Exit(0 if report.is_success else 1)


def _check_writable(*paths: Path | None) -> None:
    """Find out before the run what would fail after it."""
    for path in paths:
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            raise UsageError(f"{path} cannot be written: it is a directory, or in none")


def _watch(subject: Subject, checks: Sequence[Check], conditions: Conditions) -> list[Outcome]:
    """Run with a progress bar on standard error, if that is a terminal."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description:18}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    outcomes: list[Outcome] = []
    bad = 0
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(checks))
        for outcome in execute(subject, checks, conditions):
            outcomes.append(outcome)
            bad += not outcome.is_good
            progress.update(
                task, advance=1, description=outcome.check.case.chapter + f", {bad} bad" * bool(bad)
            )
    return outcomes


@app.command(name="list")
def list_command(
    profile: ProfileName = None, only: Only = None, skip: Skip = None, vectors: VectorsPath = None
) -> None:
    """List checks by name, each with what it shows."""
    for check in _select(load(vectors or find_vectors()), profile, only, skip):
        typer.echo(f"{check.name}\t{check.case.result}\t{check.case.comment}")


@app.command()
def show(
    case_id: Annotated[str, typer.Argument(metavar="ID", help="A case, as varint/0003.")],
    vectors: VectorsPath = None,
) -> None:
    """Show all of a case: rules in full, what is asked, what is expected, and the trace."""
    suite = load(vectors or find_vectors())
    checks = [check for check in suite.checks if check.case.id == case_id]
    if not checks:
        raise UsageError(f"there is no case {case_id}")
    case = checks[0].case
    typer.echo(f"{case.id}  {case.result}  {case.comment}")
    for bug in case.bugs:
        typer.echo(f"catches: {bug}")
    for rule_id in case.rules:
        rule = rules().get(rule_id)
        typer.echo(f"{rule_id}  {rule.place}\n  {rule}" if rule else rule_id)
    for check in checks:
        typer.echo(f"-> {protocol.request_line(1, protocol.request_of(check)).decode().rstrip()}")
        typer.echo(f"<- {expected_of(check)}")
    for step in case.trace:
        typer.echo(f"   {json.dumps(step)}")


def _select(
    suite: Suite, profile: str | None, only: Sequence[str] | None, skip: Sequence[str] | None
) -> list[Check]:
    for glob in (*(only or ()), *(skip or ())):
        if not any(check.matches((glob,)) for check in suite.checks):
            raise UsageError(f"{glob} stands for no check")
    required = _profile(suite, profile) if profile else None
    return [
        check
        for check in suite.checks
        if (required is None or required.requires(check))
        and (not only or check.matches(only))
        and not (skip and check.matches(skip))
    ]


def _profile(suite: Suite, name: str) -> Profile:
    if name not in suite.profiles:
        raise UsageError(f"{name} is not a profile; there are: {', '.join(suite.profiles) or 'none'}")
    return suite.profiles[name]


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # spells out what the encoding does not have
    try:
        app()
    except (SuiteError, StartError, UsageError, expected.ListError, OSError) as error:
        typer.echo(f"error: {printable(str(error))}", err=True)
        sys.exit(2)

"""``aura audit``: read, verify, search and erase an audit log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from aura import audit
from aura.audit.reading import as_json as json_line
from aura.audit.rendering import rendered
from aura.cli import io
from aura.cli.process import ExitCode
from aura.terminal import printable

app = typer.Typer(
    help="Read, verify, search and erase an audit log.", no_args_is_help=True, rich_markup_mode=None
)

LogFile = Annotated[
    Path,
    typer.Argument(
        metavar="LOG",
        help="The file that is written to; older files beside it belong to the log.",
        show_default=False,
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", metavar="FILE", help="File with the key of the chain, byte for byte."),
]
User = Annotated[str, typer.Option("--user", metavar="NAME", help="Whose records.", show_default=False)]
AnyUser = Annotated[str | None, typer.Option("--user", metavar="NAME", help="Whose records.")]
Conversation = Annotated[
    str | None, typer.Option("--conversation", metavar="NAME", help="Of which conversation.")
]
Role = Annotated[str | None, typer.Option("--role", metavar="NAME", help="Role of the author.")]
Method = Annotated[str | None, typer.Option("--method", metavar="NAME", help="How messages are coded.")]
Kind = Annotated[
    str | None, typer.Option("--kind", metavar="NAME", help="Kind of record, such as message or refusal.")
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="Earliest time, as ISO 8601 spells it; UTC.")
]
Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Time that is too late; UTC.")]


class Way(StrEnum):
    """The directions of messages."""

    OUT = "out"
    IN = "in"


Direction = Annotated[Way | None, typer.Option("--direction", help="Messages that went out, or came in.")]


@app.command()
def show(
    path: LogFile,
    *,
    user: AnyUser = None,
    conversation: Conversation = None,
    role: Role = None,
    direction: Direction = None,
    method: Method = None,
    kind: Kind = None,
    since: Since = None,
    until: Until = None,
    last: Annotated[
        int | None, typer.Option("--last", min=1, metavar="N", help="Only the last N records.")
    ] = None,
    seq: Annotated[
        int | None, typer.Option("--seq", min=0, metavar="N", help="Only the record number N.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with records as they are written.")
    ] = False,
    as_json: io.AsJson = False,
) -> None:
    """Show the records of a log, a line each."""
    if seq is not None:
        record = audit.record_at(path, seq)
        if record is None:
            raise audit.AuditError(f"{path} has no record {seq}")
        _print([record], as_json=as_json)
        return
    wanted = audit.Filter(
        user=user,
        conversation=conversation,
        role=role,
        direction=direction,
        method=method,
        kind=kind,
        since=_moment(since),
        until=_moment(until),
    )
    if last is not None:
        from collections import deque  # noqa: PLC0415  # seldom needed

        _print(deque(audit.read(path, wanted), maxlen=last), as_json=as_json)
        if not follow:
            return
    if follow:
        _print(audit.follow(path, wanted, from_start=last is None), as_json=as_json)
    else:
        _print(audit.read(path, wanted), as_json=as_json)


@app.command()
def grep(
    pattern: Annotated[
        str, typer.Argument(metavar="PATTERN", help="Regular expression.", show_default=False)
    ],
    path: LogFile,
    *,
    user: AnyUser = None,
    conversation: Conversation = None,
    role: Role = None,
    direction: Direction = None,
    since: Since = None,
    until: Until = None,
    ignore_case: Annotated[
        bool, typer.Option("--ignore-case", "-i", help="Take letters of any case.")
    ] = False,
    count_only: Annotated[bool, typer.Option("--count", "-c", help="Print only how many there are.")] = False,
    as_json: io.AsJson = False,
) -> None:
    """Search the messages of a log, and the reasons of refusals.

    Compressed files are searched, too.

    Exits with 1 if nothing is found.
    """
    try:
        expression = re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        raise typer.BadParameter(f"not a regular expression: {error}") from None
    wanted = audit.Filter(
        user=user,
        conversation=conversation,
        role=role,
        direction=direction,
        since=_moment(since),
        until=_moment(until),
        pattern=expression,
    )
    if count_only:
        count = sum(1 for _ in audit.read(path, wanted))
        typer.echo(count)
    else:
        count = _print(audit.read(path, wanted), as_json=as_json)
    if not count:
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def verify(
    path: LogFile,
    *,
    key_file: KeyFile = None,
    expected: Annotated[
        str | None,
        typer.Option(
            "--expect", metavar="SEQ:CHAIN", help="Record and chain that an earlier verification printed."
        ),
    ] = None,
    as_json: io.AsJson = False,
) -> None:
    """Check that no record was changed, removed, added or moved.

    Prints the last record and its chain. Keep them elsewhere, and give them to --expect later: then it shows if
    the log was cut off or replaced as a whole. Exits with 3 if something is wrong.
    """
    found = audit.verify(path, key=_key(key_file), expected=_expected(expected))
    if as_json:
        report = {"whole": found.is_whole, **asdict(found)}
        typer.echo(json.dumps(report, indent=2))
    else:
        for damage in found.damage:
            typer.echo(f"{printable(damage.place)}: {printable(damage.reason)}")
        state = "whole" if found.is_whole else f"damaged in {len(found.damage)} places"
        typer.echo(
            f"{state}: {found.records} records, {found.erased} erased, {found.repairs} repairs\n"
            f"last {found.seq}:{found.chain}"
        )
    if not found.is_whole:
        raise typer.Exit(ExitCode.BAD_DATA)


@app.command()
def export(path: LogFile, user: User, *, output: io.OutputPath = io.STANDARD) -> None:
    """Write all that a log holds of a user, as lines of JSON."""
    lines = (f"{json_line(record)}\n".encode() for record in audit.export(path, user))
    io.write_chunks(output, lines, path)


@app.command()
def erase(
    path: LogFile,
    user: User,
    *,
    key_file: KeyFile = None,
    confirmed: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase what is private of a user's records, for good.

    The chain stays verifiable. Names, conversations, roles and content go. Numbers, times and sizes stay.
    """
    if not confirmed:
        typer.confirm(f"Erase the content of all records of {printable(user)}?", abort=True)
    found = audit.erase(path, user, key=_key(key_file))
    typer.echo(f"{found.records} records erased, in {found.files} files")


def _print(records: Iterable[audit.Record], *, as_json: bool) -> int:
    """Print records as they come; return how many."""
    count = 0
    with suppress(BrokenPipeError):
        for record in records:
            typer.echo(json_line(record) if as_json else rendered(record))
            count += 1
    return count


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time such as 2026-01-31 or 2026-01-31T12:00") from None


def _key(path: Path | None) -> bytes | None:
    if path is None:
        return None
    key = path.read_bytes()
    try:
        audit.AuditOptions(key=key)
    except ValueError as error:
        raise typer.BadParameter(f"{path}: {error}") from None
    return key


def _expected(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is not a number, a colon and 64 hexadecimal digits")
    return int(found[1]), found[2]

"""The command as a process, from inside: streams that are not there, output that is not taken, interruption."""

from __future__ import annotations

import io
import os
import sys

import pytest
import typer

from aura.cli import process
from aura.errors import AuraError


class _Full(io.StringIO):
    """Standard output that takes nothing more."""

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def command(act: object) -> typer.Typer:
    app = typer.Typer(cls=process.Commands)
    app.callback()(lambda: None)
    app.command(name="act")(act)  # type: ignore[type-var]
    return app


def ended(app: typer.Typer) -> int:
    with pytest.raises(SystemExit) as end:
        app(["act"])
    return int(end.value.code or 0)


def test_closed_streams_are_said_to_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    process.prepare_streams()
    assert sys.stdin.readable()
    assert sys.stdout.writable()
    with pytest.raises(OSError, match="standard input is closed"):
        sys.stdin.read()
    with pytest.raises(OSError, match="standard output is closed"):
        print("text", flush=True)  # noqa: T201
    print("text", file=sys.stderr)  # noqa: T201
    sys.stderr.close()


def test_numbers_of_closed_streams_are_not_given_to_files(monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter([1, 2])
    right = os.open
    opened = []

    def fake(path: str, flags: int) -> int:
        opened.append(path)
        return next(given, None) or right(path, flags)

    monkeypatch.setattr(os, "open", fake)
    process.prepare_streams()
    assert opened == [os.devnull] * 3


def test_characters_outside_the_encoding_are_spelt_out(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    monkeypatch.setattr(sys, "stderr", io.StringIO())  # is no TextIOWrapper, and stays as it is
    process.prepare_streams()
    print("é", flush=True)  # noqa: T201
    assert raw.getvalue() == b"\\xe9\n"


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (AuraError("no message"), process.ExitCode.BAD_DATA, "error: no message\n"),
        (OSError(2, "No such file", "x"), process.ExitCode.FAILED, "error: x: No such file\n"),
        (OSError(28, "No space left"), process.ExitCode.FAILED, "error: No space left\n"),
        (KeyboardInterrupt(), process.ExitCode.INTERRUPTED, ""),
    ],
)
def test_errors_are_a_line_and_an_exit_code(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def act() -> None:
        raise error

    assert ended(command(act)) == code
    assert capsys.readouterr().err == line


def test_output_that_is_not_taken_fails_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", _Full())
    assert ended(command(lambda: None)) == process.ExitCode.FAILED
    assert sys.stdout.name == os.devnull
    sys.stdout.close()
    assert capsys.readouterr().err == "error: No space left on device\n"

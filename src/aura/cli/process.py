"""How the command behaves as a process: exit codes, errors, interruption, standard streams."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from types import FrameType
from typing import IO, Any

import typer
from typer.core import TyperGroup

from aura.errors import AuraError
from aura.terminal import printable_lines


class ExitCode(IntEnum):
    """What the command ends with."""

    OK = 0
    FAILED = 1
    """The answer is no, as of ``model diff``, or a file cannot be read or written."""
    USAGE = 2
    BAD_DATA = 3
    """A message, a model, a template store, a corpus or an audit log is refused."""
    INTERRUPTED = 130
    TERMINATED = 143


class Terminated(KeyboardInterrupt):
    """The process is asked to end, by SIGTERM."""


@contextmanager
def terminable() -> Iterator[None]:
    """End by SIGTERM as by an interruption: what was begun is cleared away first."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run(command: Callable[[], object]) -> None:
    """Run the command line, and end with its exit code.

    If it is interrupted, threads that still work are not waited for.
    """
    try:
        command()
    except SystemExit as end:
        if end.code in {ExitCode.INTERRUPTED, ExitCode.TERMINATED}:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError):
                    stream.flush()
            os._exit(int(end.code))
        raise


class Commands(TyperGroup):
    """Commands whose declared errors are one line on standard error, and an exit code."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command, and end with its exit code."""
        try:
            return super().main(*args, **options)
        except AuraError as error:
            print_error(error)
            sys.exit(ExitCode.BAD_DATA)
        except OSError as error:
            _give_up_output()
            print_error(error)
            sys.exit(ExitCode.FAILED)

    def invoke(self, ctx: Any) -> Any:
        """Run a command to its last byte of output."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except Terminated:
            raise typer.Exit(ExitCode.TERMINATED) from None
        except KeyboardInterrupt:
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        return result


def _give_up_output() -> None:
    """Forget what standard output does not take; the interpreter would try, and fail, once more at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # closed with the process


def print_error(error: Exception) -> None:
    """Print an error as a line on standard error."""
    text = str(error)
    if isinstance(error, OSError) and error.strerror:
        text = error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    typer.echo(f"error: {printable_lines(text)}", err=True)


class _Closed(io.RawIOBase):
    """A standard stream that whoever started the process has closed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._error = f"standard {name} is closed"

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def readinto(self, _buffer: object, /) -> int:
        raise OSError(self._error)

    def write(self, _data: object, /) -> int:
        raise OSError(self._error)


def prepare_streams() -> None:
    """Let the standard streams be there, and take any text."""
    # A closed one leaves its number to the next file that is opened.
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_Closed("input")))
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Closed("output")), write_through=True)
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        _take_any_text(stream)


def _take_any_text(stream: IO[str]) -> None:
    """Spell characters that the encoding of a stream does not have, rather than to fail."""
    if isinstance(stream, io.TextIOWrapper):
        with suppress(ValueError):
            stream.reconfigure(errors="backslashreplace")

"""An implementation that is started anew for each message, and known by its exit status (level 0).

``COMMAND decode [--model FILE]`` reads a message from standard input. Status 0: standard output is its text.
Status 1: the message is refused, and the last line on standard error begins with the code. Any other: a crash.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Final

from aura_conformance.process import StartError
from aura_conformance.protocol import (
    Announcement,
    Answer,
    Crashed,
    Decoded,
    Refused,
    Request,
    TimedOut,
)
from aura_conformance.suite import Model

REFUSED: Final = 1
"""The exit status of who refuses a message."""


class OneShot:
    """An implementation under test, as a command.

    Args:
        command: program and arguments.
        timeout: seconds that a message may take.
    """

    def __init__(self, command: Sequence[str], timeout: float) -> None:
        self.jobs = os.cpu_count() or 1
        self._command = command
        self._timeout = timeout
        self._directory = TemporaryDirectory(prefix="aura-conformance-")
        self._lock = Lock()

    def start(self) -> Announcement:
        """See whether there is such a program.

        Raises:
            StartError: there is none.
        """
        if which(self._command[0]) is None:
            raise StartError(f"{self._command[0]} is not a program")
        return Announcement(" ".join(self._command), "", (), ())

    def ask(self, request: Request) -> Answer:
        """Let the command decode a message."""
        model = () if request.model is None else ("--model", str(self._file_of(request.model)))
        try:
            process = subprocess.run(  # noqa: S603
                [*self._command, "decode", *model],
                input=bytes.fromhex(str(request.fields["wire"])),
                capture_output=True,
                timeout=self._timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return TimedOut(self._timeout)
        words = process.stderr.decode("utf-8", "replace").strip()
        last = words.rpartition("\n")[2]
        if process.returncode == 0:
            return Decoded({"text_hex": process.stdout.hex()})
        if process.returncode == REFUSED and last:
            code, _, message = last.partition(" ")
            return Refused(code.rstrip(":"), message)
        return Crashed(f"exit status {process.returncode}\n{words[-2000:]}")

    def _file_of(self, model: Model) -> Path:
        path = Path(self._directory.name) / f"{model.id.removeprefix('sha256:')}.aura"
        with self._lock:
            if not path.exists():
                path.write_bytes(model.data)
        return path

    def stop(self) -> None:
        """Remove the models."""
        self._directory.cleanup()

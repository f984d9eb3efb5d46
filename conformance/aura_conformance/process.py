"""An implementation that stays up while it is asked, line by line (level 1)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Final

from aura_conformance import protocol
from aura_conformance.protocol import (
    Announcement,
    Answer,
    Crashed,
    Errored,
    OutOfStepError,
    ProtocolError,
    Request,
    TimedOut,
)
from aura_conformance.suite import Model

MAX_LINE: Final = 1 << 28
"""Bytes of a line: room for the longest message of the vectors, and an end to a line that has none."""

_KEPT: Final = 12
"""Lines of standard error that a report of a crash shows."""


class StartError(Exception):
    """The implementation does not start, or does not speak the protocol."""


class _Ended(Exception):
    """The process has ended."""


class _Silent(Exception):
    """The process did not answer in time."""


class _Pipes:
    """A running process. Lines are written and read by threads, so that none of it can block the runner."""

    def __init__(self, command: Sequence[str]) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(  # noqa: S603
            command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
        )
        self._questions: SimpleQueue[bytes | None] = SimpleQueue()
        self._answers: SimpleQueue[bytes | None] = SimpleQueue()
        self._complaints: deque[bytes] = deque(maxlen=_KEPT)
        self._threads = [
            Thread(target=work, args=(stream,), daemon=True)
            for work, stream in (
                (self._write, self._process.stdin),
                (self._read, self._process.stdout),
                (self._listen, self._process.stderr),
            )
        ]
        for thread in self._threads:
            thread.start()

    def _write(self, stream: IO[bytes]) -> None:
        with suppress(OSError), stream:  # who has ended does not read; the reader will notice
            while (line := self._questions.get()) is not None:
                stream.write(line)
                stream.flush()

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            while line := stream.readline(MAX_LINE):
                self._answers.put(line)
        self._answers.put(None)

    def _listen(self, stream: IO[bytes]) -> None:
        with stream:
            while line := stream.readline(MAX_LINE):
                self._complaints.append(line)

    def say(self, line: bytes) -> None:
        """Write a line."""
        self._questions.put(line)

    def hear(self, timeout: float) -> bytes:
        """The next line.

        Raises:
            _Ended: there is none any more.
            _Silent: it did not come within ``timeout`` seconds.
        """
        try:
            line = self._answers.get(timeout=timeout)
        except Empty:
            raise _Silent from None
        if line is None:
            raise _Ended
        return line

    def end(self, timeout: float) -> str:
        """End the process, by force after some seconds; its status, and its last words on standard error."""
        self._questions.put(None)
        try:
            status = self._process.wait(timeout=timeout)
        except subprocess.TimeoutExpired:
            self._kill()
            status = self._process.wait()
        for thread in self._threads:
            thread.join(timeout=1)  # a child of the process may hold a pipe open
        words = b"".join(self._complaints).decode("utf-8", "replace").strip()
        return f"exit status {status}" + (f"\n{words}" if words else "")

    def _kill(self) -> None:
        """End the process with all that it has started, such as the program behind a shell."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)


class LongLived:
    """An implementation under test, as a process that is started again when it has ended.

    Args:
        command: program and arguments.
        timeout: seconds that an answer may take; the first one may take ten times as long.
    """

    jobs: Final = 1

    def __init__(self, command: Sequence[str], timeout: float) -> None:
        self._command = command
        self._timeout = timeout
        self._pipes: _Pipes | None = None
        self._seq = 0
        self._models: dict[str, Answer | None] = {}  # what the process answered when it was given each

    def start(self) -> Announcement:
        """Start the process, unless it runs, and greet it.

        Raises:
            StartError: it does not start, or answers something else.
        """
        self.stop()
        try:
            self._pipes = _Pipes(self._command)
        except OSError as error:
            raise StartError(f"{self._command[0]} does not start: {error.strerror}") from error
        self._seq, self._models = 0, {}
        self._pipes.say(protocol.start_line())
        try:
            return protocol.parse_announcement(self._pipes.hear(10 * self._timeout))
        except _Ended:
            raise StartError(f"{self._command[0]} ends at the start: {self._end(1)}") from None
        except _Silent:
            self._end(0)
            raise StartError(f"{self._command[0]} does not answer the command start") from None
        except ProtocolError as error:
            self._end(0)
            raise StartError(f"{self._command[0]}: {error}") from error

    def ask(self, request: Request) -> Answer:
        """Put a request, after its model if the process has not seen that. Who has ended is started again."""
        try:
            if self._pipes is None:
                self.start()
            if request.model is not None:
                refusal = self._give(request.model)
                if refusal is not None:
                    return refusal
            line = self._exchange(protocol.request_line(self._next(), request))
            return protocol.parse_answer(line, self._seq, request)
        except _Ended:
            return Crashed(self._end(1))
        except _Silent:
            self._end(0)
            return TimedOut(self._timeout)
        except StartError as error:
            return Crashed(str(error))
        except ProtocolError as error:
            if isinstance(error, OutOfStepError):
                self._end(0)
            return Errored(f"not an answer of the protocol: {error}")

    def _give(self, model: Model) -> Answer | None:
        """Hand over a model, once; why it is not taken, if so."""
        if model.id not in self._models:
            line = self._exchange(protocol.model_line(self._next(), model))
            self._models[model.id] = protocol.parse_model_answer(line, self._seq)
        return self._models[model.id]

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def _exchange(self, line: bytes) -> bytes:
        if self._pipes is None:
            raise _Ended
        self._pipes.say(line)
        return self._pipes.hear(self._timeout)

    def _end(self, timeout: float) -> str:
        if self._pipes is None:
            return ""
        words = self._pipes.end(timeout)
        self._pipes = None
        return words

    def stop(self) -> None:
        """End the process, politely."""
        if self._pipes is not None:
            self._pipes.say(protocol.stop_line())
            self._end(self._timeout)

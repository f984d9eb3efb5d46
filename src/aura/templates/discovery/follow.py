"""Following a log: the messages that were appended to a file since it was read last."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from aura.files.corpus import Message, json_line

_MAX_LINE: Final = 1 << 20
"""Bytes of the longest line that is read; longer ones are skipped."""


class LogFollower:
    """A file of JSON lines or plain lines that grows, and may be replaced by a new one.

    A line that is no JSON line of messages, as for :func:`aura.files.corpus.read`, is a message itself. A line that
    has no end yet is read when it has one.

    Args:
        path: of the file, which need not be there yet.
        field: of JSON lines that holds the message, as for :func:`aura.files.corpus.read`.
    """

    def __init__(self, path: str | os.PathLike[str], field: str | None = None) -> None:
        self._path = Path(path)
        self._field = field
        self._read: tuple[int, int] = (0, 0)  # the device and the inode
        self._offset = 0

    def __call__(self) -> Iterator[Message]:
        """Yield the messages that are new; none if the file is not there.

        Raises:
            OSError: the file cannot be read.
        """
        with suppress(FileNotFoundError), self._path.open("rb") as file:
            status = os.fstat(file.fileno())
            found = (status.st_dev, status.st_ino)
            if found != self._read or status.st_size < self._offset:
                self._read, self._offset = found, 0
            file.seek(self._offset)
            is_whole = True
            while line := file.readline(_MAX_LINE):
                if not line.endswith(b"\n"):
                    if len(line) < _MAX_LINE:
                        return
                    is_whole = False
                    continue
                self._offset = file.tell()
                if is_whole:
                    yield from self._messages(line.rstrip(b"\r\n"))
                is_whole = True

    def _messages(self, line: bytes) -> Iterator[Message]:
        if not line.strip():
            return
        try:
            parsed = json_line.parse(line, self._field)
        except json_line.BadLineError:
            yield Message(line)
            return
        for text in parsed.texts:
            yield Message(text, parsed.source)

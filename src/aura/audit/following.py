"""The records of a log as they are written."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final, Self

from aura.audit.line import Record, parse_line, read_record
from aura.audit.reading import EVERYTHING, Filter, read, whole_lines
from aura.audit.segments import Segment, closed_segments, lines
from aura.files.corpus import Message

_LOOK: Final = 0.2
"""Seconds between two looks at a file that is followed."""


def follow(
    path: str | PathLike[str],
    wanted: Filter = EVERYTHING,
    *,
    from_start: bool = False,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[Record]:
    """The records of a log as they are written, without end.

    Args:
        path: of the file that is written to; it need not be there yet.
        wanted: which records.
        from_start: begin with those that are there.
        should_stop: is asked from time to time whether to end.

    Raises:
        AuditError: a record is damaged.
        OSError: the file cannot be read.
    """
    path = Path(path)
    seen = -1
    if from_start and path.exists():
        for record in read(path):
            seen = record.seq
            if wanted.takes(record):
                yield record
    elif path.exists():
        for line in lines(Segment(path, None, is_compressed=False)):
            seen = parse_line(line).seq
    with _Growing(path, seen) as file:
        while not should_stop():
            yield from filter(wanted.takes, file.new_records())
            if not file.is_replaced():
                time.sleep(_LOOK)


class AuditMessages:
    """Gives the messages of a log that are new since the last call; all of them at first.

    It is a source for :class:`~aura.templates.TemplateDiscoveryWorker`: the source of a message is its user. What
    was erased, withheld or is no text is left out, and so is what the log records about itself.

    Args:
        path: of the file that is written to; it need not be there yet.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._log = _Growing(Path(path), -1)

    def __call__(self) -> Iterator[Message]:
        """Yield the messages that are new.

        Raises:
            AuditError: a record is damaged.
            OSError: the file cannot be read.
        """
        with self._log as log:  # which keeps no file open until the next call
            for record in log.new_records():
                if record.kind == "message" and record.content is not None:
                    yield Message(record.content.encode(), str(record.private.get("user", "")))


class _Growing:
    """A log that grows, whose file is closed and replaced by a new one from time to time.

    Args:
        path: of the file that is written to.
        seq: number of the last record that is not wanted.
    """

    def __init__(self, path: Path, seq: int) -> None:
        self._path = path
        self._seq = seq
        self._file: BinaryIO | None = None
        self._first = (
            b""  # line of the file that is read up to the offset; its chain tells it from all others
        )
        self._offset = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def new_records(self) -> Iterator[Record]:
        """The records that were not given before."""
        if self._file is not None:
            yield from self._rest()
            if not self.is_replaced():
                return
            yield from self._rest()  # nothing is written to it any more
            self._file.close()
            self._file = None
        if not self._path.exists():
            return
        self._file = self._path.open("rb")
        first = self._file.readline()
        if first and first == self._first:
            yield from self._rest()
            return
        self._first, self._offset = first, 0
        end = Segment(self._path, None, is_compressed=False)
        for segment, successor in pairwise([*closed_segments(self._path), end]):
            # several files may have been closed since the last look
            if successor.first is None or successor.first > self._seq + 1:
                for line in lines(segment):
                    yield from self._new(line)
        yield from self._rest()

    def is_replaced(self) -> bool:
        """Whether there is another file now."""
        if self._file is None:
            return False
        try:
            return not os.path.samestat(os.fstat(self._file.fileno()), self._path.stat())
        except FileNotFoundError:
            return False  # there will be

    def _rest(self) -> Iterator[Record]:
        assert self._file is not None  # noqa: S101  # it is opened before
        for block in whole_lines(self._file, self._offset):
            self._offset += len(block)
            for line in block[:-1].split(b"\n"):
                yield from self._new(line + b"\n")

    def _new(self, line: bytes) -> Iterator[Record]:
        record = read_record(line)
        if record.seq > self._seq:
            self._seq = record.seq
            yield record

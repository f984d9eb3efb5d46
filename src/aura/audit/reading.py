"""The records of a log, in order, from all of its files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring as quoted
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final

from aura.audit.archive import read_frame
from aura.audit.line import AuditError, Record, parse_line, read_record
from aura.audit.segments import Segment, blocks, closed_segments, lines, opened


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records are wanted; None wants all.

    Attributes:
        user: whose messages.
        conversation: of which conversation.
        role: of the author.
        direction: ``"out"`` or ``"in"``.
        method: how the messages are coded.
        kind: of the records.
        since: earliest time.
        until: time that is too late.
        pattern: occurs in the message, or in the reason of a refusal.
    """

    user: str | None = None
    conversation: str | None = None
    role: str | None = None
    direction: str | None = None
    method: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    pattern: re.Pattern[str] | None = None

    def needles(self) -> list[bytes]:
        """What a line holds if it is wanted, so that others need not be read; values in it have no bare quotes."""
        named = (
            *(("user", self.user), ("conversation", self.conversation), ("role", self.role)),
            *(("direction", self.direction), ("method", self.method), ("kind", self.kind)),
        )
        return [f'"{name}":{quoted(value)}'.encode() for name, value in named if value is not None]

    def takes(self, record: Record) -> bool:
        """Whether a record is wanted."""
        wanted = (
            *((record.private, name, getattr(self, name)) for name in ("user", "conversation", "role")),
            *((record.fields, name, getattr(self, name)) for name in ("direction", "method")),
        )
        if any(value is not None and members.get(name) != value for members, name, value in wanted):
            return False
        if self.kind is not None and record.kind != self.kind:
            return False
        # times are spelled alike, so that they compare as texts
        if self.since is not None and record.time < _spelled(self.since):
            return False
        if self.until is not None and record.time >= _spelled(self.until):
            return False
        if self.pattern is None:
            return True
        texts = (record.content, record.fields.get("reason"))
        return any(isinstance(text, str) and self.pattern.search(text) for text in texts)


EVERYTHING: Final = Filter()


def read(path: str | PathLike[str], wanted: Filter = EVERYTHING) -> Iterator[Record]:
    """The records of a log, the oldest first. Others may write to it meanwhile.

    Args:
        path: of the file that is written to.
        wanted: which records.

    Raises:
        AuditError: there is no log, or a file or a record is damaged.
        OSError: a file cannot be read.
    """
    needles = wanted.needles()
    for place, parts in sources(Path(path)):
        for block in parts:
            if all(needle in block for needle in needles):
                try:
                    yield from _wanted_of(block, needles, wanted)
                except AuditError as error:
                    raise AuditError(f"{place}: {error}") from None


def _wanted_of(block: bytes, needles: list[bytes], wanted: Filter) -> Iterator[Record]:
    for line in block[:-1].split(b"\n"):
        if all(needle in line for needle in needles):
            record = read_record(line + b"\n")
            if wanted.takes(record):
                yield record


def export(path: str | PathLike[str], user: str) -> Iterator[Record]:
    """What a log holds of a user: the messages that are theirs or for them, and what was refused of them.

    Raises:
        AuditError: there is no log, or a file or a record is damaged.
        OSError: a file cannot be read.
    """
    return read(path, Filter(user=user))


def sources(path: Path) -> Iterator[tuple[Path, Iterator[bytes]]]:
    """The files of a log in order, each with its lines, some at a time.

    Each record is there once, even if files are closed and compressed meanwhile.

    Raises:
        AuditError: there is no log.
        OSError: a file cannot be read.
    """
    read_first = -1
    while True:
        later = [segment for segment in closed_segments(path) if (segment.first or 0) > read_first]
        for segment in later:
            read_first = segment.first or 0
            yield segment.path, blocks(segment)
        if later:
            continue
        try:
            file = path.open("rb")
        except FileNotFoundError:
            if read_first < 0:
                raise AuditError(f"{path} is no audit log: there is no such file") from None
            return
        with file:
            # if it was closed between the two looks, it is read under its new name
            if not any((segment.first or 0) > read_first for segment in closed_segments(path)):
                yield path, whole_lines(file)
                return


def whole_lines(file: BinaryIO, start: int = 0) -> Iterator[bytes]:
    """The whole lines of a file from a place on, some at a time."""
    file.seek(start)
    while piece := file.read(1 << 18):
        end = piece.rfind(b"\n") + 1
        if not end:
            piece += file.readline()
            end = len(piece) if piece.endswith(b"\n") else 0
        if not end:
            return
        yield piece[:end]
        start += end
        file.seek(start)


def record_at(path: str | PathLike[str], seq: int) -> Record | None:
    """A record by its number, without reading those before it; None if the log does not have it.

    Raises:
        AuditError: a file or the record is damaged.
        OSError: a file cannot be read.
    """
    path = Path(path)
    closed = [segment for segment in closed_segments(path) if (segment.first or 0) <= seq]
    current = [Segment(path, None, is_compressed=False)] if path.exists() else []
    for segment in (*current, *closed[-1:]):
        for line in _near(segment, seq):
            if line.startswith(b'{"seq":%d,' % seq):
                return read_record(line)
    return None


def _near(segment: Segment, seq: int) -> Iterator[bytes]:
    """The lines of a file among which a record is, if it is there: those of one frame of an archive."""
    with opened(segment) as (file, frames):
        if frames is None:
            yield from lines(segment)
            return
        low, high = 0, len(frames)
        while high - low > 1:
            middle = (low + high) // 2
            first = parse_line(read_frame(file, frames[middle]).partition(b"\n")[0] + b"\n").seq
            low, high = (middle, high) if first <= seq else (low, middle)
        for frame in frames[low:high]:
            yield from (line + b"\n" for line in read_frame(file, frame)[:-1].split(b"\n"))


def _spelled(moment: datetime) -> str:
    """A time as records spell it; one without a zone is in UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def as_json(record: Record) -> str:
    """A record as a line of JSON, for people and programs, without chain and salt."""
    return json.dumps(record.as_dictionary(), ensure_ascii=False)

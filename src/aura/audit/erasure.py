"""Removing what is private of a user's records, and nothing else.

The file that is written to is closed first, so that writers go on undisturbed. Then each file with records of the
user is replaced by one without what is private in them. The chain stays as it is: it covers digests.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from json.encoder import encode_basestring as quoted
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from aura.audit.appending import Appender
from aura.audit.archive import Frame, read_frame, rewrite_archive
from aura.audit.entries import note
from aura.audit.line import AuditError, erased, read_record
from aura.audit.options import check_key
from aura.audit.rotation import maintaining, replaced
from aura.audit.segments import Segment, closed_segments, opened, segments

_NO_LIMIT = 1 << 62


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased.

    Attributes:
        records: of which what is private is gone.
        files: that were replaced.
    """

    records: int
    files: int


def erase(path: str | PathLike[str], user: str, *, key: bytes | None = None) -> Erasure:
    """Erase what is private of a user's records: their name, conversations and roles, and the content.

    Numbers, times, sizes and methods stay, and so does a digest from which nothing can be guessed. The log records
    that there was an erasure, and of how many records, but not whose. Others may write to it meanwhile: what they
    write of the user after the beginning stays.

    Args:
        path: of the file that is written to.
        user: as the records name them.
        key: of the chain, if it has one.

    Raises:
        AuditError: there is no log, or a file is damaged; files before it are done, and the call can be repeated.
        OSError: a file cannot be read or replaced; the same holds.
        TypeError: ``user`` is no ``str``, or ``key`` no bytes.
        ValueError: ``key`` is shorter than 16 bytes.
    """
    if not isinstance(user, str):
        raise TypeError(f"user is a str, not {type(user).__name__}")
    check_key(key)
    path = Path(path)
    segments(path)  # which must be there
    appender = Appender(path, key)
    counts: list[int] = []
    try:
        with maintaining(path):
            appender.rotate(time.time())
            counts += [_erase_in(segment, user) for segment in closed_segments(path)]
        now, total = time.time(), sum(counts)
        appender.append([note("erasure", now, count=total)], now, max_bytes=_NO_LIMIT, daily=False)
        appender.sync()
    finally:
        appender.close()
    return Erasure(total, sum(count > 0 for count in counts))


def _erase_in(segment: Segment, user: str) -> int:
    """Erase what is private in one closed file; return of how many records."""
    needle = f'"user":{quoted(user)}'.encode()
    with opened(segment) as (file, frames):
        if frames is None:
            content = file.read()
            after, count = _without(content, needle, user)
            if count:
                replaced(segment.path, partial(_write, content=after))
            return count
        changed: dict[Frame, bytes] = {}
        total = 0
        for frame in frames:
            content = read_frame(file, frame)
            if needle in content:
                after, count = _without(content, needle, user)
                if count:
                    changed[frame] = after
                    total += count
        if changed:
            parts = [(frame, changed.get(frame)) for frame in frames]
            replaced(segment.path, lambda target: rewrite_archive(file, parts, target))
        return total


def _write(file: BinaryIO, content: bytes) -> None:
    file.write(content)


def _without(content: bytes, needle: bytes, user: str) -> tuple[bytes, int]:
    """Lines without what is private of a user, and how many changed."""
    count = 0

    def each() -> Iterator[bytes]:
        nonlocal count
        for line in _lines(content):
            if needle in line and line.endswith(b"\n"):
                try:
                    is_theirs = read_record(line).private.get("user") == user
                except AuditError:
                    is_theirs = False  # damaged: verification shows it
                if is_theirs:
                    count += 1
                    yield erased(line)
                    continue
            yield line

    after = b"".join(each())
    return after, count


def _lines(content: bytes) -> Iterator[bytes]:
    """Lines that end with a line feed and nothing else."""
    start = 0
    while end := content.find(b"\n", start) + 1:
        yield content[start:end]
        start = end
    if start < len(content):
        yield content[start:]

"""What is done to closed files beside writing: they are compressed, and removed when they are too old.

One thread of one process does it at a time. It may be killed at any moment: a file is there until its archive is
whole, and what it is removed for is recorded before.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from aura.audit.appending import Appender, first_line_of
from aura.audit.archive import write_archive
from aura.audit.entries import note
from aura.audit.line import AuditError, members_of, parse_line, time_text
from aura.audit.options import AuditOptions
from aura.audit.segments import MODE, Segment, archive_path, closed_segments, lines
from aura.files import file_lock

_DAY = 86_400


@contextmanager
def maintaining(path: Path) -> Iterator[None]:
    """Wait until nobody else changes closed files of the log, and let nobody else while this is held.

    Raises:
        OSError: the directory takes no lock.
    """
    with file_lock.exclusive(path.with_name(path.name + ".closed")):
        yield


def maintain(path: Path, options: AuditOptions, now: float) -> None:
    """Compress the closed files of a log, and remove those that are too old.

    Raises:
        AuditError: an archive is damaged.
        OSError: a file cannot be read, written or removed.
    """
    with maintaining(path):
        if options.keep_days is not None:
            remove_old(path, options, now - _DAY * options.keep_days, now)
        if options.compress:
            compress_closed(path)


def compress_closed(path: Path) -> None:
    """Make archives of closed files, while :func:`maintaining`."""
    for segment in closed_segments(path):
        if segment.is_compressed:
            segment.path.with_suffix("").unlink(missing_ok=True)  # left by a process that was killed
        else:
            target = archive_path(segment.path)
            replaced(target, partial(write_archive, lines(segment)))
            segment.path.unlink()


def replaced(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file of a log in one step; readers have the one before until then.

    Raises:
        OSError: it cannot be written; the one before stays.
    """
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_old(path: Path, options: AuditOptions, before: float, now: float) -> int:
    """Remove closed files whose last record is older than a time, while :func:`maintaining`; return how many.

    What is removed is recorded first, so that the chain can be verified without it.
    """
    old: list[Segment] = []
    end = None
    for segment, successor in pairwise([*closed_segments(path), Segment(path, None, is_compressed=False)]):
        try:
            first = parse_line(first_line_of(successor))
            prev = str(members_of(first)["prev"])
        except (AuditError, KeyError, OSError):
            break  # nothing is removed whose end is not known
        if first.time >= time_text(before):  # spelled alike, so that they compare as times do
            break
        old.append(segment)
        end = first.seq, prev
    if end is None:
        return 0
    appender = Appender(path, options.key)
    try:
        removed = note("retention", now, removed_before=end[0], chain_before=end[1])
        appender.append([removed], now, max_bytes=options.max_bytes, daily=options.daily)
        appender.sync()
    finally:
        appender.close()
    for segment in old:
        segment.path.unlink()
    return len(old)

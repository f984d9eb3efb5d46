"""The files of an audit log.

``audit.jsonl`` is the file that is written to. ``audit.jsonl.NNNNNNNNNNNN`` are those before it, in order, where
the number is that of the first record, and ``….zst`` if they are compressed. ``audit.jsonl.head`` says where the
log ends, and is what writers lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from aura.audit.archive import Frame, read_frame, read_table
from aura.audit.line import AuditError

MODE: Final = 0o600
"""Of every file of a log: its owner reads and writes it, and nobody else."""

_NUMBER: Final = re.compile(r"\.([0-9]{12,})(\.zst)?")
_PIECE: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of a log.

    Attributes:
        path: of the file.
        first: number of its first record; None for the file that is written to.
        is_compressed: whether it is an archive.
    """

    path: Path
    first: int | None
    is_compressed: bool


def head_path(path: Path) -> Path:
    """The file that says where a log ends."""
    return path.with_name(path.name + ".head")


def closed_path(path: Path, first: int) -> Path:
    """The file of a log that begins with a record, once it is closed."""
    return path.with_name(f"{path.name}.{first:012d}")


def archive_path(path: Path) -> Path:
    """The archive of a closed file."""
    return path.with_name(path.name + ".zst")


def closed_segments(path: Path) -> list[Segment]:
    """The closed files of a log, the oldest first; an archive takes the place of what it was made of."""
    found: dict[int, Segment] = {}
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except FileNotFoundError:
        return []
    for name in names:
        if name.startswith(path.name) and (number := _NUMBER.fullmatch(name[len(path.name) :])):
            # names are sorted, so that an archive comes after the file without .zst
            first = int(number[1])
            found[first] = Segment(path.with_name(name), first, number[2] is not None)
    return [found[first] for first in sorted(found)]


def segments(path: Path) -> list[Segment]:
    """All files of a log, the oldest first.

    Raises:
        AuditError: there is none.
    """
    closed = closed_segments(path)
    current = [Segment(path, None, is_compressed=False)] if path.exists() else []
    if not closed and not current:
        raise AuditError(f"{path} is no audit log: there is no such file")
    return closed + current


@contextmanager
def opened(segment: Segment) -> Iterator[tuple[BinaryIO, list[Frame] | None]]:
    """A file of a log, and its frames if it is an archive.

    A file that was closed or compressed since it was listed is found under its new name.

    Raises:
        AuditError: the archive is damaged.
        OSError: the file cannot be read.
    """
    try:
        file = segment.path.open("rb")
        is_compressed = segment.is_compressed
    except FileNotFoundError:
        if segment.first is None or segment.is_compressed:
            raise
        file = archive_path(segment.path).open("rb")
        is_compressed = True
    with file:
        try:
            yield file, read_table(file) if is_compressed else None
        except AuditError as error:
            raise AuditError(f"{segment.path}: {error}") from None


def blocks(segment: Segment) -> Iterator[bytes]:
    """The whole lines of a file, some at a time; a last line without end is left out.

    Raises:
        AuditError: the archive is damaged.
        OSError: the file cannot be read.
    """
    with opened(segment) as (file, frames):
        if frames is not None:
            for frame in frames:
                yield read_frame(file, frame)
            return
        rest = b""
        while piece := file.read(_PIECE):
            end = piece.rfind(b"\n") + 1
            if end:
                yield rest + piece[:end]
                rest = piece[end:]
            else:
                rest += piece


def lines(segment: Segment) -> Iterator[bytes]:
    """The whole lines of a file, each with its line feed.

    Raises:
        AuditError: the archive is damaged.
        OSError: the file cannot be read.
    """
    for block in blocks(segment):
        # not splitlines, for which other characters end lines, too
        yield from (line + b"\n" for line in block[:-1].split(b"\n"))

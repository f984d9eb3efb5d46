"""Lines at the end of a log, to which several processes write.

The file ``….head`` says which record comes next, where, and after which chain. A writer holds its lock, appends
lines, and brings it up to date. So a writer that is killed leaves one of three things, which the next one finds by
the length of the file: nothing; whole lines that the head does not know, which it takes over; and a torn line. It
removes the latter, and records that it did.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from aura.audit.entries import Entry, note
from aura.audit.line import START, AuditError, build_line, chain_of, members_of, parse_line, time_text
from aura.audit.segments import MODE, Segment, archive_path, closed_path, closed_segments, head_path, lines

try:
    import fcntl
except ImportError:  # no POSIX: one process writes to a log
    fcntl = None  # type: ignore[assignment]

_HEAD: Final = re.compile(rb"([0-9]{20}) ([0-9]{20}) ([0-9a-f]{64})\n")
_HEAD_SIZE: Final = 107
_FIRST_SIZE: Final = 1 << 12
"""More than the first record of a file has."""

_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log ends.

    Attributes:
        seq: number of the next record.
        offset: where it begins in the file that is written to.
        chain: before it.
    """

    seq: int = 0
    offset: int = 0
    chain: bytes = START


class Appender:
    """Appends records to a log. Not thread-safe; each thread and process has its own.

    Args:
        path: of the file that is written to; its directory is made if need be.
        key: of the chain, if it has one.
    """

    def __init__(self, path: Path, key: bytes | None = None) -> None:
        self._path = path
        self._key = key
        self._head = -1
        self._file = -1
        self._begun = ""
        self._is_reopened = False

    def append(self, entries: Sequence[Entry], now: float, *, max_bytes: int, daily: bool) -> bool:
        """Append records; return whether a file was closed before, and a new one begun.

        Args:
            entries: what the records say.
            now: seconds since 1970.
            max_bytes: after which the next file is begun.
            daily: whether the next file is begun with a new day.

        Raises:
            OSError: they cannot be written, and none of them is.
        """
        with self._locked():
            head = self._sound_head(now)
            is_due = head.offset >= max_bytes or (daily and self._day() != time_text(now)[:10])
            if is_due:
                head = self._begin(self._close_file(head), now)
            self._write(head, entries)
        return is_due

    def rotate(self, now: float) -> None:
        """Close the file that is written to, and begin the next one.

        Raises:
            OSError: that fails.
        """
        with self._locked():
            self._begin(self._close_file(self._sound_head(now)), now)

    def sync(self) -> None:
        """Let the disk keep what was written.

        Raises:
            OSError: that fails.
        """
        for descriptor in (self._file, self._head):
            if descriptor >= 0:
                os.fsync(descriptor)

    def close(self) -> None:
        """Close the files; they are opened again when they are needed."""
        for descriptor in (self._file, self._head):
            if descriptor >= 0:
                os.close(descriptor)
        self._file = self._head = -1

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock of the log, with both files open as they are there now."""
        while True:
            self._head = _reopened(self._head, head_path(self._path))
            if fcntl is not None:
                fcntl.flock(self._head, fcntl.LOCK_EX)
            if _is_at(self._head, head_path(self._path)):
                break
        try:
            before, self._file = self._file, _reopened(self._file, self._path)
            self._is_reopened = self._file != before
            if self._is_reopened:
                self._begun = ""
            yield
        finally:
            if fcntl is not None:
                fcntl.flock(self._head, fcntl.LOCK_UN)

    def _sound_head(self, now: float) -> Head:
        """Where the log ends; what a killed writer left is put in order."""
        head, size = self._read_head(), os.fstat(self._file).st_size
        # a file that was opened anew may be another one than the head tells of, and as long by chance
        is_known = head is not None and head.offset == size > 0
        if head is not None and is_known and not (self._is_reopened and self._in_new_file(head) != head):
            return head
        head = self._lost_head() if head is None else head
        if size == 0:
            return self._begin(replace(head, offset=0), now)
        notes: list[Entry] = []
        head = self._in_new_file(head)
        if size < head.offset:
            notes.append(note("repair", now, missing_bytes=head.offset - size))
            head = replace(head, offset=size)
            if torn := self._torn_size(size):
                head = replace(head, offset=size - torn)
                os.ftruncate(self._file, head.offset)
        else:
            head, damage = self._taken_over(head, size)
            notes += [note("repair", now, **damage)] if damage else []
        if head.offset == 0:
            head = self._begin(head, now)
        return self._write(head, notes)

    def _read_head(self) -> Head | None:
        """What the head says; None if it is new or damaged."""
        found = _HEAD.fullmatch(_read(self._head, 0, _HEAD_SIZE + 1))
        return found and Head(int(found[1]), int(found[2]), bytes.fromhex(found[3].decode()))

    def _lost_head(self) -> Head:
        """Where to look for the end of the log if the head does not say."""
        try:
            first = parse_line(_first_line(self._file))
            return Head(first.seq, 0, bytes.fromhex(members_of(first)["prev"]))
        except (AuditError, KeyError, TypeError, ValueError):
            pass
        last = None
        for segment in closed_segments(self._path)[-1:]:
            for last in lines(segment):  # noqa: B007  # the last one is meant
                pass
        if last is None:
            return Head()
        try:
            end = parse_line(last)
        except AuditError:
            return Head()
        return Head(end.seq + 1, 0, end.chain)

    def _in_new_file(self, head: Head) -> Head:
        """The head at the beginning of the file, if the writer that began it was killed before the head said so."""
        beginning = _read(self._file, 0, _FIRST_SIZE)
        if b"\n" not in beginning and len(beginning) < _FIRST_SIZE:
            return replace(head, offset=0)  # its first record is torn
        with suppress(AuditError):
            first = parse_line(_first_line(self._file))
            if first.seq == head.seq and chain_of(first.covered, head.chain, self._key) == first.chain:
                return replace(head, offset=0)
        return head

    def _taken_over(self, head: Head, size: int) -> tuple[Head, dict[str, int]]:
        """The head after the whole lines behind it, and what was found that is none of the chain."""
        text = _read(self._file, head.offset, size - head.offset)
        start = 0
        while end := text.find(b"\n", start) + 1:
            try:
                line = parse_line(text[start:end])
            except AuditError:
                break
            if line.seq != head.seq or chain_of(line.covered, head.chain, self._key) != line.chain:
                break
            head = Head(head.seq + 1, head.offset + end - start, line.chain)
            start = end
        if start == len(text):
            return head, {}
        torn = len(text) - (text.rfind(b"\n") + 1)
        foreign = len(text) - start - torn
        if torn:
            os.ftruncate(self._file, size - torn)
        damage = {"removed_bytes": torn} if torn else {}
        if foreign:
            damage["foreign_bytes"] = foreign  # they stay, and verification shows them
        return replace(head, offset=size - torn), damage

    def _torn_size(self, size: int) -> int:
        """Bytes behind the last line feed of the file."""
        text = _read(self._file, 0, size)
        return size - (text.rfind(b"\n") + 1)

    def _day(self) -> str:
        """The day on which the file was begun, as its first record says."""
        if not self._begun:
            with suppress(AuditError):
                self._begun = parse_line(_first_line(self._file)).time[:10]
        return self._begun

    def _close_file(self, head: Head) -> Head:
        """Give the file the name of a closed one, and open a new one."""
        try:
            first = parse_line(_first_line(self._file)).seq
        except AuditError:
            first = 1 + max((segment.first or 0 for segment in closed_segments(self._path)), default=-1)
        while (target := closed_path(self._path, first)).exists() or archive_path(target).exists():
            first += 1
        os.fsync(self._file)
        os.close(self._file)
        self._file, self._begun = -1, ""
        self._path.rename(target)
        self._file = _reopened(-1, self._path)
        return replace(head, offset=0)

    def _begin(self, head: Head, now: float) -> Head:
        """Write the first record of a file."""
        return self._write(head, [note("segment", now, prev=head.chain.hex())])

    def _write(self, head: Head, entries: Sequence[Entry]) -> Head:
        text = bytearray()
        seq, chain = head.seq, head.chain
        for entry in entries:
            line, chain = build_line(seq, entry.body, entry.private, chain, self._key)
            text += line
            seq += 1
        try:
            _write(self._file, head.offset, text)
        except OSError:
            os.ftruncate(self._file, head.offset)
            raise
        after = Head(seq, head.offset + len(text), chain)
        _write(self._head, 0, b"%020d %020d %s\n" % (after.seq, after.offset, chain.hex().encode()))
        return after


def read_head(path: Path) -> Head | None:
    """Where a log ends, as its writers say; None if they do not."""
    try:
        text = head_path(path).read_bytes()
    except FileNotFoundError:
        return None
    found = _HEAD.fullmatch(text)
    return found and Head(int(found[1]), int(found[2]), bytes.fromhex(found[3].decode()))


def _reopened(descriptor: int, path: Path) -> int:
    """A descriptor of the file that is there now, which is made if there is none."""
    if descriptor >= 0:
        if _is_at(descriptor, path):
            return descriptor
        os.close(descriptor)
    try:
        return os.open(path, _FLAGS, MODE)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, _FLAGS, MODE)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _first_line(descriptor: int) -> bytes:
    return _read(descriptor, 0, _FIRST_SIZE).partition(b"\n")[0] + b"\n"


def _read(descriptor: int, offset: int, size: int) -> bytes:
    os.lseek(descriptor, offset, os.SEEK_SET)
    parts = []
    while size and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _write(descriptor: int, offset: int, text: bytes | bytearray) -> None:
    os.lseek(descriptor, offset, os.SEEK_SET)
    rest = memoryview(text)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def first_line_of(segment: Segment) -> bytes:
    """The first line of a file; empty if it has none."""
    return next(iter(lines(segment)), b"")

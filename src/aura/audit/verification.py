"""Whether the chain of a log is whole.

An edit, a record that is missing, added or out of order breaks the chain at its place. That the end of the log was
cut off shows by the file ``….head``; if that was replaced as well, only by a number and a chain that were noted
elsewhere, ``expected``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final

from aura.audit.appending import Head, read_head
from aura.audit.line import START, AuditError, Line, chain_of, members_of, parse_line
from aura.audit.options import check_key
from aura.audit.reading import sources


@dataclass(frozen=True, slots=True)
class Damage:
    """Something is wrong with a log.

    Attributes:
        place: the file and its line, from 1.
        reason: what is wrong.
    """

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found in a log.

    Attributes:
        records: that were read.
        first: number of the first one.
        erased: of which the content was erased.
        repairs: torn lines that were removed, and other ends that writers put in order.
        seq: number of the last record; -1 if there is none.
        chain: after it, in hexadecimal digits. Note both elsewhere, and compare them later: see ``expected``.
        damage: what is wrong, in order; empty if the log is whole.
    """

    records: int
    first: int
    erased: int
    repairs: int
    seq: int
    chain: str
    damage: tuple[Damage, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.damage


_DIGEST: Final = re.compile("[0-9a-f]{64}")


class _Chain:
    """Follows the chain from record to record."""

    def __init__(self, key: bytes | None, expected: tuple[int, str] | None) -> None:
        self.damage: list[Damage] = []
        self._key = key
        self._expected = expected
        self._chain: bytes | None = None
        self._records = self._erased = self._repairs = self._first = 0
        self._seq = -1
        self._start: tuple[str, str] | None = None
        self._retained: set[tuple[str, str]] = set()

    def take(self, place: str, text: bytes) -> None:
        """Verify the next record."""
        try:
            line = parse_line(text)
            members = members_of(line) if line.kind in {"segment", "retention"} else {}
        except AuditError as error:
            self._tell(place, str(error))
            return
        if self._chain is None:
            self._chain = self._begin(place, line, members)
        elif line.seq != self._seq + 1:
            self._tell(place, f"record {self._seq + 1} should stand here, not {line.seq}")
        if chain_of(line.covered, self._chain, self._key) != line.chain:
            self._tell(place, f"record {line.seq} was changed, or the one before it is another")
        elif not line.is_private_sound:
            self._tell(place, f"the content of record {line.seq} was changed")
        self._count(line, members)
        self._seq, self._chain = line.seq, line.chain
        if self._expected is not None and line.seq == self._expected[0]:
            if line.chain.hex() != self._expected[1]:
                self._tell(place, f"the chain after record {line.seq} is not the expected one")
            self._expected = None

    def _count(self, line: Line, members: Mapping[str, Any]) -> None:
        self._records += 1
        self._erased += line.is_erased
        self._repairs += line.kind == "repair"
        if line.kind == "retention":
            self._retained.add((str(members.get("removed_before")), str(members.get("chain_before"))))

    def _begin(self, place: str, line: Line, members: Mapping[str, Any]) -> bytes:
        """The chain before the first record, which says it."""
        self._first = line.seq
        prev = members.get("prev") if line.kind == "segment" else None
        if not isinstance(prev, str) or not _DIGEST.fullmatch(prev):
            self._tell(place, "the first record does not begin a file")
            return START
        if (line.seq, prev) != (0, START.hex()):
            self._start = str(line.seq), prev
        return bytes.fromhex(prev)

    def end(self, path: Path, head: Head | None) -> Verification:
        """What was found, once all records were taken; ``head`` is what writers said before."""
        if self._start is not None and self._start not in self._retained:
            self._tell(
                str(path), f"records before {self._start[0]} are missing, and no retention removed them"
            )
        if head is None:
            self._tell(str(path), "the file that says where the log ends is missing or damaged")
        elif head.seq > self._seq + 1:
            self._tell(str(path), f"records {self._seq + 1} to {head.seq - 1} are missing at the end")
        if self._expected is not None:
            self._tell(str(path), f"record {self._expected[0]}, which is expected, is missing")
        return Verification(
            self._records,
            self._first,
            self._erased,
            self._repairs,
            self._seq,
            (self._chain or START).hex(),
            tuple(self.damage),
        )

    def _tell(self, place: str, reason: str) -> None:
        self.damage.append(Damage(place, reason))


def verify(
    path: str | PathLike[str], *, key: bytes | None = None, expected: tuple[int, str] | None = None
) -> Verification:
    """Verify a log. Others may write to it meanwhile.

    Args:
        path: of the file that is written to.
        key: of the chain, if it has one.
        expected: number of a record, and the chain after it in hexadecimal digits, as an earlier verification gave
            them.

    Raises:
        AuditError: there is no log.
        OSError: a file cannot be read.
        TypeError: ``key`` is no bytes.
        ValueError: ``key`` is shorter than 16 bytes.
    """
    check_key(key)
    path = Path(path)
    head = read_head(path)
    chain = _Chain(key, expected)
    for place, line in _places(path, chain):
        chain.take(place, line)
    return chain.end(path, head)


def _places(path: Path, chain: _Chain) -> Iterator[tuple[str, bytes]]:
    """All lines, each with its place; a file that cannot be read is damage as well."""
    for file, parts in sources(path):
        number = 0
        try:
            for block in parts:
                for line in block[:-1].split(b"\n"):
                    number += 1
                    yield f"{file}:{number}", line + b"\n"
        except AuditError as error:
            chain.damage.append(Damage(f"{file}:{number + 1}", str(error)))

"""Lists of failures that are known.

A line is the name of a check, or a glob, then optionally a verdict, then a reason after ``#``::

    zstd/0005:decode  WRONG_CODE  # the library tells fewer errors apart
    brotli/*                      # not there yet

A check that is listed may not pass, so that the list stays true.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aura_conformance.suite import Check
from aura_conformance.verdict import Verdict


class ListError(Exception):
    """A line of a list is not understood, or stands for no check."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line.

    Attributes:
        glob: of checks.
        verdict: that they have; None for any but a pass.
        reason: for a person.
    """

    glob: str
    verdict: Verdict | None
    reason: str

    def covers(self, check: Check) -> bool:
        """Whether the line is about the check."""
        return check.matches((self.glob,))

    def allows(self, verdict: Verdict) -> bool:
        """Whether this is the failure that was expected."""
        return verdict is not Verdict.PASS and self.verdict in {None, verdict}


def read(path: Path, checks: Iterable[Check]) -> Sequence[Entry]:
    """The entries of a file.

    Raises:
        ListError: a line is not understood, or stands for none of the checks.
        OSError: the file cannot be read.
    """
    checks = tuple(checks)
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        entry = _parse(line, f"{path}:{number}")
        if entry is None:
            continue
        if not any(entry.covers(check) for check in checks):
            raise ListError(f"{path}:{number}: {entry.glob} stands for no check")
        entries.append(entry)
    return entries


def _parse(line: str, place: str) -> Entry | None:
    words, _, reason = line.partition("#")
    match words.split():
        case []:
            return None
        case [glob]:
            return Entry(glob, None, reason.strip())
        case [glob, verdict] if verdict in set(Verdict) - {Verdict.PASS}:
            return Entry(glob, Verdict(verdict), reason.strip())
        case _:
            raise ListError(f"{place}: not the name of a check and a verdict: {words.strip()}")

"""Run a command and measure it with its children: memory, disk space, time. Needs Linux."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

INTERVAL: Final = 0.05
"""Seconds between two looks at the memory."""

LOOKS: Final = 20
"""Looks at the memory for one at the disk space, which takes longer."""

_PROCESSES: Final = Path("/proc")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took.

    Attributes:
        peak: bytes that were resident at once in all processes; pages that two share count twice.
        spilled: bytes of the files in the directory for spilling, at most; such as have no name count, too.
        wall: seconds.
        cpu: seconds of processor time, of the system included.
    """

    peak: int
    spilled: int
    wall: float
    cpu: float


def run(command: Sequence[str], spill: Path | None = None) -> Usage:
    """Run a command to its end.

    Args:
        command: the program and its arguments.
        spill: the directory of the command's temporary files.

    Raises:
        SystemExit: the command fails; the text is what it printed.
    """
    peak = spilled = looks = 0
    with tempfile.TemporaryFile() as printed:
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT)  # noqa: S603  # ours
        while not (waited := os.wait4(process.pid, os.WNOHANG))[0]:
            peak = max(peak, _resident(process.pid))
            if spill is not None and not looks % LOOKS:
                spilled = max(spilled, _stored(spill) + _unnamed(process.pid, spill))
            looks += 1
            time.sleep(INTERVAL)
        wall = time.monotonic() - started
        _, status, usage = waited
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            printed.seek(0)
            text = printed.read().decode(errors="replace")
            raise SystemExit(f"{' '.join(command)}: exit status {process.returncode}\n{text}")
    return Usage(peak, spilled, wall, usage.ru_utime + usage.ru_stime)


def _resident(root: int) -> int:
    """Resident bytes of a process and its descendants, or the peak of one of them if that is more."""
    total = highest = 0
    for process in _descendants(root):
        with suppress(OSError):  # it has ended
            text = (_PROCESSES / str(process) / "status").read_text(encoding="utf-8", errors="replace")
            fields = dict(line.partition(":")[::2] for line in text.splitlines())
            total += _kibibytes(fields.get("VmRSS"))
            highest = max(highest, _kibibytes(fields.get("VmHWM")))
    return max(total, highest)


def _kibibytes(field: str | None) -> int:
    """The bytes that a line of ``status`` tells; none of a process that has ended but is not waited for."""
    return 1024 * int(field.split()[0]) if field else 0


def _descendants(root: int) -> Iterator[int]:
    """Yield the process and all below it."""
    yield root
    for children in (_PROCESSES / str(root) / "task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text(encoding="ascii").split():
                yield from _descendants(int(child))


def _stored(directory: Path) -> int:
    """Bytes that the files of a directory take on disk."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            with suppress(OSError):  # it is gone
                total += 512 * Path(folder, name).stat().st_blocks
    return total


def _unnamed(root: int, directory: Path) -> int:
    """Bytes that files without names take in a directory, as far as the process and those below it hold them."""
    sizes: dict[tuple[int, int], int] = {}
    inside = f"{directory.resolve()}{os.sep}"
    for process in _descendants(root):
        with suppress(OSError):  # it has ended
            for opened in (_PROCESSES / str(process) / "fd").iterdir():
                with suppress(OSError):  # it is closed
                    if not str(opened.readlink()).startswith(inside):
                        continue
                    found = opened.stat()
                    if not found.st_nlink:
                        sizes[found.st_dev, found.st_ino] = 512 * found.st_blocks
    return sum(sizes.values())

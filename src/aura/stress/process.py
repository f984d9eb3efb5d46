"""What this process takes: memory and processor time."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_STATM: Final = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a process takes.

    Attributes:
        resident: bytes in memory; 0 where the system does not tell.
        seconds: of processor time since it began.
    """

    resident: int = 0
    seconds: float = 0.0


def footprint() -> Footprint:
    """What this process takes now."""
    return Footprint(_resident(), time.process_time())


def _resident() -> int:
    """Bytes in memory; the most there ever were where the system tells no more."""
    if _STATM.exists():
        return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

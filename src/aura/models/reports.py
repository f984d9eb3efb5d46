"""What training says of its work before and after: whom it is for reads it as a line, programs its attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_KIB: Final = 1 << 10
_MINUTE: Final = 60
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Drawn:
    """Which part of the messages is counted.

    Attributes:
        size: bytes of the sample.
        messages: of the sample.
        whole: bytes of all messages.
    """

    size: int
    messages: int
    whole: int

    def __str__(self) -> str:
        share = 100 * self.size / max(1, self.whole)
        return f"sample of {size_text(self.size)} ({share:.3g} %) in {self.messages:,} messages"


@dataclass(frozen=True, slots=True)
class Expected:
    """What training will take.

    Attributes:
        size: bytes of what is counted.
        messages: of what is counted.
        seconds: about.
        memory: bytes, about.
        disk: bytes of temporary files, about.
        directory: of these.
    """

    size: int
    messages: int
    seconds: float
    memory: int
    disk: int
    directory: str

    def __str__(self) -> str:
        return (
            f"{size_text(self.size)} in {self.messages:,} messages: about {time_text(self.seconds)},"
            f" {size_text(self.memory)} of memory, {size_text(self.disk)} of temporary files in {self.directory}"
        )


@dataclass(frozen=True, slots=True)
class Forgone:
    """What a model of all messages would gain over that of a sample.

    Attributes:
        whole: bytes of all messages.
        seconds: that it would take, about.
        share: of the compressed bytes that it would save, about.
        error: half of the interval of 95 % around that.
    """

    whole: int
    seconds: float
    share: float
    error: float

    def __str__(self) -> str:
        return (
            f"counting all {size_text(self.whole)} would take about {time_text(self.seconds)}"
            f" and save about {100 * self.share:.1f} % (± {100 * self.error:.1f})"
        )


Report = Drawn | Expected | Forgone


def size_text(size: int) -> str:
    """A number of bytes in two or three digits."""
    value, unit = float(size), "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < _KIB:
            break
        value, unit = value / _KIB, larger
    return f"{value:.0f} {unit}" if value >= 10 or unit == "bytes" else f"{value:.1f} {unit}"


def time_text(seconds: float) -> str:
    """A time in one unit."""
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"

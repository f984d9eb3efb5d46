"""What training may use: memory, threads and disk. None of it changes what comes out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Final, TypeVar

from aura import arguments
from aura.models.training.spill import Spill
from aura.models.training_options import DEFAULT_MEMORY

Argument = TypeVar("Argument")
Result = TypeVar("Result")

MIN_MEMORY: Final = 64 << 20
"""With less than that, memory is not what bounds the work."""

_COUNTED: Final = 0.25
"""The share of memory in which pieces are sorted; the rest holds n-grams that are kept."""

_PLACE_BYTES: Final = 96
"""Bytes that a place takes while its piece is sorted."""

_KEY_BYTES: Final = 128
"""Bytes that a key takes while ranges are merged."""

LEAST_PIECE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Resources:
    """What training may use.

    Attributes:
        memory: bytes, about.
        threads: that work at a time.
        spill: where the rest goes.
    """

    memory: int = DEFAULT_MEMORY
    threads: int = 1
    spill: Spill = field(default_factory=Spill)

    @classmethod
    def checked(
        cls,
        memory: int | str = DEFAULT_MEMORY,
        spill: str | PathLike[str] | None = None,
        threads: int | None = None,
    ) -> Resources:
        """Resources as a caller names them.

        Raises:
            TypeError: an argument is of another type.
            ValueError: a number is out of range, or there is no such directory.
        """
        memory = arguments.size("memory", memory, MIN_MEMORY)
        if spill is not None and not Path(spill).is_dir():
            raise ValueError(f"spill: {os.fspath(spill)!r} is not a directory")
        most = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return cls(
            memory,
            most if threads is None else arguments.whole_number("threads", threads, 1),
            Spill(None if spill is None else os.fspath(spill)),
        )

    @property
    def piece_size(self) -> int:
        """Symbols of a piece of the text."""
        return max(LEAST_PIECE, int(self.memory * _COUNTED / self.threads / _PLACE_BYTES))

    @property
    def range_size(self) -> int:
        """Keys of a range."""
        return max(LEAST_PIECE, int(self.memory * _COUNTED / self.threads / _KEY_BYTES))

    def each(self, function: Callable[[Argument], Result], arguments: Iterable[Argument]) -> Iterator[Result]:
        """Call a function for each of some arguments, some at a time; in order.

        If that is interrupted, calls that have not begun are dropped, and those that have are not waited for.
        """
        if self.threads == 1:
            yield from map(function, arguments)
            return
        pool = ThreadPoolExecutor(self.threads)
        try:
            yield from pool.map(function, arguments)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

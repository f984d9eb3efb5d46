"""Processes that share the work of big batches."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from typing import TYPE_CHECKING, Final

from aura_spec.errors import DecodeError

if TYPE_CHECKING:
    from aura.codec import Codec

COMPRESSING: Final = 1_000
DECOMPRESSING: Final = 10_000
"""Messages in a batch from which on several processes gain more than handing over costs, and smaller batches in
each."""


class Workers:
    """A number of processes, each with a copy of a codec; they start when they are first needed.

    Args:
        count: 2 or more.
        codec: which they copy, as it is then.
    """

    def __init__(self, count: int, codec: Codec) -> None:
        self._count = count
        self._codec = codec
        self._templates = codec.templates.snapshot()
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def compress(self, messages: Sequence[bytes]) -> list[bytes]:
        """Code messages, in order."""
        results = [b""] * len(messages)
        for first, part in enumerate(self._processes().map(_compress, self._deal(messages))):
            results[first :: self._count] = part
        return results

    def decompress(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError]:
        """Read messages, or say what is wrong with them, in order."""
        results: list[bytes | DecodeError] = [b""] * len(wires)
        parts = self._processes().map(_decompress, self._deal(wires), repeat(max_size))
        for first, part in enumerate(parts):
            results[first :: self._count] = part
        return results

    def _deal(self, items: Sequence[bytes]) -> list[Sequence[bytes]]:
        """As cards are, so that each has its share of the long ones."""
        return [items[first :: self._count] for first in range(self._count)]

    def _processes(self) -> ProcessPoolExecutor:
        """Those that hold the templates of now."""
        with self._lock:
            templates = self._codec.templates.snapshot()
            if self._pool is not None and templates is not self._templates:
                self._pool.shutdown(wait=False)
                self._pool = None
            if self._pool is None:
                self._templates = templates
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(
                    self._count, context, initializer=_start, initargs=(self._codec,)
                )
            return self._pool

    def close(self) -> None:
        """End the processes; they start again if they are needed."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown()
                self._pool = None


_codecs: list[Codec] = []
"""In a worker its codec."""


def _start(codec: Codec) -> None:
    _codecs[:] = [codec]
    codec.compress("")  # reads the model


def _compress(messages: Sequence[bytes]) -> list[bytes]:
    return _codecs[0].compress_batch(messages)


def _decompress(wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError]:
    return _codecs[0].read_batch(wires, max_size=max_size)

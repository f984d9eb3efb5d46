"""Processes that share batches, each with a copy of a codec: for backends that hold the interpreter's lock."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from aura.codec import Codec
from aura.workers import Workers
from aura_spec.errors import DecodeError

MIN_COMPRESSED: Final = 1_000
MIN_DECOMPRESSED: Final = 10_000
"""Messages in a batch from which on several processes gain more than handing over costs, and smaller batches in
each."""


class WorkerProcesses(Workers):
    """A number of processes, each with a copy of a codec.

    Args:
        count: 2 or more.
        codec: which they copy, as it is then.
    """

    def __init__(self, count: int, codec: Codec) -> None:
        super().__init__(count, codec)
        self._templates = codec.templates.snapshot()

    def compress(self, messages: Sequence[bytes]) -> list[bytes] | None:
        """Code messages, in order; None if they are too few, or the processes cannot."""
        if len(messages) < MIN_COMPRESSED or _is_daemon():
            return None
        return self._share(_compress, messages)

    def decompress(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError] | None:
        """Read messages, or say what is wrong with them, in order; None as for :meth:`compress`."""
        if len(wires) < MIN_DECOMPRESSED or _is_daemon():
            return None
        return self._share(_decompress, wires, max_size)

    def _is_current(self) -> bool:
        """Whether the processes hold the templates of now."""
        return self._codec.templates.snapshot() is self._templates

    def _new_pool(self) -> ProcessPoolExecutor:
        """Processes that hold the templates of now."""
        self._templates = self._codec.templates.snapshot()
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._count, context, initializer=_start, initargs=(self._codec,))


def _is_daemon() -> bool:
    """Whether this process must not have processes."""
    return multiprocessing.current_process().daemon


_codecs: list[Codec] = []
"""In a worker its codec."""


def _start(codec: Codec) -> None:
    _codecs[:] = [codec]
    threading.Thread(target=_end_with_parent, daemon=True).start()
    codec.compress("")  # reads the model


def _end_with_parent() -> None:
    """Do not outlive the process that gives the work, should it be killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _compress(messages: Sequence[bytes]) -> list[bytes]:
    return _codecs[0].encode_messages(messages)


def _decompress(wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError]:
    return _codecs[0].decode_wires(wires, max_size)

"""Threads that share batches and a codec: for the native core, which codes without the interpreter's lock."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from aura.workers import Workers
from aura_spec.errors import DecodeError

MIN_COMPRESSED: Final = 1 << 14
MIN_DECOMPRESSED: Final = 1 << 12
"""Bytes in a batch from which on several threads gain more than handing over costs."""


class WorkerThreads(Workers):
    """A number of threads, which all use the codec of this process."""

    def compress(self, messages: Sequence[bytes]) -> list[bytes] | None:
        """Code messages, in order; None if they are too short, or the threads cannot."""
        if not _is_worthwhile(messages, MIN_COMPRESSED):
            return None
        return self._share(self._codec.encode_messages, messages)

    def decompress(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError] | None:
        """Read messages, or say what is wrong with them, in order; None as for :meth:`compress`."""
        if not _is_worthwhile(wires, MIN_DECOMPRESSED):
            return None
        return self._share(self._codec.decode_wires, wires, max_size)

    def _new_pool(self) -> ThreadPoolExecutor:
        """Threads for a codec that has read its model, so that they do not all read it."""
        self._codec.compress("")
        return ThreadPoolExecutor(self._count, thread_name_prefix="aura-batch")


def _is_worthwhile(items: Sequence[bytes], least: int) -> bool:
    """Whether these are several, with so many bytes in all."""
    return len(items) > 1 and sum(map(len, items)) >= least

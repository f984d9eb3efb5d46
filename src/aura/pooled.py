"""A codec whose big batches several processes share."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from functools import partial
from typing import Final, TypeVar, cast
from weakref import WeakSet

from aura import arguments
from aura.codec import Codec
from aura.codec_base import CodecWrapper
from aura_spec.errors import DecodeError

MIN_COMPRESSED: Final = 1_000
MIN_DECOMPRESSED: Final = 10_000
"""Messages in a batch from which on several processes gain more than handing over costs, and smaller batches in
each."""

_LOG: Final = logging.getLogger("aura.pooled")

Result = TypeVar("Result")


class PooledCodec(CodecWrapper[Codec]):
    """A codec whose big batches several processes share. Thread-safe.

    Processes are used to compress 1,000 messages and more, and to decompress 10,000 and more. They start with the
    first such batch, which takes them seconds; end them with :meth:`close`, or use the codec in a ``with``
    statement. Everything else is done in this process, and so is a batch if a process is killed or does not
    start, or if the interpreter ends.

    Args:
        codec: does the work, here and as a copy in each process.
        workers: how many processes, 2 or more; as many as there are processors, but at least 2, if None.

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: ``workers`` is below 2.
    """

    def __init__(self, codec: Codec, *, workers: int | None = None) -> None:
        if not isinstance(codec, Codec):
            raise TypeError(f"codec is a Codec, not {type(codec).__name__}")
        super().__init__(codec)
        count = max(2, os.cpu_count() or 2) if workers is None else workers
        self._count = arguments.whole_number("workers", count, 2)
        self._workers = Workers(self._count, codec)

    def __reduce__(self) -> tuple[Callable[[Codec], PooledCodec], tuple[Codec]]:
        """Let a copy in another process have processes of its own, once it needs them."""
        return partial(PooledCodec, workers=self._count), (self.codec,)

    def close(self) -> None:
        """End the processes; the codec can be used further, and starts new ones then."""
        self._workers.close()

    def encode_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        """Code messages that are checked already, in order; many of them by the processes."""
        wires = self._workers.compress(messages) if len(messages) >= MIN_COMPRESSED else None
        return self.codec.encode_messages(messages) if wires is None else wires

    def decode_wire(self, wire: bytes, max_size: int) -> bytes:
        """Read one compressed message, in this process.

        Raises:
            DecodeError: the message is refused.
        """
        return self.codec.decode_wire(wire, max_size)

    def decode_wires(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError]:
        """Read compressed messages, in order; in place of one that is refused there is the error."""
        results = self._workers.decompress(wires, max_size) if len(wires) >= MIN_DECOMPRESSED else None
        return self.codec.decode_wires(wires, max_size) if results is None else results


class Workers:
    """A number of processes, each with a copy of a codec; they start when they are first needed.

    If one of them is killed or does not start, the caller has to do the work of the batch itself, and the next
    batch starts new ones. A process that was forked from this one starts its own.

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
        _all_workers.add(self)

    def compress(self, messages: Sequence[bytes]) -> list[bytes] | None:
        """Code messages, in order; None if the processes cannot."""
        return self._share(_compress, messages)

    def decompress(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError] | None:
        """Read messages, or say what is wrong with them, in order; None if the processes cannot."""
        return self._share(_decompress, wires, max_size)

    def _share(
        self, function: Callable[..., list[Result]], items: Sequence[bytes], *arguments: int
    ) -> list[Result] | None:
        """Deal items out as cards are, so that each process has its share of the long ones."""
        if multiprocessing.current_process().daemon:
            return None  # which must not have processes
        pool = None
        try:
            with self._lock:  # so that no other thread ends the pool before it has all parts
                pool = self._renewed_pool()
                parts = self._dealt(pool, function, items, *arguments)
            if parts is not None:
                return _collected(parts, len(items))
        except (BrokenExecutor, OSError) as error:
            _LOG.warning("a worker process ended or did not start (%s)", type(error).__name__)
            self._drop(pool)
        return None

    def _dealt(
        self,
        pool: ProcessPoolExecutor,
        function: Callable[..., list[Result]],
        items: Sequence[bytes],
        *arguments: int,
    ) -> list[Future[list[Result]]] | None:
        """The work of each process; None while the interpreter ends, when no process takes work."""
        try:
            return [
                pool.submit(function, items[first :: self._count], *arguments) for first in range(self._count)
            ]
        except BrokenExecutor:
            raise
        except RuntimeError as error:
            # others, such as that of a script that starts processes while they import it, say what to mend
            if "shutdown" not in str(error):
                raise
            return None

    def _renewed_pool(self) -> ProcessPoolExecutor:
        """Processes that hold the templates of now."""
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

    def _drop(self, pool: ProcessPoolExecutor | None) -> None:
        """Use a pool no more."""
        with self._lock:
            if pool is not None and self._pool is pool:
                pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None

    def close(self) -> None:
        """End the processes; they start again if they are needed."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown()
                self._pool = None

    def leave_to_parent(self) -> None:
        """Forget processes in a process that was forked: they answer to the one that started them.

        The pool stays referenced, as its end would be told to its processes; the lock may be held by a thread that
        there is no more.
        """
        if self._pool is not None:
            _of_parents.append(self._pool)
        self._pool = None
        self._lock = threading.Lock()


_all_workers: Final[WeakSet[Workers]] = WeakSet()
_of_parents: Final[list[ProcessPoolExecutor]] = []


def _collected(parts: Sequence[Future[list[Result]]], count: int) -> list[Result]:
    """The results of all parts, in the order of the items."""
    results: list[Result | None] = [None] * count
    for first, part in enumerate(parts):
        results[first :: len(parts)] = part.result()
    return cast(list[Result], results)


def _after_fork() -> None:
    for workers in list(_all_workers):
        workers.leave_to_parent()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_after_fork)


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

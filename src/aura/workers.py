"""Workers that share batches: what threads and processes have in common."""

from __future__ import annotations

import logging
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Final, TypeVar, cast
from weakref import WeakSet

from aura.codec import Codec
from aura_spec.errors import DecodeError

_LOG: Final = logging.getLogger("aura.pooled")

Result = TypeVar("Result")


class Workers(ABC):
    """A number of workers that share batches; they start when they are first needed. Thread-safe.

    If one of them is killed or does not start, the caller has to do the work of the batch itself, and the next
    batch starts new ones. A process that was forked from this one starts its own.

    Args:
        count: 2 or more.
        codec: which they use.
    """

    def __init__(self, count: int, codec: Codec) -> None:
        self._count = count
        self._codec = codec
        self._pool: Executor | None = None
        self._lock = threading.Lock()
        _all_workers.add(self)

    @abstractmethod
    def compress(self, messages: Sequence[bytes]) -> list[bytes] | None:
        """Code messages, in order; None if they are too few, or the workers cannot."""

    @abstractmethod
    def decompress(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError] | None:
        """Read messages, or say what is wrong with them, in order; None as for :meth:`compress`."""

    @abstractmethod
    def _new_pool(self) -> Executor:
        """Workers that code as the codec does now."""

    def _is_current(self) -> bool:
        """Whether the workers code as the codec does now."""
        return True

    def close(self) -> None:
        """End the workers; they start again if they are needed."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown()
                self._pool = None

    def leave_to_parent(self) -> None:
        """Forget workers in a process that was forked: they belong to the one that started them.

        The pool stays referenced, as its end would be told to its workers; the lock may be held by a thread that
        there is no more.
        """
        if self._pool is not None:
            _of_parents.append(self._pool)
        self._pool = None
        self._lock = threading.Lock()

    def _share(
        self, function: Callable[..., list[Result]], items: Sequence[bytes], *arguments: int
    ) -> list[Result] | None:
        """Deal items out as cards are, so that each worker has its share of the long ones."""
        pool = None
        try:
            with self._lock:  # so that no other thread ends the pool before it has all parts
                pool = self._renewed_pool()
                parts = self._dealt(pool, function, items, *arguments)
            if parts is not None:
                return _collected(parts, len(items))
        except (BrokenExecutor, OSError) as error:
            _LOG.warning("a worker ended or did not start (%s)", type(error).__name__)
        self._drop(pool)
        return None

    def _dealt(
        self, pool: Executor, function: Callable[..., list[Result]], items: Sequence[bytes], *arguments: int
    ) -> list[Future[list[Result]]] | None:
        """The work of each worker; None while the interpreter ends, when no worker takes work."""
        try:
            return [
                pool.submit(function, items[first :: self._count], *arguments) for first in range(self._count)
            ]
        except BrokenExecutor:
            raise
        except RuntimeError as error:
            if "shutdown" in str(error):
                return None
            if "start new thread" in str(error):
                raise BrokenExecutor(str(error)) from error
            raise  # such as that of a script that starts processes while they import it: it says what to mend

    def _renewed_pool(self) -> Executor:
        """Workers that code as the codec does now, those of before if they do."""
        if self._pool is not None and not self._is_current():
            self._pool.shutdown(wait=False)
            self._pool = None
        if self._pool is None:
            self._pool = self._new_pool()
        return self._pool

    def _drop(self, pool: Executor | None) -> None:
        """Use a pool no more."""
        with self._lock:
            if pool is not None and self._pool is pool:
                pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None


_all_workers: Final[WeakSet[Workers]] = WeakSet()
_of_parents: Final[list[Executor]] = []


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

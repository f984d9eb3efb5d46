"""The audit log: an observer that queues events, and a thread that writes them.

>>> import tempfile, aura
>>> folder = tempfile.TemporaryDirectory()
>>> with AuditLog(folder.name + "/audit.jsonl") as log:
...     codec = aura.ObservedCodec(aura.Codec(), log)
...     _ = codec.compress("Is there anything else I can help you with?")
>>> from aura.audit import read
>>> [record.content for record in read(folder.name + "/audit.jsonl") if record.kind == "message"]
['Is there anything else I can help you with?']
>>> folder.cleanup()
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque
from contextlib import suppress
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from weakref import WeakSet

from aura.audit.appending import Appender
from aura.audit.entries import Entry, entry_of, note
from aura.audit.options import AuditOptions
from aura.audit.rotation import maintain
from aura.observation import MessageEvent, Observer, RefusalEvent
from aura_spec.errors import AuraError

_log: Final = logging.getLogger("aura.audit")

Recorded = MessageEvent | RefusalEvent

_EVENT_SIZE: Final = 512
"""Bytes that an event takes beside its message, about."""

_GATHER: Final = 0.01
"""Seconds in which events gather, so that they are written together."""

_BATCH: Final = 1000
"""Events that are written together at most."""

_RETRY: Final = 1.0
"""Seconds after which writing is tried again when it failed."""

_END_WAIT: Final = 10.0
"""Seconds that a process which ends waits for the log."""


class AuditLog(Observer):
    """Records messages and refusals in a file. Thread-safe; several processes may write to one file.

    An event is queued, which takes a microsecond or two and never waits; a thread writes it within some hundredths
    of a second. What waits longer than it may, because the disk is full or slow, is dropped, and how many events
    were is recorded. A process that was forked writes with a thread of its own.

    Args:
        path: of the file that is written to; older ones are beside it.
        options: the usual ones if None.

    Raises:
        TypeError: ``options`` is something else.
        OSError: the file cannot be opened or written.
    """

    def __init__(self, path: str | PathLike[str], options: AuditOptions | None = None) -> None:
        if not isinstance(options, AuditOptions | None):
            raise TypeError(f"options is an AuditOptions, not {type(options).__name__}")
        self._path = Path(path)
        self._options = options or AuditOptions()
        self._reset()
        appender = Appender(self._path, self._options.key)
        try:
            self._append(appender, [])  # so that a wrong path is found at once
        finally:
            appender.close()
        _logs.add(self)

    def _reset(self) -> None:
        """Begin with an empty queue and no thread."""
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._hurry = threading.Event()
        self._queue: deque[Recorded] = deque()
        self._queued = 0
        self._dropped = 0
        self._taken = 0
        self._written = 0
        self._lost = 0
        self._is_closing = False
        self._thread: threading.Thread | None = None
        self._is_maintenance_due = False
        self._maintenance: threading.Thread | None = None

    def __reduce__(self) -> tuple[type[AuditLog], tuple[Path, AuditOptions]]:
        """Let a copy in another process write to the same log."""
        return AuditLog, (self._path, self._options)

    @property
    def path(self) -> Path:
        """Of the file that is written to."""
        return self._path

    @property
    def options(self) -> AuditOptions:
        """How the log is kept."""
        return self._options

    @property
    def depth(self) -> int:
        """Events that wait to be written."""
        return len(self._queue)

    def on_message(self, event: MessageEvent) -> None:
        """Queue a message."""
        self._put(event, len(event.message) + _EVENT_SIZE)

    def on_refusal(self, event: RefusalEvent) -> None:
        """Queue a refusal."""
        self._put(event, _EVENT_SIZE)

    def _put(self, event: Recorded, size: int) -> None:
        with self._lock:
            if self._queued + size > self._options.max_queued:
                self._dropped += 1
                return
            self._queue.append(event)
            self._queued += size
            self._taken += 1
            if self._thread is None:
                self._is_closing = False
                self._thread = threading.Thread(target=self._write_all, name="aura-audit", daemon=True)
                self._thread.start()
            elif len(self._queue) == 1:
                self._changed.notify_all()

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until the events that were queued before are written; return whether they are.

        It blocks: call it with ``asyncio.to_thread`` where an event loop runs.

        Args:
            timeout: seconds to wait; None waits without a limit.
        """
        with self._lock:
            wanted = self._taken
            self._hurry.set()
            self._changed.notify_all()
            is_done = self._changed.wait_for(lambda: self._written >= wanted, timeout)
            return is_done and (wanted > self._lost or not self._lost)

    def close(self, timeout: float | None = None) -> None:
        """Write what is queued, and end the thread. A later event starts a new one.

        Args:
            timeout: seconds to wait; what is not written by then, because the disk is full, is lost.
        """
        with self._lock:
            thread = self._thread
            self._is_closing = True
            self._hurry.set()
            self._changed.notify_all()
        if thread is not None:
            thread.join(timeout)
        maintenance = self._maintenance  # which the other one may have started
        if maintenance is not None:
            maintenance.join(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _write_all(self) -> None:
        """What the thread does: it writes, until it is told to end and nothing is left."""
        appender = Appender(self._path, self._options.key)
        unsynced: float | None = None  # since when
        while True:
            is_closing = self._wait(self._seconds_until_sync(unsynced))
            batch, dropped = self._take()
            if batch or dropped:
                is_written = self._write(appender, batch, dropped)
                unsynced = time.monotonic() if unsynced is None else unsynced
                if not is_written and self._is_closing:
                    _log.error("%d events of the audit log are lost", len(batch) + self.depth)
                    self._lose()
                    break
            if unsynced is not None and (is_closing or self._seconds_until_sync(unsynced) == 0):
                self._sync(appender)
                unsynced = None
            with self._lock:
                self._written += len(batch)
                self._changed.notify_all()
                if is_closing and not self._queue:
                    self._thread = None
                    break
        appender.close()

    def _lose(self) -> None:
        """Give up what is queued."""
        with self._lock:
            self._queue.clear()
            self._queued = 0
            self._lost = self._written = self._taken
            self._thread = None
            self._changed.notify_all()

    def _wait(self, seconds: float | None) -> bool:
        """Wait until there is something to do; return whether the thread is to end."""
        with self._lock:
            self._changed.wait_for(lambda: self._queue or self._dropped or self._is_closing, seconds)
            is_closing = self._is_closing
        if not is_closing:
            self._hurry.wait(_GATHER)
        self._hurry.clear()
        return is_closing

    def _take(self) -> tuple[list[Recorded], int]:
        with self._lock:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), _BATCH))]
            self._queued -= sum(_size_of(event) for event in batch)
            dropped, self._dropped = self._dropped, 0
            return batch, dropped

    def _write(self, appender: Appender, batch: list[Recorded], dropped: int) -> bool:
        """Write events, as soon as that can be done; return whether they are, which they are not at the end."""
        entries = [entry_of(event, self._options.redact) for event in batch]
        if dropped:
            entries.append(note("dropped", time.time(), count=dropped))
        has_failed = False
        while True:
            try:
                self._append(appender, entries)
            except (OSError, AuraError) as error:
                if not has_failed:
                    _log.error("the audit log cannot be written, and is tried again: %s", error)
                has_failed = True
                if self._is_closing:
                    return False
                time.sleep(_RETRY)
            else:
                return True

    def _append(self, appender: Appender, entries: list[Entry]) -> None:
        options = self._options
        is_new = appender.append(entries, time.time(), max_bytes=options.max_bytes, daily=options.daily)
        if is_new and (options.compress or options.keep_days is not None):
            self._start_maintenance()

    def _start_maintenance(self) -> None:
        """Compress and remove files in a thread of its own, since that may take long."""
        with self._lock:
            self._is_maintenance_due = True
            if self._maintenance is not None:
                return
            thread = threading.Thread(target=self._maintain, name="aura-audit-files", daemon=True)
            with suppress(RuntimeError):  # the interpreter ends, and the next process does it
                thread.start()
                self._maintenance = thread

    def _maintain(self) -> None:
        while True:
            with self._lock:
                if not self._is_maintenance_due:
                    self._maintenance = None
                    return
                self._is_maintenance_due = False
            try:
                maintain(self._path, self._options, time.time())
            except (OSError, AuraError) as error:
                _log.error("closed files of the audit log stay as they are: %s", error)

    def _seconds_until_sync(self, unsynced: float | None) -> float | None:
        """Seconds until the disk is to be told; None if there is nothing to tell."""
        fsync = self._options.fsync
        if unsynced is None or fsync == "never":
            return None
        return 0.0 if fsync == "always" else max(0.0, unsynced + float(fsync) - time.monotonic())

    @staticmethod
    def _sync(appender: Appender) -> None:
        try:
            appender.sync()
        except OSError as error:
            _log.error("the disk does not confirm that it keeps the audit log: %s", error)


def _size_of(event: Recorded) -> int:
    return _EVENT_SIZE + (len(event.message) if isinstance(event, MessageEvent) else 0)


_logs: Final[WeakSet[AuditLog]] = WeakSet()


def _after_fork() -> None:
    for log in list(_logs):
        log._reset()  # noqa: SLF001  # of this module; what is queued is the other process's


def _at_exit() -> None:
    for log in list(_logs):
        log.close(_END_WAIT)


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_after_fork)
atexit.register(_at_exit)

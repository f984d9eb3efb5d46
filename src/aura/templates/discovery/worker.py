"""A process that discovers templates again and again, beside the processes that use them.

What is published is in the store, and nowhere else: a worker that is killed, or started twice, begins anew with
what the store holds. Processes that code messages do not wait for it; they take up what is new in the store.
"""

from __future__ import annotations

import logging
import math
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from os import PathLike
from types import TracebackType
from typing import Final, Self

from aura import arguments
from aura.arguments import BytesLike
from aura.extra import needed
from aura.files.corpus import Message
from aura.models.model import Model
from aura.templates.discovery.engine import DiscoveryEngine
from aura.templates.discovery.follow import LogFollower
from aura.templates.discovery.lines import LineGroups
from aura_spec.errors import TemplateError

Source = Callable[[], Iterable[str | BytesLike | Message]]
"""Gives the messages that are new since the last call."""

_log: Final = logging.getLogger("aura.templates")

_NICE: Final = 10
"""Added to the niceness of the process, so that it yields to those that serve."""

_MAX_PAUSE: Final = 60.0
_MIN_LOOK: Final = 0.01
_MAX_LOOK: Final = 1.0
"""Seconds between two looks at a source, so that few messages wait in a log that is replaced."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the process is told."""

    source: Source
    store: str
    interval: float
    min_messages: int
    min_frequency: int
    min_advantage: float
    min_sources: int
    model: bytes | None

    def engine(self) -> DiscoveryEngine:
        """The engine of one process."""
        model = None if self.model is None else Model.from_bytes(self.model)
        return DiscoveryEngine(
            self.min_frequency,
            self.min_advantage,
            model=model,
            store=self.store,
            min_sources=self.min_sources,
        )


class TemplateDiscoveryWorker:
    """Discovers templates in a process of its own, which is started anew if it ends without having been told to.

    As a context manager it starts and stops.

    Args:
        source: the path of a log with JSON lines or plain lines, which is followed; or what gives new messages
            whenever it is called, in the other process, to which it is sent with ``pickle``.
        template_store_path: of the template store; it need not be there yet.
        discovery_interval: seconds between two searches.
        min_message_count: new messages before a search.
        on_template_discovered: called after a template was published, in a thread of this process, with its id, its
            pattern and the number of messages seen that match.
        field: of the JSON lines of a log that holds the message.
        min_frequency: as for :class:`DiscoveryEngine`, and so are those that follow.
        min_compression_advantage: bytes without a template, as a multiple of those with it, at least.
        min_sources: sources in which the literals occur, at least.
        model: with which messages are coded.

    Raises:
        ImportError: the extra ``discovery`` is not installed.
        TypeError: an argument has a wrong type.
        ValueError: a number is out of range.
    """

    def __init__(  # noqa: PLR0913  # the engine's settings among them
        self,
        source: str | PathLike[str] | Source,
        *,
        template_store_path: str | PathLike[str],
        discovery_interval: float = 3600.0,
        min_message_count: int = 100,
        on_template_discovered: Callable[[int, str, int], object] | None = None,
        field: str | None = None,
        min_frequency: int = 10,
        min_compression_advantage: float = 1.02,
        min_sources: int = 1,
        model: Model | None = None,
    ) -> None:
        needed("drain3.drain", "discovery")
        followed = LogFollower(source, field) if isinstance(source, str | PathLike) else source
        self._task = Task(
            followed,
            os.fspath(template_store_path),
            arguments.number("discovery_interval", discovery_interval, 0.0),
            arguments.whole_number("min_message_count", min_message_count, 1),
            min_frequency,
            min_compression_advantage,
            min_sources,
            None if model is None else bytes(model.data),
        )
        self._task.engine()  # which checks the other arguments
        self._on_discovered = on_template_discovered
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The id of the process; None if there is none."""
        process = self._process
        return None if process is None else process.pid

    def start(self) -> None:
        """Start the process.

        Raises:
            RuntimeError: it was started before.
        """
        if self._thread is not None:
            raise RuntimeError("the worker was started before")
        self._thread = threading.Thread(
            target=self._watch, args=self._begin(), name="aura-template-discovery", daemon=True
        )
        self._thread.start()

    def stop(self, timeout: float | None = 5.0) -> None:
        """End the process, and wait until it has ended; ``on_template_discovered`` may call this, without a wait.

        Args:
            timeout: seconds to wait for a search to end, after which it is broken off; None waits without a limit.
                The store is sound either way.
        """
        self._stopping.set()
        with self._lock:
            if self._connection is not None:
                with suppress(OSError):
                    self._connection.send(None)
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return
        thread.join(timeout)
        while thread.is_alive():
            with self._lock:
                if self._process is not None:
                    self._process.kill()
            thread.join(_MAX_LOOK)

    def __enter__(self) -> Self:
        """Start the process."""
        self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """End the process."""
        self.stop()

    def _begin(self) -> tuple[Connection, BaseProcess]:
        """Start a process; what it tells comes out of the connection."""
        context = multiprocessing.get_context("spawn")  # no thread of this process is there half
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_process, args=(self._task, theirs), name="aura-template-discovery", daemon=True
        )
        process.start()
        theirs.close()
        with self._lock:
            self._connection, self._process = ours, process
            if self._stopping.is_set():
                ours.send(None)
        return ours, process

    def _watch(self, connection: Connection, process: BaseProcess) -> None:
        """Pass on what the process tells, and start it anew if it ends."""
        pause = 1.0
        while True:
            with suppress(EOFError, OSError):
                while True:
                    template_id, pattern, frequency = connection.recv()
                    pause = 1.0
                    self._tell(template_id, pattern, frequency)
            process.join()
            connection.close()
            if self._stopping.wait(pause):
                return
            _log.warning("template discovery ended with exit code %s; it is started anew", process.exitcode)
            pause = min(2 * pause, _MAX_PAUSE)
            connection, process = self._begin()

    def _tell(self, template_id: int, pattern: str, frequency: int) -> None:
        _log.info("template %d discovered, in %d messages", template_id, frequency)
        if self._on_discovered is not None:
            try:
                self._on_discovered(template_id, pattern, frequency)
            except Exception:  # noqa: BLE001  # whatever it is, later templates are told of
                _log.exception("on_template_discovered failed for template %d", template_id)


def _process(task: Task, connection: Connection) -> None:
    with suppress(OSError, AttributeError):
        os.nice(_NICE)
    run(task, connection)


def run(task: Task, connection: Connection) -> None:
    """What the process does, until it is told to stop or the other process is gone."""
    engine, groups = task.engine(), LineGroups()
    searched, seen = -math.inf, 0
    while True:
        for message in task.source():
            groups.take(message)
        is_due = time.monotonic() - searched >= task.interval
        if is_due and groups.messages - seen >= task.min_messages:
            for found in _search(engine, groups):
                with suppress(OSError):  # nobody listens any more, which the next look finds
                    connection.send(found)
            searched, seen = time.monotonic(), groups.messages
        try:
            if connection.poll(min(_MAX_LOOK, max(task.interval, _MIN_LOOK))):
                return  # told to, or the other process is gone
        except OSError:
            return


def _search(engine: DiscoveryEngine, groups: LineGroups) -> Iterable[tuple[int, str, int]]:
    """Publish what is worth it, the best first, and tell of each template after it was published."""
    try:
        for candidate in engine.candidates(groups):
            yield engine.promote_template(candidate), candidate.pattern, candidate.frequency
    except (TemplateError, OSError) as error:
        _log.warning("nothing more is published in this search: %s", error)  # the next one may have more luck

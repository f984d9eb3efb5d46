"""A configuration that is read anew while a process runs.

Settings that are safe to change take effect, for the next message or for the next connection. What both ends agree
on, or several processes share, stays as it is until a restart, and is named. A file that is wrong changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Final

from aura import arguments
from aura.codec import Codec
from aura.codec_base import CodecBase, CodecWrapper
from aura.configuration import building, version_file
from aura.configuration.comparison import Change, changes
from aura.configuration.configuration import Configuration
from aura.configuration.errors import ConfigurationError
from aura.configuration.fields import Needs
from aura.configuration.loading import find, load
from aura.connections.session import Settings
from aura.metrics.monitor import Monitor
from aura.observed import ObservedCodec
from aura_spec.errors import DecodeError

_log: Final = logging.getLogger("aura.configuration")


@dataclass(frozen=True, slots=True)
class Reload:
    """What reading a configuration anew has done.

    Attributes:
        applied: changes that hold now, or for new connections.
        pending: changes that need a new process.
    """

    applied: tuple[Change, ...]
    pending: tuple[Change, ...]


class LiveCodec(CodecWrapper[CodecBase]):
    """A codec whose settings may change between two messages. Thread-safe."""

    def use(self, codec: CodecBase) -> None:
        """Let another codec do the work from the next message on."""
        self._codec = codec

    def encode_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        """Code messages that are checked already, in order."""
        return self._codec.encode_messages(messages)

    def decode_wires(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError]:
        """Read compressed messages, in order; in place of one that is refused there is the error."""
        return self._codec.decode_wires(wires, max_size)

    def close(self) -> None:
        """Close the codec; it can be used further."""
        self._codec.close()


class LiveConfiguration:
    """A configuration that is read anew while a process runs. Thread-safe.

    Give it to :class:`aura.asgi.AuraMiddleware` or :func:`aura.websockets.serve` as their settings, code with
    :attr:`codec`, and run :meth:`watch` as a task, or call :meth:`reload` when a signal asks for it.

    Args:
        path: as :func:`aura.configuration.load` takes it.
        flags: as there.
        keep_versions: keep each version of the file that is taken, beside it; the process then has to be allowed to
            write there.

    Raises:
        ConfigurationError: something in it is wrong.
        OSError: the file cannot be read, or its version cannot be kept.
        ImportError: an extra is not installed.
    """

    def __init__(
        self,
        path: str | PathLike[str] | None = None,
        *,
        flags: Mapping[str, object] | None = None,
        keep_versions: bool = False,
    ) -> None:
        self._flags = dict(flags or {})
        self._path = find(path)
        self._keeps_versions = arguments.flag("keep_versions", keep_versions)
        self._lock = threading.RLock()
        self._configuration = load(self._path, flags=self._flags)
        self._seen = self._stamp()
        self._observers = self._configuration.observers()
        self._plain: Codec = building.plain_codec(self._configuration)
        self._codec = LiveCodec(self._dressed(self._plain))
        self._settings = self._configuration.settings(self._observers)
        self._monitor = self._observers.monitor(self._configuration)
        self._keep()

    @property
    def configuration(self) -> Configuration:
        """What holds now."""
        return self._configuration

    @property
    def observers(self) -> building.ConfiguredObservers:
        """Are told of messages and connections."""
        return self._observers

    @property
    def monitor(self) -> Monitor:
        """Looks at gauges and alerts; run it as a context manager."""
        return self._monitor

    @property
    def codec(self) -> LiveCodec:
        """A codec that follows the configuration."""
        return self._codec

    def settings(self) -> Settings:
        """The settings of sessions that begin now."""
        return self._settings

    def reload(self) -> Reload:
        """Read the configuration anew, and let the changes hold that may.

        Raises:
            ConfigurationError: something in it is wrong; nothing has changed.
            OSError: the file cannot be read; nothing has changed.
        """
        with self._lock:
            stamp = self._stamp()
            read = load(self._path, flags=self._flags)
            found = changes(self._configuration, read)
            applied = tuple(change for change in found if change.needs is not Needs.PROCESS)
            pending = tuple(change for change in found if change.needs is Needs.PROCESS)
            if applied:
                self._apply(read, [change.key for change in applied])
            self._seen = stamp
            self._keep()
        for change in applied:
            _log.info("%s is %r now, and was %r", change.key, change.after, change.before)
        for change in pending:
            _log.warning("%s stays %r until a restart", change.key, change.before)
        return Reload(applied, pending)

    def _apply(self, read: Configuration, keys: Sequence[str]) -> None:
        after = self._configuration.replaced({key: read.value(key) for key in keys})
        # all of it is made before anything of it holds
        if {"level", "limits.max_size", "cache.size", "cache.matches"} & set(keys):
            self._plain = self._plain.with_settings(level=after.level, max_size=after.limits.max_size)
            self._plain.templates.keep_matches(after.cache.matches)
            self._configuration = after
            self._codec.use(self._dressed(self._plain))
        self._configuration = after
        self._settings = building.session_settings(after, self._settings.models, self._observers)
        self._monitor.thresholds = after.thresholds()

    def _dressed(self, codec: Codec) -> CodecBase:
        cached = building.with_cache(codec, self._configuration, self._observers)
        return ObservedCodec(cached, self._observers)

    async def watch(self, interval: float = 1.0) -> None:
        """Read the file anew whenever it changes, until the task is cancelled. What is wrong with it is logged.

        Args:
            interval: seconds between two looks at the file.

        Raises:
            TypeError: ``interval`` is no number.
            ValueError: ``interval`` is below 0.01.
        """
        arguments.number("interval", interval, 0.01)
        while True:
            await asyncio.sleep(interval)
            stamp = self._stamp()
            if stamp == self._seen:
                continue
            try:
                await asyncio.to_thread(self.reload)
            except (ConfigurationError, OSError) as error:
                self._seen = stamp
                _log.error("the configuration stays as it is: %s", error)

    def _stamp(self) -> tuple[int, ...] | None:
        """What tells that the file has changed; None if it cannot be looked at."""
        if self._path is None:
            return None
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _keep(self) -> None:
        if self._keeps_versions and self._path is not None:
            version_file.keep(Path(self._path), time=time.time())

    def close(self) -> None:
        """Write what the audit log has yet to write."""
        self._observers.close()

"""What is looked at from time to time: caches, queues, connections, and how well models still fit."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

from aura.audit.log import AuditLog
from aura.cached import CachedCodec
from aura.connections.session import scheduling
from aura.observation import Connecting, ConnectionEvent, Observer
from aura.recent import CacheInfo
from aura.templates import TemplateLibrary


class HasReadings(Protocol):
    """What has values to look at, such as :class:`aura.experiments.Experiment`."""

    def readings(self) -> list[Reading]:
        """All values at this moment."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A value of a gauge or a counter at this moment.

    Attributes:
        name: of the metric, as in ``aura.metrics.names``.
        value: since the start of the process for a counter.
        labels: by name.
    """

    name: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


class Gauges(Observer):
    """What is looked at, and counts connections. Thread-safe.

    Add what is to be looked at before the service begins.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._caches: dict[str, CachedCodec] = {}
        self._libraries: dict[str, TemplateLibrary] = {}
        self._logs: dict[str, AuditLog] = {}
        self._others: list[HasReadings] = []
        self._decays: dict[str, float] = {}
        self._connections = dict.fromkeys(Connecting, 0)
        self._lag = 0.0

    def add_cache(self, name: str, codec: CachedCodec) -> None:
        """Look at a cache."""
        self._caches[name] = codec

    def add_templates(self, name: str, library: TemplateLibrary) -> None:
        """Look at the matches that a library keeps; their direction is ``match``."""
        self._libraries[name] = library

    def add_audit_log(self, name: str, log: AuditLog) -> None:
        """Look at the queue of an audit log."""
        self._logs[name] = log

    def add(self, other: HasReadings) -> None:
        """Look at what something else has, such as an experiment."""
        self._others.append(other)

    def set_decay(self, model_id: str, share: float) -> None:
        """Note how much more messages take than when a model was trained, as ``aura model check`` finds it.

        Args:
            model_id: of the model.
            share: 0.1 for ten per cent more; the ``share`` of a change.
        """
        with self._lock:
            self._decays[model_id] = share

    def on_connection(self, event: ConnectionEvent) -> None:
        """Count connections."""
        with self._lock:
            self._connections[event.change] += 1

    def set_lag(self, seconds: float) -> None:
        """Note how late the event loop is."""
        self._lag = seconds

    @property
    def lag(self) -> float:
        """Seconds that the event loop was late at last."""
        return self._lag

    @property
    def connections(self) -> int:
        """Connections that are open and speak AURA."""
        with self._lock:
            return self._connections[Connecting.OPENED] - self._connections[Connecting.CLOSED]

    @property
    def hits(self) -> float | None:
        """Share of look-ups in all caches that found something; None without any."""
        infos = [info for _, _, info in self._cache_infos()]
        looked = sum(info.hits + info.misses for info in infos)
        return sum(info.hits for info in infos) / looked if looked else None

    def readings(self) -> list[Reading]:
        """All values at this moment."""
        found = [
            Reading("aura_connections", self.connections),
            Reading("aura_event_loop_lag_seconds", self._lag),
        ]
        for name, depth in scheduling.depths().items():
            found.append(Reading("aura_executor_queue", depth, (("executor", name),)))
        for name, direction, info in self._cache_infos():
            labels = (("cache", name), ("direction", direction))
            found += [
                Reading("aura_cache_hits", info.hits, labels),
                Reading("aura_cache_misses", info.misses, labels),
                Reading("aura_cache_entries", info.size, labels),
                Reading("aura_cache_capacity", info.max_size, labels),
                Reading("aura_cache_evictions", info.evictions, labels),
            ]
        for name, log in self._logs.items():
            found.append(Reading("aura_audit_queue", log.depth, (("log", name),)))
        with self._lock:
            decays = dict(self._decays)
        found += [Reading("aura_model_decay", share, (("model", name),)) for name, share in decays.items()]
        for other in self._others:
            found += other.readings()
        return found

    def _cache_infos(self) -> list[tuple[str, str, CacheInfo]]:
        """What the caches have done, with the name and the direction of each."""
        found = [
            (name, direction, info)
            for name, codec in self._caches.items()
            for direction, info in zip(("out", "in"), codec.cache_info, strict=True)
        ]
        found += [
            (name, "match", info)
            for name, library in self._libraries.items()
            if (info := library.match_info) is not None
        ]
        return found


class SharedGauges(Gauges):
    """Gauges of another exporter, which counts the connections.

    Args:
        gauges: that are looked at.
    """

    def __init__(self, gauges: Gauges) -> None:
        super().__init__()
        self._shared = gauges

    def on_connection(self, event: ConnectionEvent) -> None:
        """Leave counting to the others."""

    def readings(self) -> list[Reading]:
        """All values of the others at this moment."""
        return self._shared.readings()

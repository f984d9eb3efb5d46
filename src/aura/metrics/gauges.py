"""What is looked at from time to time: caches, queues, connections, and how well models still fit."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from aura.audit.log import AuditLog
from aura.cached import CachedCodec
from aura.connections.session import scheduling
from aura.observation import Connecting, ConnectionEvent, Observer


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
        self._logs: dict[str, AuditLog] = {}
        self._decays: dict[str, float] = {}
        self._connections = dict.fromkeys(Connecting, 0)
        self._lag = 0.0

    def add_cache(self, name: str, codec: CachedCodec) -> None:
        """Look at a cache."""
        self._caches[name] = codec

    def add_audit_log(self, name: str, log: AuditLog) -> None:
        """Look at the queue of an audit log."""
        self._logs[name] = log

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
        infos = [info for codec in self._caches.values() for info in codec.cache_info]
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
        for name, codec in self._caches.items():
            for direction, info in zip(("out", "in"), codec.cache_info, strict=True):
                labels = (("cache", name), ("direction", direction))
                found += [
                    Reading("aura_cache_hits", info.hits, labels),
                    Reading("aura_cache_misses", info.misses, labels),
                    Reading("aura_cache_entries", info.size, labels),
                ]
        for name, log in self._logs.items():
            found.append(Reading("aura_audit_queue", log.depth, (("log", name),)))
        with self._lock:
            decays = dict(self._decays)
        found += [Reading("aura_model_decay", share, (("model", name),)) for name, share in decays.items()]
        return found

"""Public attributes cannot be set: setting them would change nothing, or get past the checks of a constructor."""

from __future__ import annotations

import inspect
import io
import time
from collections.abc import Callable
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from tests.aura.small_models import TINY
from tests.test_docs import DOCUMENTED

import aura
from aura import dask, websockets
from aura.asgi import AuraMiddleware
from aura.audit import AuditLog, AuditMessages, LoggingSink, StructlogSink
from aura.configuration import Configuration, LiveConfiguration
from aura.configuration.building import ConfiguredObservers
from aura.configuration.live import LiveCodec
from aura.connections.session.settings import HasSettings
from aura.connections.stream import MessageCodec
from aura.dashboard import Activity, Dashboard
from aura.event_stream import EventStreamDecoder, EventStreamEncoder
from aura.experiments import Experiment, Variant
from aura.experiments.coding import ExperimentCodec
from aura.experiments.counts import Counts
from aura.experiments.measures import Measures
from aura.experiments.trial import Trial
from aura.metrics import FreshnessWatch, Gauges, Monitor, OperationsApp, Totals, Window
from aura.metrics.gauges import HasReadings
from aura.metrics.opentelemetry import OpenTelemetryMetrics
from aura.metrics.prometheus import PrometheusMetrics
from aura.models.training.scrubbing import Scrubber, ScrubReport
from aura.models.training.survey import Survey
from aura.models.training_options import Using
from aura.observation import Observer, Observers
from aura.session import Models, Session, Settings, Status, Traffic
from aura.templates import DiscoveryEngine, TemplateDiscoveryWorker
from aura.templates.store.json_store import JsonStore
from aura.templates.store.sqlite_store import SqliteStore
from aura.templates.usage import UsageRecorder


async def _application(_scope: object, _receive: object, _send: object) -> None:
    """An application that does nothing."""


CODEC = aura.Codec(model=TINY)
EXPERIMENT = Experiment(
    "levels",
    key=bytes(16),
    control=Variant("usual", CODEC),
    candidates=[Variant("quick", aura.Codec(model=TINY, level=1))],
)
FOLDER = TemporaryDirectory()
OBJECTS: dict[type, Callable[[], object]] = {
    aura.AuraCompressor: aura.AuraCompressor,
    aura.AuraDecompressor: aura.AuraDecompressor,
    aura.AuraFile: lambda: aura.AuraFile(io.BytesIO(), "wb"),
    aura.CachedCodec: lambda: aura.CachedCodec(CODEC),
    aura.Codec: lambda: CODEC,
    aura.HybridCompressor: lambda: aura.HybridCompressor(model=TINY),
    aura.ObservedCodec: lambda: aura.ObservedCodec(CODEC, Observer()),
    aura.PreparedMessage: lambda: aura.prepare("news"),
    aura.PooledCodec: lambda: aura.PooledCodec(CODEC),
    aura.Stream: lambda: aura.Stream(TINY, role="client"),
    aura.TemplateLibrary: aura.TemplateLibrary,
    DiscoveryEngine: lambda: DiscoveryEngine(model=TINY),
    JsonStore: lambda: JsonStore("templates.json"),
    SqliteStore: lambda: SqliteStore("templates.db"),
    UsageRecorder: UsageRecorder,
    AuditLog: lambda: AuditLog(Path(FOLDER.name) / "audit.jsonl"),
    AuditMessages: lambda: AuditMessages("audit.jsonl"),
    LoggingSink: LoggingSink,
    StructlogSink: lambda: StructlogSink(SimpleNamespace()),
    Activity: Activity,
    AuraMiddleware: lambda: AuraMiddleware(_application),
    ConfiguredObservers: lambda: ConfiguredObservers(Window(), Gauges(), None, None, None),
    Dashboard: Dashboard,
    Experiment: lambda: EXPERIMENT,
    ExperimentCodec: lambda: EXPERIMENT.codec("ana"),
    FreshnessWatch: lambda: FreshnessWatch(Models([TINY]), Gauges()),
    LiveCodec: lambda: LiveCodec(CODEC),
    Measures: Measures,
    Trial: lambda: Trial(Variant("usual", CODEC), None, time.monotonic),
    EventStreamDecoder: lambda: EventStreamDecoder(TINY),
    EventStreamEncoder: lambda: EventStreamEncoder(TINY),
    Gauges: Gauges,
    Monitor: lambda: Monitor(Window(), Gauges()),
    OperationsApp: lambda: OperationsApp(Monitor(Window(), Gauges())),
    Window: Window,
    Models: lambda: Models([TINY]),
    Session: lambda: Session(Settings(Models([TINY])), role="client"),
    Observer: Observer,
    Observers: Observers,
    Scrubber: lambda: Scrubber(Survey()),
    Survey: Survey,
}
"""How to make an object of each public class that is no dataclass."""

ELSEWHERE = {
    Configuration,
    HasReadings,
    HasSettings,
    LiveConfiguration,
    MessageCodec,
    aura.Statistics,
    OpenTelemetryMetrics,
    PrometheusMetrics,
    TemplateDiscoveryWorker,
    Using,
    dask.Training,
    websockets.ClientConnection,
    websockets.ServerConnection,
}
"""Protocols, dictionaries, classes that need an extra, and classes that are mostly those of ``websockets``."""

COUNTED = {Counts, ScrubReport, Status, Totals, Traffic}
"""What a session, scrubbing, metrics and experiments count in."""

SETTABLE = {
    *((aura.HybridCompressor, name) for name in ("binary_advantage_threshold", "min_compression_size")),
    (Experiment, "share"),
    (Monitor, "thresholds"),
}
"""What programs set that were written for the prototype, and what changes while a process runs."""

PUBLIC = {
    found
    for found in DOCUMENTED
    if inspect.isclass(found)
    and found.__module__.startswith("aura.")
    and not issubclass(found, (Enum, Exception))
    and not inspect.isabstract(found)
}
VALUES = {found for found in PUBLIC if is_dataclass(found) or issubclass(found, tuple)}


def _attributes(found: object) -> set[str]:
    """The public names of an object that are no methods."""
    return {
        name
        for name in dir(found)
        if not name.startswith("_")
        and not inspect.isroutine(inspect.getattr_static(found, name))
        and not isinstance(inspect.getattr_static(found, name), classmethod | staticmethod)
    }


def test_objects_of_all_public_classes_are_tried() -> None:
    assert set(OBJECTS) == PUBLIC - VALUES - ELSEWHERE


@pytest.mark.parametrize("kind", OBJECTS, ids=lambda kind: kind.__name__)
def test_attributes_cannot_be_set(kind: type) -> None:
    made = OBJECTS[kind]()
    for name in _attributes(made):
        if (kind, name) not in SETTABLE:
            with pytest.raises(AttributeError):
                setattr(made, name, None)


@pytest.mark.parametrize("kind", sorted(VALUES - COUNTED, key=lambda kind: kind.__name__))
def test_values_are_frozen(kind: type) -> None:
    assert issubclass(kind, tuple) or kind.__dataclass_params__.frozen


def test_attributes_are_those_of_the_constructor() -> None:
    stream = aura.Stream(TINY, role="server", memory=30_000, max_size=9, check=8, max_string=7)
    assert _attributes(stream) == {
        "backend",
        "check",
        "lost",
        "max_size",
        "max_string",
        "memory",
        "model",
        "role",
    }
    assert (stream.model, stream.role, stream.memory) == (TINY, "server", 30_000)
    assert (stream.max_size, stream.check, stream.max_string) == (9, 8, 7)
    session = OBJECTS[Session]()
    assert isinstance(session, Session)
    assert session.role == "client"
    assert session.status == Status()
    assert AuraMiddleware(_application).app is _application

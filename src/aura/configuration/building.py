"""Codecs, sessions and observers of a configuration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from aura.audit import AuditLog, AuditOptions, redact_sensitive, withhold
from aura.audit.options import Redaction
from aura.cached import CachedCodec
from aura.codec import Codec
from aura.codec_base import CodecBase
from aura.configuration.complaints import shown
from aura.configuration.errors import ConfigurationError, Problem
from aura.connections.session import Models, Settings
from aura.metrics.gauges import Gauges, SharedGauges
from aura.metrics.monitor import Monitor
from aura.metrics.window import Window
from aura.models.model import Model
from aura.observation import Observer, Observers
from aura.observed import ObservedCodec
from aura.templates import TemplateLibrary
from aura_spec.errors import AuraError

if TYPE_CHECKING:
    from aura.configuration.configuration import Configuration

_MIN_KEY: Final = 16

CACHE: Final = "codec"
"""The name of a codec's cache in the metrics."""


class ConfiguredObservers(Observers):
    """What listens, as a configuration says. A context manager, which closes the audit log."""

    def __init__(
        self, window: Window, gauges: Gauges, audit_log: AuditLog | None, prometheus: Any, opentelemetry: Any
    ) -> None:
        listening = [window, audit_log, prometheus, opentelemetry]
        if prometheus is None and opentelemetry is None:
            listening.append(gauges)  # which the exporters tell themselves
        super().__init__(*(one for one in listening if one is not None))
        self._window = window
        self._gauges = gauges
        self._audit_log = audit_log
        self._prometheus = prometheus
        self._opentelemetry = opentelemetry

    @property
    def window(self) -> Window:
        """Totals of the last minutes."""
        return self._window

    @property
    def gauges(self) -> Gauges:
        """What is looked at from time to time."""
        return self._gauges

    @property
    def audit_log(self) -> AuditLog | None:
        """The audit log; None if there is none."""
        return self._audit_log

    @property
    def prometheus(self) -> Any:
        """Exporter of the extra ``metrics``; None if it is not wanted."""
        return self._prometheus

    @property
    def opentelemetry(self) -> Any:
        """Exporter of the extra ``otel``; None if it is not wanted."""
        return self._opentelemetry

    def monitor(self, configuration: Configuration, **options: Any) -> Monitor:
        """What looks at gauges and alerts.

        Args:
            configuration: says the thresholds and the interval.
            options: further ones of :class:`aura.metrics.Monitor`.
        """
        refresh = None if self._prometheus is None else self._prometheus.refresh
        given = {"refresh": refresh, "interval": configuration.metrics.interval, **options}
        return Monitor(self._window, self._gauges, configuration.thresholds(), **given)

    def close(self) -> None:
        """Write what the audit log has yet to write."""
        if self._audit_log is not None:
            self._audit_log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads the files that a configuration names; what is wrong with one is a problem of the setting."""

    configuration: Configuration

    @contextmanager
    def of(self, key: str) -> Iterator[None]:
        try:
            yield
        except ConfigurationError:
            raise
        except (AuraError, OSError, ValueError) as error:
            text = f"is {shown(self.configuration.value(key))}, which cannot be used: {error}"
            problem = Problem(key, self.configuration.place(key), text)
            raise ConfigurationError([problem]) from error

    def path(self, key: str, name: str) -> Path:
        return self.configuration.file_of(key, name)

    def model(self, key: str, name: str) -> Model:
        if name == "default":
            return Model.load_default()
        if name == "small":
            return Model.load_small()
        return Model.load(self.path(key, name))


def codec(configuration: Configuration, observers: Observer | None = None) -> CodecBase:
    """A codec with the settings of a configuration."""
    made: CodecBase = plain_codec(configuration)
    made = with_cache(made, configuration, observers)
    return made if observers is None else ObservedCodec(made, observers)


def plain_codec(configuration: Configuration) -> Codec:
    """A codec without cache and observers."""
    reading = _Reading(configuration)
    with reading.of("templates.store"):
        library = _library(configuration)
    with reading.of("model"):
        model = None if configuration.model == "default" else reading.model("model", configuration.model)
    with reading.of("models"):
        further = [reading.model("models", name) for name in configuration.models]
    with reading.of("backend"):  # the rest of what a codec checks is checked already
        made = Codec(
            backend=configuration.backend,
            level=configuration.level,
            model=model,
            explicit_model=configuration.explicit_model,
            models=further,
            templates=library,
            max_size=configuration.limits.max_size,
            check=configuration.check,
        )
    made.templates.keep_matches(configuration.cache.matches)
    return made


def with_cache(made: CodecBase, configuration: Configuration, observers: Observer | None) -> CodecBase:
    """A codec with the cache that a configuration wants, which the gauges of its observers show."""
    gauges = observers.gauges if isinstance(observers, ConfiguredObservers) else None
    if gauges is not None and configuration.cache.matches:
        gauges.add_templates(CACHE, made.templates)
    if not configuration.cache.size:
        return made
    cached = CachedCodec(made, size=configuration.cache.size)
    if gauges is not None:
        gauges.add_cache(CACHE, cached)
    return cached


def _library(configuration: Configuration) -> TemplateLibrary:
    store = configuration.templates.store
    if store is None:
        return TemplateLibrary()
    path: str | PathLike[str] = configuration.file_of("templates.store", store)
    return TemplateLibrary.load(path, max_hot=configuration.templates.max_hot)


def models(configuration: Configuration) -> Models:
    """The models of sessions."""
    if configuration.model == "default" and not configuration.models:
        return Models()  # which reads the default one when it is needed
    reading = _Reading(configuration)
    with reading.of("model"):
        best = reading.model("model", configuration.model)
    with reading.of("models"):
        return Models([best, *(reading.model("models", name) for name in configuration.models)])


def session_settings(configuration: Configuration, models: Models, observers: Observer | None) -> Settings:
    """The settings of sessions that hold these models."""
    streams, limits = configuration.streams, configuration.limits
    return Settings(
        models=models,
        memory=streams.memory,  # type: ignore[arg-type]  # "auto" is the only text that is parsed
        check=streams.check,
        max_message=limits.max_message,
        max_modelled=limits.max_modelled,
        max_fetch=limits.max_fetch,
        serve_models=streams.serve_models,
        level=configuration.level,
        tag=streams.tag,
        hello_timeout=streams.hello_timeout,
        fallback_delay=streams.fallback_delay,
        observer=observers,
    )


def observers(configuration: Configuration) -> ConfiguredObservers:
    """The observers of a configuration."""
    gauges = Gauges()
    prometheus = opentelemetry = None
    if configuration.metrics.prometheus:
        from aura.metrics.prometheus import PrometheusMetrics  # noqa: PLC0415  # takes long, and is seldom wanted

        prometheus = PrometheusMetrics(gauges)
    if configuration.metrics.opentelemetry:
        from aura.metrics.opentelemetry import OpenTelemetryMetrics  # noqa: PLC0415  # likewise

        opentelemetry = OpenTelemetryMetrics(gauges if prometheus is None else SharedGauges(gauges))
    log = None
    if configuration.audit.path is not None:
        reading = _Reading(configuration)
        with reading.of("audit.path"):
            log = AuditLog(reading.path("audit.path", configuration.audit.path), audit_options(configuration))
        gauges.add_audit_log("audit", log)
    return ConfiguredObservers(Window(configuration.window.seconds), gauges, log, prometheus, opentelemetry)


def audit_options(configuration: Configuration) -> AuditOptions:
    """How the audit log of a configuration is kept.

    Raises:
        ConfigurationError: the key cannot be read, or is too short.
    """
    audit = configuration.audit
    names = [name for name in audit.redact if name != "sensitive"]
    redact: list[Redaction] = [redact_sensitive] if "sensitive" in audit.redact else []
    if names:
        redact.append(withhold(*names))
    return AuditOptions(
        max_bytes=audit.max_bytes,
        daily=audit.daily,
        compress=audit.compress,
        keep_days=audit.keep_days,
        fsync=audit.fsync,  # type: ignore[arg-type]  # only "always" and "never" are parsed
        max_queued=audit.max_queued,
        redact=tuple(redact),
        key=_key(configuration),
    )


def _key(configuration: Configuration) -> bytes | None:
    audit, reading = configuration.audit, _Reading(configuration)
    if audit.key is not None:
        return bytes.fromhex(audit.key.get_secret_value())
    if audit.key_file is None:
        return None
    with reading.of("audit.key_file"):
        key = reading.path("audit.key_file", audit.key_file).read_bytes()
    if len(key) < _MIN_KEY:
        text = f"has a key of {len(key)} bytes, fewer than {_MIN_KEY}"
        raise ConfigurationError([Problem("audit.key_file", configuration.place("audit.key_file"), text)])
    return key


def is_key(text: str) -> bool:
    """Whether a text is a key in hexadecimal digits, long enough."""
    try:
        return len(bytes.fromhex(text)) >= _MIN_KEY
    except ValueError:
        return False

"""A configuration: its values, where they come from, and the codec, sessions and observers that they make."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

from pydantic import PrivateAttr, SecretStr

from aura.codec_base import CodecBase
from aura.configuration import building
from aura.configuration.errors import Problem
from aura.configuration.fields import settings_of
from aura.configuration.places import Kind, Place, flat, nested
from aura.configuration.schema import Schema
from aura.connections.session import Models, Settings
from aura.metrics.thresholds import Thresholds
from aura.observation import Observer

_NOWHERE: Final = Place(Kind.DEFAULT)


class Configuration(Schema):
    """All settings, checked. Nothing in it can be changed.

    Read it with :func:`aura.configuration.load`. The settings are attributes, by table:
    ``configuration.streams.memory``.
    """

    _places: Mapping[str, Place] = PrivateAttr(default_factory=dict)
    _path: Path | None = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _observers: building.ConfiguredObservers | None = PrivateAttr(default=None)
    _models: Models | None = PrivateAttr(default=None)

    def placed(self, places: Mapping[str, Place], path: Path | None) -> Self:
        """This configuration, which knows where its values come from."""
        self._places, self._path = places, path
        return self

    @property
    def path(self) -> Path | None:
        """Of the file; None without one."""
        return self._path

    def place(self, key: str) -> Place:
        """Where the value of a setting comes from."""
        return self._places.get(key, _NOWHERE)

    def value(self, key: str) -> Any:
        """The value of a setting by its dotted key.

        Raises:
            KeyError: there is no such setting.
        """
        if key not in settings_of(Schema):
            raise KeyError(key)
        found: Any = self
        for name in key.split("."):
            found = getattr(found, name)
        return found

    def file_of(self, key: str, name: str) -> Path:
        """The path of a file that a setting names; one in the configuration file starts from its directory."""
        is_of_file = self._path is not None and self.place(key).kind is Kind.FILE
        return self._path.parent / name if self._path is not None and is_of_file else Path(name)

    def shown(self) -> dict[str, object]:
        """The tables of values that may be shown; of a secret only whether it is set."""
        values = {key: self.value(key) for key in settings_of(Schema)}
        return nested({key: _open(value) for key, value in values.items()})

    def replaced(self, values: Mapping[str, object]) -> Configuration:
        """This configuration with other values, by dotted key, which are right already."""
        tables: dict[str, Any] = nested({**{key: self.value(key) for key in settings_of(Schema)}, **values})
        return Configuration.model_validate(tables).placed(self._places, self._path)

    def contradictions(self) -> list[Problem]:
        """What is wrong with settings beside others."""
        problems = []
        if self.audit.key is not None and self.audit.key_file is not None:
            problems.append(self._problem("audit.key_file", "is given as well as audit.key"))
        if self.audit.key is not None and not building.is_key(self.audit.key.get_secret_value()):
            allowed = settings_of(Schema)["audit.key"].allowed
            problems.append(self._problem("audit.key", f"is not {allowed}"))
        if self.templates.max_hot is not None and self.templates.store is None:
            problems.append(self._problem("templates.max_hot", "is given without templates.store"))
        return problems

    def _problem(self, key: str, text: str) -> Problem:
        return Problem(key, self.place(key), text)

    def codec(self, observers: Observer | None = None) -> CodecBase:
        """A codec with these settings.

        Args:
            observers: are told of each message. None stands for those of :meth:`observers`, which show the caches
                as well, if an audit log or an exporter is wanted, and for nobody otherwise.

        Raises:
            ConfigurationError: a file that a setting names cannot be read, or is refused.
            ImportError: an extra is wanted and not installed.
        """
        return building.codec(self, self._told(observers))

    def settings(self, observers: Observer | None = None) -> Settings:
        """The settings of sessions; ``aura.asgi`` and ``aura.websockets`` take the configuration itself, too.

        All calls share the models.

        Args:
            observers: are told of each message and connection; if None, as in :meth:`codec`.

        Raises:
            ConfigurationError: a file that a setting names cannot be read, or is refused.
            ImportError: an extra is wanted and not installed.
        """
        with self._lock:
            if self._models is None:
                self._models = building.models(self)
        return building.session_settings(self, self._models, self._told(observers))

    def observers(self) -> building.ConfiguredObservers:
        """What listens: the window of totals, and the audit log and exporters that are wanted; always the same.

        Raises:
            ConfigurationError: the audit log cannot be written, or its key cannot be read.
            ImportError: the extra ``metrics`` or ``otel`` is wanted and not installed.
        """
        with self._lock:
            if self._observers is None:
                self._observers = building.observers(self)
            return self._observers

    def _told(self, observers: Observer | None) -> Observer | None:
        wants = self.audit.path is not None or self.metrics.prometheus or self.metrics.opentelemetry
        return self.observers() if observers is None and wants else observers

    def thresholds(self) -> Thresholds:
        """The thresholds of alerts."""
        return Thresholds(**self.alerts.model_dump())


def _open(value: object) -> object:
    if isinstance(value, SecretStr):
        return "(set)"
    return list(value) if isinstance(value, tuple) else value


def values_of(configuration: Configuration) -> dict[str, object]:
    """The values by dotted key, as they may be shown."""
    return flat(configuration.shown())

"""Reading a configuration: flags win over the environment, that over the file, that over the preset.

pydantic-settings brings them together, and pydantic checks what comes of it.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from aura.configuration.complaints import Given, complaints, unknown_variables
from aura.configuration.configuration import Configuration
from aura.configuration.errors import ConfigurationError, Problem
from aura.configuration.fields import settings_of
from aura.configuration.places import DELIMITER, PREFIX, Kind, Place, lines_of, nested
from aura.configuration.presets import PRESETS, USUAL
from aura.configuration.schema import Schema
from aura.extra import needed

FILE: Final = "aura.toml"
"""The file that is read if none is named and there is one."""

VARIABLE: Final = "AURA_CONFIG"
"""The variable of the environment that names another file."""


def load(
    path: str | os.PathLike[str] | None = None, *, flags: Mapping[str, object] | None = None
) -> Configuration:
    """Read a configuration.

    Args:
        path: of the file; if None, the one that ``AURA_CONFIG`` names, else ``aura.toml`` if it is there.
        flags: values by dotted key, such as ``{"streams.memory": 0}``, which win over everything else. A text is
            read as the value of a variable is.

    Raises:
        ConfigurationError: something in it is wrong; its ``problems`` say all that is.
        OSError: the file cannot be read.
        ImportError: the extra ``config`` is not installed.
    """
    file = find(path)
    return parse("" if file is None else file.read_bytes(), path=file, flags=flags)


def find(path: str | os.PathLike[str] | None = None) -> Path | None:
    """The file that :func:`load` reads; None if there is none."""
    named = path or os.environ.get(VARIABLE)
    if named:
        return Path(named)
    usual = Path(FILE)
    return usual if usual.exists() else None


def parse(
    content: str | bytes, *, path: Path | None = None, flags: Mapping[str, object] | None = None
) -> Configuration:
    """Take the content of a file for a configuration, with the environment and flags as in :func:`load`.

    Args:
        content: of the file.
        path: of the file, from whose directory relative paths in it start.
        flags: as in :func:`load`.

    Raises:
        ConfigurationError: something in it is wrong.
        ImportError: the extra ``config`` is not installed.
    """
    given = Given(dict(flags or {}), *_tables(content, str(path or FILE)))
    problems = [*unknown_variables(), *given.exposed_secrets()]
    if problems:
        raise ConfigurationError(problems)
    try:
        read = _reader()(nested(given.flags), given.tables)
        found = Configuration.model_validate(read.model_dump())
    except ValidationError as error:
        raise ConfigurationError(complaints(error, given)) from None
    places = {key: given.place(key, found.preset) for key in settings_of(Schema)}
    found = found.placed(places, path)
    if problems := found.contradictions():
        raise ConfigurationError(problems)
    return found


def _tables(content: str | bytes, name: str) -> tuple[dict[str, Any], dict[str, int], str]:
    """The tables of a file, their lines, and the name of the file.

    Raises:
        ConfigurationError: it is no TOML.
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1 if isinstance(content, bytes) else 0
        raise ConfigurationError([Problem("", Place(Kind.FILE, name, line), "is not UTF-8")]) from None
    try:
        return tomllib.loads(text), lines_of(text), name
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError([Problem("", Place(Kind.FILE, name), f"is not TOML: {error}")]) from None


@cache
def _reader() -> Any:
    """A function that brings flags, environment, tables of a file and preset together."""
    library = needed("pydantic_settings", "config")

    class Environment(library.EnvSettingsSource):  # type: ignore[misc, name-defined]  # of an extra
        """The variables; lists and tables as JSON, or as the text that they are."""

        def decode_complex_value(self, _name: str, _field: object, value: str) -> object:
            """Take JSON for what it says."""
            try:
                return json.loads(value)
            except (ValueError, RecursionError):
                return value

    class Preset(library.PydanticBaseSettingsSource):  # type: ignore[misc, name-defined]  # of an extra
        """The settings of the preset that the other sources name."""

        def get_field_value(self, _field: object, name: str) -> tuple[None, str, bool]:
            """Give nothing for one field: all come at once."""
            return None, name, False

        def __call__(self) -> dict[str, Any]:
            name = self.current_state.get("preset", USUAL)
            return nested(PRESETS.get(name, {}) if isinstance(name, str) else {})

    def read(flags: dict[str, object], tables: dict[str, object]) -> Any:
        class Reader(Schema, library.BaseSettings):  # type: ignore[misc, name-defined]  # of an extra
            model_config = library.SettingsConfigDict(
                env_prefix=PREFIX,
                env_nested_delimiter=DELIMITER,
                env_ignore_empty=True,
                extra="forbid",
                hide_input_in_errors=True,
            )

            @classmethod
            def settings_customise_sources(cls, settings_cls: Any, **_sources: Any) -> tuple[Any, ...]:
                """Name the sources, the one that wins first."""
                return (
                    library.InitSettingsSource(settings_cls, init_kwargs=flags),
                    Environment(settings_cls),
                    library.InitSettingsSource(settings_cls, init_kwargs=tables),
                    Preset(settings_cls),
                )

        return Reader()

    return read


def text_flags(assignments: Mapping[str, str]) -> dict[str, object]:
    """Flags of a command line: a value is taken as TOML has it, and as a text if it is none.

    >>> text_flags({"level": "3", "model": "chat.aura", "models": '["a", "b"]'})
    {'level': 3, 'model': 'chat.aura', 'models': ['a', 'b']}
    """
    found: dict[str, object] = {}
    for key, text in assignments.items():
        try:
            [(_, value)] = tomllib.loads(f"value = {text}").items()
        except (tomllib.TOMLDecodeError, ValueError, RecursionError):
            value = text
        found[key] = value
    return found

"""What pydantic finds wrong, in the words of :mod:`aura.configuration.errors`: key, value, place, what is taken."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError

from aura.configuration.errors import Problem
from aura.configuration.fields import Setting, settings_of
from aura.configuration.places import DELIMITER, PREFIX, Kind, Place, variable_of
from aura.configuration.presets import PRESETS
from aura.configuration.schema import Schema

_LONGEST: Final = 60
"""Characters of a value that an error shows."""

SETTINGS: Final[Mapping[str, Setting]] = settings_of(Schema)
TABLES: Final = tuple(dict.fromkeys(key.partition(".")[0] for key in SETTINGS if "." in key))


@dataclass(frozen=True, slots=True)
class Given:
    """What was given, and where.

    Attributes:
        flags: values by dotted key.
        tables: of the file.
        lines: of the file, by dotted key.
        name: of the file.
    """

    flags: dict[str, object]
    tables: dict[str, Any]
    lines: dict[str, int]
    name: str

    def place(self, key: str, preset: str = "") -> Place:
        """Where the value of a key, or of a whole table, comes from."""
        table = key.partition(".")[0]
        for name in (key, *([table] if table != key else [])):
            if name in self.flags:
                return Place(Kind.FLAG, name)
            if variable := variable_in_environment(name):
                return Place(Kind.ENVIRONMENT, variable)
        if _is_in(self.tables, key):
            line = self.lines.get(key) or self.lines.get(table, 0)
            return Place(Kind.FILE, self.name, line)
        if key in PRESETS.get(preset, {}):
            return Place(Kind.PRESET, preset)
        return Place(Kind.DEFAULT)

    def exposed_secrets(self) -> Iterator[Problem]:
        """Secrets that stand where others may read them."""
        for key, setting in SETTINGS.items():
            if not setting.is_secret:
                continue
            if key in self.flags:
                place = Place(Kind.FLAG, key)
            elif _is_in(self.tables, key):
                place = Place(Kind.FILE, self.name, self.lines.get(key, 0))
            else:
                continue
            yield Problem(
                key,
                place,
                f"is a secret, which belongs into {variable_of(key)} or the file that {key}_file names",
            )


def variable_in_environment(key: str) -> str:
    """The variable that sets a key, as it is spelt in the environment; empty if there is none, or an empty one."""
    wanted = variable_of(key)
    if os.environ.get(wanted):
        return wanted
    return next((name for name, value in os.environ.items() if value and name.upper() == wanted), "")


def unknown_variables() -> Iterator[Problem]:
    """Variables that look like settings and are none.

    Others with the prefix are left alone: container platforms make some for each service, and ours is one.
    """
    known = {variable_of(name) for name in (*SETTINGS, *TABLES)} | _OTHER_VARIABLES
    for name, value in os.environ.items():
        if not name.upper().startswith(PREFIX) or name.upper() in known or not value:
            continue
        key = name.upper().removeprefix(PREFIX).replace(DELIMITER, ".").lower()
        near = suggestion(key, cutoff=0.8)
        if near or DELIMITER in name.removeprefix(PREFIX):
            hint = f"; did you mean {variable_of(near)}?" if near else ""
            yield Problem("", Place(Kind.ENVIRONMENT, name), f"is not a setting{hint}")


_OTHER_VARIABLES: Final = {"AURA_CONFIG", "AURA_NATIVE", "AURA_PYTHON", "AURA_FUZZ_MODEL", "AURA_SOURCES"}
"""Variables with the prefix that mean something else."""


def complaints(error: ValidationError, given: Given) -> list[Problem]:
    """The problems that pydantic found, one for each key."""
    found: dict[str, Problem] = {}
    for detail in error.errors(include_url=False, include_context=False):
        key = _key_of(detail["loc"])
        place = given.place(key)
        if detail["type"] == "extra_forbidden":
            found.setdefault(key, Problem(key, place, f"is not a setting{_did_you_mean(key)}"))
        elif key in SETTINGS:
            found.setdefault(key, Problem(key, place, _wrong_value(SETTINGS[key], detail["input"])))
        else:
            found.setdefault(key, Problem(key, place, f"is {shown(detail['input'])}, not a table"))
    return list(found.values())


def _key_of(location: Iterable[int | str]) -> str:
    """The key of a setting or table; parts of a location that tell alternatives of a type apart are left out."""
    parts = [str(part) for part in location]
    two = ".".join(parts[:2])
    return two if parts[0] in TABLES and len(parts) > 1 else parts[0]


def _wrong_value(setting: Setting, value: object) -> str:
    if setting.is_secret:
        return f"is not {setting.allowed}"
    return f"is {shown(value)}, not {setting.allowed}"


def shown(value: object) -> str:
    """A value as JSON, which is near to TOML, and not too long.

    >>> shown(["a", True])
    '["a", true]'
    """
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _did_you_mean(key: str) -> str:
    near = suggestion(key)
    return f"; did you mean {near}?" if near else ""


def suggestion(key: str, *, cutoff: float = 0.6) -> str:
    """The setting or table that is meant by a name that is none; empty if nobody can tell.

    >>> suggestion("streams.memoryx"), suggestion("max_size"), suggestion("stream"), suggestion("zzz")
    ('streams.memory', 'limits.max_size', 'streams', '')
    """
    name = key.rpartition(".")[2]
    for known in SETTINGS:
        if known.rpartition(".")[2] == name:
            return known
    near = get_close_matches(key, [*SETTINGS, *TABLES], n=1, cutoff=cutoff)
    if not near and "." in key:
        by_name = {known.rpartition(".")[2]: known for known in SETTINGS}
        near = [by_name[found] for found in get_close_matches(name, by_name, n=1, cutoff=cutoff)]
    return near[0] if near else ""


def _is_in(tables: Mapping[str, Any], key: str) -> bool:
    table, _, name = key.rpartition(".")
    if not table:
        return name in tables
    inner = tables.get(table)
    return name in inner if isinstance(inner, Mapping) else inner is not None

r"""Where a setting comes from: a flag, a variable of the environment, a line of a file, a preset, or nowhere.

>>> lines_of('level = 3\n[streams]\nmemory = "auto"\n')
{'level': 1, 'streams': 2, 'streams.memory': 3}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PREFIX: Final = "AURA_"
"""What variables of the environment that are settings begin with."""

DELIMITER: Final = "__"
"""What stands between a table and a key in a variable."""


class Kind(StrEnum):
    """The kinds of places, the one that wins first."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    FILE = "file"
    PRESET = "preset"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a setting comes from.

    Attributes:
        kind: of the place.
        name: of the flag, the variable, the file or the preset.
        line: of the file, from 1; 0 if there is none.
    """

    kind: Kind
    name: str = ""
    line: int = 0

    def __str__(self) -> str:
        if self.kind is Kind.FILE:
            return f"{self.name}, line {self.line}" if self.line else self.name
        if self.kind is Kind.ENVIRONMENT:
            return f"variable {self.name}"
        if self.kind is Kind.FLAG:
            return f"flag {self.name}"
        return f"preset {self.name}" if self.kind is Kind.PRESET else "default"


def variable_of(key: str) -> str:
    """The variable of the environment that sets a key.

    >>> variable_of("streams.memory")
    'AURA_STREAMS__MEMORY'
    """
    return PREFIX + key.upper().replace(".", DELIMITER)


_NAME: Final = r'(?:[A-Za-z0-9_-]+|"[^"\n]*"|\'[^\'\n]*\')'
_DOTTED: Final = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME})*"
_TABLE: Final = re.compile(rf"[ \t]*\[[ \t]*({_DOTTED})[ \t]*\]")
_VALUE: Final = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")


def lines_of(text: str) -> dict[str, int]:
    """The lines on which the tables and keys of a TOML file stand, by dotted name.

    Lines within a string or a list of several lines may be taken for keys; a key that is there wins over them.
    """
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(line):
            table = _plain(header[1])
            found.setdefault(table, number)
        elif value := _VALUE.match(line):
            found.setdefault(f"{table}.{_plain(value[1])}".lstrip("."), number)
    return found


def _plain(dotted: str) -> str:
    return ".".join(part.strip("\"'") for part in re.findall(_NAME, dotted))


def flat(tables: Mapping[str, object], before: str = "") -> dict[str, object]:
    """The values of nested tables by dotted key.

    >>> flat({"level": 3, "streams": {"memory": 0}})
    {'level': 3, 'streams.memory': 0}
    """
    found: dict[str, object] = {}
    for name, value in tables.items():
        if isinstance(value, Mapping):
            found.update(flat(value, f"{before}{name}."))
        else:
            found[before + name] = value
    return found


def nested(values: Mapping[str, object]) -> dict[str, object]:
    """The tables of values by dotted key.

    >>> nested({"level": 3, "streams.memory": 0})
    {'level': 3, 'streams': {'memory': 0}}
    """
    tables: dict[str, object] = {}
    for key, value in values.items():
        table, _, name = key.rpartition(".")
        if not table:
            tables[key] = value
            continue
        inner = tables.setdefault(table, {})
        if isinstance(inner, dict):
            inner[name] = value
    return tables

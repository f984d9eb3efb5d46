"""The constants of the specification, by chapter, as a port can read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from importlib import import_module
from inspect import isclass
from pkgutil import iter_modules
from types import ModuleType
from typing import Final

import aura_spec

SKIPPED: Final = {"phrase", "wire"}
"""Modules without constants of the wire."""

_LEFT_OUT: Final = {"mixer.SQUASH", "unit.UNIT_BYTES", "errors.QUESTION"}
"""A long table that rule MIX-2 makes of ``KNOTS``, one that is in ``units.json``, and a text for people."""

_EXACT: Final = 1 << 53
"""From here on an integer is a string, as anywhere in the vectors."""


def constants() -> dict[str, dict[str, object]]:
    """For each chapter its constants by name, and its enumerations as objects.

    Bytes are hexadecimal digits, regular expressions their text, tuples lists.
    """
    chapters = (info.name for info in iter_modules(aura_spec.__path__))
    found = {
        name: dict(_of(import_module(f"aura_spec.{name}"), name)) for name in chapters if name not in SKIPPED
    }
    return {name: values for name, values in found.items() if values}


def _of(module: ModuleType, chapter: str) -> Iterator[tuple[str, object]]:
    """The names that a module defines itself; what it imports belongs to another chapter."""
    for name in module.__annotations__:
        if name.isupper() and not name.startswith("_") and f"{chapter}.{name}" not in _LEFT_OUT:
            value = _json(getattr(module, name))
            if value is not None:
                yield name, value
    for name, kind in vars(module).items():
        if isclass(kind) and issubclass(kind, Enum) and kind.__module__ == module.__name__:
            yield name, {member.name: _json(member.value) for member in kind}


def _json(value: object) -> object:  # noqa: PLR0911  # one case a kind
    """A value as JSON has it; None if it is no constant but a declaration."""
    match value:
        case Enum():
            return _json(value.value)
        case bool() | str():
            return value
        case int():
            return value if abs(value) < _EXACT else str(value)
        case bytes():
            return value.hex()
        case re.Pattern():
            return _json_text(value.pattern)
        case Mapping():
            return {str(_json(key)): _json(entry) for key, entry in value.items()}
        case Sequence():
            return [_json(entry) for entry in value]
    return None


def _json_text(pattern: str | bytes) -> str:
    return pattern.decode("ascii") if isinstance(pattern, bytes) else pattern

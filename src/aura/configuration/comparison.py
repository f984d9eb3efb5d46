"""What two configurations differ in, and what has to happen until the new one holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aura.configuration.configuration import Configuration
from aura.configuration.fields import Needs, settings_of
from aura.configuration.schema import Schema


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that differs.

    Attributes:
        key: of the setting.
        before: its value; of a secret only whether it is set.
        after: its value, likewise.
        needs: what has to happen until it holds.
    """

    key: str
    before: Any
    after: Any
    needs: Needs


def changes(before: Configuration, after: Configuration) -> list[Change]:
    """What differs; files of the same name count as the same, whatever is in them.

    >>> from aura.configuration.configuration import Configuration
    >>> for change in changes(Configuration(), Configuration(level=3, check=True)):
    ...     print(change.key, change.before, change.after, change.needs)
    level 2 3 nothing
    check False True a new process
    """
    return [
        Change(key, _open(before, key), _open(after, key), setting.needs)
        for key, setting in settings_of(Schema).items()
        if before.value(key) != after.value(key)
    ]


def _open(configuration: Configuration, key: str) -> Any:
    value = configuration.value(key)
    if settings_of(Schema)[key].is_secret:
        return None if value is None else "(set)"
    return list(value) if isinstance(value, tuple) else value

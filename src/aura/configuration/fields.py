"""What is said of a setting beside its type: what it means, which values it takes, and what a change needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, Field, SecretStr
from pydantic.fields import FieldInfo


class Needs(StrEnum):
    """What has to happen until a change of a setting holds."""

    NOTHING = "nothing"
    """It holds from the next message on."""
    CONNECTION = "new connections"
    """It holds for connections that are opened from then on."""
    PROCESS = "a new process"
    """It holds after a restart: it is part of what both ends agree on, or of what several processes share."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting.

    Attributes:
        key: such as ``streams.memory``.
        text: what it means.
        default: what it is if nothing is said.
        allowed: the values that it takes, for people.
        needs: what a change of it needs.
        is_secret: whether it is never shown.
    """

    key: str
    text: str
    default: Any
    allowed: str
    needs: Needs
    is_secret: bool


def setting(
    default: object,
    text: str,
    *,
    least: float | None = None,
    most: float | None = None,
    allowed: str | None = None,
    needs: Needs = Needs.PROCESS,
) -> Any:
    """Declare a setting of a table.

    Args:
        default: what it is if nothing is said.
        text: what it means.
        least: the least number that it takes.
        most: the largest number that it takes.
        allowed: the values that it takes, for people; by its type and range if None.
        needs: what a change needs.
    """
    return Field(
        default=default,
        description=text,
        ge=least,
        le=most,
        json_schema_extra={"needs": str(needs), "allowed": allowed or ""},
    )


@cache
def settings_of(table: type[BaseModel], before: str = "") -> dict[str, Setting]:
    """The settings of a table and of those in it, by dotted key."""
    return {setting.key: setting for setting in _all(table, before)}


def _all(table: type[BaseModel], before: str) -> Iterator[Setting]:
    for name, field in table.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _all(kind, f"{before}{name}.")
            continue
        extra = field.json_schema_extra
        assert isinstance(extra, dict)  # noqa: S101  # of ``setting``
        yield Setting(
            before + name,
            field.description or "",
            field.default,
            str(extra["allowed"]) or _allowed(field),
            Needs(str(extra["needs"])),
            SecretStr in get_args(kind),
        )


def _allowed(field: FieldInfo) -> str:
    """The values that a field takes, by its type and range."""
    if get_origin(field.annotation) is Literal:
        return f"one of {', '.join(map(str, get_args(field.annotation)))}"
    if field.annotation is bool:
        return "true or false"
    kind = "a number" if field.annotation is float else "a whole number"
    bounds = {
        name: getattr(part, name) for part in field.metadata for name in ("ge", "le") if hasattr(part, name)
    }
    text = kind + (f" from {bounds['ge']:g}" if "ge" in bounds else "")
    return text.replace("e+", "e") + (f" to {bounds['le']}" if "le" in bounds else "")

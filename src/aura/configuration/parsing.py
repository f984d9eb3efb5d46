"""Values as people write them: sizes such as ``512KiB``, ``off``, lists in a variable.

Each function takes what a file, a variable or a flag has, and gives what the setting is, or raises ``ValueError``.
The ranges of numbers are checked afterwards.
"""

from __future__ import annotations

import math
from typing import Final

from aura import arguments
from aura_spec.stream import CHECKS, MAX_MEMORY, MIN_MEMORY

MEMORIES: Final = f'"auto", 0, or a size from {MIN_MEMORY} to {MAX_MEMORY} bytes'
CHECK_BITS: Final = f"one of {', '.join(map(str, CHECKS))}"
FSYNCS: Final = '"always", "never", or a number of seconds from 0'
REDACTIONS: Final = ("sensitive", "content", "user", "conversation", "role")
REDACTIONS_TEXT: Final = f"a list of {', '.join(REDACTIONS)}"


def whole(value: object) -> object:
    """A whole number; digits of a variable are one.

    >>> whole("3"), whole(3)
    (3, 3)
    """
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and value.isascii():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("not a whole number")  # noqa: TRY004  # of pydantic, which reports values
    return value


def size(value: object) -> object:
    """A number of bytes; ``512KiB``, ``2MiB`` or ``1GiB`` in a text.

    >>> size("2KiB"), size(7)
    (2048, 7)
    """
    if isinstance(value, str):
        return arguments.size("size", value, 0)
    return whole(value)


def number(value: object) -> object:
    """A number, which may be a text in a variable.

    >>> number("0.5"), number(2)
    (0.5, 2.0)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not a number")  # noqa: TRY004  # of pydantic, which reports values
    found = float(value)
    if not math.isfinite(found):
        raise ValueError("not a finite number")
    return found


def bound(value: object) -> object:
    """A number, or None for ``off``.

    >>> bound("off"), bound(False), bound("0.5")
    (None, None, 0.5)
    """
    if (
        value is None
        or value is False
        or (isinstance(value, str) and value.strip().lower() in {"off", "false"})
    ):
        return None
    return number(value)


def memory(value: object) -> int | str:
    """Memory of a stream.

    >>> memory("auto"), memory("32KiB"), memory(0)
    ('auto', 32768, 0)
    """
    if isinstance(value, str) and value.strip().lower() == "auto":
        return "auto"
    found = size(value)
    assert isinstance(found, int)  # noqa: S101  # as size gives it
    if found and not MIN_MEMORY <= found <= MAX_MEMORY:
        raise ValueError("out of range")
    return found


def check(value: object) -> int:
    """Bits of a check.

    >>> check("8")
    8
    """
    found = whole(value)
    if not isinstance(found, int) or found not in CHECKS:
        raise ValueError("out of range")
    return found


def fsync(value: object) -> float | str:
    """When the disk is told to keep what was written.

    >>> fsync("always"), fsync("2")
    ('always', 2.0)
    """
    if isinstance(value, str) and value.strip().lower() in {"always", "never"}:
        return value.strip().lower()
    found = number(value)
    if not isinstance(found, float) or found < 0:
        raise ValueError("below 0")
    return found


def paths(value: object) -> object:
    """A list of paths; in a variable they may stand with commas between them.

    >>> paths(["a.aura"]), paths("small, b.aura")
    (('a.aura',), ('small', 'b.aura'))
    """
    items = _items(value)
    if not all(isinstance(item, str) and item for item in items):
        raise ValueError("not a list of paths")
    return items


def redactions(value: object) -> object:
    """A list of what is not recorded.

    >>> redactions(["sensitive", "user"])
    ('sensitive', 'user')
    """
    items = _items(value)
    if not all(item in REDACTIONS for item in items):
        raise ValueError("not a list of redactions")
    return items


def _items(value: object) -> tuple[object, ...]:
    if isinstance(value, str):
        return tuple(item.strip() for item in value.split(","))
    if not isinstance(value, list | tuple):
        raise ValueError("not a list")  # noqa: TRY004  # of pydantic, which reports values
    return tuple(value)

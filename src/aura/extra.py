"""The packages of extras, which are imported when they are first needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def needed(module: str, extra: str) -> Any:
    """A module of an extra.

    Raises:
        ImportError: it is not installed; the text says how to install it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{module} is missing; the extra \"{extra}\" brings it: pip install '.[{extra}]' in a checkout"
        ) from error

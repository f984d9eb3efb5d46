"""The packages of the extra ``discovery``, which are imported when they are first needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def needed(module: str) -> Any:
    """A module of the extra.

    Raises:
        ImportError: it is not installed; the text says how to install it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{module} is missing; the extra \"discovery\" brings it: pip install '.[discovery]' in a checkout"
        ) from error

"""Whether the native core is there, and which backend ``"auto"`` stands for.

The core is the extension module ``aura_native``, made of the C in the folder ``native``. It is there where a C
compiler was found when the package was installed. Without it everything works, only more slowly. The variable
``AURA_BACKEND`` of the environment names another backend for ``"auto"``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

MODULE: Final = "aura_native"
VARIABLE: Final = "AURA_BACKEND"
BACKENDS: Final = ("native", "fast", "reference")


@dataclass(frozen=True, slots=True)
class Choice:
    """A backend by name, and why it is used, for people."""

    backend: str
    reason: str


def is_installed() -> bool:
    """Whether there is a native core."""
    return find_spec(MODULE) is not None


def choose() -> Choice:
    """The backend that ``"auto"`` stands for.

    Raises:
        ValueError: ``AURA_BACKEND`` names no backend, or ``native`` where there is none.
    """
    wanted = os.environ.get(VARIABLE, "") or "auto"
    if wanted == "auto":
        if is_installed():
            return Choice("native", f"{MODULE} is installed")
        return Choice("fast", f"{MODULE} is not installed")
    if wanted not in BACKENDS:
        raise ValueError(f"{VARIABLE} is {wanted!r}, not auto, {', '.join(BACKENDS)}")
    if wanted == "native" and not is_installed():
        raise ValueError(f"{VARIABLE} is 'native', but {MODULE} is not installed")
    return Choice(wanted, f"{VARIABLE} says so")


def is_chosen() -> bool:
    """Whether ``"auto"`` stands for the native core.

    Raises:
        ValueError: ``AURA_BACKEND`` names no backend, or ``native`` where there is none.
    """
    return choose().backend == "native"

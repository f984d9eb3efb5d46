"""What mutants are, and where they are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake.

    Attributes:
        flag: that the vectors have for it.
        chapters: that it concerns.
        make: makes it.
    """

    flag: str
    chapters: tuple[str, ...]
    make: Callable[[], None]


MUTANTS: Final[dict[str, Mutant]] = {}


def mutant(flag: str, *chapters: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Keep a function that makes a mistake, under its name."""

    def register(make: Callable[[], None]) -> Callable[[], None]:
        MUTANTS[make.__name__] = Mutant(flag, chapters, make)
        return make

    return register


def replace(owner: Any, name: str, mistake: Any) -> Any:
    """Put a mistake in the place of a function, and give the function."""
    right = getattr(owner, name)
    setattr(owner, name, mistake)
    return right

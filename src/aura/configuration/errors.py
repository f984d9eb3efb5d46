"""What is wrong with a configuration, in terms of whoever wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aura.configuration.places import Place
from aura_spec.errors import AuraError


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with a configuration.

    Attributes:
        key: of the setting, such as ``streams.memory``; empty if the problem is that of a whole file.
        place: where it stands.
        text: what is wrong, with the value and the allowed ones. The value of a secret is left out.

    >>> from aura.configuration.places import Kind
    >>> print(Problem("level", Place(Kind.FILE, "aura.toml", 4), "is 7, not a whole number from 0 to 3"))
    aura.toml, line 4: level is 7, not a whole number from 0 to 3
    """

    key: str
    place: Place
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {f'{self.key} ' if self.key else ''}{self.text}"


class ConfigurationError(AuraError, ValueError):
    """A configuration is refused; ``problems`` has all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type[ConfigurationError], tuple[tuple[Problem, ...]]]:
        """Let the error go to another process."""
        return ConfigurationError, (self.problems,)

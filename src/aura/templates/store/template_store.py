"""What a store of templates does, whatever the form of its file.

A store is append-only: an id that was published keeps its pattern, and never goes. Each change is made under a lock
that other processes respect, and is there whole or not at all, whenever a process is killed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Final

from aura.templates.digest import digest_of
from aura_spec.errors import TemplateError
from aura_spec.limits import MAX_TEMPLATE_ID
from aura_spec.template import FIRST_APPLICATION_ID, parse_pattern, parse_patterns

DISCOVERED_IDS: Final = range(128, 192)
"""The ids of templates discovered on this side (rule TPL-9)."""

PEER_IDS: Final = range(192, FIRST_APPLICATION_ID)
"""The ids of templates received from a peer (rule TPL-9)."""

APPLICATION_IDS: Final = range(FIRST_APPLICATION_ID, MAX_TEMPLATE_ID + 1)
"""The ids that applications assign (rule TPL-9)."""

Patterns = Mapping[int, str]


def ids_of(wanted: Iterable[str], published: Patterns, ids: range) -> dict[str, int]:
    """The id of each pattern: the lowest one of a range that it is published under, or else the lowest free one.

    Raises:
        TemplateError: the range has too few free ids.
    """
    held: dict[str, int] = {}
    for number, pattern in published.items():
        if number in ids:
            held.setdefault(pattern, number)
    free = (number for number in ids if number not in published)
    given: dict[str, int] = {}
    for pattern in wanted:
        if pattern not in given:
            own = held[pattern] if pattern in held else next(free, None)
            if own is None:
                raise TemplateError(f"no id from {ids[0]} to {ids[-1]} is free")
            given[pattern] = own
    return given


class TemplateStore(ABC):
    """A file of patterns by id. Safe to use from several threads and processes at once.

    Args:
        path: of the file, which need not be there yet.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._path = Path(path)

    @property
    def path(self) -> Path:
        """Of the file."""
        return self._path

    @abstractmethod
    def read(self) -> dict[int, str]:
        """Read all patterns by id, in ascending order of ids, and compare them with the digest in the file.

        They are not parsed: a :class:`~aura.TemplateLibrary` does that.

        Raises:
            TemplateError: the file is no store of this version, or damaged.
            OSError: the file cannot be read.
        """

    @abstractmethod
    def _append(self, choose: Callable[[Patterns], Patterns]) -> None:
        """Add the entries that ``choose`` gives for those that are published, which it may give, too.

        This is done in one step, while no other process changes the file. A file that is not there is made.

        Raises:
            TemplateError: the file is no store of this version, or damaged.
            OSError: the file cannot be written.
        """

    @property
    def digest(self) -> str:
        """The digest of the entries (rule TPL-11): two stores hold the same if theirs are equal."""
        return digest_of(self.read())

    def publish(self, patterns: Patterns) -> None:
        """Add patterns under their ids, beside those that are there; all of them, or none if one is refused.

        A pattern that has its id already changes nothing.

        Raises:
            TypeError: an id is no ``int`` or a pattern no ``str``.
            TemplateError: a pattern is unusable, an id has another pattern, or the file is damaged.
            OSError: the file cannot be written.
        """
        parse_patterns(patterns)

        def choose(published: Patterns) -> Patterns:
            for template_id, pattern in patterns.items():
                held = published.get(template_id, pattern)
                if held != pattern:
                    raise TemplateError(f"{self.path}: template {template_id} is published as {held!r}")
            return patterns

        self._append(choose)

    def assign(self, patterns: Iterable[str], ids: range = APPLICATION_IDS) -> list[int]:
        """Give patterns the lowest free ids of a range, and publish them; all of them, or none.

        A pattern that has an id of the range keeps that one, so that the call can be repeated, as after a kill.

        Args:
            patterns: in the order in which they get their ids.
            ids: that may be given, in ascending order; those of applications by default.

        Returns:
            The id of each pattern, in their order.

        Raises:
            TemplateError: a pattern is unusable, the range has too few free ids, or the file is damaged.
            OSError: the file cannot be written.
        """
        wanted = list(patterns)
        for pattern in wanted:
            parse_pattern(pattern)
        given: dict[str, int] = {}

        def choose(published: Patterns) -> Patterns:
            given.clear()
            try:
                given.update(ids_of(wanted, published, ids))
            except TemplateError as error:
                raise TemplateError(f"{self.path}: {error}") from None
            return {number: pattern for pattern, number in given.items() if number not in published}

        self._append(choose)
        return [given[pattern] for pattern in wanted]

    def add(self, pattern: str, ids: range = APPLICATION_IDS) -> int:
        """Publish one pattern, and give its id; see :meth:`assign`."""
        return self.assign([pattern], ids)[0]

    def save(self, patterns: Patterns) -> None:
        """Let the file hold these patterns and no others, if it published no others.

        Raises:
            TemplateError: a pattern is unusable, or the file has a published id that would be changed or lost.
            OSError: the file cannot be written.
        """
        parse_patterns(patterns)

        def choose(published: Patterns) -> Patterns:
            for template_id, pattern in published.items():
                if patterns.get(template_id) != pattern:
                    raise TemplateError(
                        f"{self.path} holds published template {template_id}; saving would change or drop it"
                    )
            return patterns

        self._append(choose)

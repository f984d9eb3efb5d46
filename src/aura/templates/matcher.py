"""Matching a message against many templates: what the chapter on encoding says, in less time.

Candidates are found by :mod:`windows <aura.templates.windows>`, or where a template has no long literal of its own
by an :mod:`index <aura.templates.index>` of such templates alone. Most of them go at a glance: a message that
matches begins with the first literal, ends with the last, and has the longest somewhere.

The chapter finds candidates in its own way and tries only so many. What it finds is the same as long as that bound
is not reached, so the bound is looked at first. Where hostile templates or messages may reach it, candidates are
found and tried as the chapter says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from aura.templates.cold import ColdTemplates
from aura.templates.index import Index, steps_of
from aura_spec.template import Template

_MAX_WORK: Final = 1 << 20
"""Bytes that are looked at to match one message, at most, if it is short."""

_TRYING: Final = 256
"""Bytes that are looked at in the time that a step takes for any message."""

_MIN_STEPS: Final = 256
"""Steps that any message is worth, as coding a long one takes longer than these."""

_MAX_LOOSE: Final = 16
"""Templates that nothing tells apart but a short literal between slots: so many are looked for in every message."""

Begins = Callable[[bytes, int], object]


@dataclass(frozen=True, slots=True)
class Match:
    """A template and the slot values, in the order of rule TPL-2, that render to a message."""

    template_id: int
    template: Template
    values: tuple[bytes, ...]


class _Glance(NamedTuple):
    """What tells quickly that a message does not match a template.

    Attributes:
        longest: the longest literal.
        first: the first literal.
        last: the last literal.
        begins: finds the characters of the type of the first slot, which must stand behind the first literal; None
            if any will do.
    """

    longest: bytes
    first: bytes
    last: bytes
    begins: Begins | None

    @classmethod
    def of(cls, template: Template) -> _Glance:
        """That of a template with slots."""
        literals, [matcher, *_] = template.literals, template.matchers
        # a template with a literal of some length also matches if its values do not fit their types
        binds = matcher is not None and not template.is_anchored
        longest = max(literals, key=len)
        return cls(longest, literals[0], literals[-1], matcher.match if matcher and binds else None)


class Matcher:
    """Matches messages against templates that do not change. Safe to share between threads.

    Args:
        templates: by id.
    """

    __slots__ = ("_glances", "_index", "_loose", "_rest", "_steps", "_templates", "_whole", "_windows")

    def __init__(self, templates: Mapping[int, Template]) -> None:
        from aura.templates.windows import Windows  # noqa: PLC0415  # it needs numpy, and few messages a matcher

        self._templates = templates
        self._whole: dict[bytes, int] = {}
        self._glances: dict[int, _Glance] = {}
        self._steps = 0
        self._index: Index | None = None
        self._windows = Windows(self._look_at(_ordered(templates)))
        self._loose = self._by_beginning()
        loose = {number for _, group in self._loose for _, number in group}
        others = self._glances.keys() - self._windows.ids - loose
        self._rest = Index((number, template) for number, template in _ordered(templates) if number in others)

    def _look_at(self, templates: Iterable[tuple[int, Template]]) -> Iterator[tuple[int, Template]]:
        """Take note of templates, and give those with slots."""
        for number, template in templates:
            if template.slots:
                self._glances[number] = _Glance.of(template)
                self._steps += steps_of(template)
                yield number, template
            else:
                self._whole.setdefault(template.literals[0], number)

    def _by_beginning(self) -> tuple[tuple[Begins | None, tuple[tuple[bytes, int], ...]], ...]:
        """The loose templates, if they are few: those whose first slot has the same type together."""
        groups: defaultdict[Begins | None, list[tuple[bytes, int]]] = defaultdict(list)
        loose = [
            (number, glance)
            for number, glance in self._glances.items()
            if not (glance.first or glance.last or number in self._windows.ids)
        ]
        if len(loose) <= _MAX_LOOSE:
            for number, glance in loose:
                groups[glance.begins].append((glance.longest, number))
        return tuple((begins, tuple(group)) for begins, group in groups.items())

    def whole(self, message: bytes) -> Match | None:
        """The template without slots that is ``message``, that of the lowest id of several, or None."""
        number = self._whole.get(message)
        return None if number is None else Match(number, self._templates[number], ())

    def matches(self, message: bytes) -> list[Match]:
        """The matches of templates with slots, in any order."""
        steps = max(_MAX_WORK // (len(message) + _TRYING), _MIN_STEPS)
        found = self._matches_within(message, steps) if self._is_within(message, steps) else None
        return self._first_matches(message, steps) if found is None else found

    def _matches_within(self, message: bytes, steps: int) -> list[Match] | None:
        """All matches, or None if that takes as long as to search as the chapter does."""
        numbers = {*self._windows.find(message), *self._rest.candidates(message)}
        for begins, group in self._loose:
            if begins is None or begins(message, 0):
                numbers.update([number for literal, number in group if literal in message])
        if len(numbers) > steps:
            return None
        found = []
        for number in numbers:
            longest, first, last, begins = self._glances[number]
            if (
                message.startswith(first)
                and message.endswith(last)
                and (begins is None or begins(message, len(first)))
                and longest in message
            ):
                template = self._templates[number]
                values = template.match(message)
                if values is not None:
                    found.append(Match(number, template, values))
                steps -= steps_of(template)
                if steps <= 0:
                    return None
        return found

    def _is_within(self, message: bytes, steps: int) -> bool:
        """Whether all candidates of the chapter can be tried before so many steps are done."""
        if self._steps <= steps:
            return True
        index = self._documented()
        return index.most_steps(message) <= steps or index.steps(message) <= steps

    def _first_matches(self, message: bytes, steps: int) -> list[Match]:
        """Those matches that the chapter finds before its steps are done."""
        found = []
        for number in self._documented().candidates(message):
            template = self._templates[number]
            values = template.match(message)
            if values is not None:
                found.append(Match(number, template, values))
            steps -= steps_of(template)
            if steps <= 0:
                break
        return found

    def _documented(self) -> Index:
        """The index of the chapter; made when it is first needed."""
        if self._index is None:
            self._index = Index(_ordered(self._templates))
        return self._index


def _ordered(templates: Mapping[int, Template]) -> Iterable[tuple[int, Template]]:
    """Ids and templates, in ascending order of ids."""
    if isinstance(templates, ColdTemplates):
        return templates.parsed()
    return ((number, templates[number]) for number in sorted(templates))

"""Templates that were filed together, and which of them a message may match.

Candidates are found by :mod:`windows <aura.templates.windows>`, or where a template has no long literal of its own
by an :mod:`index <aura.templates.index>` of such templates alone. Most of them go at a glance: a message that
matches begins with the first literal, ends with the last, and has the longest somewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from aura.templates.cold import ColdTemplates
from aura.templates.index import Entry, Index, steps_of
from aura.templates.views import Views
from aura_spec.template import Template

if TYPE_CHECKING:
    from aura.templates.near_index import NearIndex

_MAX_LOOSE: Final = 16
"""Templates that nothing tells apart but a short literal between slots: so many are looked for in every message."""

Begins = Callable[[bytes, int], object]


class Glance(NamedTuple):
    """What tells quickly that a message does not match a template.

    Attributes:
        longest: the longest literal.
        first: the first literal.
        last: the last literal.
        begins: finds the characters of the type of the first slot, which must stand behind the first literal; None
            if any will do.
        steps: that it costs to try the template.
    """

    longest: bytes
    first: bytes
    last: bytes
    begins: Begins | None
    steps: int

    @classmethod
    def of(cls, template: Template) -> Glance:
        """That of a template with slots."""
        literals, [matcher, *_] = template.literals, template.matchers
        # a template with a literal of some length also matches if its values do not fit their types
        binds = matcher is not None and not template.is_anchored
        begins = matcher.match if matcher and binds else None
        return cls(max(literals, key=len), literals[0], literals[-1], begins, steps_of(template))


class Layer:
    """Templates that do not change, filed. Safe to share between threads.

    Args:
        ids: of the templates.
        templates: these and others, by id.

    Attributes:
        ids: of the templates.
        whole: ids of the templates without slots by their text, the lowest of several.
        glances: of those with slots, by id.
        steps: that it costs to try all with slots.
    """

    __slots__ = (
        "_index",
        "_loose",
        "_near",
        "_rest",
        "_templates",
        "_windows",
        "glances",
        "ids",
        "steps",
        "whole",
    )

    def __init__(self, ids: frozenset[int], templates: Mapping[int, Template]) -> None:
        from aura.templates.windows import Windows  # noqa: PLC0415  # it needs numpy, and few messages a layer

        self.ids = ids
        self.whole: dict[bytes, int] = {}
        self.glances: dict[int, Glance] = {}
        self._templates = templates
        self._index: Index | None = None
        self._near: NearIndex | None = None
        self._windows = Windows(self._look_at(self._entries()))
        self._loose = self._by_beginning()
        loose = {number for _, group in self._loose for _, number in group}
        others = self.glances.keys() - self._windows.ids - loose
        self._rest = Index((number, template) for number, template in self._entries() if number in others)
        self.steps = sum(glance.steps for glance in self.glances.values())

    def _entries(self) -> Iterator[Entry]:
        """Ids and templates, in ascending order of ids."""
        if isinstance(self._templates, ColdTemplates) and len(self.ids) == len(self._templates):
            return self._templates.parsed()
        return ((number, self._templates[number]) for number in sorted(self.ids))

    def _look_at(self, templates: Iterable[Entry]) -> Iterator[Entry]:
        """Take note of templates, and give those with slots."""
        for number, template in templates:
            if template.slots:
                self.glances[number] = Glance.of(template)
                yield number, template
            else:
                self.whole.setdefault(template.literals[0], number)

    def _by_beginning(self) -> tuple[tuple[Begins | None, tuple[tuple[bytes, int], ...]], ...]:
        """The loose templates, if they are few: those whose first slot has the same type together."""
        groups: defaultdict[Begins | None, list[tuple[bytes, int]]] = defaultdict(list)
        loose = [
            (number, glance)
            for number, glance in self.glances.items()
            if not (glance.first or glance.last or number in self._windows.ids)
        ]
        if len(loose) <= _MAX_LOOSE:
            for number, glance in loose:
                groups[glance.begins].append((glance.longest, number))
        return tuple((begins, tuple(group)) for begins, group in groups.items())

    def candidates(self, message: bytes, views: Views) -> set[int]:
        """Ids of templates with slots, among which are all here that match ``message``, which has these views."""
        found = {*self._windows.find(views), *self._rest.found(message)}
        for begins, group in self._loose:
            if begins is None or begins(message, 0):
                for literal, number in group:
                    if literal in message:
                        found.add(number)
        return found

    @property
    def near(self) -> NearIndex:
        """The templates by windows, to find those that a message is close to; made when it is first needed."""
        if self._near is None:
            from aura.templates.near_index import NearIndex  # noqa: PLC0415  # it needs numpy

            self._near = NearIndex(self._entries())
        return self._near

    @property
    def index(self) -> Index:
        """The templates with slots as the chapter on encoding files them; made when it is first needed."""
        if self._index is None:
            self._index = Index(self._entries())
        return self._index

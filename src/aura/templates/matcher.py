"""Matching a message against many templates: what the chapter on encoding says, in less time.

The chapter finds candidates in its own way and tries only so many. What it finds is the same as long as that bound
is not reached, so the bound is looked at first. Where hostile templates or messages may reach it, candidates are
found and tried as the chapter says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aura.templates.index import steps_of
from aura.templates.layer import Layer
from aura.templates.layering import layered
from aura.templates.match import Match
from aura.templates.near import Near, nearest
from aura.templates.views import views_of
from aura_fast import typed
from aura_spec.template import Template

_MAX_WORK: Final = 1 << 20
"""Bytes that are looked at to match one message, at most, if it is short."""

_TRYING: Final = 256
"""Bytes that are looked at in the time that a step takes for any message."""

_MIN_STEPS: Final = 256
"""Steps that any message is worth, as coding a long one takes longer than these."""


class Matcher:
    """Matches messages against templates that do not change. Safe to share between threads.

    Args:
        templates: by id.
        before: what matched some of them; its layers are taken over where they are large.

    Attributes:
        layers: in which the templates are filed, the largest first.
    """

    __slots__ = ("_steps", "_templates", "layers")

    def __init__(self, templates: Mapping[int, Template], before: Matcher | None = None) -> None:
        self._templates = templates
        self.layers: tuple[Layer, ...] = layered(templates, () if before is None else before.layers, Layer)
        self._steps = sum(layer.steps for layer in self.layers)

    def match(self, message: bytes) -> Match | None:
        """The template whose typed frame for a message is smallest; as :meth:`TemplateLibrary.match`."""
        whole = self.whole(message)
        if whole is not None:
            return whole
        found = self.matches(message)
        if len(found) < 2:
            return found[0] if found else None
        return min(found, key=_size_then_id)

    def whole(self, message: bytes) -> Match | None:
        """The template without slots that is ``message``, that of the lowest id of several, or None."""
        number = None
        for layer in self.layers:
            here = layer.whole.get(message)
            if here is not None and (number is None or here < number):
                number = here
        return None if number is None else Match(number, self._templates[number], ())

    def nearest(self, message: bytes) -> Near | None:
        """The template that the message is closest to; as :meth:`TemplateLibrary.nearest`."""
        from aura.templates.near_index import candidates  # noqa: PLC0415  # it needs numpy

        numbers = candidates(message, [layer.near for layer in self.layers])
        return nearest(message, [(number, self._templates[number]) for number in numbers])

    def matches(self, message: bytes) -> list[Match]:
        """The matches of templates with slots, in any order."""
        steps = max(_MAX_WORK // (len(message) + _TRYING), _MIN_STEPS)
        if self._steps <= steps or self._is_within(message, steps):
            found = self._matches_within(message, steps)
            if found is not None:
                return found
        return self._first_matches(message, steps)

    def _matches_within(self, message: bytes, steps: int) -> list[Match] | None:
        """All matches, or None if that takes as long as to search as the chapter does."""
        found = []
        views = views_of(message)
        for layer in self.layers:
            numbers = layer.candidates(message, views)
            if len(numbers) > steps:
                return None
            for number in numbers:
                longest, first, last, begins, cost = layer.glances[number]
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
                    steps -= cost
                    if steps <= 0:
                        return None
        return found

    def _is_within(self, message: bytes, steps: int) -> bool:
        """Whether all candidates of the chapter can be tried before so many steps are done."""
        most = 0
        for layer in self.layers:
            most += layer.index.most_steps(message)
        return most <= steps or sum(layer.index.steps(message) for layer in self.layers) <= steps

    def _first_matches(self, message: bytes, steps: int) -> list[Match]:
        """Those matches that the chapter finds before its steps are done."""
        found = []
        for number in sorted(number for layer in self.layers for number in layer.index.found(message)):
            template = self._templates[number]
            values = template.match(message)
            if values is not None:
                found.append(Match(number, template, values))
            steps -= steps_of(template)
            if steps <= 0:
                break
        return found


def _size_then_id(match: Match) -> tuple[int, int]:
    return len(typed.encode(match.template_id, match.template, match.values)), match.template_id

"""Finding templates by windows: eight successive bytes of a literal.

A message is looked at in windows that begin at every fourth byte. A literal of at least eleven bytes, wherever it
stands in a message, has a window for each remainder of four, counted from its start, and so one of those that are
looked at. A template is therefore filed under four windows of one literal, one for each remainder. Those are taken
that the fewest templates share, so that few candidates are found, however many templates there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura.templates.views import STRIDE, WINDOW, Views
from aura_fast.ragged import spread
from aura_spec.template import Template

MIN_LITERAL: Final = WINDOW + STRIDE - 1
"""Bytes of a literal that has a window for each remainder."""

_MAX_LITERAL: Final = 256
"""Bytes of a literal that are looked at; bounds the time to file long patterns."""

_MAX_SHARED: Final = 32
"""Literals that may have a window under which a template is filed; with more it tells too little."""

Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]


class Windows:
    """Templates that have a long literal of their own, by windows of it.

    Args:
        templates: ids and templates. Those are left out whose literals are all short, or shared by many.

    Attributes:
        ids: of the templates that are filed.
    """

    __slots__ = ("_filed", "ids")

    def __init__(self, templates: Iterable[tuple[int, Template]]) -> None:
        literals: list[bytes] = []
        owners: list[int] = []
        for template_id, template in templates:
            long = [literal[:_MAX_LITERAL] for literal in template.literals if len(literal) >= MIN_LITERAL]
            literals += long
            owners += [template_id] * len(long)
        filed: defaultdict[int, list[int]] = defaultdict(list)
        if literals:
            choice = _rarest(_cut(literals), np.array(owners, np.int64))
            for template_id, windows in zip(choice.owners.tolist(), choice.windows.tolist(), strict=True):
                for window in set(windows):
                    filed[window].append(template_id)
        # most windows have one template; without a tuple around it they take half the memory
        self._filed = {window: tuple(found) if found[1:] else found[0] for window, found in filed.items()}
        self.ids = frozenset(template_id for found in filed.values() for template_id in found)

    def find(self, views: Views) -> list[int]:
        """Ids of templates, among which are all here that match the message of the views; one may stand twice."""
        found: list[int] = []
        for view in views:
            for window in self._filed.keys() & view:
                filed = self._filed[window]
                found += (filed,) if isinstance(filed, int) else filed
        return found


@dataclass(frozen=True, slots=True)
class _Cut:
    """Windows of literals.

    Attributes:
        windows: of all literals in succession, (windows,) uint64.
        literals: the number of the literal of each, (windows,) int64.
        remainders: of its start in the literal, divided by ``STRIDE``, (windows,) int64.
    """

    windows: Words
    literals: Numbers
    remainders: Numbers


@dataclass(frozen=True, slots=True)
class _Choice:
    """Under which windows templates are filed.

    Attributes:
        owners: ids of the templates that are filed, (templates,) int64.
        windows: of each, (templates, STRIDE) uint64.
    """

    owners: Numbers
    windows: Words


def _cut(literals: list[bytes]) -> _Cut:
    sizes = np.array([len(literal) for literal in literals], np.int64)
    firsts = sizes.cumsum() - sizes
    numbers, starts = spread(firsts, sizes - WINDOW + 1)
    content = np.frombuffer(b"".join(literals), np.uint8)
    cut = np.lib.stride_tricks.sliding_window_view(content, WINDOW)[starts]
    windows = np.ascontiguousarray(cut).view(np.uint64)[:, 0]
    return _Cut(windows, numbers, (starts - firsts[numbers]) % STRIDE)


def _rarest(cut: _Cut, owners: Numbers) -> _Choice:
    """For each template the windows of one literal that the fewest share.

    Args:
        cut: the literals' windows.
        owners: id of the template of each literal, (literals,) int64.
    """
    _, inverse, counts = np.unique(cut.windows, return_inverse=True, return_counts=True)
    shared = counts[inverse]
    # for each literal and remainder the rarest window
    places = _first_of_each(cut.literals * STRIDE + cut.remainders, shared)
    by_literal = shared[places].reshape(-1, STRIDE)
    # for each template the literal whose windows are rarest
    literals = _first_of_each(owners, by_literal.sum(axis=1))
    literals = literals[by_literal[literals].max(axis=1) <= _MAX_SHARED]
    return _Choice(owners[literals], cut.windows[places].reshape(-1, STRIDE)[literals])


def _first_of_each(groups: Numbers, keys: Numbers) -> Numbers:
    """The place of the smallest key of each group, the first of equals, in ascending order of groups."""
    order = np.lexsort((keys, groups))
    _, first = np.unique(groups[order], return_index=True)
    return order[first]

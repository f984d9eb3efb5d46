"""Layers of templates, so that adding some does not file all others again.

As in a log-structured merge tree (O'Neil et al. 1996), new templates make a layer, and a layer that is not much
larger than the new one joins it. Both matchers make the same layers: what was filed together decides how a template
is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol, TypeVar

from aura_spec.template import Template

GROWTH: Final = 8
"""How many times as large as what is new a layer is at least, if it is not filed again."""


class FiledTogether(Protocol):
    """A layer."""

    @property
    def ids(self) -> frozenset[int]:
        """Of the templates in it."""


LayerT = TypeVar("LayerT", bound=FiledTogether)


def layered(
    templates: Mapping[int, Template],
    before: Iterable[LayerT],
    make: Callable[[frozenset[int], Mapping[int, Template]], LayerT],
) -> tuple[LayerT, ...]:
    """The layers of templates, the largest first.

    Args:
        templates: by id.
        before: layers of some of them; those that are large are taken over.
        make: files the templates of some ids.
    """
    kept = list(before)
    new = frozenset(templates).difference(*(layer.ids for layer in kept))
    while new and kept and len(kept[-1].ids) < GROWTH * len(new):
        new |= kept.pop().ids
    if new:
        kept.append(make(new, templates))
    return tuple(kept)

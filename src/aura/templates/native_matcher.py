"""Matching a message against many templates with the native core: what the chapter on encoding says, in one call.

The core holds all that a match needs: literals, places and types, a hundred bytes or so for a template.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from aura.templates.cold import ColdTemplates
from aura.templates.layering import layered
from aura.templates.match import Match
from aura.templates.near import Near
from aura_spec.template import Kind, Template

if TYPE_CHECKING:
    from aura_native import NearIndex, TemplateEntry, TemplateLibrary

_KINDS: Final = {kind: number for number, kind in enumerate(Kind)}


class NativeLayer:
    """Templates that were filed together.

    Args:
        ids: of the templates.
        templates: these and others, by id.

    Attributes:
        ids: of the templates.
        native: the layer in the native core.
    """

    __slots__ = ("_near", "ids", "native")

    def __init__(self, ids: frozenset[int], templates: Mapping[int, Template]) -> None:
        from aura_native import TemplateLayer  # noqa: PLC0415  # only there where a compiler was

        self.ids = ids
        if isinstance(templates, ColdTemplates) and len(ids) == len(templates):
            entries: Iterable[tuple[int, Template]] = templates.parsed()
        else:
            entries = ((number, templates[number]) for number in sorted(ids))
        self.native = TemplateLayer(_parts(entries))
        self._near: NearIndex | None = None

    @property
    def near(self) -> NearIndex:
        """What finds templates that a message is close to; made when it is first needed."""
        if self._near is None:
            from aura_native import index_windows  # noqa: PLC0415  # as above

            self._near = index_windows(self.native)
        return self._near


class NativeMatcher:
    """Matches messages against templates that do not change. Safe to share between threads.

    Args:
        templates: by id.
        before: what matched some of them; its layers are taken over where they are large.

    Attributes:
        layers: in which the templates are filed, the largest first.
        native: the library in the native core.
    """

    __slots__ = ("_searched", "_templates", "layers", "native")

    def __init__(self, templates: Mapping[int, Template], before: NativeMatcher | None = None) -> None:
        from aura_native import TemplateLibrary  # noqa: PLC0415  # only there where a compiler was

        self._templates = templates
        self.layers: tuple[NativeLayer, ...] = layered(
            templates, () if before is None else before.layers, NativeLayer
        )
        self.native = TemplateLibrary(tuple(layer.native for layer in self.layers), ())
        self._searched: TemplateLibrary | None = None

    @property
    def searched(self) -> TemplateLibrary:
        """The library in the native core, in which templates are found that a message is close to, too."""
        if self._searched is None:
            from aura_native import TemplateLibrary  # noqa: PLC0415  # as above

            layers = tuple(layer.native for layer in self.layers)
            self._searched = TemplateLibrary(layers, tuple(layer.near for layer in self.layers))
        return self._searched

    def match(self, message: bytes) -> Match | None:
        """The template whose typed frame for a message is smallest; as :meth:`TemplateLibrary.match`."""
        found = self.native.match(message)
        return None if found is None else Match(found[0], self._templates[found[0]], found[1])

    def nearest(self, message: bytes) -> Near | None:
        """The template that the message is closest to; as :meth:`TemplateLibrary.nearest`."""
        found = self.searched.nearest(message)
        return None if found is None else Near(*found)


def _parts(entries: Iterable[tuple[int, Template]]) -> Iterator[TemplateEntry]:
    """Templates as the native core takes them."""
    for number, template in entries:
        slots = tuple([slot.choices or _KINDS[slot.kind] for slot in template.slots])
        yield number, slots, template.literals, bytes(template.places)

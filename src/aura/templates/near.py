"""How close a message is to templates that it does not match.

What a message and a template share is estimated by four bytes at a time, as programs that find similar texts do.
That tells well enough, and in microseconds, whether a fuzzy frame may be small.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from aura_spec.template import Template

_GRAM: Final = 4


@dataclass(frozen=True, slots=True)
class Near:
    """A template that a message is close to.

    Attributes:
        template_id: of the template.
        shared: how many different four bytes in a row the message and the text of the template have in common.
        size: how many there are in the message.
    """

    template_id: int
    shared: int
    size: int


def nearest(message: bytes, templates: Iterable[tuple[int, Template]]) -> Near | None:
    """The template that shares the most with a message, of equals the first; None if none shares anything.

    >>> from aura_spec.template import parse_pattern
    >>> nearest(b"I can't help you", [(7, parse_pattern("I cannot help you.")), (8, parse_pattern("I can"))])
    Near(template_id=7, shared=9, size=13)
    """
    from aura_spec.fuzzy import example_of  # noqa: PLC0415  # takes long, and few messages are close to one

    best, held = None, _grams(message)
    for template_id, template in templates:
        shared = len(held & _grams(example_of(template)))
        if shared > (best.shared if best else 0):
            best = Near(template_id, shared, len(held))
    return best


def _grams(text: bytes) -> set[int]:
    """Every four bytes in a row, as machine words."""
    view, size = memoryview(text), len(text)
    starts = range(min(_GRAM, size - _GRAM + 1))
    return set().union(*[view[start : size - (size - start) % _GRAM].cast("I") for start in starts])

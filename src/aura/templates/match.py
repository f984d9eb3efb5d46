"""What matching finds."""

from __future__ import annotations

from typing import NamedTuple

from aura_spec.template import Template


class Match(NamedTuple):
    """A template and the slot values, in the order of rule TPL-2, that render to a message."""

    template_id: int
    template: Template
    values: tuple[bytes, ...]

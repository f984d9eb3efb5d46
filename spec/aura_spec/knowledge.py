"""What both ends hold before the first message: templates and dictionary phrases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aura_spec.template import Template, builtin


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Prior knowledge shared by encoder and decoder.

    Attributes:
        templates: by id; the built-in set unless given.
        phrases: dictionary phrases of BRIO version 1 by id, 0 to 255; none unless given.
    """

    templates: Mapping[int, Template] = field(default_factory=builtin)
    phrases: Mapping[int, bytes] = field(default_factory=dict)

"""The shared state: models, templates and phrases that both ends hold before a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aura_spec.context_model import ContextModel
from aura_spec.template import Template, builtin


@dataclass(frozen=True, slots=True)
class SharedState:
    """State shared by encoder and decoder.

    Attributes:
        templates: by id; the built-in set unless given.
        phrases: dictionary phrases of BRIO version 1 by id, 0 to 255; none unless given.
        model: the implied model of AURALITE (rule AUR-6); none unless given.
        models: further models by id, for messages that name theirs (rule AUR-7).
        dictionary: the implied model's dictionary for Zstandard (rule ZST-7); empty if it has none.
    """

    templates: Mapping[int, Template] = field(default_factory=builtin)
    phrases: Mapping[int, bytes] = field(default_factory=dict)
    model: ContextModel | None = None
    models: Mapping[bytes, ContextModel] = field(default_factory=dict)
    dictionary: bytes = b""

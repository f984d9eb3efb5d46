"""How peers get templates that were discovered here, without another byte on the wire.

A message names a template by the id under which its reader holds it. So a peer is told of a template before it is
used: in a session by a model that has it, whose id covers all of its content; elsewhere by comparing digests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aura.models.model import Model
from aura.templates.library import TemplateLibrary
from aura.templates.store import DISCOVERED_IDS, PEER_IDS

IN_MODEL: Final = 16_000
"""Added to the id of a discovered template in a model, whose templates have ids of applications (rule MDL-6): 128
becomes 16128. Such ids take two bytes on the wire, as those of discovered templates do."""


def for_peer(patterns: Mapping[int, str]) -> dict[int, str]:
    """The templates discovered here, by the ids under which a peer holds them: 192 for 128, and so on (rule TPL-9).

    >>> for_peer({128: "Job {0:int} is done.", 300: "Order {0:int}"})
    {192: 'Job {0:int} is done.'}
    """
    shift = PEER_IDS[0] - DISCOVERED_IDS[0]
    return {number + shift: pattern for number, pattern in patterns.items() if number in DISCOVERED_IDS}


def with_discovered(model: Model, patterns: Mapping[int, str]) -> Model:
    """A model that has the templates discovered here beside its own, under their ids and 16,000.

    Peers that hold it, or fetch it in a session, read them. Its id differs from that of the model.

    Raises:
        TemplateError: a pattern is unusable, or the model has another one under such an id.
        EncodeError: the templates are too large for a model.
    """
    library = TemplateLibrary(
        {number: held.pattern for number, held in model.templates.items()}, with_builtin=False
    )
    library.update({number + IN_MODEL: text for number, text in patterns.items() if number in DISCOVERED_IDS})
    merged = {number: template.pattern for number, template in library.items()}
    return model.with_sections(templates=merged, dictionary=model.dictionary)

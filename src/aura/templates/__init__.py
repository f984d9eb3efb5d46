"""Templates that a codec holds: the library, its stores, and matching.

``library``        ids and patterns; published ids never change
``filing``         templates that do not change, and what finds them
``match``          a template and the values of its slots
``matcher``        finds the templates that match a message, without trying them all
``native_matcher`` the same with the native core
``layering``       which templates are filed together
``layer``          templates that were filed together
``views``          how windows of a message are taken
``windows``        candidates for that by eight bytes of a literal, quickly
``near``           how close a message is to templates that it does not match
``near_index``     candidates for that, quickly
``cold``           templates that stay in a store until a message needs them
``index``          candidates as the chapter on encoding finds them, to bound the work
``store``          files of templates, in JSON or SQLite, whose ids never change
``digest``         the identity of a set of patterns
``discovery``      finds templates in messages
``usage``          counts which templates are used, and what that saves
``slot_analysis``  judges the type of a slot by the values that it took
``slot_types``     the type of a slot, from the values that it took
``pattern_text``   how literals and slots are spelt in a pattern
"""

from importlib import import_module
from typing import TYPE_CHECKING

from aura.templates.library import Hint, SlotValues, TemplateLibrary
from aura.templates.match import Match
from aura.templates.near import Near

if TYPE_CHECKING:
    from aura.templates.discovery import DiscoveryEngine, TemplateDiscoveryWorker

__all__ = [
    "DiscoveryEngine",
    "Hint",
    "Match",
    "Near",
    "SlotValues",
    "TemplateDiscoveryWorker",
    "TemplateLibrary",
]


def __getattr__(name: str) -> object:
    """Import discovery when it is first used: it needs codecs, which need this package."""
    if name not in ("DiscoveryEngine", "TemplateDiscoveryWorker"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module("aura.templates.discovery"), name)
    return found

"""Templates that a codec holds: the library, its JSON store, and matching.

``library``  ids and patterns; published ids never change
``index``    finds the templates that a message may match, without trying them all
``store``    the JSON file, saved atomically
"""

from aura.templates.index import Index
from aura.templates.library import Match, TemplateLibrary

__all__ = ["Index", "Match", "TemplateLibrary"]

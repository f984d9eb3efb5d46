"""Templates that a codec holds: the library, its stores, and matching.

``library``  ids and patterns; published ids never change
``index``    finds the templates that a message may match, without trying them all
``store``    files of templates, in JSON or SQLite, whose ids never change
``digest``   the identity of a set of patterns
"""

from aura.templates.index import Index
from aura.templates.library import Match, TemplateLibrary

__all__ = ["Index", "Match", "TemplateLibrary"]

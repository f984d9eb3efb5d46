"""Templates that a codec holds: the library, its stores, and matching.

``library``  ids and patterns; published ids never change
``matcher``  finds the templates that match a message, without trying them all
``windows``  candidates for that by eight bytes of a literal, quickly
``index``    candidates as the chapter on encoding finds them, to bound the work
``store``    files of templates, in JSON or SQLite, whose ids never change
``digest``   the identity of a set of patterns
"""

from aura.templates.library import TemplateLibrary
from aura.templates.matcher import Match

__all__ = ["Match", "TemplateLibrary"]

"""What templates are used for: whose messages they give, and examples of what stands in their slots.

A file of metadata is a JSON object with an entry for each template, by its id::

    {"57": {"roles": ["assistant"], "slots": {"0": ["your next trip", "the invoice"]}}}

The package has one for the built-in templates. Templates without an entry are not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from aura.stress.errors import StressError
from aura.templates import Match, TemplateLibrary
from aura_spec import strict_json
from aura_spec.errors import TemplateError
from aura_spec.template import Template

ROLES: Final = ("user", "assistant", "tool", "log")
"""Whose messages there are."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How a template is used.

    Attributes:
        template_id: of the template.
        template: with its pattern.
        roles: whose messages it gives.
        values: examples for each slot, in the order of rule TPL-2.
        size: bytes of a message with the first example in each slot.
    """

    template_id: int
    template: Template
    roles: tuple[str, ...]
    values: tuple[tuple[bytes, ...], ...]
    size: int


def load(library: TemplateLibrary, path: Path | None = None) -> tuple[Usage, ...]:
    """The metadata of a file, or of the package, in ascending order of ids.

    Raises:
        StressError: the file is not of this form, or names templates or slots that the library does not have.
        OSError: it cannot be read.
    """
    if path is None:
        content = resources.files("aura").joinpath("data/stress_templates.json").read_bytes()
        name = "stress_templates.json"
    else:
        content, name = path.read_bytes(), str(path)
    try:
        found = _usages(content, library)
    except (StressError, TemplateError) as error:
        raise StressError(f"{name}: {error}") from None
    return tuple(sorted(found, key=lambda usage: usage.template_id))


def _usages(content: bytes, library: TemplateLibrary) -> list[Usage]:
    entries = strict_json.loads(content)
    if not isinstance(entries, dict) or not entries:
        raise StressError("not an object with an entry for each template")
    return [_usage(key, entry, library) for key, entry in entries.items()]


def _usage(key: str, entry: object, library: TemplateLibrary) -> Usage:
    number = int(key) if key.isdecimal() and len(key) < 10 else -1
    template = library.get(number)
    if template is None:
        raise StressError(f"no template has the id {key!r}")
    if not isinstance(entry, dict) or entry.keys() - {"roles", "slots"}:
        raise StressError(f"template {key}: not an object of roles and slots")
    roles = entry.get("roles")
    if not isinstance(roles, list) or not roles or not all(role in ROLES for role in roles):
        raise StressError(f"template {key}: roles are a list of {', '.join(ROLES)}")
    slots = entry.get("slots", {})
    names = [slot.name for slot in template.slots]
    if not isinstance(slots, dict) or set(slots) != set(names):
        raise StressError(f"template {key}: its slots are {names}")
    values = tuple(_examples(key, name, slots) for name in names)
    match = Match(number, template, tuple(examples[0] for examples in values))
    return Usage(number, template, tuple(roles), values, template.rendered_size(match.values))


def _examples(key: str, name: str, slots: Mapping[str, object]) -> tuple[bytes, ...]:
    examples = slots[name]
    if not isinstance(examples, list) or not examples or not all(isinstance(text, str) for text in examples):
        raise StressError(f"template {key}: the examples of slot {name!r} are a list of texts")
    try:
        return tuple(text.encode() for text in examples)
    except UnicodeEncodeError:
        raise StressError(f"template {key}: an example of slot {name!r} holds a lone surrogate") from None

"""How literals and slots are spelt in a pattern (rule TPL-1)."""

from __future__ import annotations

from collections.abc import Iterable

from aura_spec.template import Kind, Slot


def escaped(text: str) -> str:
    """A text as it stands in a pattern."""
    return text.replace("{", "{{").replace("}", "}}")


def type_of(slot: Slot) -> str:
    """The type of a slot as it stands in a pattern; that of an enumeration is its alternatives."""
    return "|".join(choice.decode() for choice in slot.choices) if slot.choices else str(slot.kind)


def slot_text(name: object, kind: str) -> str:
    """A slot as it stands in a pattern; ``text`` is what a slot without a type has."""
    return f"{{{name}}}" if kind == Kind.TEXT else f"{{{name}:{kind}}}"


def pattern_of(first: str, parts: Iterable[tuple[str, str]]) -> str:
    """The pattern of a literal, and then of slots as :func:`slot_text` has them, each with the literal behind it.

    >>> pattern_of("{", [(slot_text("n", "int"), " of "), (slot_text(1, "text"), "}")])
    '{{{n:int} of {1}}}'
    """
    return escaped(first) + "".join(slot + escaped(literal) for slot, literal in parts)

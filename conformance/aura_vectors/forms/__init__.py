"""The forms of cases: what is read, by which implementations, and how it stands in a file."""

from __future__ import annotations

from typing import cast

from aura_vectors.case import Fields, Form
from aura_vectors.forms import choices, message, model, payload
from aura_vectors.forms.function import Values


def form_of(group: Fields) -> Form:
    """The form of a group in a file; whole messages unless it names another."""
    match group.get("form"):
        case None:
            return message.from_shared(group)
        case choices.NAME:
            return choices.Choices()
        case payload.NAME:
            tables = cast("list[list[int]]", group["tables"])
            return payload.Payloads(tuple(tuple(codes) for codes in tables))
        case model.FILE:
            return model.Files()
        case model.SECTION:
            return model.Sections(int(str(group["type"])))
        case name:
            return Values(str(name))

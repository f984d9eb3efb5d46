"""The forms of cases: what is read, by which implementations, and how it stands in a file."""

from __future__ import annotations

from typing import cast

from aura_vectors.case import Fields, Form
from aura_vectors.forms import choices, integer, matching, message, model, order_0, payload, stream
from aura_vectors.forms.function import Values


def form_of(group: Fields) -> Form:  # noqa: PLR0911  # one case a form
    """The form of a group in a file."""
    match group["form"]:
        case message.NAME:
            return message.from_shared(group)
        case integer.NAME:
            return integer.Integers(int(str(group["maximum"])))
        case matching.NAME:
            return matching.Matches(str(group["pattern"]))
        case order_0.NAME:
            return order_0.Order0(tuple(cast("list[int]", group["frequencies"])))
        case choices.NAME:
            return choices.Choices()
        case payload.NAME:
            tables = cast("list[list[int]]", group["tables"])
            return payload.Payloads(tuple(tuple(codes) for codes in tables))
        case stream.NAME:
            return stream.from_shared(group)
        case model.FILE:
            return model.Files()
        case model.SECTION:
            return model.Sections(int(str(group["type"])))
        case name:
            return Values(str(name))

"""Whether an estimate says that it is worth coding a message as a template frame."""

from __future__ import annotations

from aura.policy import FUZZY_HEAD
from aura.templates import Match, Near
from aura_spec import varint
from aura_spec.slot import is_text_only


def is_worth_modelling(match: Match, size: int) -> bool:
    """Whether a modelled template frame may have less than ``size`` bytes.

    The message takes ``size`` bytes without a template. The frame spares their share for all that is no text in a
    slot for texts; it costs what a typed frame has beside these texts, and a byte, as texts have ends. Half as much
    again must exceed the cost.
    """
    template, values = match.template, match.values
    whole = template.rendered_size(values)
    texts = sum(len(value) for slot, value in zip(template.slots, values, strict=True) if is_text_only(slot))
    cost = typed_size(match) - texts + 1
    return 3 * size * (whole - texts) > 2 * cost * whole


def is_worth_approximating(near: Near, size: int) -> bool:
    """Whether a fuzzy template frame may have less than ``size`` bytes.

    The message takes ``size`` bytes without a template. The frame spares the share of them for what the template
    has, too.
    """
    return size * near.shared > (FUZZY_HEAD + varint.size(near.template_id)) * near.size


def typed_size(match: Match) -> int:
    """Bytes of the typed frame for a match, the marker included."""
    from aura_reference import typed  # noqa: PLC0415  # takes long, and few messages match a template

    return 1 + typed.size(match.template_id, match.template, match.values)

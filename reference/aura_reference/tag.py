"""A message with a tag (rules TAG-2 to TAG-7)."""

from __future__ import annotations

from aura_reference import message
from aura_spec.errors import DecodeError
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.shared_state import SharedState
from aura_spec.tag import SIZE, check_content, held_for, parse_tagged


def decode(wire: bytes, held: SharedState, model_id: bytes, max_size: int = DEFAULT_MAX_SIZE) -> bytes:
    """Read a tagged message.

    Args:
        wire: tag, marker and body.
        held: templates, phrases and models.
        model_id: of the implied model, 8 bytes; empty if there is none.
        max_size: bytes that the result may have.

    Raises:
        DecodeError: one of its subclasses; there is no partial output.
    """
    tagged = parse_tagged(wire)
    usable = held_for(tagged, held, model_id)
    try:
        content = message.decode(tagged.message, usable, max_size)
    except DecodeError as error:
        raise error.restated(error.reason, shift=SIZE) from None
    check_content(tagged, content)
    return content

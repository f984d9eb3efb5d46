"""A message with a tag (rules TAG-2 to TAG-7)."""

from __future__ import annotations

from functools import partial

from aura_reference import message
from aura_spec import limits
from aura_spec.shared_state import SharedState
from aura_spec.tag import decode_tagged


def decode(wire: bytes, held: SharedState, model_id: bytes, max_size: int = limits.DEFAULT_MAX_SIZE) -> bytes:
    """Read a tagged message.

    Args:
        wire: tag, marker and body.
        held: templates, phrases and models.
        model_id: of the implied model, 8 bytes; empty if there is none.
        max_size: bytes that the result may have.

    Raises:
        DecodeError: one of its subclasses; there is no partial output.
    """
    return decode_tagged(wire, held, model_id, partial(message.decode, max_size=max_size))

"""What is measured of a model when it is trained, and stored in its metadata.

That is advice on streams, and the bits for a byte by kind of message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aura.models import figures
from aura.models.figures import BITS_BY_KIND
from aura.models.model import Model
from aura.models.training import stream_advice
from aura.models.training.held_out import HeldOut
from aura_spec.model import STREAM_MEMORY
from aura_spec.stream import MAX_MEMORY

MIN_MAX_BYTES: Final = 1 << 13
"""In a smaller file the figures would take the place of too many entries."""

ROOM: Final = {STREAM_MEMORY: str(MAX_MEMORY), BITS_BY_KIND: " " * figures.MAX_TEXT}
"""Metadata as large as any that :func:`measure` gives."""


def are_wanted(metadata: Mapping[str, str], max_bytes: int) -> bool:
    """Whether there is something to measure: a caller's own texts are kept.

    Args:
        metadata: of the caller.
        max_bytes: of the model file.
    """
    return max_bytes >= MIN_MAX_BYTES and not ROOM.keys() <= metadata.keys()


def measure(model: Model, held_out: HeldOut, metadata: Mapping[str, str]) -> dict[str, str]:
    """The metadata with what is measured and does not stand there."""
    measured = dict(metadata)
    if BITS_BY_KIND not in measured:
        measured[BITS_BY_KIND] = figures.as_text(figures.measure(model, held_out.units))
    if held_out.conversations and STREAM_MEMORY not in measured:
        measured[STREAM_MEMORY] = str(stream_advice.measure(model, held_out.conversations))
    return measured

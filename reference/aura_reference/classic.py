"""Classic template frames (rules CLS-1 to CLS-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aura_spec.classic import ClassicFrame, build_body, parse_body
from aura_spec.template import Template, find_for


def encode(template_id: int, values: Sequence[bytes]) -> bytes:
    """Write a frame.

    Raises:
        EncodeError: the id is above 255, a value is longer than 65,535 bytes or not UTF-8.
    """
    return build_body(ClassicFrame(template_id, tuple(values)))


def decode(body: bytes, templates: Mapping[int, Template], max_size: int) -> bytes:
    """Read a frame and fill its template.

    Raises:
        DecodeError: as rules CLS-1 to CLS-4 say; ``LimitExceeded`` before the output outgrows
            ``max_size``.
    """
    frame = parse_body(body)
    return find_for(frame.template_id, frame.values, templates).render_within(frame.values, max_size)

"""Stored messages, read without ``construct`` (rule STO-1)."""

from __future__ import annotations

from aura_spec.errors import LimitExceeded


def decode(body: bytes, max_size: int) -> bytes:
    """Read a stored body, which is the message itself.

    Raises:
        LimitExceeded: it is longer than ``max_size`` bytes.
    """
    if len(body) > max_size:
        raise LimitExceeded(f"the message decodes to more than {max_size} bytes", 1)
    return body

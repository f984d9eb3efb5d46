"""Control frames, each read and written once for all connections that exchange the same one.

Peers of one kind begin with the same hello, and those that agree with the same use frame. Reading one by its
declaration takes as long as coding a message or two.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from aura_spec.session import Control, build_control, parse_control

_KEPT: Final = 64
"""Frames that are kept in each direction, the latest ones."""

_LONGEST: Final = 256
"""Bytes of the longest frame that is kept: pieces of models are not."""


def read(frame: bytes) -> Control:
    """Read a control frame; as :func:`aura_spec.session.parse_control`.

    Raises:
        DecodeError: as the rules say.
    """
    return _read(frame) if len(frame) <= _LONGEST else parse_control(frame)


@lru_cache(_KEPT)
def _read(frame: bytes) -> Control:
    return parse_control(frame)


@lru_cache(_KEPT)
def write(control: Control) -> bytes:
    """Write a control frame that is no piece of a model; as :func:`aura_spec.session.build_control`.

    Raises:
        EncodeError: a value does not fit its field.
    """
    return build_control(control)

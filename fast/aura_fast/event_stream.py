"""The records of event streams, whose sizes are read and written without ``construct`` (rules EVS-2 to EVS-4)."""

from __future__ import annotations

from typing import Final

from aura_fast.varint import varint
from aura_spec import event_stream as spec
from aura_spec.event_stream import MARGIN, MAX_RECORD

_GROUP: Final = 0x80
"""Values of a byte of a size (rule VAR-1)."""


def build_record(message: bytes) -> bytes:
    r"""A record with a coded message (rule EVS-2).

    Raises:
        EncodeError: the message is longer than ``MAX_RECORD``.

    >>> build_record(b"\x07hi")
    b'\x03\x07hi'
    """
    return varint(len(message)) + message if len(message) <= MAX_RECORD else spec.build_record(message)


def take_record(content: bytearray, max_size: int, offset: int = 0) -> bytes | None:
    r"""Take the first record off ``content``; as in ``aura_spec.event_stream``.

    Raises:
        NonCanonical: the size has a needless byte.
        LimitExceeded: the size is too large (rule EVS-3).

    >>> come = bytearray(b"\x03\x07hi\x05\x07")
    >>> take_record(come, 100), take_record(come, 100), come
    (b'\x07hi', None, bytearray(b'\x05\x07'))
    """
    if not content:
        return None
    size, begin = content[0], 1
    if size >= _GROUP:
        second = content[1] if len(content) > 1 else 0
        size, begin = size - _GROUP + _GROUP * second, 2
        if not 0 < second < _GROUP:
            return spec.take_record(content, max_size, offset)  # a longer size, or an error
    if size > max_size + MARGIN:
        return spec.take_record(content, max_size, offset)  # raises
    end = begin + size
    if len(content) < end:
        return None
    message = bytes(content[begin:end])
    del content[:end]
    return message

"""Event streams: the content coding ``aura``, for answers that a server goes on writing.

A client that reads it says so with ``Accept-Encoding: aura``, and names the models that it holds in
``Aura-Models``, as ids of sixteen hexadecimal digits with commas between them, those it likes best first. The
server answers with ``Content-Encoding: aura`` and, if it codes with one of these models, ``Aura-Model`` and its
id (rule EVS-1). The coding is meant for ``text/event-stream``; it is independent of what the bytes mean.

The content is cut into parts, wherever the server likes, but after each event. Each part is a record: the size of
a coded message as a canonical varint of at most ``MAX_RECORD``, and the message, coded by itself with the model
as the implied one, and its templates beside the built-in ones (rule EVS-2). Nothing waits: a server sends the
record of an event with the event, and a reader gives out what is in a record when it is there. A record that
decodes to more than the reader allows is ``LimitExceeded``; one whose size is above ``MARGIN`` more than that is
so before it is there (rule EVS-3). Content that ends inside a record is ``Truncated`` (rule EVS-4).
"""

from __future__ import annotations

from typing import Final

import construct as c
from construct import this

from aura_spec.errors import LimitExceeded, Truncated
from aura_spec.varint import VarInt
from aura_spec.wire import Field, build, parse

CODING: Final = "aura"
MODELS_HEADER: Final = "aura-models"
MODEL_HEADER: Final = "aura-model"

MAX_RECORD: Final = 1 << 26
MARGIN: Final = 64
_SIZE_BYTES: Final = 5
"""Bytes that show any size, or that it is too large."""

SIZE: Final = VarInt(MAX_RECORD)

RECORD: Final = c.Struct(
    Field("size", VarInt(MAX_RECORD), "bytes of the message"),
    Field("message", c.Bytes(this.size), "coded by itself"),
)
"""Rule EVS-2."""


def build_record(message: bytes) -> bytes:
    r"""A record with a coded message (rule EVS-2).

    Raises:
        EncodeError: the message is longer than ``MAX_RECORD``.

    >>> build_record(b"\x07hi")
    b'\x03\x07hi'
    """
    return build(RECORD, {"size": len(message), "message": message})


def take_record(content: bytearray, max_size: int, offset: int = 0) -> bytes | None:
    r"""Take the first record off what has come so far; its message, or None if it is not complete (rule EVS-2).

    Args:
        content: what has come; what is taken is removed.
        max_size: bytes that a message may decode to.
        offset: of ``content`` in the whole content.

    Raises:
        DecodeError: as the rules say.

    >>> come = bytearray(b"\x03\x07hi\x05\x07")
    >>> take_record(come, 100), take_record(come, 100), come
    (b'\x07hi', None, bytearray(b'\x05\x07'))
    """
    head = bytes(content[:_SIZE_BYTES])
    length = next((place for place, byte in enumerate(head, 1) if byte < 0x80), 0)
    if not length and len(head) < _SIZE_BYTES:
        return None
    size: int = parse(SIZE, head[: length or _SIZE_BYTES], base=offset)
    if size > max_size + MARGIN:
        raise LimitExceeded(
            f"a record of {size} bytes, where messages have at most {max_size}", offset, "size"
        )
    if len(content) < length + size:
        return None
    message = bytes(content[length : length + size])
    del content[: length + size]
    return message


def check_end(content: bytearray, offset: int = 0) -> None:
    """Check that the content does not end inside a record (rule EVS-4).

    Raises:
        Truncated: it does.
    """
    if content:
        raise Truncated("the content ends inside a record", offset + len(content), "message")

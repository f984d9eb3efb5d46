"""Event streams: the content coding ``aura``, for answers that a server goes on writing.

This is a content coding of HTTP (RFC 9110, section 8.4), as gzip, br and zstd are. It is meant for
``text/event-stream``, and does not depend on the meaning of the bytes. Unlike those, it flushes after every write
and codes each part by itself, with a model in place of a window.

EVS-1: A client that reads the coding sends ``Accept-Encoding: aura``. In ``Aura-Models`` it names the models that
it holds: ids of sixteen hexadecimal digits with commas between them, those it prefers first. The server answers
with ``Content-Encoding: aura`` and, if it codes with one of these models, with ``Aura-Model`` and the id of that
one.

EVS-2: The content is a row of records. A record is the size of a coded message, a canonical varint of at most
``MAX_RECORD``, and the message. The message is coded by itself, with the model as the implied one, and with the
templates of the model beside the built-in ones. It decodes to a part of the answer. A reader does this whenever
bytes have come::

    receive(bytes)
        append bytes to content
        repeat
            size = the varint at the start of content, at most MAX_RECORD, read as rules VAR-1 to VAR-3 say
                   if its bytes are not all there, and no error shows yet: stop here, and wait for more
            if size > max_size + MARGIN: LimitExceeded (rule EVS-3)
            if fewer than size bytes follow in content: stop here, and wait for more
            message = these size bytes
            give out the part that message decodes to, with the limit max_size (rules EVS-3 and EVS-6)
            remove the record from content

    end()
        if content is not empty: Truncated (rule EVS-4)

EVS-3: A part of more than *max_size* bytes is ``LimitExceeded``. So is a record whose size is more than *max_size*
+ ``MARGIN``, before its message is there.

EVS-4: Content that ends inside a record is ``Truncated``.

EVS-5: A server cuts its answer into parts of at most ``MAX_PART`` bytes. A reader accepts parts of that size,
unless its user sets a lower limit, *max_size*.

EVS-6: A server sends the bytes that it writes at once, as one record or more; no byte waits for a later one. A
reader gives out a part as soon as its record is complete.

EVS-7: Scripts in browsers may not set ``Accept-Encoding``. A client may also say that it reads the coding in
``Aura-Accept``, a header of the same form, or in a parameter ``aura-accept`` of the address's query, which holds
such a list, percent-coded. A server that implements this rule codes its answer if at least one of the three names
the coding with a weight above 0. A parameter ``aura-models`` stands for the header ``Aura-Models`` where that
header is missing. Such a server adds ``Access-Control-Expose-Headers: Content-Encoding, Aura-Model`` to a coded
answer, so that scripts of other origins can see how it is coded. A client that can set ``Accept-Encoding`` SHOULD
do so: not all servers implement this rule. With parameters, a request to another origin needs no preflight
(CORS).

A server SHOULD end a part after each event. An event ends with an empty line, and a line ends with CR LF, LF or CR,
in any mixture. A line whose CR is the last byte of a write has ended; an LF that belongs to it may come as the
first byte of the next part.
"""

from __future__ import annotations

from typing import Final

import construct as c
from construct import this

from aura_spec import varint
from aura_spec.errors import LimitExceeded, Truncated
from aura_spec.varint import VarInt
from aura_spec.wire import Field, build, parse

CODING: Final = "aura"
ACCEPT_HEADER: Final = "aura-accept"
MODELS_HEADER: Final = "aura-models"
MODEL_HEADER: Final = "aura-model"

MAX_RECORD: Final = 1 << 26
MAX_PART: Final = 1 << 16
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
    r"""Take the first record off ``content``; return its message, or None if it is not complete (rule EVS-2).

    Args:
        content: the bytes that have come; the record is removed from them.
        max_size: bytes that the message may decode to.
        offset: where ``content`` begins in the whole content.

    Raises:
        NonCanonical: the size has a needless byte.
        LimitExceeded: the size is too large (rule EVS-3).

    >>> come = bytearray(b"\x03\x07hi\x05\x07")
    >>> take_record(come, 100), take_record(come, 100), come
    (b'\x07hi', None, bytearray(b'\x05\x07'))
    """
    try:
        size: int = parse(SIZE, bytes(content[:_SIZE_BYTES]), base=offset)
    except Truncated:
        return None
    if size > max_size + MARGIN:
        raise LimitExceeded(
            f"a record of {size} bytes, where messages have at most {max_size}", offset, "size"
        )
    length = varint.size(size)
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

"""Sessions: what the frames of a WebSocket connection hold, once both ends speak AURA.

Each direction of the connection is on its own: the sender says how it codes, in frames between its messages.

SES-2: A frame is one binary WebSocket message. In a session a text message is ``Unsupported``.

SES-3: A frame that begins with 0x7F, ``CONTROL``, is a control frame. Its second byte is its kind, and its last
four bytes are the CRC-32 of those before them, big endian, else ``ChecksumMismatch``. A control frame of fewer than
six bytes is ``Truncated``, one of an unknown kind ``Unsupported``. In a frame that begins with 0x7E, ``BINARY``,
follows a coded message that is bytes for the application. Every other frame is a coded message that is text. If the
message itself begins with one of these three bytes, 0x7D, ``TEXT``, stands before it; elsewhere that is
``NonCanonical``. No method will ever have these three bytes as markers.

SES-4: Text that is not UTF-8 is ``Malformed``.

A reader does this with each frame. Its state is OPENING at first; after an error nothing more is read::

    receive(frame)
        if the frame has more than max(max_message, MAX_CHUNK) + MARGIN bytes: LimitExceeded (SES-17)
        if the frame begins with CONTROL
            check length, CRC-32 and kind, in this order, and read the fields of the kind (SES-3)
            if state is OPENING
                if the frame is no hello: Malformed (SES-5)
                state = READY
            else if the frame is a hello: Malformed (SES-5)
            else if the frame is a use frame
                check_use(frame)
                use = frame; state = OPEN
            else act on the model it speaks of (SES-12 to SES-15)
        else
            if state is not OPEN: Malformed (SES-9)
            coded, is_text = the frame without BINARY or TEXT in front (SES-3)
            message = decode(coded), as use says (SES-10 and SES-11)
            if is_text and message is not UTF-8: Malformed (SES-4)
            received = (received + 1) mod 2^16
            give message to the application

SES-7: After the hellos, an end sends a use frame before its first message. It names the coding of the messages that
the end sends from there on, the memory that a stream takes, and its smallest check in bits, the model, and how many
messages the end has sent before, mod 2^16. For single messages, tagged or not, memory and check are 0, and a reader
does not look at them. Eight zeros stand for no model, which only single messages do without. If the peer has
received another number of messages, one is lost or repeated: ``StreamDesync``. An end may send further use frames,
between any two messages; what a stream remembers is forgotten then.

SES-8: The coding and the model are among those that the peer says it has, else ``Unsupported`` for the coding and
``UnknownModel`` for the model. The memory of a stream is ``stream.MIN_MEMORY`` to ``stream.MAX_MEMORY`` bytes, its
check one of ``stream.CHECKS``, and both no more than the peer allows, else ``Unsupported``. A reader checks in this
order::

    check_use(use)
        if use.count is not received: StreamDesync
        if use.model is not zeros, and this end has not said that it holds it: UnknownModel
        if use.coding is streams, and use.model is zeros: UnknownModel
        if use.coding is not among the codings of this end's hello: Unsupported
        if use.coding is streams, and use.memory or use.check is not allowed: Unsupported

SES-9: A message before the first use frame is ``Malformed``.

SES-10: Single messages are coded with the model as the implied one, which they may also name. Tagged ones have tags
for this model, or for none, as chapter ``tag`` says. Templates are those of the model beside the built-in ones, the
latter only if both ends have the same digest of them.

SES-11: A stream is that of its direction in chapter ``stream``, with the client of the connection as its client. It
says by itself what is text, so that a frame with ``BINARY`` is ``Malformed``. A message in it that is no string is
coded as single messages without tags are. Only a use frame resets it: who loses a stream closes the connection.

SES-12: A have frame names a model that its sender holds from now on and likes best.

SES-13: A request asks for a model that the peer has said it holds, else ``UnknownModel``, of at most so many bytes,
once per connection, else ``Malformed``, and one at a time.

SES-14: An offer answers a request with the size of the model file and its SHA-256, or with size 0 if the peer does
not get it; size 0 ends the matter. An offer that nobody asked for is ``Malformed``.

SES-15: As many bytes as were offered follow in chunks of 1 to ``MAX_CHUNK``, with other frames between them; other
chunks are ``Malformed``. The end that asked refuses a size above what it asked for as ``LimitExceeded``, and a file
with another digest or another id as ``ChecksumMismatch``, before it reads anything else in it.

SES-16: An end that refuses a frame closes the connection: with 1009 if the error is ``LimitExceeded``, 1002 if it
is ``Unsupported``, else 1007. Scripts in browsers may not close with these codes; they add 3000 to them.

SES-17: A frame of more than max(m, ``MAX_CHUNK``) + ``MARGIN`` bytes, where m is the longest message that the
reader said it reads, is ``LimitExceeded`` before anything in it is read. A message of more than m bytes is
``LimitExceeded`` as soon as it shows.

SES-18: A message that a model codes, alone or as a string of a stream, and that is longer than the reader said of
those, is ``LimitExceeded``: such messages cost by far the most time to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final
from zlib import crc32

import construct as c

from aura_spec import session_negotiation
from aura_spec.errors import (
    ChecksumMismatch,
    DecodeError,
    LimitExceeded,
    Malformed,
    NonCanonical,
    Truncated,
    Unsupported,
)
from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT, Marker
from aura_spec.session_negotiation import ALL_CODINGS, HELLO, MODEL_ID, Coding, Codings, Hello
from aura_spec.varint import VarInt
from aura_spec.wire import Checked, End, Field, build, parse

TEXT: Final = 0x7D
BINARY: Final = 0x7E
CONTROL: Final = 0x7F

MAX_CHUNK: Final = 1 << 14
MARGIN: Final = 64
COUNTERS: Final = 1 << 16
"""Counts of messages are told modulo this (rule SES-7)."""

NO_MODEL: Final = bytes(8)
"""In the place of a model's id (rule SES-7)."""


class Kind(IntEnum):
    """What a control frame is."""

    HELLO = 1
    USE = 2
    HAVE = 3
    REQUEST = 4
    OFFER = 5
    CHUNK = 6


@dataclass(frozen=True, slots=True)
class Use:
    """How the messages that follow are coded; ``model`` is an id or ``NO_MODEL``, ``count`` of messages before."""

    coding: Coding
    memory: int
    model: bytes
    check: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Have:
    """A model that the sender holds from now on, by id."""

    model: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """Asks for a model file, of at most ``max_size`` bytes."""

    model: bytes
    max_size: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What will follow: ``size`` bytes with the SHA-256 ``digest``; nothing if 0."""

    model: bytes
    size: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the model file that was offered."""

    data: bytes


Control = Hello | Use | Have | Request | Offer | Chunk

USE: Final = c.Struct(
    Field(
        "coding",
        Checked(c.Byte, lambda coding: coding in set(Coding), "the coding is unknown", Unsupported),
        "0 single messages, 1 stream, 2 tagged single messages",
    ),
    Field("memory", VarInt(session_negotiation.MAX_SIZE), "bytes that the stream takes"),
    Field("model", MODEL_ID, "its id, or zeros"),
    Field("check", c.Byte, "bits of the stream's least check"),
    Field("count", c.Int16ub, "messages sent before, mod 2^16"),
    End,
)
"""Rule SES-7."""

HAVE: Final = c.Struct(Field("model", MODEL_ID, "its id"), End)
"""Rule SES-12."""

REQUEST: Final = c.Struct(
    Field("model", MODEL_ID, "its id"),
    Field("max_size", VarInt(session_negotiation.MAX_SIZE), "bytes of the largest file"),
    End,
)
"""Rule SES-13."""

OFFER: Final = c.Struct(
    Field("model", MODEL_ID, "its id"),
    Field("size", VarInt(session_negotiation.MAX_SIZE), "bytes of the file; 0 for a refusal"),
    Field("digest", c.Bytes(32), "SHA-256 of the file"),
    End,
)
"""Rule SES-14."""

CHUNK: Final = c.Struct(
    Field(
        "data",
        Checked(
            c.GreedyBytes,
            lambda data: 0 < len(data) <= MAX_CHUNK,
            f"a chunk does not have 1 to {MAX_CHUNK} bytes",
        ),
        "of the file",
    )
)
"""Rule SES-15."""

_BODIES: Final = {
    Kind.HELLO: HELLO,
    Kind.USE: USE,
    Kind.HAVE: HAVE,
    Kind.REQUEST: REQUEST,
    Kind.OFFER: OFFER,
    Kind.CHUNK: CHUNK,
}

_KINDS: Final[dict[type[Control], Kind]] = {
    Hello: Kind.HELLO,
    Use: Kind.USE,
    Have: Kind.HAVE,
    Request: Kind.REQUEST,
    Offer: Kind.OFFER,
    Chunk: Kind.CHUNK,
}

HEAD: Final = c.Struct(
    Field("control", c.Const(bytes((CONTROL,))), "a control frame"),
    Field(
        "kind",
        Checked(c.Byte, lambda kind: kind in set(Kind), "no control frame has this kind", Unsupported),
        "1 hello, 2 use, 3 have, 4 request, 5 offer, 6 chunk",
    ),
    "body" / c.GreedyBytes,
)
"""Rule SES-3; behind the body stands the CRC-32."""

CRC_SIZE: Final = 4


def is_control(frame: bytes) -> bool:
    """Whether a frame is a control frame (rule SES-3)."""
    return frame[:1] == bytes((CONTROL,))


def is_hello(frame: bytes) -> bool:
    """Whether a frame is a hello, good or bad, of this version or another, as rule SES-5 has it."""
    return frame[:2] == bytes((CONTROL, Kind.HELLO))


def parse_control(frame: bytes) -> Control:
    """Read a control frame (rules SES-5 to SES-15).

    Raises:
        DecodeError: as the rules say.
    """
    body, crc = frame[:-CRC_SIZE], frame[-CRC_SIZE:]
    if len(body) < 2:
        raise Truncated("a control frame ends before its CRC-32 does", len(frame), "crc")
    if crc32(body).to_bytes(CRC_SIZE, "big") != crc:
        raise ChecksumMismatch("the CRC-32 of a control frame is wrong", len(body), "crc")
    head = parse(HEAD, body)
    value: Any = parse(_BODIES[head.kind], head.body, base=2)
    match head.kind:
        case Kind.HELLO:
            return Hello(
                value.methods,
                Codings(value.codings & ALL_CODINGS),
                value.memory,
                value.max_message,
                value.max_modelled,
                value.templates,
                tuple(value.models),
            )
        case Kind.USE:
            return Use(Coding(value.coding), value.memory, value.model, value.check, value.count)
        case Kind.HAVE:
            return Have(value.model)
        case Kind.REQUEST:
            return Request(value.model, value.max_size)
        case Kind.OFFER:
            return Offer(value.model, value.size, value.digest)
        case _:
            return Chunk(value.data)


def build_control(control: Control) -> bytes:
    """Write a control frame (rules SES-5 to SES-15).

    Raises:
        EncodeError: a value does not fit its field.

    >>> build_control(Have(bytes(range(8)))).hex(" ")
    '7f 03 00 01 02 03 04 05 06 07 30 cd 3d 50'
    """
    kind = _KINDS[type(control)]
    fields = {name: getattr(control, name) for name in control.__dataclass_fields__}
    if isinstance(control, Hello):
        fields |= {"version": session_negotiation.VERSION, "count": len(control.models)}
    frame = build(HEAD, {"control": bytes((CONTROL,)), "kind": kind, "body": build(_BODIES[kind], fields)})
    return frame + crc32(frame).to_bytes(CRC_SIZE, "big")


def parse_data(frame: bytes) -> tuple[bytes, bool]:
    r"""The coded message in a frame that is not a control frame, and whether it is text (rule SES-3).

    Raises:
        NonCanonical: the first byte was not needed.

    >>> parse_data(b"\x07hi"), parse_data(b"\x7e\x07hi")
    ((b'\x07hi', True), (b'\x07hi', False))
    """
    first = frame[0] if frame else 0
    if first == BINARY:
        return frame[1:], False
    if first != TEXT:
        return frame, True
    if not frame[1:2] or frame[1] < TEXT or frame[1] > CONTROL:
        raise NonCanonical("a message has a byte before it that it does not need", 0, "text")
    return frame[1:], True


def build_data(coded: bytes, *, text: bool) -> bytes:
    r"""The frame of a coded message (rule SES-3).

    >>> build_data(b"\x07hi", text=True), build_data(b"\x7f", text=True)
    (b'\x07hi', b'}\x7f')
    """
    if not text:
        return bytes((BINARY,)) + coded
    return bytes((TEXT,)) + coded if coded[:1] and TEXT <= coded[0] <= CONTROL else coded


def close_code(error: DecodeError) -> int:
    """The WebSocket close code for an error (rule SES-16)."""
    if isinstance(error, LimitExceeded):
        return 1009
    return 1002 if isinstance(error, Unsupported) else 1007


def text_of(data: bytes) -> str:
    """A message as text (rule SES-4).

    Raises:
        Malformed: it is not UTF-8.
    """
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Malformed("a text is not UTF-8", error.start, "text") from None


_MODELLED: Final = (
    *(Marker.AURALITE_EXPLICIT, Marker.MODELLED, Marker.ADAPTIVE_EXPLICIT, Marker.FUZZY),
    *ADAPTIVE_COMPACT,
)


def longest_of(coded: bytes, max_message: int, max_modelled: int) -> int:
    r"""Bytes that a message may have that was coded by itself like this (rules SES-17 and SES-18).

    >>> longest_of(b"\x07hi", 100, 50), longest_of(b"\x80hi", 100, 50)
    (100, 50)
    """
    marker = coded[0] if coded else Marker.STORED
    is_modelled = marker in AURALITE_COMPACT or marker in _MODELLED
    return min(max_message, max_modelled) if is_modelled else max_message


def check_frame(frame: bytes, max_message: int) -> None:
    """Check the length of a frame (rule SES-17).

    Raises:
        LimitExceeded: it is too long.
    """
    if len(frame) > max_frame(max_message):
        raise LimitExceeded(f"a frame of {len(frame)} bytes; messages have at most {max_message}")


def max_frame(max_message: int) -> int:
    """Bytes of the longest frame that a reader of messages of at most ``max_message`` bytes takes (rule SES-17)."""
    return max(max_message, MAX_CHUNK) + MARGIN

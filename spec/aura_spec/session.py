"""Sessions: how the two ends of a WebSocket connection agree, and what their frames hold.

A client offers the subprotocol ``aura.v1``, and before it ``aura.plain``; for a subprotocol P of the application
it offers ``aura.v1+P``, and P before it if it can speak it without AURA. A server that selects one with
``aura.v1`` opens a session, and sends its hello before it answers a ping. If it selects any other or none, the
connection carries the application's messages as they are. A server that speaks AURA never selects ``aura.plain``.
So one that knows nothing of it and selects the first that is offered, as some do, opens no session. If a server
does select ``aura.v1`` and then sends anything but a hello first, or answers a ping and sends none, it does not
speak AURA: the client may go on without a session (rule SES-1).

**Frames.** A frame is one binary WebSocket message; in a session a text message is ``Unsupported`` (rule SES-2). A
frame that begins with 0x7F, ``CONTROL``, is a control frame; its second byte is its kind, and its last four bytes
are the CRC-32 of those before them, big endian, else ``ChecksumMismatch``. One of fewer than six bytes is
``Truncated``, one of an unknown kind ``Unsupported``. After 0x7E, ``BINARY``, follows a coded message that is
bytes for the application. Every other frame is a coded message that is text, after 0x7D, ``TEXT``, if it begins
with one of these three bytes itself, else ``NonCanonical``; no method will ever have them as markers (rule SES-3).
Text that is not UTF-8 is ``Malformed`` (rule SES-4).

**Hello.** The first frame of each end is a hello, which waits for nothing, and there is no other one, else
``Malformed``. It has the version of the session, 1, and says what its sender reads: methods, by bits, of marker m
with bit m, of the compact AURALITE messages with bit 15; codings, by bits, 0 for single messages, 1 for streams and
2 for tagged single messages; the memory that a stream may take, the longest message, and the longest one that a
model codes, in bytes; the first eight bytes of the digest of the built-in templates; and the ids of at most
``MAX_MODELS`` models that it holds, those it likes best first; more are ``Malformed`` (rule SES-5). Stored messages
are read by all, as single messages are; a hello without those bits is ``Malformed`` (rule SES-6). An unknown
version is ``Unsupported``; bits without a meaning are ignored.

**Use.** After the hellos, an end sends a use frame before its first message. It names the coding of the messages
that it sends from there on, the memory and the least check, in bits, that a stream takes (for single messages,
tagged or not, both are 0, and a reader does not look at them), the model, or eight zeros for none, which only
single messages do without, and how many messages the end has sent before, mod 2^16; if the peer has received
another number, one is lost or repeated: ``StreamDesync``. An end may send further ones, between any two messages;
what a stream remembers is forgotten then (rule SES-7). The coding and the model are among those that the peer says
it has, the memory of a stream is ``stream_model.MIN_MEMORY`` to ``stream_model.MAX_MEMORY`` bytes, and no more
than the peer allows, and the check is one of ``stream.CHECKS``; else ``UnknownModel`` for the model, and
``Unsupported``. A reader checks the count first, then the model, then, of streams alone, that there is a model,
then the coding, and of streams alone the memory and the check (rule SES-8). A message before the first use frame
is ``Malformed`` (rule SES-9).

Single messages are coded with the model as the implied one, which they may also name; tagged ones have tags for
this model, or for none, as chapter ``tag`` says. Templates are those of the model beside the built-in ones, the
latter only if both ends have the same digest of them (rule SES-10). A stream is that of its direction in chapter
``stream``, with the client of the connection as its client; it says by itself what is text, so that after 0x7E
nothing of a stream may stand, else ``Malformed``; a message in it that is no string is coded as single messages
without tags are (rule SES-11). It is never reset but by a use frame: who loses a stream closes the connection.

**Models.** A have frame names a model that its sender holds from now on and likes best (rule SES-12). A request
asks for a model that the peer has said it holds, else ``UnknownModel``, of at most so many bytes, once per
connection, else ``Malformed``, and one at a time (rule SES-13). An offer answers it with the size of the model
file and its SHA-256, or with size 0 if the peer does not get it; size 0 ends the matter; an offer that nobody
asked for is ``Malformed`` (rule SES-14). As many bytes follow in chunks of 1 to ``MAX_CHUNK``, with other frames
between them; others are ``Malformed``. Who asked refuses a size above what it asked for as ``LimitExceeded``, and
a file that has another digest or another id as ``ChecksumMismatch``, before it reads anything else in it (rule
SES-15).

**Ends.** An end that refuses a frame closes the connection: with 1009 if the error is ``LimitExceeded``, 1002 if
it is ``Unsupported``, else 1007 (rule SES-16). A frame of more than max(m, ``MAX_CHUNK``) + ``MARGIN`` bytes,
where m is the longest message that the reader said it reads, is ``LimitExceeded`` before anything in it is read,
and a message of more than m bytes as soon as it shows (rule SES-17). So is a message that a model codes, as
AURALITE, as a modelled template frame or as a string of a stream, and that is longer than the reader said of
those: they cost by far the most time to read (rule SES-18).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Any, Final
from zlib import crc32

import construct as c
from construct import this

from aura_spec.errors import (
    ChecksumMismatch,
    DecodeError,
    LimitExceeded,
    Malformed,
    NonCanonical,
    Truncated,
    Unsupported,
)
from aura_spec.marker import AURALITE_COMPACT, Marker
from aura_spec.varint import VarInt
from aura_spec.wire import Checked, End, Field, build, parse

SUBPROTOCOL: Final = "aura.v1"
PLAIN: Final = "aura.plain"
"""The subprotocol of connections that carry messages as they are (rule SES-1)."""

VERSION: Final = 1

TEXT: Final = 0x7D
BINARY: Final = 0x7E
CONTROL: Final = 0x7F

MAX_MODELS: Final = 32
MAX_CHUNK: Final = 1 << 14
MARGIN: Final = 64
MAX_SIZE: Final = (1 << 31) - 1
"""The largest of the sizes that a control frame may name."""

COUNTERS: Final = 1 << 16
"""Counts of messages are told modulo this (rule SES-7)."""

COMPACT: Final = 1 << 15
"""The bit of compact AURALITE messages among the methods (rule SES-5)."""

ALL_METHODS: Final = COMPACT | sum(1 << marker for marker in Marker)

NO_MODEL: Final = bytes(8)
"""In the place of a model's id (rule SES-7)."""


class Coding(IntEnum):
    """How the messages of one direction are coded."""

    SINGLE = 0
    STREAM = 1
    TAGGED = 2


class Codings(IntFlag):
    """Which codings an end reads (rule SES-5)."""

    SINGLE = 1 << Coding.SINGLE
    STREAM = 1 << Coding.STREAM
    TAGGED = 1 << Coding.TAGGED


ALL_CODINGS: Final = Codings.SINGLE | Codings.STREAM | Codings.TAGGED


class Kind(IntEnum):
    """What a control frame is."""

    HELLO = 1
    USE = 2
    HAVE = 3
    REQUEST = 4
    OFFER = 5
    CHUNK = 6


@dataclass(frozen=True, slots=True)
class Hello:
    """What an end reads, and which models it holds.

    Attributes:
        methods: by bits.
        codings: by bits.
        memory: bytes that a stream may take; 0 where none is read.
        max_message: bytes of the longest message.
        max_modelled: bytes of the longest message that a model codes.
        templates: the first eight bytes of the digest of the built-in templates.
        models: ids, the best first.
    """

    methods: int
    codings: Codings
    memory: int
    max_message: int
    max_modelled: int
    templates: bytes
    models: tuple[bytes, ...]


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

_ID: Final = c.Bytes(8)

HELLO: Final = c.Struct(
    Field(
        "version",
        Checked(c.Byte, lambda v: v == VERSION, "the version of the session is not 1", Unsupported),
        "of the session",
    ),
    Field(
        "methods",
        Checked(c.Int16ub, lambda bits: bits >> Marker.STORED & 1, "stored messages are not read"),
        "that are read",
    ),
    Field(
        "codings",
        Checked(c.Byte, lambda bits: bits & Codings.SINGLE, "single messages are not read"),
        "that are read",
    ),
    Field("memory", VarInt(MAX_SIZE), "bytes that a stream may take"),
    Field("max_message", VarInt(MAX_SIZE), "bytes of the longest message"),
    Field("max_modelled", VarInt(MAX_SIZE), "bytes of the longest message that a model codes"),
    Field("templates", _ID, "first bytes of the digest of the built-in templates"),
    Field(
        "count",
        Checked(c.Byte, lambda count: count <= MAX_MODELS, f"more than {MAX_MODELS} models"),
        "models",
    ),
    Field("models", c.Array(this.count, _ID), "their ids, the best first"),
    End,
)
"""Rule SES-5."""

USE: Final = c.Struct(
    Field(
        "coding",
        Checked(c.Byte, lambda coding: coding in set(Coding), "the coding is unknown", Unsupported),
        "0 single messages, 1 stream, 2 tagged single messages",
    ),
    Field("memory", VarInt(MAX_SIZE), "bytes that the stream takes"),
    Field("model", _ID, "its id, or zeros"),
    Field("check", c.Byte, "bits of the stream's least check"),
    Field("count", c.Int16ub, "messages sent before, mod 2^16"),
    End,
)
"""Rule SES-7."""

HAVE: Final = c.Struct(Field("model", _ID, "its id"), End)
"""Rule SES-12."""

REQUEST: Final = c.Struct(
    Field("model", _ID, "its id"), Field("max_size", VarInt(MAX_SIZE), "bytes of the largest file"), End
)
"""Rule SES-13."""

OFFER: Final = c.Struct(
    Field("model", _ID, "its id"),
    Field("size", VarInt(MAX_SIZE), "bytes of the file; 0 for a refusal"),
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
    """Whether a frame is a hello, good or bad, of this version or another (rule SES-5)."""
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
        raise ChecksumMismatch("a control frame does not have its CRC-32", len(body), "crc")
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
        fields |= {"version": VERSION, "count": len(control.models)}
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


def token(application: str = "") -> str:
    """The subprotocol that carries one of the application (rule SES-1).

    >>> token(), token("chat")
    ('aura.v1', 'aura.v1+chat')
    """
    return f"{SUBPROTOCOL}+{application}" if application else SUBPROTOCOL


def application_of(offered: str) -> str | None:
    """The application's subprotocol in one with AURA, "" for none; None if it is not one (rule SES-1).

    >>> application_of("aura.v1+chat"), application_of("aura.v1"), application_of("chat")
    ('chat', '', None)
    """
    if offered == SUBPROTOCOL:
        return ""
    return offered.removeprefix(f"{SUBPROTOCOL}+") if offered.startswith(f"{SUBPROTOCOL}+") else None


def text_of(data: bytes) -> str:
    """A message as text (rule SES-4).

    Raises:
        Malformed: it is not UTF-8.
    """
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Malformed("a text is not UTF-8", error.start, "text") from None


def longest_of(coded: bytes, max_message: int, max_modelled: int) -> int:
    r"""Bytes that a message may have that was coded by itself like this (rules SES-17 and SES-18).

    >>> longest_of(b"\x07hi", 100, 50), longest_of(b"\x80hi", 100, 50)
    (100, 50)
    """
    marker = coded[0] if coded else Marker.STORED
    is_modelled = marker in AURALITE_COMPACT or marker in {Marker.AURALITE_EXPLICIT, Marker.MODELLED}
    return min(max_message, max_modelled) if is_modelled else max_message


def check_frame(frame: bytes, max_message: int) -> None:
    """Check the length of a frame (rule SES-17).

    Raises:
        LimitExceeded: it is too long.
    """
    if len(frame) > max_frame(max_message):
        raise LimitExceeded(f"a frame of {len(frame)} bytes, where messages have at most {max_message}")


def max_frame(max_message: int) -> int:
    """Bytes of the longest frame that a reader of messages of at most ``max_message`` bytes takes (rule SES-17)."""
    return max(max_message, MAX_CHUNK) + MARGIN

"""Sessions, their beginning: how the two ends of a WebSocket connection find out that both speak AURA.

The subprotocol of the opening handshake (RFC 6455, section 1.9) says that both ends speak AURA, as ALPN does for
protocols over TLS. Then each end sends a hello, which says what it reads, as SETTINGS does in HTTP/2. Chapter
``session`` goes on from there.

SES-1: A client offers the subprotocol ``aura.v1``, and before it ``aura.plain``. For a subprotocol P of the
application it offers ``aura.v1+P``, and P before it if it can speak P without AURA. A server that selects one with
``aura.v1`` opens a session, and sends its hello before it answers a ping. If it selects any other or none, the
connection carries the application's messages as they are. A server that speaks AURA never selects ``aura.plain``.
A server that knows nothing of AURA and selects the first that is offered, as some do, therefore opens no session. A
server may select ``aura.v1`` and then send anything but a hello first, or answer a ping and send no hello: it does
not speak AURA, and the client may go on without a session. A client does this::

    begin(selected)
        if selected is neither aura.v1 nor aura.v1+P: go on without a session
        send the hello, then a ping
        wait for the first message, or for the answer to the ping
        if the answer came first: wait a little for a message
        if no message came, or it is not a binary one that begins with 0x7F 0x01
            go on without a session; a message that came is the application's
        read the message as the first frame of a session

A client that cannot send a ping, as scripts in browsers cannot, waits for some seconds in place of the answer. A
browser fails a connection whose server selects none of the subprotocols; such a client then connects once more
and offers those of the application alone. A server that selects ``aura.v1`` and sends back whatever it gets
passes for one that speaks AURA: single messages come back as they went, as from any such server, and messages of
streams are refused, as their check depends on the direction (rule STR-6).

SES-5: The first frame of each end is a hello, which waits for nothing, and there is no other one, else
``Malformed``. An unknown version is ``Unsupported``, more than ``MAX_MODELS`` models are ``Malformed``, and bits
without a meaning are ignored. A hello says what its sender reads and holds::

    version        1
    methods        by bits: those of marker m by bit m, compact adaptive messages by bit 14, compact
                   AURALITE messages by bit 15
    codings        by bits: 0 for single messages, 1 for streams, 2 for tagged single messages; bit 7 allows
                   streams a least check of 32 bits
    memory         bytes that a stream may take
    max_message    bytes of the longest message
    max_modelled   bytes of the longest message that a model codes
    templates      the first eight bytes of the digest of the built-in templates
    models         the ids of the models that the sender holds, those it likes best first

An end that would send streams with a check of 32 bits takes 16 with a peer that does not allow 32.

SES-6: All read stored messages, and single messages. A hello without those bits is ``Malformed``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

import construct as c
from construct import this

from aura_spec.errors import Unsupported
from aura_spec.marker import Marker
from aura_spec.varint import VarInt
from aura_spec.wire import Checked, End, Field

SUBPROTOCOL: Final = "aura.v1"
PLAIN: Final = "aura.plain"
"""The subprotocol of connections that carry messages as they are (rule SES-1)."""

VERSION: Final = 1

MAX_MODELS: Final = 32

MAX_SIZE: Final = (1 << 31) - 1
"""The largest of the sizes that a control frame may name."""

COMPACT: Final = 1 << 15
"""The bit of compact AURALITE messages among the methods (rule SES-5)."""

ADAPTIVE: Final = 1 << 14
"""The bit of compact adaptive messages among the methods (rule SES-5)."""

LONG_CHECK_BIT: Final = 1 << 7
"""The bit of streams with a check of 32 bits among the codings (rule SES-5)."""

ALL_METHODS: Final = COMPACT | ADAPTIVE | sum(1 << marker for marker in Marker)


class Coding(IntEnum):
    """How the messages of one direction are coded."""

    SINGLE = 0
    STREAM = 1
    TAGGED = 2


class Codings(IntFlag):
    """Which codings an end reads, and whether streams may have a least check of 32 bits (rule SES-5)."""

    SINGLE = 1 << Coding.SINGLE
    STREAM = 1 << Coding.STREAM
    TAGGED = 1 << Coding.TAGGED
    LONG_CHECK = LONG_CHECK_BIT


ALL_CODINGS: Final = Codings.SINGLE | Codings.STREAM | Codings.TAGGED | Codings.LONG_CHECK

CHECK_OF_ALL: Final = 16
"""The longest check, in bits, that all readers of streams allow (rule SES-5)."""


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


def check_for(codings: Codings, wanted: int) -> int:
    """The least check of a stream, in bits, for a reader of ``codings`` (rule SES-5).

    >>> check_for(ALL_CODINGS, 32), check_for(Codings.STREAM, 32), check_for(Codings.STREAM, 8)
    (32, 16, 8)
    """
    from aura_spec.stream import LONG_CHECK  # noqa: PLC0415  # takes long, and methods are of single messages, too

    return wanted if wanted < LONG_CHECK or codings & Codings.LONG_CHECK else CHECK_OF_ALL


MODEL_ID: Final = c.Bytes(8)

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
    Field("templates", MODEL_ID, "first bytes of the digest of the built-in templates"),
    Field(
        "count",
        Checked(c.Byte, lambda count: count <= MAX_MODELS, f"more than {MAX_MODELS} models"),
        "models",
    ),
    Field("models", c.Array(this.count, MODEL_ID), "their ids, the best first"),
    End,
)
"""Rule SES-5."""


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

"""Streams: the messages of a connection, each coded with what the ones before it said.

STR-1: A stream is what one end of a connection sends to the other, so a connection has two: one of the client
and one of the server. Each remembers its own messages only (chapter ``stream_model``). Thus whoever writes and
whoever reads a stream have seen the same in the same order, whatever crosses in flight, and nothing needs to be
acknowledged. Both ends have agreed on the model, the memory of a stream in bytes, and the least check in bits,
one of ``CHECKS``. Every message is complete: nothing has to be flushed, and none is the beginning of another.

STR-2: A message whose first byte is not 0 is a string. With the byte 0 begins a head: the byte 0, a byte of
flags, and a counter of two bytes if ``RESET`` is among the flags. The flags are one or more of ``RESET``,
``ASK`` and ``MESSAGE``, and ``TEXT`` may stand beside ``MESSAGE``; so the byte is 1 to 7 or 12 to 15, and any
other is ``Malformed``. After a head with ``MESSAGE`` stands a message that is no part of a stream, with its
marker, and then two bytes of check; after any other head stands a string. A message that is empty, or ends
before its head or its string or its check is there, is ``Truncated``.

STR-3: A string is that of rules RNG-1 to RNG-6, but at the start low is ``START`` and range 2^32 - ``START``.
So its first byte is not 0: one that is, is ``Malformed``. First the kind of the message is coded, bytes or text
in UTF-8, as a choice whether it is the kind of the message before, text for the first, with the frequencies
``SAME_KIND`` and ``stream_model.PROB_ONE`` - ``SAME_KIND``. Then the bytes of the message and END are coded as rule
RCL-8 says. A string codes at most ``MAX_STRING`` bytes, and no more than the reader's limit (rule LIM-1); the
first byte beyond either is ``LimitExceeded``. Text that is not UTF-8 is ``Malformed``, whichever way it was
coded.

STR-4: A message with ``MESSAGE`` is text if its flags have ``TEXT``, else bytes. This is the kind before it for
the next message.

STR-5: The check makes the bits of a message, as a polynomial over GF(2) with the first bit the highest, leave a
certain remainder, divided by the generator of degree b of ``GENERATORS``. b is 16 in messages with a head. In
others it is the agreed least check, but 8 at least in messages of 32 bytes and more, and 16 in those of 128 and
more.

STR-6: The remainder is (agreed + counter + side) mod 2^b. agreed is the CRC-32 of what is agreed on: the id of
the model, eight bytes, then memory and least check, four bytes each, big endian. side is 0 for the client's
stream and 2^(b-1) for the server's. The counter is the number of messages before this one, mod 2^16. After a
head with ``MESSAGE`` the two bytes of check have the value that makes this so.

STR-7: T, low and range are those of the range coder after END (rule RNG-1). Among the strings v of n bytes for
which the whole block from v · 256^(T-n) up to and without (v + 1) · 256^(T-n) lies in [low, low + range), and
with which the message leaves its remainder, the message has the shortest, and then the smallest. Another one is
``NonCanonical``, and one of more than T bytes ``Malformed``. The number b of bits of check depends on the
length, so each n has its own::

    for n = max(1, T - 4), max(1, T - 4) + 1, … T
        least = low div 256^(T-n), rounded up
        most = (low + range) div 256^(T-n) - 1
        b = bits of check of a message whose string has n bytes (rule STR-5)
        free = min(b, 8 · n)
        start = least - (least mod 2^free)
        for base = start, start + 2^free
            if base <= most
                v = base + (remainder of the message with the string base, by the generator of degree b,
                            xor the remainder that rule STR-6 demands)
                if v - base < 2^free, and least <= v <= most
                    return v, in n bytes

For each base, v is the only string with the same bits above the low b that leaves the remainder: the remainder
is linear in the bits, and the low b bits are added to it as they are. As the blocks of different texts have
nothing in common, no message can be cut to another one.

STR-8: A receiver expects the counter after that of the last message. A message with another remainder is
``StreamDesync``, before anything of it is decoded. After any error the receiver has lost the stream: every
message is ``StreamDesync`` until one with ``RESET``.

STR-9: Whoever sends ``RESET`` has forgotten all that the stream remembered, the kind before included, which is
text again, but not its counter, which stands in the head. A receiver accepts it if it is the one expected or up
to ``LATEST`` later, mod 2^16; else it is ``StreamDesync``. Then it forgets all as well, and goes on from there.

STR-10: Whoever receives ``ASK`` sends the next message of its own stream with ``RESET``.

STR-11: A message with ``MESSAGE`` enters the window as rule RCL-2 says, byte after byte, with the byte 0 behind
it, but of one that is longer than the window only the last W bytes do; nothing else that is remembered changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Final
from zlib import crc32

import construct as c
from construct import this

from aura_spec.context_model import ContextModel
from aura_spec.wire import Checked, Field, Span, build, parse


class Flag(IntFlag):
    """What a head says (rule STR-2)."""

    RESET = 1
    ASK = 2
    MESSAGE = 4
    TEXT = 8


NO_FLAGS: Final = Flag(0)
HEAD_BYTE: Final = 0
MAX_STRING: Final = 1 << 16
"""Bytes of the longest message that is coded as a string; longer ones take another form (rule STR-4)."""

START: Final = 1 << 24
SAME_KIND: Final = (1 << 16) - 256
COUNTERS: Final = 1 << 16
LATEST: Final = (1 << 15) - 1
CHECK_SIZE: Final = 2

CHECKS: Final = (4, 8, 16)
"""Bits that a least check may have."""

WIDER: Final = ((128, 16), (32, 8))
"""Bytes of a message from which on the check has so many bits at least: there they cost little."""

GENERATORS: Final = {4: 0x13, 8: 0x107, 16: 0x11021}
"""By degree: x^4+x+1, x^8+x^2+x+1, x^16+x^12+x^5+1. A single bit leaves a remainder with each, and every odd number
of bits with the latter two."""

DEFAULT_CHECK: Final = 8
DEFAULT_MEMORY: Final = 1 << 15

MESSAGE: Final = c.Struct(
    Field("zero", c.Const(bytes((HEAD_BYTE,))), "says that there is a head"),
    Field(
        "flags",
        Checked(
            c.Byte,
            lambda flags: 0 < flags < 16 and (not flags & Flag.TEXT or flags & Flag.MESSAGE),
            "the flags are unknown",
        ),
        "what follows, and what is asked",
    ),
    Field("counter", c.If(this.flags & Flag.RESET, c.Int16ub), "of the message, if it is a reset"),
    Field("body", c.GreedyBytes, "a string, or a message and its check"),
)
"""Rule STR-2."""


@dataclass(frozen=True, slots=True)
class Head:
    """Flags, and the counter if there is a reset. Without flags there is no head."""

    flags: Flag = NO_FLAGS
    counter: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What both ends of a stream agree on.

    Attributes:
        model: of the messages.
        agreed: the number of rule STR-6.
        memory: of the stream, in bytes.
        check: least bits of check.
        server: whether it is the server's stream.
    """

    model: ContextModel
    agreed: int
    memory: int
    check: int
    server: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A message: its bytes, and whether they are text in UTF-8."""

    data: bytes
    is_text: bool


def parse_message(wire: bytes, trace: list[Span] | None = None) -> tuple[Head, bytes]:
    """Split a message with a head (rule STR-2).

    Raises:
        DecodeError: ``Truncated`` or ``Malformed``, as the rule says.
    """
    value = parse(MESSAGE, wire, trace=trace)
    return Head(Flag(value.flags), value.counter or 0), value.body


def build_head(head: Head) -> bytes:
    """Write a head, if there is one (rule STR-2).

    >>> build_head(Head(Flag.RESET | Flag.ASK, 260)).hex(), build_head(Head())
    ('00030104', b'')
    """
    if not head.flags:
        return b""
    return build(MESSAGE, {"flags": int(head.flags), "counter": head.counter, "body": b""})


def check_bits(wire_size: int, least: int, *, head: bool) -> int:
    """Rule STR-5."""
    if head:
        return 16
    return max(least, next((bits for size, bits in WIDER if wire_size >= size), 0))


def agreement(model_id: bytes, memory: int, least: int) -> int:
    """What rule STR-6 makes of what both ends agree on."""
    return crc32(model_id + memory.to_bytes(4, "big") + least.to_bytes(4, "big"))


def remainder(wire: bytes, bits: int) -> int:
    """Rule STR-5.

    >>> remainder(bytes([0x1, 0x07]), 8), remainder(bytes([1, 0x10, 0x21]), 16), remainder(b"", 4)
    (0, 0, 0)
    """
    generator = GENERATORS[bits]
    value = 0
    for byte in wire:
        value = value << 8 | byte
        for place in range(value.bit_length() - 1, bits - 1, -1):
            if value >> place & 1:
                value ^= generator << place - bits
    return value


def expected(agreed: int, counter: int, bits: int, *, server: bool) -> int:
    """The remainder of the message with a counter (rule STR-6)."""
    return (agreed + counter + (server << bits - 1)) % (1 << bits)

"""Streams: the messages of a connection, each coded with the memory of the messages before it.

A stream is coded with context takeover, as RFC 7692 calls it for WebSocket messages: the window and all that was
learned go on from message to message. The coder is the local model of chapter ``local_model``. Sequence numbers and
a check share the bits of a message, so that most messages have no field besides their string.

STR-1: A stream is the row of messages that one end of a connection sends to the other. A connection thus has two
streams, that of the client and that of the server. Each remembers its own messages only. Writer and reader of a
stream have seen the same messages in the same order, whatever crosses in flight, and need no acknowledgements. Both
ends have agreed on the model, the memory of a stream in bytes, and the least check in bits, one of ``CHECKS``.
Every message is complete: there is nothing to flush, and no message begins another.

STR-2: A message whose first byte is not 0 is a string. A message whose first byte is 0 begins with a head: the byte
0, a byte of flags, and, if ``RESET`` is among the flags, a counter of two bytes, big endian. The flags are one or
more of ``RESET``, ``ASK`` and ``MESSAGE``; ``TEXT`` may accompany ``MESSAGE``. So the byte is 1 to 7 or 12 to 15,
and any other is ``Malformed``. After a head with ``MESSAGE`` comes a message that is no part of a stream, with its
marker, and then the bytes of its check. After any other head comes a string. A message is ``Truncated`` if it is
empty, or ends before its head, its string or its check is there.

STR-3: A string is that of rules RNG-1 to RNG-6, but at the start low is ``START`` and range is 2^32 - ``START``. So
its first byte is not 0; a string with the first byte 0 is ``Malformed``. A string codes at most ``MAX_STRING``
bytes, and no more than the limit of the reader (rule LIM-1); the first byte beyond either is ``LimitExceeded``.
Text that is not UTF-8 is ``Malformed``, in a string as well as in a message with ``MESSAGE``. The kind of the
message is text in UTF-8 or bytes. It is coded first, as a choice whether it is the kind of the message before; the
kind before the first message is text::

    code_string()
        low, range = START, 2^32 - START
        code a choice of SAME_KIND for the kind before, and PROB_ONE - SAME_KIND for the other kind
        begin as rule LOC-10 says
        repeat
            code a symbol (rule LOC-9): the next byte of the message, or END after the last
        until the symbol is END

STR-4: A message with ``MESSAGE`` is text if its flags have ``TEXT``, else bytes. For the next message, this is the
kind before it.

STR-5: A check is a condition on the bits of a message, in the manner of a CRC. The bits of the whole message are a
polynomial over GF(2), the first bit the highest. Its division by the generator of degree b of ``GENERATORS`` leaves
the remainder that rule STR-6 demands::

    check_bits(size of the message)
        if it has a head, or size >= 128: return max(16, the agreed least check)
        if size >= 32: return max(8, the agreed least check)
        return the agreed least check

STR-6: The demanded remainder depends on everything that both ends have agreed on, and on the place of the message
in its stream. agreed is the CRC-32 of the id of the model, eight bytes, then memory and least check, four bytes
each, big endian. The counter is the number of messages before this one, mod 2^16. After a head with ``MESSAGE`` the
check takes b div 8 bytes. They have the value with which the remainder is this one::

    demanded(b)
        side = 0 in the client's stream, 2^(b-1) in the server's
        return (agreed + counter + side) mod 2^b

STR-7: The string of a message is the shortest that codes it and leaves the demanded remainder, and of equally short
ones the smallest. T, low and range are those of the range coder after END (rule RNG-1). A string v of n bytes codes
the message if the whole block from v · 256^(T-n) up to and without (v + 1) · 256^(T-n) lies in [low, low + range).
Another string than this one is ``NonCanonical``, and one of more than T + beyond bytes is ``Malformed``. The number
b of bits of check depends on the length, so each n has its own. A check of 32 bits may need bytes beyond the
window. There n exceeds T, and each unit of the interval holds 256^(n-T) strings::

    find_string()
        beyond = BEYOND if the agreed least check is LONG_CHECK, else 0
        for n = max(1, T - 4), max(1, T - 4) + 1, … T + beyond
            least = low · 256^(n-T), rounded up
            most = (low + range) · 256^(n-T), rounded down, less 1
            b = check_bits(size of the message with a string of n bytes)
            free = min(b, 8 · n)
            start = least - (least mod 2^free)
            for base = start, start + 2^free
                if base <= most
                    v = base + (remainder of the message with the string base, by the generator of degree b,
                                xor demanded(b))
                    if v - base < 2^free, and least <= v <= most
                        return v, in n bytes

For each base, v is the only string with the same bits above the low b that leaves the remainder: the remainder is
linear in the bits, and the low b bits are added to it as they are. The first base may give one below least; then
the second gives one that is large enough, and if it is above most, so is any later one. The last n always has a
string: range is at least 2^24 (rule RNG-3), so that the interval has at least 2^24 strings of T bytes, and 2^40 of
T + 2. That is more than 2^(b+1), so that it has all strings of some base. The blocks of different texts have
nothing in common, so no message can be cut to another one.

STR-8: A receiver expects the counter after that of the last message. A message with another remainder is
``StreamDesync``, before anything of it is decoded. After any error the receiver has lost the stream: every message
without ``RESET`` is then ``StreamDesync``::

    receive(message)
        was_lost = lost
        lost = true
        take the head, if there is one (rule STR-2)
        c = expected
        if the flags have RESET
            if (counter - expected) mod 2^16 > LATEST: StreamDesync
            c = counter
        else if was_lost: StreamDesync
        if the remainder of the message is not the demanded one for the counter c: StreamDesync
        if the flags have RESET
            forget everything (rule STR-9)
        if the flags have MESSAGE
            text = the message without its head and its check, decoded (rules MSG-1 to MSG-3)
            let text enter the window (rule STR-11)
        else
            text = what the string codes (rule STR-3)
            if the string is not that of find_string(): NonCanonical, or Malformed if it is too long
        if the kind is text, and text is not UTF-8: Malformed
        the kind before = the kind
        expected = (c + 1) mod 2^16
        lost = false
        if the flags have ASK
            the next message of the own stream is a reset (rule STR-10)
        return text

STR-9: A sender of ``RESET`` has forgotten everything that the stream remembered (rule LOC-12), also the kind
before, which is text again. It keeps its counter, which is in the head. A receiver accepts the counter if it is the
expected one or up to ``LATEST`` later, mod 2^16; otherwise the message is ``StreamDesync``. Then the receiver
forgets everything too, and goes on from this counter.

STR-10: A receiver of ``ASK`` sends the next message of its own stream with ``RESET``.

STR-11: A message with ``MESSAGE`` enters the window, byte after byte, with the byte 0 behind it. It begins as rule
LOC-10 says. After each byte, the slots of rule LOC-4 learn it, and everything else follows that rule LOC-11 says,
but for misses and a match. If the message is longer than W bytes (rule STR-12), only its last W bytes count.

STR-12: The memory of a stream, M bytes, bounds what it remembers. b is the number of rule LOC-4, and W that of rule
LOC-1. M is ``MIN_MEMORY`` to ``MAX_MEMORY``::

    b = SLOT_BITS, or LARGE_SLOT_BITS if M >= LARGE_MEMORY
    W = M - STATE_SIZE - SLOT_SIZE · 2^b
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
    """The flags of a head (rule STR-2)."""

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

CHECKS: Final = (4, 8, 16, 32)
"""Bits that a least check may have."""

HEAD_CHECK: Final = 16
"""Least bits of check of a message with a head, however short."""

WIDER: Final = ((128, 16), (32, 8))
"""Sizes of a message, each with the least bits of check from there on, where they cost little."""

GENERATORS: Final = {4: 0x13, 8: 0x107, 16: 0x11021, 32: 0x11EDC6F41}
"""By degree: x^4+x+1, x^8+x^2+x+1, x^16+x^12+x^5+1, and that of CRC-32C (Castagnoli, Bräuer and Herrmann 1993).

A single bit leaves a remainder with each, and every odd number of bits with all but the first. With the last, so do
up to seven bits of a message of 26 bytes, and up to five of one of 659. With the generator of CRC-32, which is more
common, up to seven of 15 bytes do, and up to five of 37."""

LONG_CHECK: Final = 32
"""The least check whose strings may exceed their window, and that peers have to allow (rules STR-7 and SES-8)."""
BEYOND: Final = 2
"""Bytes that a string has at most beyond its window with ``LONG_CHECK``."""

SLOT_BITS: Final = 10
LARGE_SLOT_BITS: Final = 11
LARGE_MEMORY: Final = 64 << 10
SLOT_SIZE: Final = 18
"""Bytes of a slot of each of the four contexts, and of a position."""
STATE_SIZE: Final = 7 << 10
"""Bytes of all fields of numbers, weights and biases."""
MIN_MEMORY: Final = STATE_SIZE + (SLOT_SIZE << SLOT_BITS) + (1 << 10)
MAX_MEMORY: Final = STATE_SIZE + (SLOT_SIZE << LARGE_SLOT_BITS) + (1 << 16)

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
        "kind of the body, and requests",
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
    """The terms of a stream, on which both ends agree.

    Attributes:
        model: the context model that codes the messages.
        agreed: the number of rule STR-6.
        memory: bytes that the stream may remember, window and tables together.
        check: least bits of check.
        server: whether it is the server's stream.
    """

    model: ContextModel
    agreed: int
    memory: int
    check: int
    server: bool

    @property
    def slot_bits(self) -> int:
        """The b of rule STR-12."""
        return LARGE_SLOT_BITS if self.memory >= LARGE_MEMORY else SLOT_BITS

    @property
    def window(self) -> int:
        """The W of rule STR-12."""
        return self.memory - STATE_SIZE - (SLOT_SIZE << self.slot_bits)


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
        return max(HEAD_CHECK, least)
    return max(least, next((bits for size, bits in WIDER if wire_size >= size), 0))


def check_size(least: int) -> int:
    """Bytes of check behind a message with ``MESSAGE`` (rules STR-5 and STR-6).

    >>> check_size(4), check_size(16), check_size(32)
    (2, 2, 4)
    """
    return check_bits(0, least, head=True) // 8


def max_beyond(least: int) -> int:
    """Bytes that a string may have beyond its window (rule STR-7).

    >>> max_beyond(16), max_beyond(32)
    (0, 2)
    """
    return BEYOND if least == LONG_CHECK else 0


def agreement(model_id: bytes, memory: int, least: int) -> int:
    """The number *agreed* of rule STR-6."""
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

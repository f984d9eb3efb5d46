"""The BRIO container, version 2: units and matches in four streams.

This is an LZ77 coder of the kind of Zstandard (RFC 8878): literals and sequences of literal run, distance and
length in separate streams, recent distances, numbers as a symbol and extra bits. Its differences: literals include
phrases, the entropy coder is interleaved rANS instead of Huffman codes and tANS, and tables adapt, so that none are
on the wire.

BII-1: A message is cut into units (chapter ``unit``) and matches. A sequence is a literal run and a match. The
literal run is a row of units, and may be empty; the match copies earlier bytes of the message. Units that no match
follows end the message. After ``AURA`` and the version byte, 2, come the length of the message, its CRC-32 (four
bytes, big endian), the number of sequences and the number of units. Numbers are canonical varints of at most
``MAX_LENGTH``. The rest is a row of sixteen-bit words, little endian.

BII-2: The length is at most max_size, otherwise ``LimitExceeded``.

BII-3: Units, and three for each sequence, number at most ``SYMBOLS_PER_BYTE`` for each byte of the words, since
every symbol costs something, and at most the length. Otherwise the message is ``Malformed``. An odd byte behind the
words is ``Malformed``.

BII-4: The number of lanes is a power of two between ``MIN_LANES`` and 2048. More lanes are faster, and each costs
about a byte::

    lanes(length)
        e = max(0, (how many binary digits length has, 0 for 0) div 2 - 2)
        return min(max(2^e, MIN_LANES), 2048)

BII-5: Four streams are coded one after the other with the tables of chapter ``adaptive``: literal runs, distances,
lengths and units. A literal run is coded as its number of units. Each symbol has a context::

    of a literal run
        0
    of the distance of sequence i
        0 if the symbol of literal run i is 0, else 1
    of the length of sequence i
        (the context of distance i) + 2 · (how many of NEAR are at most the symbol of distance i)
    of unit i
        if unit i is the first of a literal run, of the units behind the last match, or of its lane
            0
        else
            the context that rule UNI-3 has for the symbol of unit i - 1

BII-6: A number is coded as a symbol and extra bits. A number below ``DIRECT`` is its own symbol. A length is coded
less ``MIN_MATCH``::

    symbol(n)
        if n < DIRECT: return n, without extra bits
        w = n - DIRECT + 4
        b = the place of the top bit of w
        return DIRECT + 2 · (b - 2) + (bit b - 1 of w), with the b - 1 lowest bits of w as extra bits

    number(s, extra)
        if s < DIRECT: return s
        k = (s - DIRECT) div 2 + 1, which is the number of extra bits
        return (2 + (s - DIRECT) mod 2) · 2^k + extra - 4 + DIRECT

BII-7: The distance symbols 0, 1 and 2 mean the three latest different distances, the latest first. At the start
these are 1, 2 and 4. Other distances are coded less 1, with their symbols raised by 3. A decoder accepts this
spelling for one of the three latest, too::

    recent = 1, 2, 4

    distance(s, extra)
        if s < 3: d = recent[s]
        else: d = number(s - 3, extra) + 1
        if recent has d: remove it, else remove the last of recent
        put d in front of recent
        return d

BII-8: Extra bits fill words from the lowest bit on, the bits of a symbol from its own lowest bit on. The literal
runs have words of their own: b div 16, rounded up, for b bits. They follow the last word that the literal runs take
(rule IRN-9), because a decoder needs their lengths for the contexts of units. The extra bits of distances, lengths
and units, in this order, share the other words. The first of these are in the states of the lanes (rule IRN-8), and
the others follow the last word that the symbols take. For b extra bits there are b div 16 words, rounded up, or as
many as lanes, whichever is more. Bits that are left over are zero. Otherwise the message is ``Malformed``::

    read_words()
        begin interleaved rANS (rule IRN-3)
        read the literal runs (rule ADA-4); take the words with their extra bits
        if the sum of the literal runs is more than the number of units: Malformed (rule BII-9)
        read distances, lengths and units (rule ADA-4)
        words = the low halves of the states, in order, and then all words that are left
        take the extra bits of distances, lengths and units from words
        if a bit that is left over is not 0, or there are more or fewer words than these need: Malformed

BII-9: The literal runs have at most as many units as there are, which is checked as soon as they are known. Units
and matches together are as long as the message says. A match may overlap the bytes that it makes, and never begins
before the message. Otherwise the message is ``Malformed``::

    carry_out()
        if the bytes of all units and the lengths of all matches are not length together: Malformed
        for each sequence, a literal run of n units, a distance d and a length l
            append the bytes of the next n units
            if d is more than the bytes so far: Malformed
            append l bytes one by one, each the one d bytes before the end
        append the bytes of the units that are left

BII-10: A wrong CRC-32 is ``ChecksumMismatch``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import construct as c

from aura_spec import brio
from aura_spec.errors import (
    ChecksumMismatch,
    DecodeError,
    EncodeError,
    LimitExceeded,
    Malformed,
    Unsupported,
)
from aura_spec.interleaved_rans import MAX_LANES_EXPONENT
from aura_spec.varint import VarInt
from aura_spec.wire import Checked, End, Field, Span, build, parse

VERSION: Final = 2
MAX_LENGTH: Final = 1 << 26
SYMBOLS_PER_BYTE: Final = 1024
MIN_LANES: Final = 4
DIRECT: Final = 16
NUMBERS: Final = 64
MIN_MATCH: Final = 3
RECENT: Final = (1, 2, 4)
DISTANCES: Final = len(RECENT) + NUMBERS
NEAR: Final = (3, 31, 41)
DISTANCE_CONTEXTS: Final = 2
LENGTH_CONTEXTS: Final = DISTANCE_CONTEXTS * (len(NEAR) + 1)

CONTAINER: Final = c.Struct(
    Field("magic", c.Const(brio.MAGIC), "AURA"),
    Field(
        "version",
        Checked(c.Byte, lambda v: v == VERSION, "the container's version is not 2", Unsupported),
        "of the container",
    ),
    Field("length", VarInt(MAX_LENGTH), "bytes of the message"),
    Field("crc", c.Int32ub, "CRC-32 of the message"),
    Field("sequences", VarInt(MAX_LENGTH), "literal runs with a match"),
    Field("units", VarInt(MAX_LENGTH), "bytes and phrases"),
    Field("words", c.GreedyBytes, "interleaved rANS, extra bits"),
    End,
)


@dataclass(frozen=True, slots=True)
class Container:
    """A BRIO version 2 container.

    Attributes:
        length: bytes of the message.
        crc: its CRC-32.
        sequences: how many.
        units: how many.
        words: everything else.
    """

    length: int
    crc: int
    sequences: int
    units: int
    words: bytes


def parse_body(body: bytes, max_size: int, trace: list[Span] | None = None) -> Container:
    """Read a container (rules BII-1 to BII-3).

    Raises:
        DecodeError: as the rules say.
    """
    value = parse(CONTAINER, body, base=1, trace=trace)
    container = Container(value.length, value.crc, value.sequences, value.units, value.words)
    check(container, max_size)
    return container


def check(container: Container, max_size: int) -> None:
    """Check the sizes that a container claims (rules BII-2 and BII-3).

    Raises:
        DecodeError: as the rules say.
    """
    if container.length > max_size:
        raise LimitExceeded(f"{container.length} bytes claimed", 6, "length")
    symbols = 3 * container.sequences + container.units
    if symbols > min(container.length, SYMBOLS_PER_BYTE * len(container.words)):
        raise Malformed("more sequences and units are claimed than there can be", 6, "units")
    if len(container.words) % 2:
        raise Malformed("half a word is left", 1, "words")


def read_body(body: bytes, max_size: int, decoded: Callable[[Container], bytes]) -> bytes:
    """Read a body (rules BII-1 to BII-3 and BII-10).

    All implementations share this; each decodes the words itself.

    Args:
        body: behind the marker.
        max_size: bytes that the message may have.
        decoded: gives the message of a container; errors that it raises have offsets in the words.

    Raises:
        DecodeError: as the rules say.
    """
    container = parse_body(body, max_size)
    start = 1 + len(body) - len(container.words)
    try:
        message = decoded(container)
    except DecodeError as error:
        raise type(error)(error.reason, start + error.offset, error.path) from None
    if crc32(message) != container.crc:
        raise ChecksumMismatch("the CRC-32 of the message is wrong", 6, "crc")
    return message


def check_message(message: bytes) -> None:
    """Check that a container can hold a message (rule BII-1).

    Raises:
        EncodeError: it is longer than ``MAX_LENGTH``.
    """
    if len(message) > MAX_LENGTH:
        raise EncodeError(f"{len(message)} bytes are more than a container of version 2 can hold")


def build_body(container: Container) -> bytes:
    """Write a container (rule BII-1).

    Raises:
        EncodeError: a value does not fit its field.
    """
    return build(
        CONTAINER,
        {
            "magic": brio.MAGIC,
            "version": VERSION,
            "length": container.length,
            "crc": container.crc,
            "sequences": container.sequences,
            "units": container.units,
            "words": container.words,
        },
    )


def is_version_2(body: bytes) -> bool:
    """Whether the version byte, if there is one, says 2."""
    return body[len(brio.MAGIC) : len(brio.MAGIC) + 1] == bytes((VERSION,))


def lanes_of(length: int) -> int:
    """The number of lanes for a message of ``length`` bytes (rule BII-4).

    >>> lanes_of(0), lanes_of(4096), lanes_of(1 << 20)
    (4, 16, 256)
    """
    exponent = max(0, length.bit_length() // 2 - 2)
    return min(max(1 << exponent, MIN_LANES), 1 << MAX_LANES_EXPONENT)


def number_symbol(number: int) -> tuple[int, int, int]:
    """Symbol, extra bits and how many of them (rule BII-6).

    >>> number_symbol(15), number_symbol(16), number_symbol(20), number_symbol(27)
    ((15, 0, 0), (16, 0, 1), (18, 0, 2), (19, 3, 2))
    """
    if number < DIRECT:
        return number, 0, 0
    shifted = number - DIRECT + 4
    top = shifted.bit_length() - 1
    bits = top - 1
    return DIRECT + 2 * (top - 2) + (shifted >> bits & 1), shifted & ((1 << bits) - 1), bits


def number_of(symbol: int) -> tuple[int, int]:
    """The least number that has a symbol, and how many extra bits follow (rule BII-6).

    >>> number_of(15), number_of(16), number_of(17), number_of(19)
    ((15, 0), (16, 1), (18, 1), (24, 2))
    """
    if symbol < DIRECT:
        return symbol, 0
    octave, half = divmod(symbol - DIRECT, 2)
    bits = octave + 1
    return ((2 + half) << bits) - 4 + DIRECT, bits

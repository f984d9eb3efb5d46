"""The BRIO container, version 2: units and matches in four streams.

A message is cut into units (chapter ``unit``) and matches: a sequence is a run of units, which may be empty,
and a match that copies what stood some distance back; units that no match follows end the message. After
``AURA`` and the version byte, 2, come the length of the message, its CRC-32 (four bytes, big endian), the
number of sequences and the number of units; numbers are canonical varints of at most ``MAX_LENGTH``. The rest
is a row of sixteen-bit words, little endian (rule BII-1).

The length is at most max_size, else ``LimitExceeded`` (rule BII-2). Units, and three for each sequence, are not
more than ``SYMBOLS_PER_BYTE`` for each byte of the words, which no symbol can undercut since none is certain,
nor are they more than the length; else the message is ``Malformed`` (rule BII-3). An odd byte is ``Malformed``.

The number of lanes is 2^e, where e is half the number of bits of the length, rounded down, less 2, but at least
``MIN_LANES`` and at most 2048 (rule BII-4): more lanes are faster, and each costs about a byte. Four streams
are coded one after the other with the tables of chapter ``adaptive``: the number of units of each run;
distances; lengths; units. Runs have one context. A distance has context 1 if the symbol of its run is not 0, else
0. So has a length, plus 2 times the number of ``NEAR`` symbols that the symbol of its distance is not below. A
unit that is the first of a run, of the units behind the last match, or of its lane, has context 0; any other the
context that rule UNI-3 gives for the symbol before it (rule BII-5).

Numbers are coded as a symbol and extra bits. A number below ``DIRECT`` is its own symbol. Else w is the number
less ``DIRECT`` plus 4, b the place of its top bit, and the symbol is ``DIRECT`` + 2 · (b - 2) plus the bit
below the top one; the b - 1 bits below that are extra (rule BII-6). A length is coded less ``MIN_MATCH``. The
distance symbols 0, 1, 2 mean the three latest different distances, the latest first, to begin with 1, 2 and 4.
Other distances are coded less 1, and their symbols raised by 3; a decoder takes one of the three latest so,
too. Any use, by either spelling, moves a distance to the front, where a new one takes the place of the last
(rule BII-7).

The extra bits of symbols fill words from the lowest bit on, those of a symbol from its own lowest bit on. Those of
the runs have words of their own, b div 16, rounded up, for b bits, which follow the last word that the runs take,
as a decoder has to know how long runs are to know the contexts of units. Of the words of all others, in the order
of the streams, the first are those in the states of the lanes, by rule IRN-8, the others follow the last word
that the symbols take. Bits left over are zero, and no word is left over: for b extra bits there are b div 16
words, rounded up, or as many as lanes, whichever is more; else the message is ``Malformed`` (rule BII-8).

The runs are no longer than the units, which is checked as soon as they are known, and units and matches together
as long as the message says; a match may overlap what it makes and never begins before the message; else it is
``Malformed`` (rule BII-9). A wrong CRC-32 is ``ChecksumMismatch`` (rule BII-10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import construct as c

from aura_spec.brio import MAGIC
from aura_spec.errors import LimitExceeded, Malformed, Unsupported
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
    Field("magic", c.Const(MAGIC), "AURA"),
    Field(
        "version",
        Checked(c.Byte, lambda v: v == VERSION, "the container's version is not 2", Unsupported),
        "of the container",
    ),
    Field("length", VarInt(MAX_LENGTH), "bytes of the message"),
    Field("crc", c.Int32ub, "CRC-32 of the message"),
    Field("sequences", VarInt(MAX_LENGTH), "runs with a match"),
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
    """Check what a container claims (rules BII-2 and BII-3).

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


def build_body(container: Container) -> bytes:
    """Write a container (rule BII-1).

    Raises:
        EncodeError: a value does not fit its field.
    """
    return build(
        CONTAINER,
        {
            "magic": MAGIC,
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
    return body[len(MAGIC) : len(MAGIC) + 1] == bytes((VERSION,))


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

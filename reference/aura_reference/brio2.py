"""BRIO version 2: units and matches in four adaptive streams (rules BII-1 to BII-10)."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from aura_reference.adaptive import Tables, batches, known, read, steps
from aura_reference.interleaved_rans import Reader, write
from aura_reference.lz77 import copy
from aura_reference.parse import Parse, parse
from aura_spec import brio2 as spec
from aura_spec import unit
from aura_spec.brio2 import (
    Container,
    build_body,
    check_message,
    lanes_of,
    number_of,
    number_symbol,
    read_body,
)
from aura_spec.errors import Malformed
from aura_spec.unit import extra_bits, first_of, symbol_of

Coded = tuple[int, int, int]
"""A symbol, its extra bits and how many of them."""


def encode(data: bytes, level: int) -> bytes:
    """Write ``data`` as a body; level 1 takes more time than 0 and gives less (rule PAR-1).

    Raises:
        EncodeError: ``data`` is longer than ``MAX_LENGTH``.
    """
    check_message(data)
    return encode_parse(data, parse(data, level))


def encode_parse(data: bytes, cut: Parse, spelt: Iterable[Coded] | None = None) -> bytes:
    """Write ``data``, cut as the caller likes, as a body (rules BII-4 to BII-8).

    Args:
        data: the message.
        cut: units and matches that make it.
        spelt: the coded distances, if they are spelt otherwise than :func:`code_distances` does (rule BII-7).
    """
    literal_runs = [number_symbol(repeat.literal_run) for repeat in cut.sequences]
    distances = list(spelt or code_distances(repeat.distance for repeat in cut.sequences))
    lengths = [number_symbol(repeat.length - spec.MIN_MATCH) for repeat in cut.sequences]
    units = [symbol_of(index) for index in cut.units]
    symbols = [[symbol for symbol, _, _ in stream] for stream in (literal_runs, distances, lengths, units)]
    lanes = lanes_of(len(data))
    far = distance_contexts(symbols[0])
    long = length_contexts(symbols[0], symbols[1])
    open_contexts = unit_contexts([repeat.literal_run for repeat in cut.sequences], len(units), lanes)
    contexts = [
        known(context, symbols[3], at, unit.CONTEXT_AFTER) for at, context in enumerate(open_contexts)
    ]
    coded = list(batches(symbols[0], lanes, Tables(unit.CODES["literal_runs"]), [0] * len(literal_runs)))
    between = {len(coded): pack(literal_runs)}
    coded += batches(symbols[1], lanes, Tables(unit.CODES["distances"]), far)
    coded += batches(symbols[2], lanes, Tables(unit.CODES["lengths"]), long)
    coded += batches(symbols[3], lanes, Tables(unit.CODES["units"]), contexts)
    rest = pack(bits for stream in (distances, lengths, units) for bits in stream)
    words = write(coded, lanes, rest, between)
    return build_body(Container(len(data), zlib.crc32(data), len(literal_runs), len(units), words))


def decode(body: bytes, max_size: int, window: bytes = b"") -> bytes:
    """Read a body; matches may begin in the ``window`` before the message (rule CHK-4).

    Raises:
        DecodeError: as the rules say.
    """
    return read_body(body, max_size, lambda container: _expand(container, window, *decode_parse(container)))


def decode_parse(container: Container) -> tuple[list[int], list[int], list[int], list[int]]:
    """Literal runs, distances, lengths and units (rules BII-4 to BII-8)."""
    lanes = lanes_of(container.length)
    count = container.sequences
    reader = Reader(container.words, lanes)
    literal_runs = read(reader, lanes, Tables(unit.CODES["literal_runs"]), [0] * count)
    literal_run_numbers = [number_of(symbol) for symbol in literal_runs]
    literal_run_words = reader.words(-(-sum(bits for _, bits in literal_run_numbers) // 16))
    literal_run_values = unpack(literal_run_numbers, literal_run_words, 0)
    if sum(literal_run_values) > container.units:
        raise Malformed("the literal runs are longer than the units", 0, "words")
    distances = read(reader, lanes, Tables(unit.CODES["distances"]), distance_contexts(literal_runs))
    lengths = read(reader, lanes, Tables(unit.CODES["lengths"]), length_contexts(literal_runs, distances))
    contexts = unit_contexts(literal_run_values, container.units, lanes)
    units = read(reader, lanes, Tables(unit.CODES["units"]), contexts, unit.CONTEXT_AFTER)
    coded = [
        *(_distance_of(symbol) for symbol in distances),
        *(number_of(symbol) for symbol in lengths),
        *((first_of(symbol), extra_bits(symbol)) for symbol in units),
    ]
    values = unpack(coded, reader.rest(), lanes)
    return (
        literal_run_values,
        list(_distances(distances, values[:count])),
        [spec.MIN_MATCH + value for value in values[count : 2 * count]],
        values[2 * count :],
    )


def code_distances(distances: Iterable[int]) -> Iterable[Coded]:
    """Code distances, as recent ones where they are (rule BII-7)."""
    recent = list(spec.RECENT)
    for distance in distances:
        if distance in recent:
            place = recent.index(distance)
            yield place, 0, 0
            recent.pop(place)
        else:
            symbol, extra, bits = number_symbol(distance - 1)
            yield len(spec.RECENT) + symbol, extra, bits
            recent.pop()
        recent.insert(0, distance)


def _distance_of(symbol: int) -> tuple[int, int]:
    """The least value of a distance symbol, and how many extra bits follow."""
    return (symbol, 0) if symbol < len(spec.RECENT) else number_of(symbol - len(spec.RECENT))


def _distances(symbols: Sequence[int], values: Sequence[int]) -> Iterable[int]:
    """The distances meant (rule BII-7)."""
    recent = list(spec.RECENT)
    for symbol, value in zip(symbols, values, strict=True):
        if symbol < len(spec.RECENT):
            distance = recent.pop(symbol)
        else:
            distance = value + 1
            if distance in recent:
                recent.remove(distance)
            else:
                recent.pop()
        recent.insert(0, distance)
        yield distance


def distance_contexts(literal_runs: Sequence[int]) -> list[int]:
    """The contexts of distances, from the symbols of literal runs (rule BII-5)."""
    return [int(literal_run > 0) for literal_run in literal_runs]


def length_contexts(literal_runs: Sequence[int], distances: Sequence[int]) -> list[int]:
    """The contexts of lengths, from the symbols of literal runs and distances (rule BII-5)."""
    return [
        (literal_run > 0) + 2 * bisect_right(spec.NEAR, distance)
        for literal_run, distance in zip(literal_runs, distances, strict=True)
    ]


def unit_contexts(literal_runs: Sequence[int], count: int, lanes: int) -> list[int | None]:
    """The contexts of units, None where it is that after the unit before (rule BII-5)."""
    contexts: list[int | None] = [None] * count
    starts = [0, *accumulate(literal_runs), *(index for step in steps(count, lanes)[:1] for index in step)]
    for start in starts:
        if start < count:
            contexts[start] = 0
    return contexts


def pack(coded: Iterable[Coded]) -> list[int]:
    """Extra bits as words (rule BII-8)."""
    text = "".join(f"{extra:0{bits}b}"[::-1] for _, extra, bits in coded if bits)
    return [int(text[at : at + 16][::-1], 2) for at in range(0, len(text), 16)]


def unpack(coded: Iterable[tuple[int, int]], words: Sequence[int], lanes: int) -> list[int]:
    """Values from their least ones and numbers of extra bits (rule BII-8)."""
    text = "".join(f"{word:016b}"[::-1] for word in words)
    position = 0
    values = []
    for least, bits in coded:
        extra = text[position : position + bits]
        position += bits
        values.append(least + int(extra[::-1] or "0", 2))
    if "1" in text[position:] or len(words) != max(lanes, -(-position // 16)):
        raise Malformed("the extra bits do not end where the words do", 0, "words")
    return values


def _expand(  # the streams, and where they go
    container: Container,
    window: bytes,
    literal_runs: list[int],
    distances: list[int],
    lengths: list[int],
    units: list[int],
) -> bytes:
    """Carry out units and matches (rule BII-9)."""
    size = sum(lengths) + sum(len(unit.UNIT_BYTES[index]) for index in units)
    if size != container.length:
        raise Malformed("units and matches do not make up the message", 0, "words")
    output = bytearray(window)
    taken = 0
    for literal_run, distance, length in zip(literal_runs, distances, lengths, strict=True):
        for index in units[taken : taken + literal_run]:
            output += unit.UNIT_BYTES[index]
        taken += literal_run
        copy(output, distance, length)
    for index in units[taken:]:
        output += unit.UNIT_BYTES[index]
    return bytes(output[len(window) :])

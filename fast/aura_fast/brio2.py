"""BRIO version 2: streams with numpy, matches copied as slices (rules BII-1 to BII-10)."""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np

from aura_fast.adaptive import contexts_after, counts_of, lane_starts, read, steps_of
from aura_fast.interleaved_rans import StepReader, Wide, write_steps
from aura_fast.number import NUMBER_BITS, NUMBER_LEAST, distance_symbols, number_symbols
from aura_fast.parse import Cut, parse
from aura_fast.unit import CONTEXTS, SYMBOL_OF_UNIT, UNIT_SIZES, UNIT_STARTS, UNIT_TEXT
from aura_spec import unit
from aura_spec.brio2 import (
    MIN_MATCH,
    NEAR,
    RECENT,
    Container,
    build_body,
    check_message,
    lanes_of,
    read_body,
)
from aura_spec.errors import Malformed
from aura_spec.unit import (
    CODES,
    extra_bits,
    first_of,
)

_LITERAL_RUNS: Final = counts_of(CODES["literal_runs"])
_DISTANCES: Final = counts_of(CODES["distances"])
_LENGTHS: Final = counts_of(CODES["lengths"])
_UNITS: Final = counts_of(CODES["units"])
_NEAR: Final = np.array(NEAR)

# For each symbol of a distance its least value, and how many extra bits follow, where recent ones stand for
# themselves (rule BII-7); the same for units (rule UNI-2).
_DISTANCE_LEAST: Final = np.concatenate([np.arange(len(RECENT)), NUMBER_LEAST])
_DISTANCE_BITS: Final = np.concatenate([np.zeros(len(RECENT), np.int64), NUMBER_BITS])
_UNIT_LEAST: Final = np.array([first_of(symbol) for symbol in range(unit.SYMBOLS)], np.int64)
_UNIT_BITS: Final = np.array([extra_bits(symbol) for symbol in range(unit.SYMBOLS)], np.int64)


def encode(data: bytes, level: int) -> bytes:
    """Write ``data`` as a body; level 1 takes more time than 0 and gives less (rule PAR-1).

    Raises:
        EncodeError: ``data`` is longer than ``MAX_LENGTH``.
    """
    check_message(data)
    return encode_parse(data, parse(data, level))


def encode_parse(data: bytes, cut: Cut) -> bytes:
    """Write ``data``, cut as the caller likes, as a body."""
    literal_runs, literal_run_extra = number_symbols(np.array(cut.literal_runs, np.int64))
    distances, far_extra = distance_symbols(cut.distances)
    lengths, length_extra = number_symbols(np.array(cut.lengths, np.int64) - MIN_MATCH)
    all_units = cut.units.astype(np.int64)
    units = SYMBOL_OF_UNIT.take(all_units)
    lanes = lanes_of(len(data))
    unit_contexts = contexts_after(
        units, _unit_contexts(np.array(cut.literal_runs, np.int64), len(units), lanes), CONTEXTS
    )
    steps: list[tuple[Wide, Wide] | Wide] = [
        *steps_of(literal_runs, lanes, np.zeros(len(literal_runs), np.int64), _LITERAL_RUNS),
        _pack(literal_run_extra, NUMBER_BITS.take(literal_runs)),
        *steps_of(distances, lanes, _distance_contexts(literal_runs), _DISTANCES),
        *steps_of(lengths, lanes, _length_contexts(literal_runs, distances), _LENGTHS),
        *steps_of(units, lanes, unit_contexts, _UNITS),
    ]
    extra = np.concatenate([far_extra, length_extra, all_units - _UNIT_LEAST.take(units)])
    bits = np.concatenate(_bits_of(distances, lengths, units))
    words = write_steps(steps, lanes, _pack(extra, bits))
    return build_body(Container(len(data), zlib.crc32(data), len(literal_runs), len(units), words))


def decode(body: bytes, max_size: int, window: bytes = b"") -> bytes:
    """Read a body; matches may begin in the ``window`` before the message (rule CHK-4).

    Raises:
        DecodeError: as the rules say.
    """
    return read_body(body, max_size, lambda container: _read(container, window))


def _read(container: Container, window: bytes) -> bytes:
    """Read the streams (rules BII-4 to BII-9)."""
    lanes = lanes_of(container.length)
    count = container.sequences
    reader = StepReader(container.words, lanes)
    literal_runs = read(reader, lanes, np.zeros(count, np.int64), _LITERAL_RUNS)
    literal_run_bits = NUMBER_BITS.take(literal_runs)
    literal_run_values = NUMBER_LEAST.take(literal_runs) + _unpack(
        literal_run_bits, reader.words((int(literal_run_bits.sum()) + 15) // 16), 0
    )
    if int(literal_run_values.sum()) > container.units:
        raise Malformed("the literal runs are longer than the units", 0, "words")
    distances = read(reader, lanes, _distance_contexts(literal_runs), _DISTANCES)
    lengths = read(reader, lanes, _length_contexts(literal_runs, distances), _LENGTHS)
    units = read(reader, lanes, _unit_contexts(literal_run_values, container.units, lanes), _UNITS, CONTEXTS)
    least = np.concatenate(
        [
            _DISTANCE_LEAST.take(distances),
            NUMBER_LEAST.take(lengths),
            _UNIT_LEAST.take(units),
        ]
    )
    bits = np.concatenate(_bits_of(distances, lengths, units))
    values = least + _unpack(bits, reader.rest(), lanes)
    distance_values = values[:count]
    length_values = values[count : 2 * count] + MIN_MATCH
    unit_values = values[2 * count :]
    # where each literal run ends, in units and then in bytes
    ends = np.cumsum(literal_run_values)
    sizes = UNIT_SIZES.take(unit_values)
    total = int(sizes.sum()) + int(length_values.sum())
    if total != container.length:
        raise Malformed("units and matches do not make up the message", 0, "words")
    size_ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    # for each byte of the units its place in the text of all units
    places = np.repeat(UNIT_STARTS.take(unit_values) - size_ends[:-1], sizes) + np.arange(size_ends[-1])
    text = UNIT_TEXT.take(places).tobytes()
    return _carry_out(
        bytearray(window),
        text,
        size_ends.take(ends).tolist(),
        distances.tolist(),
        distance_values.tolist(),
        length_values.tolist(),
    )


def _carry_out(  # the streams, and where they go
    output: bytearray, text: bytes, ends: list[int], symbols: list[int], values: list[int], lengths: list[int]
) -> bytes:
    """Copy units and matches, one after the other, behind what is there (rules BII-7, BII-9 and CHK-4)."""
    begin = len(output)
    taken = 0
    first, second, third = RECENT
    for end, symbol, value, length in zip(ends, symbols, values, lengths, strict=True):
        output += text[taken:end]
        taken = end
        distance = value + 1 if symbol > 2 else (first, second, third)[symbol]
        if distance != first:
            if distance != second:
                third = second
            second = first
            first = distance
        start = len(output) - distance
        if start < 0:
            raise Malformed("a match begins before the output", 0, "distance")
        if length <= distance:
            output += output[start : start + length]
        else:
            # a match that overlaps itself repeats its beginning
            output += (output[start:] * (length // distance + 1))[:length]
    output += text[taken:]
    return bytes(memoryview(output)[begin:])


def _distance_contexts(literal_runs: Wide) -> Wide:
    """The contexts of distances (rule BII-5): (sequences,) int64."""
    return (literal_runs > 0).astype(np.int64)


def _length_contexts(literal_runs: Wide, distances: Wide) -> Wide:
    """The contexts of lengths (rule BII-5): (sequences,) int64."""
    contexts: Wide = _distance_contexts(literal_runs) + 2 * _NEAR.searchsorted(distances, "right")
    return contexts


def _unit_contexts(literal_runs: Wide, units: int, lanes: int) -> Wide:
    """The contexts of units, -1 for that after the unit before (rule BII-5): (units,) int64."""
    contexts = np.full(units, -1, np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(literal_runs, dtype=np.int64)])
    contexts[starts[starts < units]] = 0
    contexts[lane_starts(units, lanes)] = 0
    return contexts


def _bits_of(distances: Wide, lengths: Wide, units: Wide) -> list[Wide]:
    """How many extra bits follow each distance, length and unit, given as symbols: int64 of their shapes."""
    return [
        _DISTANCE_BITS.take(distances),
        NUMBER_BITS.take(lengths),
        _UNIT_BITS.take(units),
    ]


def _pack(extra: Wide, bits: Wide) -> Wide:
    """Pack extra bits, (values,) int64, into words, from the lowest bit on (rule BII-8): (words,) int64."""
    used = bits > 0
    extra, bits = extra[used], bits[used]
    starts = np.cumsum(bits) - bits
    total = int(bits.sum())
    words = np.zeros((total + 15) // 16 + 2, np.int64)
    # a value of up to 24 bits touches up to three words; no two values share a bit, so that sums do
    shifted = extra << (starts & 15)
    for part in range(3):
        at = (starts >> 4) + part
        words += np.bincount(at, shifted >> 16 * part & 0xFFFF, len(words)).astype(np.int64)[: len(words)]
    return words[:-2]


def _unpack(bits: Wide, words: Wide, lanes: int) -> Wide:
    """Unpack the extra bits of each symbol from words (rule BII-8): (symbols,) int64.

    ``bits`` says how many each has, (symbols,) int64; ``words`` are (words,) int64.
    """
    ends = np.cumsum(bits)
    total = int(ends[-1]) if len(ends) else 0
    needed = -(-total // 16)
    left = total % 16
    if len(words) != max(lanes, needed) or words[needed:].any() or (left and int(words[needed - 1]) >> left):
        raise Malformed("the extra bits do not end where the words do", 0, "words")
    starts = ends - bits
    padded = np.concatenate([words, np.zeros(3, np.int64)])
    # three words from each place on, as one integer
    wide = padded[:-2] | padded[1:-1] << 16 | padded[2:] << 32
    extra: Wide = wide.take(starts >> 4) >> (starts & 15) & ((1 << bits) - 1)
    return extra

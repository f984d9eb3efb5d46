"""The options that a message takes, from its beginning (rules PAR-4 and PAR-5)."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from aura_fast.parse.optimal_parser import Choices
from aura_spec.brio2 import MIN_MATCH
from aura_spec.parse import ADVANTAGE


@dataclass(frozen=True, slots=True)
class Walked:
    """The options that a message takes.

    Attributes:
        places: where units stand, counted from where the walk begins.
        sizes: of the units, in bytes.
        literal_runs: how many units stand before each match.
        lengths: of the matches.
        distances: of the matches.
    """

    places: array[int]
    sizes: bytearray
    literal_runs: list[int]
    lengths: list[int]
    distances: list[int]


def follow(data: bytes, begin: int, choices: Choices) -> Walked:
    """Follow the choices at the positions from ``begin`` on."""
    # plain views: few positions are visited, and lists of all would take much memory
    first, later = choices.behind_match.data, choices.behind_unit.data
    lengths, distances = choices.lengths.data, choices.distances.data
    places = array("i")
    taken = bytearray()
    literal_runs: list[int] = []
    copied: list[int] = []
    back: list[int] = []
    add_place, add_size = places.append, taken.append
    position, last, literal_run = begin, 0, 0
    size = len(data)
    while position < size:
        place = position - begin
        length = (later if literal_run else first)[place]
        distance = 0
        if not length:
            length, distance = lengths[place], distances[place]
        if (
            last
            and data[position] == data[position - last]
            and distance != last
            and data[position : position + MIN_MATCH] == data[position - last : position - last + MIN_MATCH]
            and position + MIN_MATCH <= size
        ):
            again = _agreeing(data, position, last)
            if again >= length - (ADVANTAGE if distance else 0):
                length, distance = again, last
        if not distance:
            add_place(place)
            add_size(length)
            literal_run += 1
        elif distance == last and not literal_run:
            copied[-1] += length
        else:
            literal_runs.append(literal_run)
            copied.append(length)
            back.append(distance)
            last, literal_run = distance, 0
        position += length
    return Walked(places, taken, literal_runs, copied, back)


def _agreeing(data: bytes, position: int, distance: int) -> int:
    """How many bytes from ``position`` on agree with those ``distance`` before."""
    count, step = MIN_MATCH, 16
    size = len(data)
    while position + count < size:
        step = min(step, size - position - count)  # ever more while they agree
        here = data[position + count : position + count + step]
        there = data[position + count - distance : position + count - distance + step]
        if here != there:
            differing = int.from_bytes(here, "little") ^ int.from_bytes(there, "little")
            # the lowest bit that differs
            return count + ((differing & -differing).bit_length() - 1 >> 3)
        count += step
        step *= 2
    return count

"""Interleaved rANS with numpy: one vector operation a step for all lanes (rules IRN-1 to IRN-9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aura_spec import interleaved_rans as spec
from aura_spec.context_model import FREQUENCIES
from aura_spec.errors import Malformed, Truncated
from aura_spec.interleaved_rans import LOWER_BOUND, SCALE_BITS, WORD_BITS, frequencies_of

Integers = NDArray[np.integer]
Wide = NDArray[np.int64]

_WEIGHTS = np.array([0, *FREQUENCIES], np.int64)
"""The weight of each code (rule IRN-7)."""

_BLOCK = 1 << 15
"""Symbols whose tables are looked up together: enough to be quick, and few enough to stay in the cache."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Frequency tables, laid end to end, behind one interval that stands for all tables without symbols.

    That interval fills all slots and leaves every state as it is, so that a step needs no test for such tables.

    Attributes:
        firsts: for each table the place in ``intervals`` before its symbol 0; 0 for a table without symbols:
            (tables,).
        intervals: of all symbols of all tables, ``frequency << 16 | cumulative``: (1 + symbols,).
        rows: for each table the place of its slot 0 in ``slots``; 0 for a table without symbols: (tables,).
        slots: for each used table 4096 numbers: the symbol that each slot belongs to, plus 1. Before them 4096
            zeros: (4096 · (1 + used tables),).
    """

    firsts: NDArray[np.int64]
    intervals: NDArray[np.int64]
    rows: NDArray[np.int64]
    slots: NDArray[np.uint8 | np.uint16]


def lay_out(tables: Sequence[Sequence[int]]) -> Tables:
    """Lay out tables of frequencies; an empty one is never used. Each sums to 4096."""
    frequencies = [np.array(table, np.int64) for table in tables]
    return _lay_out(np.concatenate([np.zeros(0, np.int64), *frequencies]), _sizes(tables))


def lay_out_codes(tables: Sequence[bytes]) -> Tables:
    """Lay out tables of codes of weights, one of them above 0 (rule IRN-7); an empty one is never used.

    Equal tables share their place.
    """
    distinct = list(dict.fromkeys(tables))
    numbers = {table: number for number, table in enumerate(distinct)}
    which = [numbers[table] for table in tables]
    sizes = _sizes(distinct)
    used = [table for table in distinct if table]
    weights = _WEIGHTS[np.frombuffer(b"".join(used), np.uint8)]
    own_sizes = sizes[sizes > 0]
    firsts = np.cumsum(own_sizes) - own_sizes
    table = np.repeat(np.arange(len(used)), own_sizes)
    totals = np.add.reduceat(weights, firsts)
    frequencies = np.maximum(weights * spec.TOTAL // totals[table], weights > 0)
    surplus = np.add.reduceat(frequencies, firsts) - spec.TOTAL
    largest = np.maximum.reduceat(frequencies, firsts)
    # the first of the largest of each table: written last
    candidates = np.flatnonzero(frequencies == largest[table])[::-1]
    place = np.zeros(len(used), np.int64)
    place[table[candidates]] = candidates
    # it alone gives or takes, unless it would fall below the next
    frequencies[place] = 0
    second = np.maximum.reduceat(frequencies, firsts)
    frequencies[place] = largest - surplus
    for number in np.flatnonzero(largest - surplus < second).tolist():
        first = int(firsts[number])
        frequencies[first : first + int(own_sizes[number])] = frequencies_of(used[number])
    laid_out = _lay_out(frequencies, sizes)
    return replace(laid_out, firsts=laid_out.firsts[which], rows=laid_out.rows[which])


def _sizes(tables: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """How many symbols tables have, (tables,) int64."""
    return np.fromiter(map(len, tables), np.int64, len(tables))


def _lay_out(frequencies: NDArray[np.int64], sizes: NDArray[np.int64]) -> Tables:
    """Lay out tables whose frequencies stand end to end, (symbols,) int64, by their sizes, (tables,) int64."""
    used = sizes > 0
    firsts = np.where(used, np.cumsum(sizes) - sizes, 0)
    rows = np.where(used, np.cumsum(used) * spec.TOTAL, 0)
    # the sum over everything before a symbol, less what the tables before its own sum to
    table = np.repeat(np.arange(len(sizes)), sizes)
    cumulatives = np.cumsum(frequencies) - frequencies + spec.TOTAL - rows[table]
    intervals = np.concatenate([[spec.TOTAL << 16], frequencies << 16 | cumulatives])
    # every symbol's number, as often as its frequency: exactly 4096 slots a table, in order
    numbers = np.concatenate([[0], np.arange(len(frequencies)) - firsts[table] + 1])
    kind = np.uint8 if numbers.max() < 256 else np.uint16
    slots = np.repeat(numbers.astype(kind), intervals >> 16)
    return Tables(firsts, intervals, rows, slots)


class Reader:
    """Decodes batches of symbols, whose tables are known before each batch."""

    def __init__(self, words: bytes | memoryview, lanes: int, tables: Tables) -> None:
        self._words = np.frombuffer(words, "<u2")
        if len(self._words) < 2 * lanes:
            raise Truncated("the payload is too short for its lanes", len(words), "words")
        heads = self._words[: 2 * lanes].astype(np.int64)
        self._states = heads[0::2] << WORD_BITS | heads[1::2]
        if int(self._states.min()) < LOWER_BOUND:
            raise Malformed("a state is out of range", 0, "words")
        self._position = 2 * lanes
        self._lanes = lanes
        self._lane = 0
        self._tables = tables

    def begin(self) -> None:
        """Begin a batch, at lane 0 (rule IRN-1)."""
        self._lane = 0

    def read(self, indices: Integers) -> NDArray[np.int32]:
        """Decode a batch: a symbol with each of the tables ``indices``, (symbols,), in order: (symbols,) int32."""
        self.begin()
        return self.read_on(indices)

    def read_on(self, indices: Integers) -> NDArray[np.int32]:
        """Decode the next symbols of a batch that is read piece by piece, as :func:`read` does."""
        symbols = np.empty(len(indices), np.int32)
        for start in range(0, len(indices), _BLOCK):
            numbers = self._read_block(indices[start : start + _BLOCK])
            np.subtract(numbers, 1, out=symbols[start : start + _BLOCK], dtype=np.int32)
        return symbols

    def _read_block(self, indices: Integers) -> NDArray[np.uint8 | np.uint16]:
        """Decode the next symbols of a batch, and give them plus 1, 0 for a table without symbols: (symbols,).

        States are signed and as wide as an index, as numpy would otherwise convert one to the other.
        """
        slots, intervals = self._tables.slots, self._tables.intervals
        indices = indices.astype(np.intp)
        rows, firsts = self._tables.rows.take(indices), self._tables.firsts.take(indices)
        numbers = np.empty(len(indices), slots.dtype)
        # numpy is quicker where it need not make an array for each result
        size = min(self._lanes, len(indices))
        all_slots, all_places, all_intervals = (np.empty(size, np.int64) for _ in range(3))
        stop = 0
        while stop < len(indices):
            start, stop = stop, min(stop + self._lanes - self._lane, len(indices))
            size = stop - start
            states = self._states[self._lane : self._lane + size]
            self._lane = (self._lane + size) % self._lanes
            slot, place, interval = all_slots[:size], all_places[:size], all_intervals[:size]
            np.bitwise_and(states, spec.TOTAL - 1, out=slot)
            # all places exist; "clip" spares the check
            np.add(rows[start:stop], slot, out=place)
            slots.take(place, out=numbers[start:stop], mode="clip")
            np.add(firsts[start:stop], numbers[start:stop], out=place)
            intervals.take(place, out=interval, mode="clip")
            states >>= SCALE_BITS
            states *= np.right_shift(interval, 16, out=place)
            states += slot
            interval &= 0xFFFF
            states -= interval
            # lanes that fell below the bound take the next words, in their order
            hungry = (states < LOWER_BOUND).nonzero()[0]
            if len(hungry):
                words = self._words[self._position : self._position + len(hungry)]
                if len(words) < len(hungry):
                    # whichever comes first, a table without symbols or a lane without its word
                    _check_used(numbers[: start + int(hungry[len(words)]) + 1])
                    raise Truncated("the payload runs out of words", 2 * len(self._words), "words")
                states[hungry] = states[hungry] << WORD_BITS | words
                self._position += len(hungry)
        _check_used(numbers)
        return numbers

    def finish(self) -> None:
        """Check that everything was read (rule IRN-5)."""
        if self._position != len(self._words) or not bool((self._states == LOWER_BOUND).all()):
            raise Malformed("the payload does not end where its symbols do", 2 * self._position, "words")


def _check_used(numbers: NDArray[np.uint8 | np.uint16]) -> None:
    """Check that every table in use has symbols; ``numbers`` are symbols plus 1, (symbols,)."""
    if numbers.min() == 0:
        raise Malformed("a table without symbols is used", 0, "words")


def write_batches(batches: Sequence[tuple[Integers, Integers]], lanes: int, tables: Tables) -> bytes:
    """Encode batches in the order in which they will be read (rule IRN-6).

    Each batch is the indices of tables and the symbols, both (symbols,).
    """
    states = np.full(lanes, LOWER_BOUND, np.int64)
    words: list[Wide] = []
    for indices, symbols in reversed(batches):
        intervals = tables.intervals[tables.firsts[indices] + symbols + 1]
        frequencies, cumulatives = intervals >> 16, intervals & 0xFFFF
        last = (len(indices) - 1) // lanes * lanes if len(indices) else -1
        for start in range(last, -1, -lanes):
            stop = min(start + lanes, len(indices))
            words.append(_push(states[: stop - start], frequencies[start:stop], cumulatives[start:stop]))
    heads = np.stack([states >> WORD_BITS, states & 0xFFFF], 1).ravel()
    return np.concatenate([heads, *reversed(words)]).astype("<u2").tobytes()


def _push(states: Wide, frequencies: Wide, cumulatives: Wide) -> Wide:
    """Encode a symbol in each of some lanes, whose states change, and give the words to be read before."""
    full = states >= frequencies << 32 - SCALE_BITS
    # a decoder takes the words of a step in the order of the lanes, so they stand in that order
    words = states[full] & 0xFFFF
    states >>= full * WORD_BITS
    # the quotient of integers below 2^32 is exact in floating point once rounded down
    quotient = (states / frequencies).astype(np.int64)
    states += quotient * (spec.TOTAL - frequencies) + cumulatives
    return words


@dataclass(frozen=True, slots=True)
class Rows:
    """Tables end to end, 4096 slots each, as long as they stay the same.

    Attributes:
        frequencies: of all symbols of all tables, (symbols,).
        starts: the first slot of each symbol, (symbols,).
        ends: the slot behind the last of each symbol, (symbols,).
        owners: the symbol of each slot, among those of all tables, (slots,); None to search for it instead.
        following: by symbol the first slot of the table of the next symbol of its lane, (symbols,); None if it does
            not matter.
    """

    frequencies: Wide
    starts: Wide
    ends: Wide
    owners: Wide | None
    following: Wide | None


class StepReader:
    """Decodes steps whose tables are known only then.

    The symbol of a slot may be searched for among the ends of all symbols of all tables: tables with which few
    symbols are coded are not worth an entry for each of their slots (rule IRN-4).
    """

    def __init__(self, words: bytes, lanes: int) -> None:
        self._words = np.frombuffer(words, "<u2").astype(np.int64)
        if len(self._words) < 2 * lanes:
            raise Truncated("the payload is too short for its lanes", len(words), "words")
        heads = self._words[: 2 * lanes]
        self._states = heads[0::2] << WORD_BITS | heads[1::2]
        if int(self._states.min()) < LOWER_BOUND:
            raise Malformed("a state is out of range", 0, "words")
        self._position = 2 * lanes

    def steps(self, taken: Sequence[int], tables: Rows, bases: Wide | None, places: Wide, first: int) -> None:
        """Decode steps that share tables.

        Args:
            taken: how many lanes, counted from the first, take part in each step.
            tables: the same.
            bases: by step of the stream and lane the first slot of the table; below 0 for the one that follows;
                (steps, lanes) int64; None where there is one table.
            places: by step and lane the symbol among those of all tables, (steps, lanes) int64; receives them.
            first: the number of the first of the steps.
        """
        following = tables.following
        for step, count in enumerate(taken, first):
            states = self._states[:count]
            slots = states & spec.TOTAL - 1
            if bases is not None:
                base = bases[step, :count]
                if following is not None:
                    base = np.where(base < 0, following.take(places[step - 1, :count]), base)
                slots += base
            owners = tables.owners
            found = tables.ends.searchsorted(slots, "right") if owners is None else owners.take(slots)
            places[step, :count] = found
            # frequency * (state div 4096) + slot - cumulative
            states >>= SCALE_BITS
            states *= tables.frequencies.take(found)
            states += slots
            states -= tables.starts.take(found)
            # lanes that fell below the bound take the next words, in their order
            hungry = (states < LOWER_BOUND).nonzero()[0]
            if len(hungry):
                states[hungry] = states.take(hungry) << WORD_BITS | self.words(len(hungry))

    def words(self, count: int) -> Wide:
        """The next words, which are not of symbols (rule IRN-9): (count,) int64."""
        words = self._words[self._position : self._position + count]
        if len(words) < count:
            raise Truncated("the payload runs out of words", 2 * len(self._words), "words")
        self._position += count
        return words

    def rest(self) -> Wide:
        """End where a format has words of its own, and give them (rule IRN-8): (words,) int64."""
        if int(self._states.max()) >= 2 * LOWER_BOUND:
            raise Malformed("a state ends out of range", 2 * self._position, "words")
        return np.concatenate([self._states - LOWER_BOUND, self._words[self._position :]])


def write_steps(steps: Sequence[tuple[Wide, Wide] | Wide], lanes: int, rest: Wide) -> bytes:
    """Encode steps, in the order in which they will be read (rules IRN-6 and IRN-9).

    Args:
        steps: the frequencies and cumulatives of the symbols of a step, both (lanes that take part,) int64; or
            words as they are, (words,) int64.
        lanes: how many.
        rest: words of the format that follow the steps (rule IRN-8), (words,) int64.
    """
    states = np.full(lanes, LOWER_BOUND, np.int64)
    states[: len(rest)] += rest[:lanes]
    words = [rest[lanes:]]
    for step in reversed(steps):
        if isinstance(step, np.ndarray):
            words.append(step)
            continue
        frequencies, cumulatives = step
        words.append(_push(states[: len(frequencies)], frequencies, cumulatives))
    heads = np.stack([states >> WORD_BITS, states & 0xFFFF], 1).ravel()
    return np.concatenate([heads, *reversed(words)]).astype("<u2").tobytes()

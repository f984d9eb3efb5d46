"""Interleaved rANS with numpy: one vector operation a step for all lanes (rules IRN-1 to IRN-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aura_spec.errors import Malformed, Truncated
from aura_spec.interleaved_rans import LOWER_BOUND, SCALE_BITS, TOTAL, WORD_BITS

Integers = NDArray[np.signedinteger]


@dataclass(frozen=True, slots=True)
class Tables:
    """Frequency tables, laid end to end.

    Attributes:
        first: for each table the place of its symbol 0 in ``frequencies``; -1 for a table without symbols.
        frequencies: of all symbols of all tables.
        cumulatives: of all symbols of all tables.
        slots: for each used table 4096 places in ``frequencies``: the symbol that each slot belongs to.
        slot_rows: for each table its row of ``slots``; -1 for a table without symbols.
    """

    first: Integers
    frequencies: NDArray[np.uint32]
    cumulatives: NDArray[np.uint32]
    slots: NDArray[np.integer]
    slot_rows: Integers


def lay_out(tables: Sequence[Sequence[int]]) -> Tables:
    """Lay out tables of frequencies; an empty one is never used. Each sums to 4096."""
    sizes = np.array([len(table) for table in tables], np.int32)
    used = sizes > 0
    first = np.where(used, np.cumsum(sizes, dtype=np.int32) - sizes, np.int32(-1))
    frequencies = np.fromiter((f for table in tables for f in table), np.uint32, int(sizes.sum()))
    # the sum over everything before a symbol, less what the tables before its own sum to
    row = np.repeat(np.cumsum(used) - 1, sizes)
    cumulatives = (np.cumsum(frequencies, dtype=np.int64) - frequencies - row * TOTAL).astype(np.uint32)
    # every symbol's place, as often as its frequency: exactly 4096 slots a table, in order
    narrow = len(frequencies) <= 1 << 16
    numbers = np.arange(len(frequencies)).astype(np.uint16 if narrow else np.int32)
    slots = np.repeat(numbers, frequencies)
    return Tables(
        first,
        frequencies,
        cumulatives,
        slots,
        np.where(used, np.cumsum(used, dtype=np.int32) - 1, np.int32(-1)),
    )


class Reader:
    """Decodes batches of symbols, whose tables are known before each batch."""

    def __init__(self, words: bytes, lanes: int, tables: Tables) -> None:
        self._words = np.frombuffer(words, "<u2").astype(np.uint32)
        if len(self._words) < 2 * lanes:
            raise Truncated("the payload is too short for its lanes", len(words), "words")
        heads = self._words[: 2 * lanes]
        self._states = heads[0::2] << np.uint32(16) | heads[1::2]
        if int(self._states.min()) < LOWER_BOUND:
            raise Malformed("a state is out of range", 0, "words")
        self._position = 2 * lanes
        self._lanes = lanes
        self._tables = tables

    def read(self, indices: Integers) -> Integers:
        """Decode one symbol with each of the tables named, in order."""
        tables = self._tables
        rows = tables.slot_rows[indices]
        if len(rows) and int(rows.min()) < 0:
            raise Malformed("a table without symbols is used", 0, "words")
        slot_bases = rows * TOTAL
        places = np.empty(len(indices), np.int32)
        for start in range(0, len(indices), self._lanes):
            stop = min(start + self._lanes, len(indices))
            states = self._states[: stop - start]
            slot = states & np.uint32(TOTAL - 1)
            place = tables.slots[slot_bases[start:stop] + slot]
            places[start:stop] = place
            states = tables.frequencies[place] * (states >> np.uint32(SCALE_BITS)) + slot
            states -= tables.cumulatives[place]
            # lanes that fell below the bound take the next words, in their order
            hungry = np.flatnonzero(states < LOWER_BOUND)
            if len(hungry):
                words = self._words[self._position : self._position + len(hungry)]
                if len(words) < len(hungry):
                    raise Truncated("the payload runs out of words", 2 * len(self._words), "words")
                states[hungry] = states[hungry] << np.uint32(WORD_BITS) | words
                self._position += len(hungry)
            self._states[: stop - start] = states
        return places - tables.first[indices]

    def finish(self) -> None:
        """Check that everything was read (rule IRN-5)."""
        if self._position != len(self._words) or not bool((self._states == LOWER_BOUND).all()):
            raise Malformed("the payload does not end where its symbols do", 2 * self._position, "words")


def write(batches: Sequence[tuple[Integers, Integers]], lanes: int, tables: Tables) -> bytes:
    """Encode batches of (table indices, symbols), in the order in which they will be read (rule IRN-6)."""
    states = np.full(lanes, LOWER_BOUND, np.uint64)
    words: list[NDArray[np.uint64]] = []
    for indices, symbols in reversed(batches):
        places = tables.first[indices] + symbols
        frequencies = tables.frequencies[places].astype(np.uint64)
        cumulatives = tables.cumulatives[places].astype(np.uint64)
        last = (len(indices) - 1) // lanes * lanes if len(indices) else -1
        for start in range(last, -1, -lanes):
            stop = min(start + lanes, len(indices))
            frequency = frequencies[start:stop]
            state = states[: stop - start]
            full = state >= frequency << np.uint64(32 - SCALE_BITS)
            # a decoder takes the words of a step in the order of the lanes, so they stand in that order
            words.append(state[full] & np.uint64(0xFFFF))
            state = np.where(full, state >> np.uint64(WORD_BITS), state)
            quotient, remainder = np.divmod(state, frequency)
            states[: stop - start] = (quotient << np.uint64(SCALE_BITS)) + remainder + cumulatives[start:stop]
    heads = np.stack([states >> np.uint64(16), states & np.uint64(0xFFFF)], 1).ravel()
    return np.concatenate([heads, *reversed(words)]).astype("<u2").tobytes()

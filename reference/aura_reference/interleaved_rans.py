"""Interleaved rANS, one symbol at a time (rules IRN-1 to IRN-9)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from aura_spec import interleaved_rans as spec
from aura_spec.errors import Malformed, Truncated


@dataclass(frozen=True, slots=True)
class Table:
    """Frequencies that sum to 4096, and for each symbol the sum of those below it (rule IRN-2)."""

    frequencies: Sequence[int]
    cumulatives: Sequence[int]


def table_of(frequencies: Sequence[int]) -> Table:
    """A table from its frequencies."""
    return Table(frequencies, tuple(accumulate(frequencies, initial=0))[:-1])


class Reader:
    """Decodes batches of symbols, whose tables are known before each batch."""

    def __init__(self, words: bytes, lanes: int) -> None:
        self._words = [int.from_bytes(words[at : at + 2], "little") for at in range(0, len(words), 2)]
        if len(self._words) < 2 * lanes:
            raise Truncated("the payload is too short for its lanes", len(words), "words")
        heads = self._words[: 2 * lanes]
        self._states = [
            high << spec.WORD_BITS | low for high, low in zip(heads[0::2], heads[1::2], strict=True)
        ]
        if min(self._states) < spec.LOWER_BOUND:
            raise Malformed("a state is out of range", 0, "words")
        self._position = 2 * lanes

    def read(self, tables: Sequence[Table | None]) -> list[int]:
        """Decode one symbol with each of the tables, in order (rules IRN-1 and IRN-4)."""
        symbols = []
        for index, table in enumerate(tables):
            if table is None:
                raise Malformed("a table without symbols is used", 0, "words")
            lane = index % len(self._states)
            state = self._states[lane]
            slot = state % spec.TOTAL
            symbol = bisect_right(table.cumulatives, slot) - 1
            state = table.frequencies[symbol] * (state >> spec.SCALE_BITS) + slot - table.cumulatives[symbol]
            if state < spec.LOWER_BOUND:
                if self._position == len(self._words):
                    raise Truncated("the payload runs out of words", 2 * len(self._words), "words")
                state = state << spec.WORD_BITS | self._words[self._position]
                self._position += 1
            self._states[lane] = state
            symbols.append(symbol)
        return symbols

    def words(self, count: int) -> list[int]:
        """The next words, which are not of symbols (rule IRN-9)."""
        words = self._words[self._position : self._position + count]
        if len(words) < count:
            raise Truncated("the payload runs out of words", 2 * len(self._words), "words")
        self._position += count
        return words

    def finish(self) -> None:
        """Check that everything was read (rule IRN-5)."""
        if self._position != len(self._words) or any(state != spec.LOWER_BOUND for state in self._states):
            raise Malformed("the payload does not end where its symbols do", 2 * self._position, "words")

    def rest(self) -> list[int]:
        """End where a format has words of its own, and give them (rule IRN-8)."""
        if any(state >= 2 * spec.LOWER_BOUND for state in self._states):
            raise Malformed("a state ends out of range", 2 * self._position, "words")
        return [state - spec.LOWER_BOUND for state in self._states] + self._words[self._position :]


def write(
    batches: Sequence[Sequence[tuple[Table, int]]],
    lanes: int,
    rest: Sequence[int],
    between: Mapping[int, Sequence[int]],
) -> bytes:
    """Encode batches of (table, symbol), in the order in which they will be read (rules IRN-6, IRN-8 and IRN-9).

    ``between`` has by number of batches the words that follow so many.
    """
    states = [spec.LOWER_BOUND + word for word in rest[:lanes]] + [spec.LOWER_BOUND] * (lanes - len(rest))
    backwards = list(reversed(rest[lanes:]))
    for number in reversed(range(len(batches) + 1)):
        batch = batches[number] if number < len(batches) else ()
        for index in reversed(range(len(batch))):
            table, symbol = batch[index]
            frequency = table.frequencies[symbol]
            state = states[index % lanes]
            if state >= frequency << 32 - spec.SCALE_BITS:
                backwards.append(state & 0xFFFF)
                state >>= spec.WORD_BITS
            quotient, remainder = divmod(state, frequency)
            states[index % lanes] = (quotient << spec.SCALE_BITS) + remainder + table.cumulatives[symbol]
        backwards += reversed(between.get(number, ()))
    heads = [word for state in states for word in (state >> spec.WORD_BITS, state & 0xFFFF)]
    return b"".join(word.to_bytes(2, "little") for word in (*heads, *reversed(backwards)))

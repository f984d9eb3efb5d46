"""Adaptive tables, one symbol at a time (rules ADA-1 to ADA-4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from aura_reference.interleaved_rans import Reader, Table, table_of
from aura_spec import adaptive as spec
from aura_spec import interleaved_rans
from aura_spec.adaptive import rounds
from aura_spec.interleaved_rans import frequencies_of

Batch = list[tuple[Table, int]]


class Tables:
    """The tables of one kind of symbol, one a context."""

    def __init__(self, codes: Iterable[bytes]) -> None:
        self._counts = [list(frequencies_of(table)) for table in codes]
        self._made: dict[int, Table] = {}

    def table(self, context: int) -> Table:
        """The table of a context as it was last made (rules ADA-1 and ADA-2)."""
        if context not in self._made:
            self._made[context] = table_of(frequencies_from(self._counts[context]))
        return self._made[context]

    def learn(self, seen: Iterable[tuple[int, int]]) -> None:
        """Count symbols, given as (context, symbol), and have the tables made anew (rule ADA-4)."""
        for context, symbol in seen:
            self._counts[context][symbol] += spec.INCREMENT
        self._made.clear()


def frequencies_from(counts: Sequence[int]) -> list[int]:
    """Frequencies from counts (rule ADA-2).

    >>> frequencies_from([10, 10, 0])
    [2048, 2047, 1]
    """
    total, spare = sum(counts), interleaved_rans.TOTAL - len(counts)
    frequencies = [1 + count * spare // total for count in counts]
    frequencies[counts.index(max(counts))] += interleaved_rans.TOTAL - sum(frequencies)
    return frequencies


def steps(count: int, lanes: int) -> list[range]:
    """The symbols of each step of a stream (rule ADA-3).

    >>> steps(7, 3)
    [range(0, 7, 3), range(1, 7, 3), range(2, 7, 3)]
    """
    number = -(-count // lanes)
    return [range(step, count, number) for step in range(number)]


def read(
    reader: Reader, lanes: int, tables: Tables, contexts: Sequence[int | None], after: Sequence[int] = ()
) -> list[int]:
    """Read a stream, one symbol in each of the contexts (rules ADA-3 and ADA-4).

    Where a context is None, it is that which ``after`` has for the symbol before, in the same lane.
    """
    symbols = [0] * len(contexts)
    taken = steps(len(contexts), lanes)
    for together in rounds(len(taken)):
        seen: list[tuple[int, int]] = []
        for step in (taken[number] for number in together):
            here = [known(contexts[index], symbols, index, after) for index in step]
            read_here = reader.read([tables.table(context) for context in here])
            for index, symbol in zip(step, read_here, strict=True):
                symbols[index] = symbol
            seen += zip(here, read_here, strict=True)
        tables.learn(seen)
    return symbols


def known(context: int | None, symbols: Sequence[int], index: int, after: Sequence[int]) -> int:
    """The context of a symbol: the one given, or else that after the symbol before."""
    return after[symbols[index - 1]] if context is None else context


def batches(symbols: Sequence[int], lanes: int, tables: Tables, contexts: Sequence[int]) -> Iterator[Batch]:
    """The batches of a stream to be written, all contexts known (rules ADA-3 and ADA-4)."""
    taken = steps(len(symbols), lanes)
    for together in rounds(len(taken)):
        seen: list[tuple[int, int]] = []
        for step in (taken[number] for number in together):
            yield [(tables.table(contexts[index]), symbols[index]) for index in step]
            seen += ((contexts[index], symbols[index]) for index in step)
        tables.learn(seen)

"""Adaptive tables: frequencies that begin with what is likely and follow what occurs.

A stream of BRIO version 2 is a row of symbols of one kind, each coded in a context; a kind has a table for each
context. A table counts its symbols. The counts begin with the frequencies that rule IRN-7 makes of the codes
that belong to the kind and context in ``units.json``, as chapter ``unit`` says (rule ADA-1). Of counts that sum
to T, in a table of S symbols, a symbol with count c has the frequency 1 + c · (4096 - S) div T; what is missing
from 4096 goes to the symbol with the largest count, the first of equals (rule ADA-2).

A stream of n symbols takes as many steps as the lanes need for it, that is n div lanes, rounded up. Lane j
codes the j-th part of the stream: in step t the symbols t, t + steps, t + 2 · steps, … as far as there are any.
A step is a batch in the sense of rule IRN-1 (rule ADA-3). A context may depend on the symbol before in its lane.
After ``FIRST_ROUND`` steps, and whenever the number of steps done has doubled, the tables are made anew, after each
symbol since the last time has added ``INCREMENT`` to its count (rule ADA-4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

FIRST_ROUND: Final = 4
INCREMENT: Final = 32


def rounds(steps: int) -> Iterator[range]:
    """The steps that share tables, in order (rule ADA-4).

    >>> list(rounds(20))
    [range(0, 4), range(4, 8), range(8, 16), range(16, 20)]
    """
    start, stop = 0, FIRST_ROUND
    while start < steps:
        yield range(start, min(stop, steps))
        start, stop = stop, 2 * stop

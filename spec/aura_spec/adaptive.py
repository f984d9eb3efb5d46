"""Adaptive tables: frequencies that begin with a trained table and follow the symbols that occur.

The tables adapt as in adaptive arithmetic coding, but only between rounds, so that many lanes can share them.
Rounds double in length: tables learn fast at first, and are seldom made anew later.

ADA-1: A stream of BRIO version 2 is a row of symbols of one kind, each coded in a context. A kind has a table for
each context, which counts its symbols. The counts begin with the frequencies that rule IRN-7 makes of the codes of
this kind and context in ``units.json`` (chapter ``unit``).

ADA-2: Frequencies are made of counts. They sum to 4096, and each is at least 1::

    frequencies(counts)
        S = the number of symbols of the table
        T = the sum of counts
        for each symbol s
            f[s] = 1 + counts[s] · (4096 - S) div T
        m = the symbol with the largest count, the first of equals
        f[m] = f[m] + 4096 - the sum of f
        return f

ADA-3: A stream of n symbols takes n div lanes steps, rounded up. Lane j codes the j-th part of the stream: in step
t the lanes code the symbols t, t + steps, t + 2 · steps, … as far as there are any. A step is a batch in the sense
of rule IRN-1. A context may depend on the symbol before in the same lane.

ADA-4: A round is a row of steps with the same tables. The tables are made anew after ``FIRST_ROUND`` steps, and
whenever the number of steps done has doubled::

    read_stream(n)
        steps = n div lanes, rounded up
        stop = FIRST_ROUND
        make the tables of counts (rule ADA-2)
        for t = 0, 1, … steps - 1
            if t = stop
                for each symbol since the tables were made, in its context
                    add INCREMENT to its count
                make the tables of counts
                stop = 2 · stop
            read the batch of the symbols t, t + steps, … < n, each with the table of its context
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

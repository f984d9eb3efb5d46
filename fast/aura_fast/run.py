"""Lists for runs (rules RUN-1 to RUN-5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aura_spec.context_model import FREQUENCIES, RunList
from aura_spec.run import STATES, after

NEXT: Final = bytes(after(state, byte) for state in range(STATES) for byte in range(256)) + bytes(256)
"""The state after a byte, by 256 · state + byte; a row more for what comes after the end of a message."""

StandIn = tuple[int, str, tuple[int, ...], int]
"""A list for a run: the place in a packed model before which contexts give way, the symbols as characters, their
frequencies, and that of the escape."""

_NONE: Final[StandIn] = (0, "", (), 0)


def stand_ins(runs: Mapping[int, RunList], bounds: list[int]) -> tuple[StandIn, ...]:
    """The lists by state; ``bounds`` has for each order the place after its contexts."""
    lists = [_NONE] * (STATES + 1)
    for state, run in runs.items():
        lists[state] = (
            bounds[min(run.order, len(bounds) - 1)],
            "".join(map(chr, run.symbols)),
            tuple(FREQUENCIES[code] for code in run.codes),
            FREQUENCIES[run.escape],
        )
    return tuple(lists)


def rest_of(stand_in: StandIn, excluded: str) -> tuple[dict[str, tuple[int, int]], int]:
    """Of the symbols that are not excluded, cumulatives and frequencies in order; and the total."""
    _, letters, frequencies, escape = stand_in
    options: dict[str, tuple[int, int]] = {}
    total = 0
    for letter, frequency in zip(letters, frequencies, strict=True):
        if letter not in excluded:
            options[letter] = total, frequency
            total += frequency
    return options, total + escape

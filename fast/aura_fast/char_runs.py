"""Lists for character runs (rules RUN-1 to RUN-5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_spec.char_runs import CLASSES_OF_BYTES, STATES, TRANSITIONS
from aura_spec.context_model import FREQUENCIES, CharRunList

NEXT: Final = b"".join(CLASSES_OF_BYTES.translate(row.ljust(256)) for row in TRANSITIONS) + bytes(256)
"""The state after a byte, by 256 · state + byte; a row more for what comes after the end of a message."""

_NEXT_NUMBERS: Final = np.frombuffer(NEXT, np.uint8)
_IS_RESET: Final = _NEXT_NUMBERS.reshape(-1, 256).max(axis=0) == 0
"""Whether a byte leads to state 0 from everywhere."""

StandIn = tuple[int, str, tuple[int, ...], int]
"""A list for a character run: the place in a packed model before which contexts give way, the symbols as
characters, their frequencies, and that of the escape."""

_NONE: Final[StandIn] = (0, "", (), 0)


def stand_ins(char_runs: Mapping[int, CharRunList], bounds: list[int]) -> tuple[StandIn, ...]:
    """The lists by state; ``bounds`` has for each order the place after its contexts."""
    lists = [_NONE] * (STATES + 1)
    for state, char_run in char_runs.items():
        lists[state] = (
            bounds[min(char_run.order, len(bounds) - 1)],
            "".join(map(chr, char_run.symbols)),
            tuple(FREQUENCIES[code] for code in char_run.codes),
            FREQUENCIES[char_run.escape],
        )
    return tuple(lists)


def rest_of(stand_in: StandIn, excluded: str) -> tuple[dict[str, tuple[int, int]], int]:
    """Of the symbols that are not excluded, cumulatives and frequencies in order; and the total."""
    _, symbols_text, frequencies, escape = stand_in
    options: dict[str, tuple[int, int]] = {}
    total = 0
    for letter, frequency in zip(symbols_text, frequencies, strict=True):
        if letter not in excluded:
            options[letter] = total, frequency
            total += frequency
    return options, total + escape


def states_of(
    text: NDArray[np.uint8], starts: NDArray[np.int64], state: int, *, few: int
) -> NDArray[np.uint8]:
    """The state before each byte of messages.

    Messages are cut where the state is 0 whatever came before. All pieces take a byte a step, longest first.

    Args:
        text: the messages, end to end, each with a byte behind it, (bytes,) uint8.
        starts: where messages begin, (messages,) int64.
        state: before their first bytes.
        few: pieces for which plain Python is quicker.

    Returns:
        The states, (bytes,) uint8.
    """
    is_start = np.zeros(len(text), np.bool_)
    is_start[starts] = True
    is_start[1:] |= _IS_RESET[text[:-1]]
    begins = np.flatnonzero(is_start)
    sizes = np.diff(begins, append=len(text))
    order = np.argsort(-sizes, kind="stable")
    begins, sizes = begins[order], sizes[order]
    longer = len(sizes) - np.cumsum(np.bincount(sizes))  # how many pieces have more than so many bytes
    states = np.zeros(len(text), np.uint8)
    states[starts] = state
    step = 0
    while longer[step + 1] > few:
        at = begins[: longer[step + 1]] + step
        states[at + 1] = _NEXT_NUMBERS[states[at].astype(np.int64) << 8 | text[at]]
        step += 1
    for begin, size in zip(begins[: longer[step + 1]].tolist(), sizes.tolist(), strict=False):
        state = states.item(begin + step)
        for place in range(begin + step, begin + size - 1):
            state = NEXT[state << 8 | int(text[place])]
            states[place + 1] = state
    return states

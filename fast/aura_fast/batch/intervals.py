"""The intervals that choices narrow, and the strings that are sums (rules RNG-2, RNG-3 and RNG-7).

A span depends on all choices before it; so each message takes one choice a step. What choices add to the low end of
the interval is known then, and added up for all at once, carries last.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aura_fast import ragged
from aura_fast.ragged import Numbers
from aura_spec import range_coder
from aura_spec.range_coder import LOWER_BOUND, WINDOW


def narrow(
    firsts: Numbers, frequencies: Numbers, totals: Numbers, few: int
) -> tuple[Numbers, Numbers, Numbers]:
    """Narrow the span of each message by its choices (rules RNG-2 and RNG-3).

    Args:
        firsts: the number of the first choice of each message, (messages,) int64.
        frequencies: of the choices, (choices,) int64.
        totals: of the choices, (choices,) int64.
        few: messages for which plain Python is quicker.

    Returns:
        The unit of each choice, and by how many bytes the window shifts after it, both (choices,) int64; and the
        last span of each message, (messages,) int64.
    """
    counts = np.diff(firsts, append=len(totals))
    order = np.argsort(-counts, kind="stable")  # so that those with choices left stand in front
    bases = firsts[order]
    left = len(counts) - np.cumsum(np.bincount(counts))  # how many have more than so many choices
    units = np.empty(len(totals), np.int64)
    shifts = np.zeros(len(totals), np.int64)
    spans = np.full(len(counts), range_coder.START)
    step = 0
    while left[step] > few:
        active = left[step]
        at = bases[:active] + step
        unit = spans[:active] // totals[at]
        span = frequencies[at] * unit
        shift = (span < LOWER_BOUND).astype(np.int64)
        shift += span < LOWER_BOUND >> 8
        shift += span < LOWER_BOUND >> 16
        spans[:active] = span << 8 * shift
        units[at] = unit
        shifts[at] = shift
        step += 1
    for lane in range(left[step]):
        rest = slice(int(bases[lane]) + step, int(bases[lane] + counts[order[lane]]))
        spans[lane], units[rest], shifts[rest] = _narrow_alone(
            int(spans[lane]), frequencies[rest].tolist(), totals[rest].tolist()
        )
    last = np.empty_like(spans)
    last[order] = spans
    return units, shifts, last


def _narrow_alone(span: int, frequencies: list[int], totals: list[int]) -> tuple[int, list[int], list[int]]:
    """Narrow a span by the choices of one message; the last span, the units and the shifts."""
    units: list[int] = []
    shifts: list[int] = []
    for frequency, total in zip(frequencies, totals, strict=True):
        unit = span // total
        span = frequency * unit
        shift = 0
        while span < LOWER_BOUND:
            span <<= 8
            shift += 1
        units.append(unit)
        shifts.append(shift)
    return span, units, shifts


def add(firsts: Numbers, addends: Numbers, shifts: Numbers) -> Iterator[bytes]:
    """Add up the low end of the interval of each message, all bytes of its window.

    Args:
        firsts: the number of the first choice of each message, (messages,) int64.
        addends: what each choice adds to the low end, cumulative · unit, (choices,) int64.
        shifts: by how many bytes the window shifts after each choice, (choices,) int64.

    Yields:
        The low end of each message.
    """
    owners = np.repeat(np.arange(len(firsts)), np.diff(firsts, append=len(shifts)))
    before = np.cumsum(shifts) - shifts
    sizes = WINDOW + ragged.sums(owners, shifts, len(firsts))
    starts = np.cumsum(sizes) - sizes
    at = starts[owners] + before - before[firsts][owners]
    # bytes may be larger than 255 at first
    low = np.zeros(int(sizes.sum()), np.int64)
    low[starts] = range_coder.START >> 24
    for byte in range(WINDOW):
        low += ragged.sums(at + byte, addends >> 24 - 8 * byte & 0xFF, len(low))
    while len(carries := np.flatnonzero(low > 0xFF)):
        carried = low[carries] >> 8
        low[carries] &= 0xFF
        low[carries - 1] += carried
    text = low.astype(np.uint8).tobytes()
    return (text[start : start + size] for start, size in zip(starts.tolist(), sizes.tolist(), strict=True))

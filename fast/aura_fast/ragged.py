"""Lists of different sizes, end to end in one array ("ragged arrays")."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def spread(firsts: Numbers, sizes: Numbers) -> tuple[Numbers, Numbers]:
    """Lay lists end to end.

    Args:
        firsts: where each list begins, (lists,) int64.
        sizes: how many entries each has, (lists,) int64.

    Returns:
        For each entry the number of its list, and its place, counted on from the first of the list: both (entries,)
        int64.

    >>> owners, places = spread(np.array([7, 40]), np.array([3, 2]))
    >>> owners.tolist(), places.tolist()
    ([0, 0, 0, 1, 1], [7, 8, 9, 40, 41])
    """
    behind = sizes.cumsum()
    owners = np.arange(len(sizes)).repeat(sizes)
    return owners, np.arange(len(owners)) + (firsts - behind + sizes)[owners]


def sums(owners: Numbers, values: Numbers, count: int) -> Numbers:
    """The sum of the values of each of ``count`` owners: (count,) int64.

    Sums are exact below 2^53. ``owners`` and ``values`` are (values,) int64.
    """
    return np.bincount(owners, values, count).astype(np.int64)

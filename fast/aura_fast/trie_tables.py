"""Which table each symbol of a batch has (rule TRI-6), for reading and for writing.

``*_tables`` name the table of every symbol of a batch. What an index is made of is looked up, part by part.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_spec import context_model
from aura_spec.context_model import CODES
from aura_spec.trie import CHILD, CODE, COUNT, FAMILIES, MANY, ONE, RANK, size_class

Integers = NDArray[np.integer]
"""Numbers of contexts, entries, tables and symbols, in types as narrow as they go."""


def _lookup(family: int, parts: Integers) -> NDArray[np.uint16]:
    """The numbers of tables among all, from their indices in a family: uint16 of the same shape."""
    return (sum(FAMILIES[:family]) + parts).astype(np.uint16)


_CLASSES: Final = np.array(
    [size_class(max(1, length)) for length in range(context_model.SYMBOLS + 1)], np.uint16
)
_FEWER_CLASSES: Final = np.minimum(_CLASSES, 7)
_TWICE_CLASSES: Final = 2 * _CLASSES

_UPS: Final = np.arange(50 + CODES)
_OF_MANY: Final = _UPS < 50

_COUNT: Final = _lookup(COUNT, _CLASSES)
_RANK: Final = _lookup(RANK, 20 * _CLASSES)
_CODE: Final = _lookup(CODE, 8 * np.where(_OF_MANY, _UPS, 50 + (_UPS - 50) // 6))
_ONE: Final = _lookup(ONE, 11 * _UPS)
_MANY: Final = _lookup(MANY, 8 * np.arange(CODES + 1))
_CHILD: Final = _lookup(CHILD, 12 * (2 * np.where(_OF_MANY, _UPS // 2, 25 + (_UPS - 50) // 8) + _OF_MANY))


def ups(codes: Integers, alone: Integers, escapes: Integers) -> NDArray[np.uint8]:
    """The u of rule TRI-6 for what is below entries, at its finest, from which that of each batch follows.

    It is an entry's code, at most 49, or 50 + the code of the escape where the entry is alone in its list.

    Args:
        codes: of entries, (entries,).
        alone: the entries that are alone, as indices, (singletons,).
        escapes: of their lists, (singletons,).

    Returns:
        The u of each entry, (entries,) uint8.
    """
    values = np.minimum(codes, 49).astype(np.uint8, copy=False)
    values[alone] = escapes + 50
    return values


def count_tables(lengths: Integers) -> Integers:
    """COUNT, for contexts whose suffix's list has these lengths: (contexts,) uint16."""
    return _COUNT.take(lengths)


def rank_tables(lengths: Integers, counts: Integers) -> Integers:
    """RANK, for all entries of lists, by the lengths of their suffix's lists and their own, (lists,) each.

    The tables are (entries,) uint16, as many as ``counts`` sum to.
    """
    ends = np.cumsum(counts, dtype=np.intp)
    left = np.repeat(ends, counts)
    left -= np.arange(len(left))
    tables = _TWICE_CLASSES.take(left)
    tables[ends - counts] += 1
    tables += np.repeat(_RANK.take(lengths), counts)
    return tables


def code_tables(up: Integers, counts: Integers) -> Integers:
    """CODE, for all entries of lists: (entries,) uint16.

    Args:
        up: the ``ups`` of their suffix entries, (entries,).
        counts: the lengths of the lists, (lists,).
    """
    tables: Integers = _CODE.take(up)
    tables += np.repeat(_FEWER_CLASSES.take(counts), counts)
    return tables


def one_tables(up: Integers, level: int) -> Integers:
    """ONE, for singletons by the ``ups`` of their suffix entries: (singletons,) uint16."""
    return _ONE.take(up) + np.uint16(min(level, 10))


def many_tables(escapes: Integers, counts: Integers, level: int) -> Integers:
    """MANY, for contexts by the escapes of their suffixes and the lengths of their lists: (contexts,) uint16."""
    of_suffix = _MANY[CODES] if level == 1 else _MANY.take(escapes)
    return of_suffix + _FEWER_CLASSES.take(counts)


def child_tables(up: Integers, level: int) -> Integers:
    """CHILD, for entries of a level by their ``ups``: (entries,) uint16."""
    return _CHILD.take(up) + np.uint16(min(level, 11))

"""Whether a string is random, as keys and identifiers are, or made of words.

Joined words change between letters and digits seldom, and vowels stand among their consonants. Random strings do
neither.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

MIN_DISTINCT: Final = 4
"""Different characters of a random string: ``00000000`` and ``AAAAAAAA`` are no one's."""

MIN_CHANGES: Final = 0.17
"""Changes of class a character, of random letters and digits; joined words have fewer."""

CLEAR_CHANGES: Final = 0.2
"""So many that a string without its first or last characters still has ``MIN_CHANGES``."""

_MIN_LETTERS_DISTINCT: Final = 10
"""Different letters of a random string of letters: sequences of a few symbols, such as those of DNA, have fewer."""

_MIN_CLUSTERS: Final = 0.32
"""Share of places in random letters where three consonants follow each other: half of them, and few in words."""

_MIN_RARE: Final = 0.12
"""Share of rare letters in random letters: a quarter, and one in twenty in words."""

_MIN_CAPITALS: Final = 0.3
_MIN_BEGUN: Final = 0.19
"""Shares of capitals, and of those after a small letter, in random letters of both cases: more than in words."""

_MAX_SUCCESSORS: Final = 0.25
"""Share of letters in random letters after which the next of the alphabet stands."""


def _table(**members: str) -> bytes:
    """A table for ``bytes.translate``: the name of a class, a letter, for each of its members, else a space."""
    table = bytearray(b" " * 256)
    for name, characters in members.items():
        for character in characters:
            table[ord(character)] = ord(name)
    return bytes(table)


_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER: Final = _UPPER.lower()
_CLASSES: Final = _table(U=_UPPER, l=_LOWER, d="0123456789")
_CHANGES: Final = (b"lU", b"Ud", b"dU", b"ld", b"dl")
"""Pairs that are a change; from ``U`` to ``l`` is none, for a capital begins a word."""
_RARE: Final = b"jkqvwxzJKQVWXZ"
_CONSONANTS: Final = _table(c="".join(set(_UPPER + _LOWER) - set("aeiouyAEIOUY")))


def is_mixed(value: bytes, min_changes: float = MIN_CHANGES) -> bool:
    """Whether letters and digits are mixed as in random strings, and not as in words that are joined."""
    classes = value.translate(_CLASSES)
    if b"d" not in classes or (b"U" not in classes and b"l" not in classes):
        return False
    changes = sum(map(classes.count, _CHANGES))
    return changes >= min_changes * (len(classes) - classes.count(b" "))


def has_all_classes(value: bytes) -> bool:
    """Whether capitals, small letters and digits occur."""
    classes = value.translate(_CLASSES)
    return b"U" in classes and b"l" in classes and b"d" in classes


def are_random_letters(value: bytes) -> bool:
    """Whether letters alone follow each other as in random strings, and not as in words."""
    if len(set(value)) < _MIN_LETTERS_DISTINCT:
        return False
    if sum(after - before == 1 for before, after in pairwise(value)) > _MAX_SUCCESSORS * len(value):
        return False
    classes = value.translate(_CLASSES)
    capitals, begun = classes.count(b"U"), classes.count(b"lU")
    if _MIN_CAPITALS * len(value) <= capitals and _MIN_BEGUN * len(value) <= begun:
        return True
    if len(value) - len(value.translate(None, _RARE)) < _MIN_RARE * len(value):
        return False
    clusters = sum(max(0, len(run) - 2) for run in value.translate(_CONSONANTS).split())
    return clusters >= _MIN_CLUSTERS * (len(value) - 2)

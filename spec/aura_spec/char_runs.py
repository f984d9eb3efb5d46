"""Character runs: lists for numbers, identifiers and random strings.

The digits of an identifier tell nothing about the next digit, but their number does: a UUID ends after 36
characters, a time in milliseconds after 13. Short contexts of digits and letters have learned other texts, and
predict both badly. So a model may have lists that replace contexts inside a character run. In the terms of PPM,
these lists belong to contexts of another sort: the kind and the length of the run instead of its bytes.

RUN-1: A character run, or run in this chapter, is a stretch of digits and letters, and of some signs between them,
at the end of the message so far. Its state is 0 if there is none. Otherwise it is 40 · kind + n, where n is the
length of the run, at most ``MAX_LENGTH``, and kind is a number of ``Kind``: digits only, letters a to f only,
hexadecimal (digits and letters a to f), letters only, or mixed.

RUN-2: A message begins in state 0. Each byte leads from a state to the next::

    after(state, byte)
        kind, n = those of the state; no kind and n = 0 in state 0
        if byte is a digit, a letter of a to f, or another letter (A to Z or g to z)
            kind = the entry of KINDS_AFTER for kind and this sort of byte
        else if byte is a hyphen, kind is digits, letters to f or hexadecimal, and n is 8, 13, 18 or 23
            kind = hexadecimal
        else if byte is a hyphen, "_", "+" or "/", and kind is mixed
            kind = mixed
        else
            return 0
        return 40 · kind + min(n + 1, MAX_LENGTH)

RUN-3: A section of a model has the number of kinds, and then, for each kind in ascending order: its number; the
order up to which the list replaces contexts; the length of run of the first list; the number of lists; the symbols
of all its lists as a set of 33 bytes of bits; and the lists, one for each length of run. Symbol s is bit s mod 8 of
byte s div 8, and the seven bits above that of symbol 256 are 0. A list has the code of each symbol, in ascending
order of the symbols, and last that of the escape, a byte each, at most 63. Codes stand for frequencies as in rule
CTX-4, also in a list of one symbol. The order is at most ``context_model.MAX_ORDER``, and may be more than the trie
has. There are one or more lists and one or more symbols, and the last list is for a run of ``MAX_LENGTH`` at most.
A section that breaks any of this is ``Malformed``. A section with no kinds is allowed, and says the same as no
section.

RUN-4: A list replaces that of a context if it is the list of the current state, and the order of the context is at
most the order of the list. This holds for the context in which coding begins and for one that an escape leads to.
The list is used with its entries in their order, and the escape last. Its suffix is the root: after the escape the
symbol is coded in the root's own list, which no list replaces here. Rule AUR-4 has the steps.

RUN-5: The context that follows is found as after any byte (rule AUR-2), whether the symbol was coded in this list
or behind it at the root: by the entry for the symbol in the first context that has one, from the context whose list
was replaced, along the suffixes. The list of rule MAT-6 is always that of the current context.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from itertools import groupby, pairwise
from typing import Final

import construct as c
from construct import this

from aura_spec.context_model import CODES, MAX_ORDER, SYMBOLS, CharRunList
from aura_spec.errors import EncodeError, Malformed
from aura_spec.wire import Checked, End, Field, build, parse

MAX_LENGTH: Final = 40

NO_RUN: Final = 0
"""The state where there is no run; it never has a list."""


class Kind(IntEnum):
    """Which characters a run has."""

    DIGITS = 0
    LETTERS_TO_F = 1
    HEXADECIMAL = 2
    LETTERS = 3
    MIXED = 4


STATES: Final = len(Kind) * MAX_LENGTH + 1

KINDS_AFTER: Final[Mapping[str, Sequence[Kind]]] = {
    # the kind after a digit, a letter of a to f, another letter; by the kind before
    "none": (Kind.DIGITS, Kind.LETTERS_TO_F, Kind.LETTERS),
    "digits": (Kind.DIGITS, Kind.HEXADECIMAL, Kind.MIXED),
    "letters to f": (Kind.HEXADECIMAL, Kind.LETTERS_TO_F, Kind.LETTERS),
    "hexadecimal": (Kind.HEXADECIMAL, Kind.HEXADECIMAL, Kind.MIXED),
    "letters": (Kind.MIXED, Kind.LETTERS, Kind.LETTERS),
    "mixed": (Kind.MIXED, Kind.MIXED, Kind.MIXED),
}
"""Rule RUN-2."""

_HYPHENATED: Final = (8, 13, 18, 23)
_OTHER, _DIGIT, _LETTER_TO_F, _LETTER, _HYPHEN, _JOINER = range(6)


def _class_of(byte: int) -> int:
    character = chr(byte)
    if not character.isascii():
        return _OTHER
    if character.isdigit():
        return _DIGIT
    if character.isalpha():
        return _LETTER_TO_F if character in "abcdef" else _LETTER
    return {"-": _HYPHEN, "_": _JOINER, "+": _JOINER, "/": _JOINER}.get(character, _OTHER)


CLASSES_OF_BYTES: Final = bytes(_class_of(byte) for byte in range(256))
"""By byte the column of ``TRANSITIONS``."""


def state_of(kind: int, length: int) -> int:
    """The state of a run (rule RUN-1).

    >>> state_of(Kind.HEXADECIMAL, 2), state_of(Kind.DIGITS, 500)
    (82, 40)
    """
    return MAX_LENGTH * kind + min(length, MAX_LENGTH)


def _after(state: int, byte_class: int) -> int:
    """The state after a byte of a class (rule RUN-2)."""
    kind, length = (Kind((state - 1) // MAX_LENGTH), (state - 1) % MAX_LENGTH + 1) if state else (None, 0)
    if byte_class in (_DIGIT, _LETTER_TO_F, _LETTER):
        kinds = tuple(KINDS_AFTER.values())[0 if kind is None else 1 + kind]
        return state_of(kinds[byte_class - _DIGIT], length + 1)
    if kind is Kind.MIXED and byte_class in (_HYPHEN, _JOINER):
        return state_of(Kind.MIXED, length + 1)
    if byte_class == _HYPHEN and length in _HYPHENATED and kind is not Kind.LETTERS:
        return state_of(Kind.HEXADECIMAL, length + 1)
    return 0


TRANSITIONS: Final = tuple(
    bytes(_after(state, byte_class) for byte_class in range(_JOINER + 1)) for state in range(STATES)
)


def after(state: int, byte: int) -> int:
    """The state after a byte (rule RUN-2).

    >>> from functools import reduce
    >>> reduce(after, b"id 3f0", NO_RUN), reduce(after, b"id 3f-", NO_RUN)
    (83, 0)
    """
    return TRANSITIONS[state][CLASSES_OF_BYTES[byte]]


_SET_SIZE: Final = (SYMBOLS + 7) // 8


def _size(symbols: bytes) -> int:
    return sum(byte.bit_count() for byte in symbols)


_KIND: Final = c.Struct(
    Field("kind", Checked(c.Byte, lambda kind: kind < len(Kind), "the kind is unknown"), "of the runs"),
    Field(
        "order", Checked(c.Byte, lambda order: order <= MAX_ORDER, "the order is too high"), "that gives way"
    ),
    Field(
        "first", Checked(c.Byte, lambda first: first > 0, "a run has no length"), "length of the shortest run"
    ),
    Field("count", Checked(c.Byte, lambda count: count > 0, "there are no lists"), "lists"),
    Field(
        "symbols",
        Checked(
            c.Bytes(_SET_SIZE),
            lambda symbols: _size(symbols) > 0 and symbols[-1] < 2,
            "the set is empty, or has a bit above 256",
        ),
        "set of bits; symbol s is bit s mod 8 of byte s div 8",
    ),
    Field(
        "lists",
        c.Array(
            this.count,
            Checked(
                c.Bytes(lambda context: _size(context.symbols) + 1),
                lambda codes: max(codes) < CODES,
                "a code has more than six bits",
            ),
        ),
        "for each list the codes of its symbols, and of the escape",
    ),
)

SECTION: Final = c.Struct(
    Field("count", c.Byte, "kinds with lists"),
    "kinds"
    / c.Array(
        this.count,
        Checked(
            _KIND,
            lambda kind: kind["first"] + kind["count"] <= MAX_LENGTH + 1,
            "a list is for too long a run",
        ),
    ),
    End,
)
"""Rule RUN-3."""


def parse_section(section: bytes) -> dict[int, CharRunList]:
    """Read the lists for character runs, by state (rule RUN-3).

    Raises:
        DecodeError: ``Truncated`` or ``Malformed``.
    """
    value = parse(SECTION, section)
    if any(kind.kind >= following.kind for kind, following in pairwise(value.kinds)):
        raise Malformed("kinds do not ascend", 1, "kinds.kind")
    lists: dict[int, CharRunList] = {}
    for kind in value.kinds:
        symbols = tuple(symbol for symbol in range(SYMBOLS) if kind.symbols[symbol >> 3] >> (symbol & 7) & 1)
        for length, codes in enumerate(kind.lists, kind.first):
            lists[state_of(kind.kind, length)] = CharRunList(kind.order, symbols, codes[:-1], codes[-1])
    return lists


def build_section(lists: Mapping[int, CharRunList]) -> bytes:
    """Write the lists for character runs, given by state; those of a kind have consecutive lengths (rule RUN-3).

    Raises:
        EncodeError: the rule is broken.
    """
    kinds = []
    for kind, group in groupby(sorted(lists), lambda state: (state - 1) // MAX_LENGTH):
        states = list(group)
        one = lists[states[0]]
        alike = all(
            (lists[state].order, lists[state].symbols) == (one.order, one.symbols) for state in states
        )
        if not alike or states != list(range(states[0], states[0] + len(states))):
            raise EncodeError("the lists of a kind are not a row")
        symbols = sum(1 << symbol for symbol in one.symbols)
        kinds.append(
            {
                "kind": kind,
                "order": one.order,
                "first": states[0] - MAX_LENGTH * kind,
                "count": len(states),
                "symbols": symbols.to_bytes(_SET_SIZE, "little"),
                "lists": [bytes((*lists[state].codes, lists[state].escape)) for state in states],
            }
        )
    return build(SECTION, {"count": len(kinds), "kinds": kinds})

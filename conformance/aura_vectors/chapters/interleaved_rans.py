"""Interleaved rANS: frequencies from codes, and payloads of one lane and of many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from aura_spec.errors import Code
from aura_vectors import states
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.function import Values
from aura_vectors.case_types.payload import Payloads, Rows
from aura_vectors.derive import invalid_variants
from aura_vectors.flags import Flag

BYTES: Final = tuple(1 + symbol % 64 for symbol in range(257))
"""Codes of every kind."""

PAYLOADS: Final = Payloads(((1, 1), (1, 64, 40), (0, 0, 1), BYTES, ()))
"""With tables of even chances, with a rare symbol, of one symbol, of all symbols, and without symbols."""


_TRACED: Final = 64
"""The most lanes that are traced."""


def groups() -> Groups:
    """All groups of the chapter."""
    frequencies = Values("frequencies of a table")
    yield (
        frequencies,
        [frequencies.valid(comment, ("IRN-7", "IRN-2"), bytes(codes)) for codes, comment in _codes()],
    )
    cases = [_valid(*case) for case in _worked()]
    yield PAYLOADS, cases
    small = [case for case in cases if len(case.wire) <= 24]
    yield PAYLOADS, [replace(case, rules=("IRN-5",)) for case in invalid_variants(small, PAYLOADS, 2)]
    yield PAYLOADS, list(_broken())


def _codes() -> Iterator[tuple[Sequence[int], str]]:
    yield [1, 5, 0, 9], "a surplus goes to the largest"
    yield [64], "one symbol has all"
    yield [0, 0, 1], "symbols that do not occur before one that does"
    yield [1, 0], "and behind it"
    yield [2, 2, 2], "the first of equals takes what is missing"
    yield [1, *[64] * 256], "frequencies of at least 1 take from the largest"
    yield [1, 1, 1, *[64] * 250], "which is the first of equals, and then another"
    yield [*[30] * 257], "all alike"
    yield BYTES, "every code"


def _valid(comment: str, rules: tuple[str, ...], lanes: int, batches: Rows, symbols: Rows) -> Case:
    payload = PAYLOADS.write(lanes, batches, symbols)
    given = {"lanes": lanes, "batches": [list(row) for row in batches]}
    steps = states.of_payload(payload, lanes, PAYLOADS.tables, batches) if lanes <= _TRACED else ()
    value = {"symbols": [list(row) for row in symbols]}
    return Case(comment, rules, payload, value, given, encode={}, trace=tuple(steps))


def _worked() -> Iterator[tuple[str, tuple[str, ...], int, Rows, Rows]]:
    yield "no symbols: the states alone", ("IRN-3", "IRN-5"), 1, [], []
    yield "no symbols in two lanes", ("IRN-3",), 2, [[]], [[]]
    yield "one symbol", ("IRN-4",), 1, [[0]], [[1]]
    yield "symbols that cost nothing", ("IRN-2",), 1, [[2] * 40], [[2] * 40]
    yield "the least frequency, word after word", ("IRN-4", "IRN-6"), 1, [[1] * 9], [[1] * 9]
    yield "fewer symbols than lanes", ("IRN-1",), 4, [[0, 1]], [[0, 2]]
    yield (
        "each batch begins at lane 0",
        ("IRN-1",),
        4,
        [[3] * 3, [3] * 2, [3] * 5],
        [[9, 63, 1], [2, 3], [4] * 5],
    )
    few = [index % 4 for index in range(50)]
    symbols = [(index * 7 % 2, index % 3, 2, index * 5 % 257)[kind] for index, kind in enumerate(few)]
    for exponent in (0, 1, 3, 5):
        comment = f"fifty symbols of four tables in {1 << exponent} lanes"
        yield comment, ("IRN-1", "IRN-4", "IRN-6"), 1 << exponent, [few], [symbols]
    comment = "the words of a step in the order of the lanes"
    yield comment, ("IRN-4",), 8, [[1] * 8] * 4, [[1] * 8] * 4
    yield "the most lanes", ("IRN-3",), 1 << 11, [[0]], [[0]]


def _broken() -> Iterator[Case]:
    def malformed(rule: str, wire: str, batches: Rows, comment: str, flag: Flag) -> Case:
        given = {"lanes": 2 if "second" in comment else 1, "batches": [list(row) for row in batches]}
        return Case(comment, (rule,), bytes.fromhex(wire), given=given, code=Code.MALFORMED, flag=flag)

    yield malformed("IRN-3", "0000ffff", [], "a state below 2^16", Flag.UNCHECKED_START)
    comment = "a second state below 2^16"
    yield malformed("IRN-3", "010000000000ffff", [], comment, Flag.UNCHECKED_START)
    yield malformed("IRN-5", "01000100", [], "a state that does not end", Flag.UNCHECKED_END)
    comment = "a second lane that does not end"
    yield malformed("IRN-5", "0100000001000100", [[]], comment, Flag.UNCHECKED_END)
    comment, flag = "a table without symbols", Flag.BROKEN_TABLE
    yield malformed("TRI-2", "01000000", [[4]], comment, flag)
    good = PAYLOADS.write(1, [[0, 1, 3]], [[1, 1, 200]]).hex()
    comment = "high and low word of a state in the other order"
    yield malformed("IRN-3", good[4:8] + good[:4] + good[8:], [[0, 1, 3]], comment, Flag.BYTE_ORDER)

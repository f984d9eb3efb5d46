"""Payloads of rANS of order 0, as in BRIO and in the tables of a trie section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from aura_spec.errors import Code
from aura_spec.rans import frequencies_of
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.order_0 import Order0
from aura_vectors.derive import invalid_variants
from aura_vectors.flags import Flag

TEXT: Final = b"the cat and the hat"
EVEN: Final = Order0((16,) * 256)
FITTING: Final = Order0(frequencies_of(TEXT))
STEEP: Final = Order0((4096 - 255, *(1,) * 255))


def groups() -> Groups:
    """All groups of the chapter."""
    for case_type, name in ((EVEN, "even"), (FITTING, "fitting"), (STEEP, "steep")):
        cases = [
            case_type.valid(symbols, f"{comment}, {name} frequencies", "RNS-2", "RNS-3", "RNS-4")
            for symbols, comment in _symbols()
        ]
        yield case_type, cases
        short = [case for case in cases if len(case.wire) <= 30]
        yield case_type, [replace(case, rules=("RNS-6",)) for case in invalid_variants(short, case_type)]
    yield EVEN, list(_broken())


def _symbols() -> Iterator[tuple[bytes, str]]:
    yield b"", "no symbol"
    yield b"\0", "the first symbol"
    yield b"\xff", "the last symbol"
    yield TEXT, "a text"
    yield bytes(100), "a hundred zeros"
    yield bytes(range(256)), "every byte"


def _broken() -> Iterator[Case]:
    def malformed(rule: str, wire: str, comment: str, flag: Flag) -> Case:
        given = {"count": int("upper" in comment)}  # the last symbol, whose coder did not renormalise
        return Case(comment, (rule,), bytes.fromhex(wire), given=given, code=Code.MALFORMED, flag=flag)

    cases: Sequence[tuple[str, str, str]] = (
        ("RNS-5", "ffff0f0000", "a state below the lower bound"),
        ("RNS-5", "f00f001000", "a state above the upper bound"),
        ("RNS-5", "0000100001", "a fifth byte of a state"),
        ("RNS-6", "0100100000", "a state that does not end"),
    )
    for rule, wire, comment in cases:
        yield malformed(rule, wire, comment, Flag.UNCHECKED_START)

"""Strings of the range coder: choices at the edges of its numbers, carries, and every kind of tail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from aura_spec.errors import Code
from aura_spec.range_coder import MAX_TOTAL
from aura_vectors import trace
from aura_vectors.case import Case, Groups, refusal
from aura_vectors.case_types.choices import Choice, Choices, write
from aura_vectors.derive import invalid_variants, refused_variant
from aura_vectors.flags import Flag

STRINGS: Final = Choices()

THIRDS: Final = [(0, 1, 3), (1, 1, 3), (2, 1, 3)]


def groups() -> Groups:
    """All groups of the chapter."""
    cases = [_valid(*case) for case in _worked()]
    yield STRINGS, cases
    broken = list(_broken())
    yield STRINGS, broken
    stated = [(case.wire, case.given) for case in broken]
    derived = (*invalid_variants(cases, STRINGS), *_others(cases))
    yield STRINGS, [_explained(case) for case in derived if (case.wire, case.given) not in stated]


def _valid(comment: str, rules: tuple[str, ...], choices: Sequence[Choice]) -> Case:
    steps = list(trace.of_choices(choices)) if len(choices) <= 12 else ()
    given = {"choices": [list(choice) for choice in choices]}
    return Case(comment, rules, write(choices), given=given, encode={}, trace=steps)


def _worked() -> Iterator[tuple[str, tuple[str, ...], Sequence[Choice]]]:
    yield "no choices: the first binary step alone", ("RNG-1", "RNG-4"), []
    for number, choice in enumerate(THIRDS):
        yield f"option {number} of three, which leave 2 of 2^31 over", ("RNG-2",), [choice]
    yield "an option without alternative", ("RNG-2",), [(0, 4096, 4096)]
    yield "range 2^24 is not below the bound", ("RNG-3",), [(1, 1, 128)]
    yield "one less is: a shift", ("RNG-3",), [(1, 1, 129)]
    yield "two shifts at once", ("RNG-3",), [(MAX_TOTAL - 1, 1, MAX_TOTAL)]
    yield "the largest total, its first option", ("RNG-2", "RNG-3"), [(0, 1, MAX_TOTAL)]
    yield "the largest total, its likely option", ("RNG-2",), [(1, MAX_TOTAL - 1, MAX_TOTAL)] * 4
    for count in (1, 8, 9, 10, 12, 20):
        comment = f"the first of 256, {count} times: zeros only as far as the least length wants them"
        yield comment, ("RNG-4", "RNG-6"), [(0, 1, 256)] * count
    for count in (1, 4, 12):
        yield f"the last of 256, {count} times", ("RNG-3", "RNG-4"), [(255, 1, 256)] * count
    for count in (0, 1, 3, 25):
        comment = f"a carry through {count} bytes of 0xff that left the window"
        yield comment, ("RNG-3",), _carry(count)
    for tail in (1, 2, 3, 7, 40):
        comment = f"a choice of weight, and {tail} nearly certain ones"
        yield comment, ("RNG-4",), [(77, 3, 1000), *[(0, 4095, 4096)] * tail]
    mixed = [(0, 4095, 4096), (4095, 1, 4096), (5000, 3192, 8192), (1, 1, 3), (96, 4000, 4097)]
    yield "sixty choices of several totals", ("RNG-2", "RNG-3", "RNG-4"), mixed * 12


def _carry(count: int) -> list[Choice]:
    """Close in on 0x81 from below, until ``count`` bytes of 0xff have left, then step over it."""
    choices: list[Choice] = []
    interval = trace.Interval()
    while not interval.low.to_bytes(interval.window, "big")[:-4].startswith(b"\x80" + b"\xff" * count):
        for choice in reversed(THIRDS):
            then = trace.Interval(interval.low, interval.size, interval.window)
            then.narrow(choice)
            if then.low < 0x81 << 8 * (then.window - 1):
                break
        choices.append(choice)
        interval = then
    return [*choices, (MAX_TOTAL - 1, 1, MAX_TOTAL)]


def _others(cases: Sequence[Case]) -> Iterator[Case]:
    """Strings that lie in the interval of a case, but are not the one that is written."""
    for case in cases:
        number = int.from_bytes(case.wire, "big")
        size = len(case.wire)
        after = (number + 1).to_bytes(size + 1, "big")[-size:]
        for wire, comment, flag in (
            (after, "the next string of the length", Flag.ANY_IN_INTERVAL),
            (case.wire + b"\1", "a byte 1 too many", Flag.ANY_IN_INTERVAL),
            (case.wire + b"\xff", "a byte 0xff too many", Flag.ANY_IN_INTERVAL),
            (case.wire + bytes(12), "twelve bytes too many", Flag.IGNORES_TRAILING_BYTES),
        ):
            variant = refused_variant(case, STRINGS, wire, f"{comment}: {case.comment}", flag)
            if variant is not None:
                yield variant


def _explained(case: Case) -> Case:
    """With the rule that refuses it."""
    match case.code:
        case Code.TRUNCATED:
            rule = "RNG-6" if case.wire else "RNG-5"
        case Code.NON_CANONICAL:
            rule = "RNG-7"
        case _:
            rule = "RNG-7" if "too many" in case.comment else "RNG-5"
    return replace(case, rules=(rule,))


def _broken() -> Iterator[Case]:
    def refused(rule: str, wire: str, choices: Sequence[Choice], comment: str, flag: Flag) -> Case:
        given = {"choices": [list(choice) for choice in choices]}
        case = Case(comment, (rule,), bytes.fromhex(wire), given=given, flag=flag)
        return replace(case, code=refusal(case, STRINGS))

    yield refused("RNG-5", "7f", [], "a first byte below 0x80", Flag.UNCHECKED_START)
    yield refused("RNG-5", "00800000", [], "a first byte of 0", Flag.UNCHECKED_START)
    yield refused("RNG-5", "fffffffe", THIRDS[2:], "in what the division left over", Flag.BEYOND_OPTIONS)
    yield refused("RNG-5", "ffffffff", THIRDS[2:], "the end of what was left over", Flag.BEYOND_OPTIONS)
    yield refused("RNG-6", "80", [(0, 1, 256)] * 10, "zeros that go on too long", Flag.PADS_INPUT)
    yield refused("RNG-6", "80" + "00" * 4, [(0, 1, 256)] * 14, "four written zeros", Flag.PADS_INPUT)
    yield refused("RNG-7", "8000", [], "a zero that is not needed", Flag.ANY_IN_INTERVAL)
    yield refused("RNG-7", "81", [], "not the smallest of one byte", Flag.ANY_IN_INTERVAL)
    yield refused("RNG-7", "80000001", [], "the top of the window", Flag.ANY_IN_INTERVAL)
    yield refused(
        "RNG-7",
        "fffffffd",
        THIRDS[2:],
        "the last of an option",
        Flag.ANY_IN_INTERVAL,
    )
    yield refused("RNG-7", "8000000000", [], "five bytes for a window of four", Flag.IGNORES_TRAILING_BYTES)

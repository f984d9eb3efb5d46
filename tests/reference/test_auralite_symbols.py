"""AURALITE in the reference, symbol by symbol: lists and escapes, character runs, and matches."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.models import (
    CHAR_RUNS_EXHAUSTED,
    EXHAUSTED,
    HAND_MADE,
    HAND_MADE_WITH_CHAR_RUNS,
    NO_CONTEXTS,
    TEXTS,
    models,
)

from aura_reference import auralite
from aura_reference.auralite import MatchState
from aura_spec import match
from aura_spec.context_model import END, ESCAPES, FREQUENCIES, ContextModel
from aura_spec.errors import (
    Malformed,
)


def how(data: bytes, model: ContextModel) -> list[tuple[object, ...]]:
    """Order, escapes and odds of each symbol."""
    return [(step.order, step.escapes, 2**step.bits) for step in auralite.steps(data, model)]


FLAT_TOTAL = 32 * 254 + FREQUENCIES[4] + FREQUENCIES[8] + FREQUENCIES[12]
"""Of the root of ``HAND_MADE``."""


def test_one_entry_after_the_other() -> None:
    """Rule AUR-2."""
    first = sum(FREQUENCIES[code] for code in (2, 8, 12, 16))
    assert how(b"abc", HAND_MADE) == [
        (1, 0, pytest.approx(first / FREQUENCIES[2])),
        (2, 0, pytest.approx(4096 / (4096 - ESCAPES[20]))),
        (3, 0, pytest.approx(4096 / (4096 - ESCAPES[63]))),
        (0, 0, pytest.approx(FLAT_TOTAL / FREQUENCIES[12])),
    ]


def test_escapes_exclude_what_their_lists_hold() -> None:
    """After a, START a holds b alone; a holds b, c and a, b now excluded. Rule AUR-3."""
    [_, second, end] = how(b"aa", HAND_MADE)
    after_a = FREQUENCIES[8] + FREQUENCIES[12] + FREQUENCIES[12]
    escape = 4096 / ESCAPES[20]
    assert second == (1, 1, pytest.approx(escape * after_a / FREQUENCIES[12]))
    all_of_a = after_a + FREQUENCIES[4]
    at_root = FLAT_TOTAL - FREQUENCIES[4] - FREQUENCIES[8] - 32
    assert end == (0, 1, pytest.approx(all_of_a / FREQUENCIES[12] * at_root / FREQUENCIES[12]))


def test_list_without_other_entries_is_passed_in_silence() -> None:
    """After ab: START a b, a b and b hold c alone, so that one escape leads to the root. Rule AUR-4."""
    third = how(b"abb", HAND_MADE)[2]
    assert third == (0, 1, pytest.approx(4096 / ESCAPES[63] * (FLAT_TOTAL - 32) / FREQUENCIES[8]))


def test_escape_that_leaves_no_symbol_is_malformed() -> None:
    """In the first context the escape comes after 257 · 32, and has 8192. Rule AUR-4."""
    with pytest.raises(Malformed, match="excludes all symbols") as refused:
        auralite.decode(b"\xff", EXHAUSTED, 10)
    assert refused.value.offset == 0
    assert auralite.decode(auralite.encode(b"x", EXHAUSTED), EXHAUSTED, 10) == b"x"


def test_list_for_a_run_stands_in() -> None:
    """Rules RUN-4 and RUN-5: the third and fourth digit are in the lists, the letter after them is not."""
    steps = list(auralite.steps(b"123x", HAND_MADE_WITH_CHAR_RUNS))
    assert [step.char_run for step in steps] == [0, 0, 2, 3, 0]
    of_two = 10 * FREQUENCIES[8] + FREQUENCIES[18] + FREQUENCIES[24]
    assert 2 ** steps[2].bits == pytest.approx(of_two / FREQUENCIES[8])
    of_three = of_two - FREQUENCIES[18] + FREQUENCIES[17]
    at_root = FLAT_TOTAL - 10 * 32 - FREQUENCIES[12]
    assert 2 ** steps[3].bits == pytest.approx(of_three / FREQUENCIES[24] * at_root / 32)
    assert steps[3].escapes == 1
    with_end = list(auralite.steps(b"123", HAND_MADE_WITH_CHAR_RUNS))[-1]
    assert 2**with_end.bits == pytest.approx(of_three / FREQUENCIES[17])


def test_context_of_a_higher_order_stays() -> None:
    """After ``a`` the list is for contexts of order 0; a has order 1, its escape leads to the root. Rule RUN-4."""
    second = list(auralite.steps(b"aa", HAND_MADE_WITH_CHAR_RUNS))[1]
    assert second.char_run == 0
    third = list(auralite.steps(b"ac.", HAND_MADE_WITH_CHAR_RUNS))[2]
    assert third.char_run == 2


@given(TEXTS)
def test_context_after_a_run_is_the_one_after_its_bytes(data: bytes) -> None:
    """Rule RUN-5."""
    with_char_runs, without = auralite.Walk(HAND_MADE_WITH_CHAR_RUNS), auralite.Walk(HAND_MADE)
    for symbol in data:
        with_char_runs.code(auralite.Meter(symbol))
        without.code(auralite.Meter(symbol))
        assert with_char_runs.context == without.context


def test_escape_from_a_run_that_leaves_no_symbol_is_malformed() -> None:
    """Rules AUR-4 and RUN-4."""
    before = auralite.encode(b"1", CHAR_RUNS_EXHAUSTED)
    with pytest.raises(Malformed, match="excludes all symbols"):
        auralite.decode(before[:2] + b"\xff\xff\xff\xff", CHAR_RUNS_EXHAUSTED, 10)


def matches(data: bytes, model: ContextModel = NO_CONTEXTS) -> list[tuple[MatchState, int]]:
    return [(step.match, step.length) for step in auralite.steps(data, model)]


def test_matches_in_steps() -> None:
    """Rules MAT-1 to MAT-8."""
    states = matches(b"wxyz1 wxyz1wxyz2")
    assert [state.value[0] for state, _ in states] == list("nnnnnnnnnnhmnnnmn")
    assert [length for _, length in states] == [0] * 10 + [4, 5, 0, 0, 0, 4, 0]


def test_hit_costs_the_flag_alone() -> None:
    """Rules AUR-5 and MAT-4."""
    steps = list(auralite.steps(b"wxyz1 wxyz1", NO_CONTEXTS))
    index = (0 * 12 + 1) * 3  # length 4; 1 has 32 of 8224 at the root; no miss
    assert 2 ** steps[10].bits == pytest.approx(match.TOTAL / NO_CONTEXTS.hits[index])
    assert (steps[10].order, steps[10].escapes) == (0, 0)


def test_miss_excludes_the_predicted_byte() -> None:
    """Rule AUR-5."""
    step = list(auralite.steps(b"wxyz1 wxyz2", NO_CONTEXTS))[10]
    flag = match.TOTAL / (match.TOTAL - NO_CONTEXTS.hits[3])
    assert 2**step.bits == pytest.approx(flag * (256 * 32) / 32)
    assert (step.symbol, step.order, step.escapes) == (ord("2"), 0, 0)


def test_end_of_a_message_is_a_miss() -> None:
    """Rule MAT-8."""
    step = list(auralite.steps(b"wxyz1 wxyz", NO_CONTEXTS))[-1]
    assert (step.symbol, step.match, step.length) == (END, MatchState.MISS, 4)


def test_predicted_byte_outside_the_list_has_class_0() -> None:
    """After b only c is listed; x is predicted, and was never predicted. Rule MAT-6."""
    step = list(auralite.steps(b"bbbbx bbbbx", HAND_MADE))[10]
    assert (step.symbol, step.match, step.length) == (ord("x"), MatchState.HIT, 4)
    assert 2**step.bits == pytest.approx(match.TOTAL / HAND_MADE.hits[min(2, _misses(b"bbbbx bbbb"))])
    assert step.order == 0


def _misses(data: bytes) -> int:
    return [state for state, _ in matches(data, HAND_MADE)[:-1]].count(MatchState.MISS)


@given(models(), TEXTS)
def test_context_after_a_hit_is_the_one_after_its_byte(model: ContextModel, data: bytes) -> None:
    """Rule AUR-5."""
    with_matches, without = auralite.Walk(model), auralite.Walk(model)
    for symbol in data:
        with_matches.code(auralite.Meter(symbol))
        without.code_entry(None, auralite.Meter(symbol))
        assert with_matches.context == without.context

"""Decisions are seldom wrong, however often somebody looks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.operations.trials import KEY, RULE, counted, experiment, users

from aura.experiments import (
    Decision,
    Rule,
    slot_of,
)
from aura.experiments.measures import BUCKETS, Measures


@pytest.mark.parametrize(
    ("wire", "decision"),
    [((25, 20), Decision.CANDIDATE), ((25, 25), Decision.UNDECIDED), ((25, 30), Decision.CONTROL)],
)
def test_differences_are_found(wire: tuple[float, float], decision: Decision) -> None:
    split = experiment(rule=Rule(min_users=100, min_messages=100, min_gain=0.0))
    counted(split, wire, 150)
    [comparison] = split.report().comparisons
    assert comparison.decision is decision
    assert comparison.look is not None
    assert (comparison.look.number, comparison.look.alpha) == (1, 0.025)
    assert comparison.change.low < comparison.change.estimate < comparison.change.high
    assert comparison.change.estimate == pytest.approx(wire[1] / wire[0] - 1, abs=0.08)
    assert comparison.next_users == (200 if decision is Decision.UNDECIDED else None)


def test_nothing_is_decided_before_there_is_enough() -> None:
    split = experiment(rule=RULE)
    counted(split, (25, 10), 80)
    [comparison] = split.report().comparisons
    assert (comparison.decision, comparison.look, comparison.next_users) == (Decision.UNDECIDED, None, 100)
    split = experiment(rule=Rule(min_users=10, min_messages=2000))
    counted(split, (25, 10), 80)
    assert split.report().comparisons[0].look is None


def test_asking_again_changes_nothing() -> None:
    split = experiment(rule=RULE)
    counted(split, (25, 25), 120)
    first = split.report()
    for _ in range(5):
        assert split.report() == first
    counted(split, (25, 25), 60, seed=2)
    [again] = split.report().comparisons
    assert again.look == first.comparisons[0].look
    counted(split, (25, 25), 60, seed=3)
    look = split.report().comparisons[0].look
    assert look is not None
    assert (look.number, look.alpha) == (2, pytest.approx(0.05 / 6))


def test_what_is_decided_stays_decided() -> None:
    split = experiment(rule=RULE)
    counted(split, (25, 15), 120)
    assert split.report().comparisons[0].decision is Decision.CANDIDATE
    counted(split, (25, 60), 500, seed=2)
    [comparison] = split.report().comparisons
    assert comparison.decision is Decision.CANDIDATE
    assert comparison.look is not None
    assert comparison.look.number == 1


def test_counting_begins_anew_with_another_share_and_looks_are_numbered_on() -> None:
    split = experiment(rule=RULE)
    counted(split, (25, 25), 120)
    split.check()
    split.share = 0.0
    assert split.report().variants[0].messages == 1440
    split.share = 0.5
    report = split.report()
    assert report.variants[0].messages == 0
    assert report.comparisons[0].next_users == 100
    counted(split, (25, 25), 120, seed=4)
    look = split.report().comparisons[0].look
    assert look is not None
    assert look.number == 2


def decided_without_a_difference(experiments: int) -> int:
    """How many experiments without a difference are decided, each of which is looked at four times."""
    rule = Rule(min_users=50, min_messages=50, min_gain=0.0, alpha=0.05)
    decided = 0
    for seed in range(experiments):
        split = experiment(rule=rule)
        for part in range(4):
            counted(split, (25, 25), 55 << max(0, part - 1), seed=1000 * seed + part, each=1)
            split.check()
        counts = split.candidates[0].counts
        assert len(counts.looks) == 4 or counts.decision is not Decision.UNDECIDED
        decided += counts.decision is not Decision.UNDECIDED
    return decided


def test_the_rule_errs_seldom_although_it_looks_again_and_again() -> None:
    assert decided_without_a_difference(12) <= 3  # with probability 0.05 each, more come once in 450 times


@pytest.mark.thorough
def test_the_rule_errs_no_more_often_than_it_says() -> None:
    assert decided_without_a_difference(400) <= 32  # with probability 0.05 each, more come once in 200 times


@pytest.mark.parametrize("options", [{"alpha": 0}, {"min_users": 0}, {"min_messages": 0}, {"min_gain": -1}])
def test_rules_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Rule(**options)


def test_users_are_counted_about_right() -> None:
    measures = Measures()
    assert measures.users == 0
    for user in users(5000):
        measures.add(slot_of(KEY, "trial", user).bucket, 1, 1, 0.0)
        measures.add(slot_of(KEY, "trial", user).bucket, 1, 1, 0.0)
    assert measures.users == pytest.approx(5000, rel=0.02)
    assert measures.messages == 10_000
    assert np.count_nonzero(measures.table().any(axis=1)) > 0.98 * BUCKETS


def test_totals_go_into_a_file_and_nothing_else_comes_out() -> None:
    measures = Measures()
    measures.add(5, 10, 20, 0.5)
    measures.add_error(1 << 31)
    content = measures.as_dictionary()
    again = Measures.from_dictionary(content)
    assert (again.table() == measures.table()).all()
    assert (again.users, again.messages) == (measures.users, 1)
    for damaged in (
        {**content, "seen": "AAAA"},
        {**content, "seen": 5},
        {**content, "buckets": {"0": [1, 2]}},
        {**content, "buckets": {"0": [-1.0] * 6}},
        {**content, "buckets": []},
        {},
    ):
        with pytest.raises(ValueError, match=r"users|totals|base64|padding"):
            Measures.from_dictionary(damaged)

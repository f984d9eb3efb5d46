"""Broken implementations are caught, and by cases that name their mistake."""

from __future__ import annotations

import sys

import pytest
from tests.conformance import run_mutant
from tests.conformance.registry import MUTANTS

from aura_conformance.execute import Conditions, execute
from aura_conformance.process import LongLived
from aura_conformance.report import Report
from aura_conformance.suite import Check, Direction, Suite, find_vectors, load

PROGRAM = ["-m", run_mutant.__name__]
NEAR = 5
"""How far down the list of likely bugs the mistake may stand: some have much the same symptoms."""


@pytest.fixture(scope="module")
def suite() -> Suite:
    return load(find_vectors())


def _takes_long(check: Check) -> bool:
    """Whether long files are written, or a stream up to here."""
    return check.case.case_type in {"long chunked file", "stream"} and check.direction is Direction.ENCODE


SLOW_CHAPTERS = {"auralite", "brio2", "chunked", "local_model", "model", "modelled", "stream", "unit"}
"""Chapters with vectors that keep the reference busy for seconds."""


def _quick() -> set[str]:
    """The first mistake of each chapter whose vectors are quickly read."""
    first = {mutant.chapters[0]: name for name, mutant in reversed(MUTANTS.items())}
    return {name for name in first.values() if not SLOW_CHAPTERS & set(MUTANTS[name].chapters)}


def _param(name: str) -> object:
    return pytest.param(name, marks=[] if name in _quick() else [pytest.mark.thorough])


@pytest.mark.parametrize("name", [_param(name) for name in MUTANTS])
def test_a_mistake_is_caught_and_named(name: str, suite: Suite) -> None:
    mutant = MUTANTS[name]
    checks = [check for check in suite.checks if check.matches(mutant.chapters) and not _takes_long(check)]
    subject = LongLived([sys.executable, *PROGRAM, name], timeout=60)
    try:
        about = subject.start()
        outcomes = list(execute(subject, checks, Conditions()))
    finally:
        subject.stop()
    report = Report(about, suite, outcomes, len(checks), 0)
    assert not report.is_success
    assert mutant.flag in [bug.flag for bug in list(report.by_bug)[:NEAR]]


def test_there_are_enough_of_them_and_every_flag_exists(suite: Suite) -> None:
    flags = {bug.flag for case in suite.cases for bug in case.bugs}
    assert len(MUTANTS) >= 150
    assert {mutant.flag for mutant in MUTANTS.values()} <= flags
    assert {chapter for mutant in MUTANTS.values() for chapter in mutant.chapters} <= {
        case.chapter for case in suite.cases
    }

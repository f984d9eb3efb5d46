"""The conformance runner: every verdict, and what is made of them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tests.conformance.asking import FAKE, MODEL, ask
from tests.conformance.suites import invalid, messages, valid, write

from aura_conformance import expected, junit, page, record, summary
from aura_conformance.execute import Conditions, execute
from aura_conformance.level_zero import OneShot
from aura_conformance.process import LongLived, StartError
from aura_conformance.protocol import Announcement
from aura_conformance.report import Report, conclusion
from aura_conformance.rules import rules
from aura_conformance.suite import Suite, SuiteError, find_vectors, load
from aura_conformance.verdict import Verdict


def test_every_answer_has_its_verdict(vectors: Path) -> None:
    outcomes = ask(load(vectors))
    assert {name: outcome.verdict.value for name, outcome in outcomes.items()} == {
        "good/0000:decode": "PASS",
        "good/0000:encode": "PASS",
        "good/0001:decode": "PASS",
        "good/0001:encode": "NON_CANONICAL",
        "good/0002:decode": "PASS",
        "good/0002:encode": "FAIL",
        "good/0003:decode": "PASS",
        "good/0004:decode": "PASS",
        "bad/0000:decode": "CRASH",
        "bad/0001:decode": "FAIL",  # a line that is not JSON
        "bad/0002:decode": "PASS",
        "bad/0003:decode": "FAIL",  # the answer to another request
        "bad/0004:decode": "PASS",
        "bad/0005:decode": "FAIL",  # capital digits
        "bad/0006:decode": "UNIMPLEMENTED",
        "bad/0007:decode": "FAIL",
        "bad/0008:decode": "WRONG_CODE",
        "bad/0009:decode": "FAIL",  # accepted
        "bad/0010:decode": "FAIL",  # an error without a code
        "bad/0011:decode": "FAIL",
        "bad/0012:decode": "FAIL",
        "bad/0013:decode": "FAIL",  # a valid message refused
        "number/0000:decode": "PASS",
        "number/0000:encode": "NON_CANONICAL",  # other bytes, but they decode to the value
        "held/0000:decode": "PASS",
        "held/0001:decode": "PASS",
        "held/0002:decode": "UNIMPLEMENTED",  # its model is not taken
    }
    assert outcomes["bad/0000:decode"].judgement.got == "exit status 3\nout of luck"
    assert "not an object of JSON: debug: decoding" in outcomes["bad/0001:decode"].judgement.got
    assert outcomes["good/0004:decode"].judgement.expected == "text of no bytes"


def test_who_does_not_answer_in_time_is_ended_and_started_again(tmp_path: Path) -> None:
    suite = load(write(tmp_path, {"slow": [messages(valid("c1", ""), valid("0761", "61"))]}))
    first, second = ask(suite, timeout=0.8).values()
    assert (first.verdict, first.judgement.got) == (Verdict.TIMEOUT, "no answer within 0.8 s")
    assert second.verdict is Verdict.PASS


def test_a_program_behind_a_shell_is_ended_too(tmp_path: Path) -> None:
    suite = load(write(tmp_path, {"slow": [messages(valid("c1", ""))]}))
    subject = LongLived(["sh", "-c", f"{shlex.join(FAKE)}; true"], 0.8)
    subject.start()
    pipes = subject._pipes
    assert pipes is not None
    (outcome,) = execute(subject, suite.checks, Conditions())
    assert outcome.verdict is Verdict.TIMEOUT
    assert not any(thread.is_alive() for thread in pipes._threads)  # nobody holds a pipe open


def test_a_run_is_given_up_after_too_many_crashes(tmp_path: Path) -> None:
    suite = load(
        write(tmp_path, {"crash": [messages(*(valid("c0", f"{number:02}") for number in range(9)))]})
    )
    assert len(ask(suite, conditions=Conditions(max_crashes=3))) == 3


def test_who_does_not_start_again_crashes(tmp_path: Path) -> None:
    suite = load(write(tmp_path, {"crash": [messages(valid("c0", ""), valid("07", ""))]}))
    subject = LongLived([*FAKE, "once", str(tmp_path / "started")], 20)
    _, second = execute(subject, suite.checks, Conditions())
    assert second.verdict is Verdict.CRASH
    assert "once was enough" in second.judgement.got


@pytest.mark.parametrize(
    ("argument", "timeout", "reason"),
    [
        ("ends", 20, "no luck at all"),
        ("silent", 0.05, "does not answer the command start"),
        ("old", 20, "speaks protocol 0, not 1"),
        ("odd", 20, "spec and profiles are lists"),
    ],
)
def test_who_does_not_start_is_not_asked(argument: str, timeout: float, reason: str) -> None:
    with pytest.raises(StartError, match=reason):
        LongLived([*FAKE, argument], timeout).start()


@pytest.mark.parametrize("kind", [LongLived, OneShot])
def test_a_program_that_is_not_there_is_not_asked(kind: type[LongLived | OneShot]) -> None:
    subject = kind(["/no/such/program"], 1)
    with pytest.raises(StartError, match="/no/such/program"):
        subject.start()
    subject.stop()


def test_level_zero_goes_by_the_exit_status(tmp_path: Path) -> None:
    tests = valid("0761", "61"), invalid("ff"), valid("c0", ""), valid("c1", ""), invalid("c8")
    groups = [
        messages(*tests),
        messages(valid("0762", "62"), **MODEL),
        messages(valid("07", ""), max_size="9"),
    ]
    suite = load(write(tmp_path, {"zero": groups}))
    checks = [check for check in suite.checks if check.is_level_zero]
    subject = OneShot(FAKE, 2)
    assert subject.start().name == " ".join(FAKE)
    outcomes = list(execute(subject, checks, Conditions()))
    subject.stop()
    assert [str(outcome.verdict) for outcome in outcomes] == [
        "PASS",
        "PASS",
        "CRASH",
        "TIMEOUT",
        "FAIL",
        "PASS",
    ]


# What is expected


def listed(tmp_path: Path, text: str, suite: Suite) -> Sequence[expected.Entry]:
    path = tmp_path / "known.txt"
    path.write_text(text)
    return expected.read(path, suite.checks)


def test_known_failures_are_good_and_passes_that_are_listed_are_not(vectors: Path, tmp_path: Path) -> None:
    suite = load(vectors)
    text = "# known\n\nbad/*  # all of them\ngood/0001:encode NON_CANONICAL\ngood/0002:encode CRASH\n"
    outcomes = ask(suite, conditions=Conditions(known=listed(tmp_path, text, suite)))
    bad = {name for name, outcome in outcomes.items() if not outcome.is_good}
    surprises = {name for name, outcome in outcomes.items() if outcome.is_surprise}
    assert surprises == {"bad/0002:decode", "bad/0004:decode"}
    assert bad == {*surprises, "good/0002:encode", "number/0000:encode"}


@pytest.mark.parametrize("line", ["good/0000 PASS", "good/0000 FAIL twice", "nothing/0000"])
def test_a_list_that_is_not_understood_is_refused(vectors: Path, tmp_path: Path, line: str) -> None:
    with pytest.raises(expected.ListError, match=r"known\.txt:1: "):
        listed(tmp_path, line, load(vectors))


def test_what_a_profile_requires_has_to_be_there(vectors: Path) -> None:
    suite = load(vectors)
    outcomes = ask(suite, ["bad/0006"], Conditions(profiles=[suite.profiles["decoder"]]))
    assert not outcomes["bad/0006:decode"].is_good
    assert ask(suite, ["bad/0006"])["bad/0006:decode"].is_good


def test_who_refuses_a_format_of_others_as_unsupported_does_not_have_it(tmp_path: Path) -> None:
    """Rule MSG-2: a port without Brotli need not skip what it is not told."""
    needs = {"requires": ["brotli"]}
    tests = valid("cd", "61", **needs), invalid("cd00", **needs), valid("cd", "61")
    unsupported = invalid("cd01", "Unsupported", **needs)
    every = {"case_types": ["message"], "results": ["decodable", "invalid"], "about": "", "without": []}
    profiles = {"core": {**every, "without": ["brotli"]}, "all": every}
    suite = load(write(tmp_path, {"others": [messages(*tests, unsupported)]}, profiles))
    outcomes = ask(suite, conditions=Conditions([suite.profiles["core"]]))
    assert [outcome.verdict.value for outcome in outcomes.values()] == [
        "UNIMPLEMENTED",
        "UNIMPLEMENTED",
        "FAIL",  # it needs nothing
        "PASS",
    ]
    assert [outcome.is_good for outcome in outcomes.values()] == [True, True, False, True]
    claimed = ask(suite, ["others/000[01]"], Conditions([suite.profiles["all"]]))
    assert not any(outcome.is_good for outcome in claimed.values())


# What follows from what


@pytest.fixture
def story(tmp_path: Path) -> Suite:
    """Two streams of which the fake reads messages of the value 1, and a session."""

    def told(wire: str, value: str, *before: object) -> dict[str, object]:
        return {"result": "decodable", "wire": wire, "value": value, "before": [*before], **FLAG}

    stream = {"case_type": "stream", "check": "8"}
    session = {"case_type": "session", "hello": "00"}
    sent, first = {"sent": "ff"}, {"received": "aa"}
    groups = [
        {**stream, "tests": (told("01", "2"), told("02", "3", "01"), told("03", "1", "01", "02"))},
        {**stream, "server": True, "tests": (told("01", "1"), told("02", "3", "01"))},
        {**stream, "tests": (told("04", "4", "01", "02"), told("05", "4", "09"))},
        {**session, "tests": (told("aa", "2", sent), told("bb", "2", sent, first, sent), told("bb", "2"))},
    ]
    return load(write(tmp_path, {"story": groups}))


FLAG = {"flags": ["TakesAnything"]}


def test_what_fails_after_another_failure_of_its_story_counts_once(story: Suite) -> None:
    outcomes = list(ask(story).values())
    report = Report(Announcement("fake", "0", ("0.1.0",), ()), story, outcomes, len(outcomes), 0)
    failures = ["story/0000", "story/0004", "story/0006", "story/0007", "story/0009"]
    assert [outcome.check.case.id for outcome in report.failures] == failures
    assert report.consequences == {
        "story/0001:decode": "story/0000:decode",
        "story/0005:decode": "story/0000:decode",  # by way of 0001
        "story/0008:decode": "story/0007:decode",  # past what was sent
    }
    assert conclusion(report) == "5 of 10 checks failed, and 3 that follow from them"
    assert [(kind.count, kind.consequences) for kind in report.kinds()] == [(5, 3)]
    assert [*report.by_bug.values()] == [(5, 7)]
    assert report.by_rule() == [("STO-1", 5, 7)]
    console = Console(file=StringIO(), width=200)
    summary.show(report, console, 10)
    assert "and 3 that follow from these" in console.file.getvalue()  # type: ignore[attr-defined]
    checks = {check["check"]: check for check in json.loads(record.to_json(report))["checks"]}
    assert checks["story/0001:decode"]["follows_from"] == "story/0000:decode"
    assert "follows from story/0007:decode" in junit.to_xml(report)
    assert "What follows from that" in page.to_html(report)


def test_what_is_known_to_fail_has_no_consequences(story: Suite, tmp_path: Path) -> None:
    known = listed(tmp_path, "story/0000\n", story)
    outcomes = list(ask(story, ["story/000[01]"], Conditions(known=known)).values())
    report = Report(Announcement("fake", "0", ("0.1.0",), ()), story, outcomes, len(outcomes), 0)
    assert [outcome.check.case.id for outcome in report.failures] == ["story/0001"]


# Vectors


def test_vectors_are_held_against_their_manifest(vectors: Path) -> None:
    (vectors / "good.json").write_text("{}")
    with pytest.raises(SuiteError, match="digest differs"):
        load(vectors)
    with pytest.raises(SuiteError, match="cannot be read"):
        load(vectors / "nowhere")


def test_the_vectors_of_the_project_are_found_and_read() -> None:
    suite = load(find_vectors())
    assert len(suite.checks) >= 7380
    assert len(suite.cases) >= 6750
    assert {rule for case in suite.cases for rule in case.rules} <= set(rules())
    assert all(bug.effect for case in suite.cases for bug in case.bugs)
    assert all(case.bugs for case in suite.cases if case.result == "invalid")


def test_missing_vectors_are_said_to_be_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("aura_conformance.suite.__file__", str(tmp_path / "a" / "b" / "suite.py"))
    with pytest.raises(SuiteError, match="--vectors"):
        find_vectors()


def test_rules_come_with_their_words() -> None:
    rule = rules()["VAR-2"]
    assert rule.place == "docs/spec/varint.html#var-2"
    assert rule.text.startswith("An integer has exactly one spelling: the shortest.")
    assert rules()["LIM-1"].text.startswith("the decoded size")
    assert rules()["AUR-6"].chapter == "auralite"


def test_rules_come_with_their_procedures() -> None:
    rule = rules()["LOC-2"]
    assert rule.text.endswith("After each byte:")
    assert rule.procedure.startswith("    pass_place(byte)\n")
    assert rule.procedure.endswith("return h xor (h div 2^15)")
    assert str(rule) == f"{rule.text}\n{rule.procedure}"
    assert not rules()["LOC-12"].procedure
    assert str(rules()["LOC-12"]) == rules()["LOC-12"].text


def test_without_the_specification_rules_have_ids_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aura_conformance.rules.find_spec", lambda _name: None)
    assert not rules.__wrapped__()

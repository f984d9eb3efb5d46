"""The conformance runner: every verdict, and what is made of them."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console
from tests.conformance.suites import canonical, invalid, messages, valid, write
from typer.testing import CliRunner, Result

from aura_conformance import cli, expected, junit, page, record, summary
from aura_conformance.level_zero import OneShot
from aura_conformance.process import LongLived, StartError
from aura_conformance.protocol import Announcement
from aura_conformance.report import Report, conclusion
from aura_conformance.rules import rules
from aura_conformance.run import Conditions, Outcome, run
from aura_conformance.suite import Suite, SuiteError, find_vectors, load
from aura_conformance.verdict import Verdict

FAKE = [sys.executable, str(Path(__file__).parent / "fake.py")]
MODEL = {"model": "0102"}
NO_VECTORS = Suite("0.1.0", (), {})


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    """A case for every verdict."""
    good = messages(canonical("61"), canonical("00"), canonical("62"), invalid("ff"), valid("07", ""))
    bad = messages(
        valid("c0", "61"),
        valid("c2", "61"),
        valid("0761", "61", trace=[{"symbol": 1}] * 3),
        valid("c3", "61"),
        valid("0762", "62"),
        valid("c4", "ab"),
        valid("c5", "61"),
        valid("c6", "61"),
        invalid("c7", flags=["TakesAnything"]),
        invalid("c8", flags=["TakesAnything", "Unexplained"]),
        valid("c9", "61"),
        valid("ca", "61"),
        valid("cb", "61"),
        valid("c7", "61", requires=["luck"]),
    )
    number = {
        "case_type": "integer",
        "maximum": "255",
        "tests": ({"result": "canonical", "wire": "01", "value": "1"},),
    }
    held = messages(valid("0701", "01"), valid("0702", "02"), **MODEL)
    untaken = messages(valid("0703", "03"), model="00")
    any_result = {"case_types": ["message"], "results": ["canonical", "decodable", "invalid"], "without": []}
    profiles = {
        "numbers": {**any_result, "about": "reads", "directions": ["decode"], "case_types": ["integer"]},
        "decoder": {**any_result, "about": "reads messages", "directions": ["decode"], "without": ["luck"]},
    }
    files = {"good": [good], "bad": [bad], "number": [number], "held": [held, untaken]}
    return write(tmp_path, files, profiles)


def ask(
    suite: Suite, only: Sequence[str] = ("*",), conditions: Conditions | None = None, timeout: float = 20
) -> dict[str, Outcome]:
    subject = LongLived(FAKE, timeout)
    checks = [check for check in suite.checks if check.matches(only)]
    try:
        outcomes = list(run(subject, checks, conditions or Conditions()))
    finally:
        subject.stop()
    return {outcome.check.name: outcome for outcome in outcomes}


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
    (outcome,) = run(subject, suite.checks, Conditions())
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
    _, second = run(subject, suite.checks, Conditions())
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
    outcomes = list(run(subject, checks, Conditions()))
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
    assert len(suite.cases) >= 6773
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
    rule = rules()["RCL-2"]
    assert rule.text.endswith("nor finds a place:")
    assert rule.procedure.startswith("    hash(h, byte)\n")
    assert rule.procedure.endswith("mod 2^16)")
    assert str(rule) == f"{rule.text}\n{rule.procedure}"
    assert not rules()["RCL-13"].procedure
    assert str(rules()["RCL-13"]) == rules()["RCL-13"].text


def test_without_the_specification_rules_have_ids_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aura_conformance.rules.find_spec", lambda _name: None)
    assert not rules.__wrapped__()


# Reports


@pytest.fixture
def report(vectors: Path) -> Report:
    suite = load(vectors)
    known = [expected.Entry("bad/0000", None, "known to crash"), expected.Entry("good/0000", None, "")]
    outcomes = ask(suite, conditions=Conditions(known=known))
    about = Announcement("fake <1>", "0", ("0.1.0",), ())
    return Report(about, suite, list(outcomes.values()), len(outcomes), 1.5)


def shown(report: Report, failures: int = 99) -> str:
    console = Console(width=200, file=StringIO())
    summary.show(report, console, failures)
    return str(console.file.getvalue())


def test_the_summary_says_what_a_person_wants_to_know(report: Report) -> None:
    text = shown(report)
    assert "fake <1> 0" in text
    assert "TakesAnything: it takes anything (no error is found)" in text
    assert "STO-1  docs/spec/stored.html#sto-1" in text
    assert "error Malformed" in text
    assert "the line is not true any more" in text
    assert text.rstrip().endswith("checks failed")
    chapters = [line.split() for line in text.splitlines() if line.startswith(("good", "number"))]
    assert chapters[0][:5] == ["good", "8", "6", "1", "1"]
    assert "more kinds of failures" in shown(report, 1)


def test_likely_bugs_are_ranked_by_how_many_of_their_checks_fail(report: Report) -> None:
    assert [(bug.flag, counts) for bug, counts in report.by_bug.items()] == [
        ("TakesAnything", (2, 2)),
        ("Unexplained", (1, 1)),
    ]


def test_long_wires_are_shortened() -> None:
    assert len(summary.shortened("ab" * 5000)) < 450


def test_the_report_for_test_services_counts_every_check(report: Report) -> None:
    root = ET.fromstring(junit.to_xml(report))  # noqa: S314  # made right here
    cases = root.findall("testsuite/testcase")
    assert int(root.attrib["tests"]) == len(cases) == len(report.outcomes)
    assert int(root.attrib["failures"]) + int(root.attrib["errors"]) == len(report.failures)
    assert len(root.findall("testsuite/testcase/skipped")) == int(root.attrib["skipped"]) == 3


def test_characters_that_xml_cannot_say_are_replaced(report: Report) -> None:
    first = report.failures[-1]
    about = Announcement("\x00\ud800", "", (), ())
    odd = Report(about, report.suite, [first], 1, 0)
    assert ET.fromstring(junit.to_xml(odd)).attrib["name"] == "\ufffd\ufffd"  # noqa: S314


def test_what_an_implementation_says_does_not_steer_the_terminal(report: Report) -> None:
    first = report.failures[-1]
    judgement = replace(first.judgement, got="\x1b[31m\nlines\x9b2J\ud800")
    odd = Report(
        Announcement("\x1b[2J", "\u202e", (), ()), report.suite, [replace(first, judgement=judgement)], 1, 0
    )
    text = shown(odd)
    assert "\\x1b[2J \\u202e" in text
    assert "\\x1b[31m" in text
    assert all(char.isprintable() for char in text.replace("\n", ""))


class Balance(HTMLParser):
    """Whether elements are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag not in {"meta", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_by_itself(report: Report) -> None:
    html = page.to_html(report)
    balance = Balance()
    balance.feed(html)
    assert not balance.open
    assert "fake &lt;1&gt;" in html
    assert "http" not in html
    assert html.count("<details>") == len(report.failures) + 1


def test_the_record_has_every_check(report: Report) -> None:
    written = json.loads(record.to_json(report))
    assert len(written["checks"]) == len(report.outcomes)
    assert written["success"] is False
    assert written["profiles"] == {
        "numbers": {"passed": 1, "checks": 1, "size": 1},
        "decoder": {"passed": 9, "checks": 21, "size": 21},
    }


def test_a_good_run_has_nothing_to_show(report: Report) -> None:
    good = [outcome for outcome in report.outcomes if outcome.is_good and outcome.known is None]
    clean = Report(report.about, NO_VECTORS, good, len(good), 1)
    assert clean.is_success
    assert shown(clean).rstrip().endswith(f"of {len(good)} checks passed, 2 are not implemented")
    assert page.to_html(clean).count("<details>") == 1
    nothing = Report(report.about, NO_VECTORS, [], 0, 1)
    assert conclusion(nothing) == "no checks were made"
    assert page.to_html(nothing).count("<p>Nothing.</p>") == 2
    cut = Report(report.about, NO_VECTORS, good, 99, 1)
    assert not cut.is_success
    assert conclusion(cut).startswith("given up after")


# The command line


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def test_a_run_ends_with_its_status_and_its_reports(vectors: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("j.xml", "p.html", "r.json")]
    options = [item for pair in zip(("--junit", "--html", "--json"), files, strict=True) for item in pair]
    bad = call("run", "--vectors", vectors, *options, "--", *FAKE)
    assert bad.exit_code == 1
    assert all(path.stat().st_size > 1000 for path in files)
    good = call("run", "--vectors", vectors, "--profile", "decoder", "--skip", "[bh]*", "--", *FAKE)
    assert (good.exit_code, good.output.splitlines()[-1]) == (0, "5 of 5 checks passed")


def test_known_failures_are_read_from_a_file(vectors: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    known.write_text("good/0001:encode  # soon\ngood/0002:encode\n")
    result = call("run", "--vectors", vectors, "--only", "good", "--expected-failures", known, "--", *FAKE)
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "6 of 8 checks passed, 2 fail as expected"


def test_level_zero_is_asked_for_with_an_option(vectors: Path) -> None:
    result = call("run", "--vectors", vectors, "--level", "0", "--only", "good/*", "--", *FAKE)
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "5 of 5 checks passed")


def test_checks_are_listed_and_cases_shown(vectors: Path) -> None:
    result = call("list", "--vectors", vectors, "--only", "*:encode")
    assert result.output.splitlines()[0] == "good/0000:encode\tcanonical\tcase 0"
    result = call("show", "--vectors", vectors, "bad/0002")
    assert '-> {"cmd":"decode","seq":1,' in result.output
    assert result.output.count('{"symbol": 1}') == 3
    assert "catches: TakesAnything" in call("show", "--vectors", vectors, "bad/0009").output


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--only", "nothing", "--", *FAKE],
        ["run", "--profile", "nothing", "--", *FAKE],
        ["run", "--only", "good/*", "--skip", "good/*", "--", *FAKE],
        ["run", "--", "/no/such/program"],
        ["run", "--json", "/no/such/place/out.json", "--", "/no/such/program"],
        ["run", "--html", "/", "--", "/no/such/program"],
        ["show", "nothing/0000"],
        ["list", "--vectors", "/no/such/place"],
    ],
)
def test_wrong_usage_ends_with_two(
    arguments: list[str], vectors: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if "--vectors" not in arguments:
        arguments = [arguments[0], "--vectors", str(vectors), *arguments[1:]]
    monkeypatch.setattr("sys.argv", ["aura-conformance", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("error: ")

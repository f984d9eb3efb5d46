"""Reports of the conformance runner: for people, for test services and for machines."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console
from tests.conformance.asking import NO_VECTORS, ask

from aura_conformance import expected, junit, page, record, summary
from aura_conformance.execute import Conditions
from aura_conformance.protocol import Announcement
from aura_conformance.report import Report, conclusion
from aura_conformance.suite import load


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

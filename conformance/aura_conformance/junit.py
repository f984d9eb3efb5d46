"""The outcome of a run as JUnit's XML, which test services read: one suite a chapter, one test case a check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from aura_conformance.execute import Outcome
from aura_conformance.report import Report
from aura_conformance.verdict import Verdict

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot say."""


def to_xml(report: Report) -> str:
    """The document."""
    root = ET.Element("testsuites", {"name": _clean(report.about.name), **_counts(report.outcomes)})
    for chapter, outcomes in report.by_chapter().items():
        suite = ET.SubElement(root, "testsuite", {"name": chapter, **_counts(outcomes)})
        for outcome in outcomes:
            _add(suite, outcome, report.consequences.get(outcome.check.name, ""))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _counts(outcomes: Sequence[Outcome]) -> dict[str, str]:
    tags = [_tag(outcome) for outcome in outcomes]
    counts = {"tests": len(tags), "failures": tags.count("failure"), "errors": tags.count("error")}
    counts["skipped"] = tags.count("skipped")
    return {
        **{name: str(count) for name, count in counts.items()},
        "time": f"{sum(outcome.seconds for outcome in outcomes):.3f}",
    }


def _tag(outcome: Outcome) -> str:
    """The element that stands for an outcome; none for a pass."""
    if outcome.is_good:
        return "" if outcome.verdict is Verdict.PASS else "skipped"
    return "error" if outcome.verdict in {Verdict.CRASH, Verdict.TIMEOUT} else "failure"


def _add(suite: ET.Element, outcome: Outcome, cause: str) -> None:
    case = outcome.check.case
    name = outcome.check.name.partition("/")[2]
    element = ET.SubElement(
        suite,
        "testcase",
        classname=case.chapter,
        name=f"{name} {case.comment}",
        time=f"{outcome.seconds:.3f}",
    )
    if tag := _tag(outcome):
        reason = outcome.known.reason if outcome.known and not outcome.is_surprise else ""
        follows = f"follows from {cause}" if cause else ""
        words = reason or follows or "; ".join(map(str, case.bugs)) or outcome.judgement.got
        message = _clean(f"{outcome.verdict}: {words}")
        child = ET.SubElement(element, tag, message=message)
        if tag != "skipped":
            rules = ", ".join(case.rules)
            judgement = outcome.judgement
            child.text = _clean(
                f"rules: {rules}\nwire: {case.wire}\nexpected: {judgement.expected}\ngot: {judgement.got}"
            )


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)

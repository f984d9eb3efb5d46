"""The outcome of a run as JSON."""

from __future__ import annotations

import json

from aura_conformance.execute import Outcome
from aura_conformance.report import Report, conclusion


def to_json(report: Report) -> str:
    """The document."""
    about = report.about
    return (
        json.dumps(
            {
                "implementation": {"name": about.name, "version": about.version, "spec": list(about.spec)},
                "spec": report.suite.spec,
                "success": report.is_success,
                "conclusion": conclusion(report),
                "seconds": round(report.seconds, 3),
                "planned": report.planned,
                "verdicts": dict(report.verdicts),
                "profiles": {
                    name: {"passed": passed, "checks": made, "size": size}
                    for name, (passed, made, size) in report.by_profile.items()
                },
                "checks": [
                    _check(outcome, report.consequences.get(outcome.check.name))
                    for outcome in report.outcomes
                ],
            },
            indent=1,
        )
        + "\n"
    )


def _check(outcome: Outcome, cause: str | None) -> dict[str, object]:
    case, judgement = outcome.check.case, outcome.judgement
    entry: dict[str, object] = {
        "check": outcome.check.name,
        "verdict": outcome.verdict,
        "good": outcome.is_good,
        "required": outcome.required,
        "seconds": round(outcome.seconds, 6),
    }
    if cause is not None:
        entry["follows_from"] = cause
    if outcome.known is not None:
        entry["known"] = outcome.known.reason
    if not outcome.is_good or outcome.known is not None:
        entry |= {
            "comment": case.comment,
            "rules": list(case.rules),
            "flags": [bug.flag for bug in case.bugs],
        }
        entry |= {"wire": case.wire, "expected": judgement.expected, "got": judgement.got}
    return entry

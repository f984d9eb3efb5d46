"""The outcome of a run as a page of HTML that stands by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from string import Template
from typing import Final

from aura_conformance.execute import Outcome
from aura_conformance.report import Report, conclusion
from aura_conformance.rules import rules
from aura_conformance.verdict import Verdict

_PAGE: Final = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$title</title>
<style>
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top;
         border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
.conclusion { font-size: 1.3rem; font-weight: 600; }
.good { color: #18794e; } .bad { color: #cd2b31; }
@media (prefers-color-scheme: dark) { .good { color: #4cc38a; } .bad { color: #ff6369; } }
.bar { display: flex; height: .8rem; min-width: 8rem; border-radius: 3px; overflow: hidden; }
.bar i { min-width: 2px; }
.PASS { background: #30a46c; } .FAIL, .CRASH, .TIMEOUT { background: #e5484d; }
.WRONG_CODE, .NON_CANONICAL { background: #f5a524; } .UNIMPLEMENTED { background: #8888; }
details { border: 1px solid var(--line); border-radius: 6px; padding: .4rem .8rem; margin: .4rem 0; }
summary { cursor: pointer; } summary b { margin-right: .6rem; }
dl { display: grid; grid-template-columns: 7rem 1fr; gap: .2rem .8rem; margin: .6rem 0; }
dt { opacity: .7; } dd { margin: 0; min-width: 0; }
pre { white-space: pre-wrap; margin: 0; font: inherit; }
</style>
<h1>$title</h1>
<p class="conclusion $tone">$conclusion</p>
<p>Vectors of specification $spec; $seconds seconds.</p>
<h2>Chapters</h2>
<div class="wide"><table><thead>$head</thead><tbody>$chapters</tbody></table></div>
$profiles
<h2>Likely bugs</h2>
$bugs
<h2>Rules</h2>
$rules
<h2>What failed</h2>
$failures
$consequences
<h2>What is not implemented, or known to fail</h2>
$others
</html>
""")


def to_html(report: Report) -> str:
    """The page."""
    seen = [verdict for verdict in Verdict if report.verdicts[verdict]]
    others = [
        outcome for outcome in report.outcomes if outcome.is_good and outcome.verdict is not Verdict.PASS
    ]
    head = _head("chapter", "checks", *map(str, seen))
    return _PAGE.substitute(
        title=escape(f"{report.about.name} {report.about.version}".strip()),
        conclusion=escape(conclusion(report)),
        tone="good" if report.is_success else "bad",
        spec=escape(report.suite.spec),
        seconds=f"{report.seconds:.1f}",
        head=head,
        chapters="".join(_chapter(name, outcomes, seen) for name, outcomes in report.by_chapter().items()),
        profiles=_profiles(report),
        failures="\n".join(_failure(outcome, report) for outcome in report.failures) or "<p>Nothing.</p>",
        consequences=_consequences(report),
        bugs=_bugs(report),
        rules=_rules(report),
        others=_others(others),
    )


def _row(cells: Iterable[str]) -> str:
    row = "".join(f"<td{' class=number' if cell.isdigit() else ''}>{cell}</td>" for cell in cells)
    return f"<tr>{row}</tr>"


def _head(first: str, *numbers: str) -> str:
    """Of a table with numbers in all columns but the first, and the last, which has no head."""
    return f"<tr><th>{first}</th>{''.join(f'<th class=number>{name}</th>' for name in numbers)}<th></th></tr>"


def _chapter(name: str, outcomes: Sequence[Outcome], seen: Sequence[Verdict]) -> str:
    counts = Counter(outcome.verdict for outcome in outcomes)
    shares = "".join(
        f'<i class="{verdict}" style="flex:{counts[verdict]}"></i>' for verdict in seen if counts[verdict]
    )
    numbers = (str(counts[verdict] or "") for verdict in seen)
    return _row([escape(name), str(len(outcomes)), *numbers, f'<div class="bar">{shares}</div>'])


def _profiles(report: Report) -> str:
    if not report.by_profile:
        return ""
    rows = "".join(
        _row([escape(name), str(passed), str(made), str(size), escape(report.suite.profiles[name].about)])
        for name, (passed, made, size) in report.by_profile.items()
    )
    head = _head("profile", "passed", "checks", "of")
    return f'<h2>Profiles</h2><div class="wide"><table>{head}{rows}</table></div>'


def _failure(outcome: Outcome, report: Report) -> str:
    case = outcome.check.case
    rows = [("likely bug", escape(str(bug))) for bug in report.likely(case)]
    rows += [("rule", _rule(rule_id)) for rule_id in case.rules]
    if outcome.is_surprise and outcome.known is not None:
        rows.append(("listed", escape(f"as {outcome.known.glob}, but it passes")))
    rows += [("wire", f"<code>{case.wire or 'no bytes'}</code>")]
    rows += [("expected", _code(outcome.judgement.expected)), ("got", _code(outcome.judgement.got))]
    listed = "".join(f"<dt>{head}</dt><dd>{text}</dd>" for head, text in rows)
    name = f"<b>{outcome.verdict}</b> <code>{escape(outcome.check.name)}</code> {escape(case.comment)}"
    return f"<details><summary>{name}</summary><dl>{listed}</dl></details>"


def _code(text: str) -> str:
    return f"<code><pre>{escape(text)}</pre></code>"


def _rule(rule_id: str) -> str:
    rule = rules().get(rule_id)
    if rule is None:
        return escape(rule_id)
    procedure = f"<pre>{escape(rule.procedure)}</pre>" * bool(rule.procedure)
    return f"<code>{escape(rule_id)}</code> ({escape(rule.place)}) {escape(rule.text)}{procedure}"


def _bugs(report: Report) -> str:
    rows = "".join(
        _row([escape(str(bug)), str(failed), str(made), ""]) for bug, (failed, made) in report.by_bug.items()
    )
    return _tallies("bug", rows) or "<p>None.</p>"


def _rules(report: Report) -> str:
    rows = "".join(_row([_rule(rule), str(failed), str(made), ""]) for rule, failed, made in report.by_rule())
    return _tallies("rule", rows) or "<p>No check of any rule failed.</p>"


def _tallies(of: str, rows: str) -> str:
    """A table of how many checks failed, and were made, of each bug or rule; nothing without rows."""
    return rows and f'<div class="wide"><table>{_head(of, "failed", "checks")}{rows}</table></div>'


def _consequences(report: Report) -> str:
    """Checks that fail because others do."""
    if not report.consequences:
        return ""
    rows = "".join(
        _row([f"<code>{escape(check)}</code>", f"<code>{escape(cause)}</code>"])
        for check, cause in report.consequences.items()
    )
    head = "<tr><th>check</th><th>fails because of</th></tr>"
    count = len(report.consequences)
    table = f"<details><summary>{count} checks</summary><table>{head}{rows}</table></details>"
    return f"<h2>What follows from that</h2>{table}"


def _others(outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return "<p>Nothing.</p>"
    rows = "".join(
        _row([f"<code>{escape(outcome.check.name)}</code>", str(outcome.verdict), escape(_reason(outcome))])
        for outcome in outcomes
    )
    return f"<details><summary>{len(outcomes)} checks</summary><table>{rows}</table></details>"


def _reason(outcome: Outcome) -> str:
    return outcome.known.reason if outcome.known else outcome.judgement.got

"""The outcome of a run on a terminal."""

from __future__ import annotations

from collections import Counter
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from aura_conformance.report import Kind, Report, conclusion
from aura_conformance.rules import rules
from aura_conformance.suite import Case
from aura_conformance.verdict import Verdict

STYLES: Final = {
    Verdict.PASS: "green",
    Verdict.FAIL: "red",
    Verdict.WRONG_CODE: "yellow",
    Verdict.NON_CANONICAL: "yellow",
    Verdict.UNIMPLEMENTED: "dim",
    Verdict.CRASH: "bold red",
    Verdict.TIMEOUT: "bold red",
}

_BAR: Final = 24
_LIKELY: Final = 3
"""Likely bugs that are shown of a failure."""
_TOP: Final = 12
"""Lines of a table of bugs or rules."""
_LONGEST: Final = 400
"""Characters of a wire or a value that are shown."""


def show(report: Report, console: Console, failures: int) -> None:
    """Print the summary, with up to ``failures`` kinds of failures."""
    about = report.about
    console.print(Text(printable(f"{about.name} {about.version}".strip()), style="bold"), end="  ")
    console.print(f"vectors of specification {report.suite.spec}, {report.seconds:.1f} s", highlight=False)
    console.print(_chapters(report))
    for kind in report.kinds()[:failures]:
        console.print()
        console.print(_details(kind, report))
    if len(report.kinds()) > failures:
        console.print(f"\n… and {len(report.kinds()) - failures} more kinds of failures; see --failures")
    if report.by_bug:
        console.print()
        console.print(_bugs(report))
    if report.by_rule():
        console.print()
        console.print(_rules(report))
    if report.by_profile:
        console.print()
        console.print(_profiles(report))
    style = "bold green" if report.is_success else "bold red"
    console.print()
    console.print(Text(conclusion(report), style=style))


def _chapters(report: Report) -> Table:
    seen = [verdict for verdict in Verdict if report.verdicts[verdict]]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("chapter")
    table.add_column("checks", justify="right")
    for verdict in seen:
        table.add_column(str(verdict), justify="right", style=STYLES[verdict])
    table.add_column("")
    for chapter, outcomes in report.by_chapter().items():
        counts = Counter(outcome.verdict for outcome in outcomes)
        numbers = [str(counts[verdict] or "") for verdict in seen]
        table.add_row(chapter, str(len(outcomes)), *numbers, _bar(counts))
    totals = [str(report.verdicts[verdict]) for verdict in seen]
    table.add_row("", str(len(report.outcomes)), *totals, "", style="bold")
    return table


def _bar(counts: Counter[Verdict]) -> Text:
    """Shares of the verdicts; whoever is there at all is seen."""
    bar = Text()
    for verdict in reversed(Verdict):
        if counts[verdict]:
            width = max(1, round(_BAR * counts[verdict] / counts.total()))
            bar = Text("█" * min(width, _BAR - len(bar)), style=STYLES[verdict]) + bar
    return bar


def _details(kind: Kind, report: Report) -> Table:
    outcome = kind.first
    case = outcome.check.case
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(min_width=10)
    table.add_column(overflow="fold")
    name = Text(f"{outcome.check.name}  {case.comment}", style="bold")
    table.add_row(Text(str(outcome.verdict), style=STYLES[outcome.verdict]), name)
    rows = [("likely bug", str(bug)) for bug in report.likely(case)[:_LIKELY]]
    for rule_id in case.rules:
        rule = rules().get(rule_id)
        rows.append(("rule", f"{rule_id}  {rule.place}\n{rule}" if rule else rule_id))
    rows += [("wire", shortened(case.wire) or "no bytes")]
    rows += [("expected", shortened(outcome.judgement.expected))]
    rows += [("got", printable(shortened(outcome.judgement.got)))]
    if outcome.is_surprise and outcome.known is not None:
        rows.append(("listed", f"{outcome.known.glob}: this passes, so the line is not true any more"))
    if case.trace:
        rows.append(("trace", f"{len(case.trace)} steps: {where_to_look(case)}"))
    if kind.count > 1:
        rows.append(("", f"and {kind.count - 1} more like it"))
    if kind.consequences:
        rows.append(("", f"and {kind.consequences} that follow from {'these' if kind.count > 1 else 'it'}"))
    for head, text in rows:
        table.add_row(Text(f"  {head}", style="dim"), Text(text))
    return table


def where_to_look(case: Case) -> str:
    """The command that shows all of a case."""
    return f"aura-conformance show {case.id}"


def printable(text: str) -> str:
    """What an implementation says: characters that would steer a terminal are spelled out, but for line feeds."""
    return "".join(char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text)


def shortened(text: str) -> str:
    """A text, without its middle if it is long."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"


def _bugs(report: Report) -> Table:
    table = _tallies("likely bugs", "it …")
    for bug, (failed, made) in list(report.by_bug.items())[:_TOP]:
        table.add_row(bug.flag, str(failed), str(made), bug.text)
    return table


def _rules(report: Report) -> Table:
    table = _tallies("rule", "text")
    for rule_id, failed, made in report.by_rule()[:_TOP]:
        rule = rules().get(rule_id)
        table.add_row(rule_id, str(failed), str(made), rule.place if rule else "")
    return table


def _tallies(of: str, text: str) -> Table:
    """An empty table of how many checks failed, and were made, of each bug or rule."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(of)
    table.add_column("failed", justify="right", style="red")
    table.add_column("checks", justify="right")
    table.add_column(text)
    return table


def _profiles(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("profile")
    table.add_column("passed", justify="right")
    table.add_column("checks", justify="right")
    table.add_column("of", justify="right")
    table.add_column("")
    for name, (passed, made, size) in report.by_profile.items():
        mark = Text("complete", style="green") if passed == size else Text("")
        table.add_row(name, str(passed), str(made), str(size), mark)
    return table

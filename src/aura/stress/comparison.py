"""Two results beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from aura.stress.result import Result, shortened

FIGURES: Final = (
    "said",
    "plain_bytes",
    "wire_bytes",
    "ratio",
    "template_share",
    "mismatches",
    "disagreements",
    "grown",
    "messages_per_second",
    "client_us_per_message",
    "server_us_per_message",
    "client_mib",
    "server_mib",
)
TIMES: Final = ("round_trip_ms", "encode_ms", "decode_ms")

SHOWN: Final = 10
"""Templates whose ratios changed most that are shown."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure in two results.

    Attributes:
        name: of the figure.
        before: its value in the first; None if it is not there.
        after: its value in the second; None if it is not there.
    """

    name: str
    before: float | None
    after: float | None

    @property
    def change(self) -> float | None:
        """By which share it changed; None if that cannot be said."""
        if self.before is None or self.after is None or not self.before:
            return None
        return self.after / self.before - 1


def differences(first: Result, second: Result) -> list[Difference]:
    """The figures of two results."""
    return [
        Difference(name, before, after) for name, before, after in _pairs(first["figures"], second["figures"])
    ]


def _pairs(
    first: Mapping[str, Any], second: Mapping[str, Any]
) -> Iterator[tuple[str, float | None, float | None]]:
    for name in FIGURES:
        yield name.replace("_", " "), first.get(name), second.get(name)
    for name in TIMES:
        for share in ("p50", "p95", "p99"):
            yield f"{name.replace('_', ' ')} {share}", first[name].get(share), second[name].get(share)


def sentences(first: Result, second: Result) -> list[str]:
    """What is the same in both, and what is not."""
    found = []
    same = {name: first["digests"][name] == second["digests"][name] for name in ("messages", "sizes")}
    found.append("the messages are " + ("identical" if same["messages"] else "different"))
    found.append("their sizes on the wire are " + ("identical" if same["sizes"] else "different"))
    changed = [
        f"{name.replace('_', ' ')}: {value} and {second['settings'].get(name)}"
        for name, value in first["settings"].items()
        if value != second["settings"].get(name)
    ]
    if first["backend"] != second["backend"]:
        changed.append(f"backend: {first['backend']} and {second['backend']}")
    return found + [f"different setting, {entry}" for entry in changed]


def templates(first: Result, second: Result) -> list[tuple[int, str, Difference]]:
    """The ratios of templates in both results, those that changed most first; then those in one of them."""
    by_id = [{entry["id"]: entry for entry in result["templates"]} for result in (first, second)]
    found = []
    for number in sorted(by_id[0].keys() | by_id[1].keys()):
        before, after = by_id[0].get(number), by_id[1].get(number)
        ratios = [None if entry is None else entry["ratio"] for entry in (before, after)]
        pattern = (before or after or {}).get("pattern", "")
        found.append((number, pattern, Difference(str(number), *ratios)))
    found.sort(key=lambda entry: (entry[2].change is None, -abs(entry[2].change or 0.0), entry[0]))
    return found


def print_comparison(first: Result, second: Result, console: Console) -> None:
    """Print what differs."""
    table = Table(title=f"{first['made']} and {second['made']}", box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("", no_wrap=True)
    for heading in ("A", "B", "change"):
        table.add_column(heading, justify="right")
    for difference in differences(first, second):
        table.add_row(difference.name, *_cells(difference))
    console.print(table)
    table = Table(title="templates whose ratio changed most", box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("id", justify="right")
    table.add_column("pattern", no_wrap=True)
    for heading in ("A", "B", "change"):
        table.add_column(heading, justify="right")
    for number, pattern, difference in templates(first, second)[:SHOWN]:
        table.add_row(str(number), escape(shortened(pattern, 44)), *_cells(difference))
    console.print(table)
    for line in sentences(first, second):
        console.print(line, markup=False, highlight=False)


def _cells(difference: Difference) -> list[str]:
    change = "" if difference.change is None else f"{difference.change:+.1%}"
    return [*(_shown(value) for value in (difference.before, difference.after)), change]


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}"

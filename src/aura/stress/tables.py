"""Results on a console."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from aura.stress.result import Result, shortened

SHOWN: Final = 10
"""Templates that are shown."""


def print_result(result: Result, console: Console) -> None:
    """Print what a test found."""
    for line in (result["warmup"] or {}).get("text", ()):
        console.print(line, markup=False, highlight=False)
    console.print(_figures(result))
    for title, name in (("by role", "roles"), ("by source", "sources"), ("by method", "methods")):
        console.print(_sums(title, result[name]))
    console.print(_templates(result["templates"]))
    for line in notes(result):
        console.print(line, markup=False, highlight=False)


def notes(result: Result) -> list[str]:
    """What is to be said of a test beside its figures."""
    churn = result["churn"]
    changed = churn["churn"]
    mean = sum(changed) / len(changed) if changed else 0.0
    used = f"{churn['used']} of {churn['available']} templates used, evenness {churn['evenness']:.2f}"
    found = [
        f"{used}; {mean:.0%} of them change from one window to the next",
        *(f"warning: {warning}" for warning in churn["warnings"]),
    ]
    if result["traces"]:
        found.append("traced: " + ", ".join(f"{count} {tag}" for tag, count in result["traces"].items()))
    return found


def figures(result: Result) -> list[tuple[str, str]]:
    """The figures of a test, with their names, for people."""
    values = result["figures"]
    times = values["round_trip_ms"]
    server = values["server_us_per_message"]
    shown = [
        ("said by users", f"{values['said']:,}"),
        ("over the sockets", f"{values['crossed']:,}"),
        ("bytes", f"{values['plain_bytes']:,} as {values['wire_bytes']:,}"),
        ("ratio", f"{values['ratio']:.3f}"),
        ("template frames", f"{values['template_share']:.1%}"),
        ("mismatches", f"{values['mismatches']:,}"),
        ("seen otherwise by the server", f"{values['disagreements']:,}"),
        ("grown", f"{values['grown']:,}"),
        ("messages a second", f"{values['messages_per_second']:,.0f} in {values['seconds']:.1f} s"),
        ("round trip", f"{times['p50']:.2f} ms, 95 % {times['p95']:.2f} ms, 99 % {times['p99']:.2f} ms"),
        (
            "coding",
            f"{values['encode_ms']['p50'] * 1e3:.0f} µs, reading {values['decode_ms']['p50'] * 1e3:.0f} µs",
        ),
        ("processor, users", f"{values['client_us_per_message']:.0f} µs a message"),
    ]
    if server is not None:
        shown.append(("processor, server", f"{server:.0f} µs a message"))
    mib = "" if values["server_mib"] is None else f", server {values['server_mib']:.1f} MiB"
    shown.append(("memory, users", f"{values['client_mib']:.1f} MiB{mib}"))
    shown.append(("digest of messages", result["digests"]["messages"][:16]))
    shown.append(("digest of sizes", result["digests"]["sizes"][:16]))
    return shown


def _figures(result: Result) -> Table:
    settings = result["settings"]
    table = Table(
        title=f"{settings['users']} users, seed {settings['seed']}, {result['backend']} backend",
        box=box.SIMPLE_HEAD,
        title_justify="left",
        show_header=False,
    )
    table.add_column(no_wrap=True)
    table.add_column(justify="right")
    for name, value in figures(result):
        table.add_row(name, value)
    return table


def _sums(title: str, found: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("", no_wrap=True)
    for heading in ("messages", "bytes", "on the wire", "ratio"):
        table.add_column(heading, justify="right")
    for entry in found:
        table.add_row(escape(entry["name"]), *_numbers(entry))
    return table


def _templates(found: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(title="templates chosen most", box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("id", justify="right")
    table.add_column("pattern", no_wrap=True)
    for heading in ("messages", "bytes", "on the wire", "ratio"):
        table.add_column(heading, justify="right")
    for entry in found[:SHOWN]:
        table.add_row(str(entry["id"]), escape(shortened(entry["pattern"], 44)), *_numbers(entry))
    return table


def _numbers(entry: Mapping[str, Any]) -> list[str]:
    return [
        f"{entry['messages']:,}",
        f"{entry['plain_bytes']:,}",
        f"{entry['wire_bytes']:,}",
        f"{entry['ratio']:.2f}",
    ]

"""Results as a page with plots, which stands by itself: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from string import Template
from typing import Any, Final

from aura.stress.plots import plots
from aura.stress.result import Result, shortened
from aura.stress.tables import figures, notes

HEADINGS: Final = ("messages", "bytes", "on the wire", "ratio")

SHOWN: Final = 20
"""Templates that are shown."""


def page(result: Result) -> str:
    """The page as HTML.

    Raises:
        ImportError: the extra ``stress`` is not installed.
    """
    template = Template(
        resources.files("aura").joinpath("data/stress_report.html").read_text(encoding="utf-8")
    )
    settings = result["settings"]
    drawn = "".join(
        f"<figure><figcaption>{escape(plot.title)}</figcaption>{plot.svg}</figure>" for plot in plots(result)
    )
    lines = [*(result["warmup"] or {}).get("text", ()), *notes(result)]
    return template.substitute(
        title=escape(f"{settings['users']} users, seed {settings['seed']}"),
        made=escape(f"{result['made']}, aura {result['version']}, {result['backend']} backend"),
        figures="".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in figures(result)
        ),
        notes="".join(f"<li>{escape(line)}</li>" for line in lines),
        plots=drawn,
        tables="".join(
            _table(title, ("",), [(entry["name"], entry) for entry in result[name]])
            for title, name in (
                ("By role", "roles"),
                ("By place in the conversation", "places"),
                ("By source", "sources"),
                ("By method", "methods"),
            )
        ),
        templates=_templates(result["templates"][:SHOWN]),
        settings="".join(
            f'<tr><th scope="row">{escape(name.replace("_", " "))}</th><td>{escape(str(value))}</td></tr>'
            for name, value in settings.items()
        ),
    )


def _table(title: str, first: Sequence[str], entries: Iterable[tuple[str, dict[str, Any]]]) -> str:
    headings = "".join(f'<th scope="col">{escape(name)}</th>' for name in (*first, *HEADINGS))
    lines = "".join(f'<tr><th scope="row">{escape(name)}</th>{_cells(entry)}</tr>' for name, entry in entries)
    return _scrolling(title, f"<thead><tr>{headings}</tr></thead><tbody>{lines}</tbody>")


def _templates(entries: Sequence[dict[str, Any]]) -> str:
    headings = '<th scope="col">id</th><th scope="col" class="pattern">pattern</th>'
    headings += "".join(f'<th scope="col">{name}</th>' for name in HEADINGS)
    lines = "".join(
        f'<tr><th scope="row">{entry["id"]:d}</th><td class="pattern">{escape(shortened(entry["pattern"]))}</td>'
        f"{_cells(entry)}</tr>"
        for entry in entries
    )
    return _scrolling("Templates chosen most", f"<thead><tr>{headings}</tr></thead><tbody>{lines}</tbody>")


def _scrolling(title: str, rows: str) -> str:
    """A table that scrolls by itself where it is wider than the screen; the keyboard reaches it."""
    name = escape(title)
    return (
        f'<section><h3>{name}</h3><div class="scroll" role="region" aria-label="{name}" tabindex="0">'
        f"<table>{rows}</table></div></section>"
    )


def _cells(entry: dict[str, Any]) -> str:
    values = (
        f"{entry['messages']:,}",
        f"{entry['plain_bytes']:,}",
        f"{entry['wire_bytes']:,}",
        f"{entry['ratio']:.2f}",
    )
    return "".join(f"<td>{value}</td>" for value in values)

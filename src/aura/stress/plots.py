"""Plots of results, by matplotlib, as SVG for a page.

Colours are variables of the page's style sheet, so that one plot suits light and dark pages.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Any, Final

from aura.extra import needed
from aura.stress.result import Result
from aura.terminal import printable

WIDTH: Final = 3.6
HEIGHT: Final = 2.7
"""Inches of a plot; at 96 pixels an inch it fits the screen of a telephone."""

FEW: Final = 5
"""Points below which each is marked."""

VARIABLES: Final = MappingProxyType(
    {"ink": "#010101", "grid": "#020202", "first": "#030303", "second": "#040404", "third": "#050505"}
)
"""The colours that matplotlib draws with, by the variable of the style sheet that takes their place."""

Axes = Any
"""Axes of matplotlib, which has no type information."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot.

    Attributes:
        title: what it shows.
        svg: itself, to stand in a page.
    """

    title: str
    svg: str


def plots(result: Result) -> list[Plot]:
    """All plots of results.

    Raises:
        ImportError: the extra ``stress`` is not installed.
    """
    drawn: dict[str, Callable[[Axes, Result], None]] = {
        "Messages a second": _throughput,
        "Ratio in the course of the test": _ratio,
        "Messages by ratio": _by_ratio,
        "Ratio by length in bytes": _by_length,
        "Ratio by method": _by_method,
        "Memory in MiB": _memory,
        "Templates that change, per cent": _churn,
        "Messages by template, most first": _by_template,
    }
    return [_plot(title, draw, result) for title, draw in drawn.items()]


def _plot(title: str, draw: Callable[[Axes, Result], None], result: Result) -> Plot:
    image = io.StringIO()
    with _axes(title, image) as axes:
        draw(axes, result)
    return Plot(title, _for_page(image.getvalue(), title))


@contextmanager
def _axes(title: str, image: io.StringIO) -> Iterator[Axes]:
    """Axes to draw on; afterwards the plot is written."""
    matplotlib = needed("matplotlib", "stress")
    figures = needed("matplotlib.figure", "stress")
    ink = VARIABLES["ink"]
    inked = ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color")
    options: dict[str, Any] = {
        **dict.fromkeys(inked, ink),
        "grid.color": VARIABLES["grid"],
        "font.size": 9,
        "svg.fonttype": "none",
        "svg.hashsalt": title,  # the same ids each time
    }
    with matplotlib.rc_context(options):
        figure = figures.Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
        axes = figure.add_subplot()
        yield axes
        for line in axes.get_lines():
            if len(line.get_xdata()) < FEW:
                line.set_marker("o")  # a line of one point does not show
        axes.grid(visible=True, axis="y")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        handles, _ = axes.get_legend_handles_labels()
        if handles:
            axes.legend(frameon=False, fontsize=8)
        figure.savefig(image, format="svg", transparent=True, metadata={"Date": None})


def _for_page(svg: str, title: str) -> str:
    """An image as it stands in a page: without its prologue, with the variables of the page, named for readers."""
    svg = svg[svg.index("<svg") :]
    for name, colour in VARIABLES.items():
        svg = svg.replace(colour, f"var(--{name})")
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="\w+_\d+">', "<g>", svg)  # ids would stand twice in the page
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1)


def _throughput(axes: Axes, result: Result) -> None:
    rows = result["timeline"]
    seconds = [row["seconds"] for row in rows]
    axes.plot(seconds, [2 * row["messages_per_second"] for row in rows], color=VARIABLES["first"])
    axes.set_xlabel("seconds")
    axes.set_ylim(bottom=0)


def _ratio(axes: Axes, result: Result) -> None:
    rows = result["timeline"]
    axes.plot([row["messages"] for row in rows], [row["ratio"] for row in rows], color=VARIABLES["first"])
    axes.set_xlabel("messages said")
    axes.set_ylim(bottom=0)


def _by_ratio(axes: Axes, result: Result) -> None:
    rows = result["ratios"]
    _bars(axes, _bounds(rows), [row["messages"] for row in rows])
    axes.set_xlabel("ratio up to")


def _by_length(axes: Axes, result: Result) -> None:
    rows = [row for row in result["lengths"] if row["messages"]]
    _bars(axes, _bounds(rows), [row["ratio"] for row in rows])
    axes.set_xlabel("bytes up to")


def _by_method(axes: Axes, result: Result) -> None:
    rows = result["methods"]
    _bars(axes, [row["name"] for row in rows], [row["ratio"] for row in rows])


def _memory(axes: Axes, result: Result) -> None:
    rows = result["timeline"]
    messages = [row["messages"] for row in rows]
    axes.plot(messages, [row["client_mib"] for row in rows], color=VARIABLES["first"], label="users")
    if any(row["server_mib"] for row in rows):
        server = [row["server_mib"] for row in rows]
        axes.plot(messages, server, color=VARIABLES["second"], linestyle="--", label="server")
    axes.set_xlabel("messages said")
    axes.set_ylim(0, 1.4 * axes.get_ylim()[1])  # room for the legend


def _churn(axes: Axes, result: Result) -> None:
    changed = [100 * share for share in result["churn"]["churn"]]
    axes.plot(range(2, len(changed) + 2), changed, color=VARIABLES["first"])
    axes.set_xlabel("window")
    axes.set_ylim(0, 100)


def _by_template(axes: Axes, result: Result) -> None:
    counts = [row["messages"] for row in result["templates"]]
    axes.bar(range(1, len(counts) + 1), counts, color=VARIABLES["third"])
    axes.set_xlabel("rank of the template")


def _bars(axes: Axes, labels: Sequence[str], values: Sequence[float]) -> None:
    axes.bar(range(len(values)), values, color=VARIABLES["second"])
    texts = [printable(label).replace("$", r"\$") for label in labels]  # which stands for formulas
    axes.set_xticks(range(len(values)), texts, rotation=45, ha="right")


def _bounds(rows: Sequence[dict[str, Any]]) -> list[str]:
    return ["more" if row["up_to"] is None else f"{row['up_to']:g}" for row in rows]

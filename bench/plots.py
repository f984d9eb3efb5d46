"""Plots of what ``compare.py`` measured: ``python bench/plots.py RESULTS.json DIRECTORY`` draws them again.

Each plot is one panel, as wide as the screen of a telephone, in two files, ``NAME-light.svg`` and
``NAME-dark.svg``. A page puts the panels side by side where there is room.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from aura.files import atomic_write

mpl.use("Agg")

WIDTH: Final = 3.7
"""Inches of a panel; at 96 pixels an inch, 355 pixels."""

HEIGHT: Final = 3.9

CONSTANT: Final = 25
"""Megabytes that memory may take beside what grows with the message."""

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of one variant.

    Attributes:
        name: the end of the file names.
        ink: colour of text and axes.
        grid: colour of the grid.
        curves: colour of each kind of codec.
    """

    name: str
    ink: str
    grid: str
    curves: Mapping[str, str]


LIGHT: Final = Theme(
    "light",
    "#1f2328",
    "#d8dbe0",
    {
        "aura": "#c2410c",
        "batch": "#b91c5c",
        "level 0": "#1d4ed8",
        "level 1": "#0e7490",
        "zstd": "#15803d",
        "brotli": "#7e22ce",
    },
)
DARK: Final = Theme(
    "dark",
    "#e2e4e9",
    "#41464f",
    {
        "aura": "#fb923c",
        "batch": "#f472b6",
        "level 0": "#7aa2ff",
        "level 1": "#67e8f9",
        "zstd": "#4ade80",
        "brotli": "#c99bff",
    },
)

STYLES: Final = {
    "reference AURALITE": ("aura", ":", "o"),
    "fast AURALITE": ("aura", "--", "o"),
    "native AURALITE": ("aura", "-", "o"),
    "fast AURALITE, batch": ("batch", "--", "s"),
    "native AURALITE, batch": ("batch", "-", "s"),
    "reference BRIO 2": ("level 0", ":", "D"),
    "fast BRIO 2, level 0": ("level 0", "--", "D"),
    "native BRIO 2, level 0": ("level 0", "-", "D"),
    "fast BRIO 2, level 1": ("level 1", "--", "D"),
    "native BRIO 2, level 1": ("level 1", "-", "D"),
    "zstd-19 + dictionary": ("zstd", "-", "^"),
    "Brotli 11": ("brotli", "-", "v"),
}
"""Colour and marker of a codec; the line tells the backend: dotted the reference, dashed numpy, solid C."""

SERIES: Final = (("aura", "o"), ("level 0", "D"), ("zstd", "^"), ("brotli", "v"))
"""Colour and marker of curves that stand for no codec, in their order."""


def draw(results: Mapping[str, Any], directory: Path) -> None:
    """Draw all panels, light and dark, as SVG files into ``directory``."""
    directory.mkdir(parents=True, exist_ok=True)
    for theme in (LIGHT, DARK):
        for name, title, value in (
            ("ratio", "ratio", "ratio"),
            ("encode", "encode, MB/s", "encode MB/s"),
            ("decode", "decode, MB/s", "decode MB/s"),
        ):
            with panel(directory / f"lengths-{name}", title, theme) as axis:
                curves(axis, results["lengths"], ("length", value), theme)
                lengths(axis)
                if value == "ratio":
                    axis.set_yscale("linear")
        for name in ("encode", "decode"):
            with panel(directory / f"batches-{name}", f"{name}, messages/s", theme) as axis:
                curves(axis, results["batches"], ("size", f"{name} messages/s"), theme)
                batches(axis)
            with panel(directory / f"memory-{name}", f"{name}, peak memory in MB", theme) as axis:
                memory(axis, results["memory"], name, theme)


@contextmanager
def panel(path: Path, title: str, theme: Theme) -> Iterator[Axes]:
    """Give axes to draw on; afterwards add title and legend, and write ``path`` with the theme's name."""
    inked = ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color")
    settings: dict[str, str | float] = {
        **dict.fromkeys(inked, theme.ink),
        "grid.color": theme.grid,
        "font.size": 9,
        "svg.fonttype": "none",
        "svg.hashsalt": path.name,  # the same ids each time
    }
    with plt.rc_context(settings):
        figure, axis = plt.subplots(figsize=(WIDTH, HEIGHT))
        yield axis
        axis.set_title(title, fontsize=10)
        axis.grid(visible=True, which="major")
        axis.spines[["top", "right"]].set_visible(False)
        handles, labels = axis.get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncols=2, frameon=False, fontsize=8)
        figure.tight_layout(rect=(0, 0.05 * -(-len(labels) // 2), 1, 1))
        image = io.BytesIO()
        figure.savefig(image, format="svg", transparent=True, metadata={"Date": None})
        plt.close(figure)
    target = path.with_name(f"{path.name}-{theme.name}.svg")
    atomic_write.write(target, image.getvalue())


def curves(axis: Axes, rows: Rows, columns: tuple[str, str], theme: Theme) -> None:
    """Draw a curve for each codec, on logarithmic axes; ``columns`` names those of x and y."""
    for name, (kind, line, marker) in STYLES.items():
        points = [tuple(row[column] for column in columns) for row in rows if row["codec"] == name]
        if points:
            x, y = zip(*points, strict=True)
            axis.plot(x, y, line, color=theme.curves[kind], marker=marker, markersize=4, label=name)
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")


def memory(axis: Axes, rows: Rows, direction: str, theme: Theme) -> None:
    """Draw the peak memory of one direction, and the bound that it should keep to."""
    value = f"{direction} bytes"
    curves(axis, [{**row, value: row[value] / 1e6} for row in rows], ("length", value), theme)
    across = sorted({row["length"] for row in rows})
    line = [80 * length / 1e6 + CONSTANT for length in across]
    axis.plot(across, line, color=theme.ink, linestyle=":", label=f"80 B a byte, and {CONSTANT} MB")
    lengths(axis)


def lengths(axis: Axes) -> None:
    """Name lengths of messages in bytes and their multiples."""
    axis.set_xscale("log", base=2)
    axis.set_xticks([16, 256, 4096, 65536, 1 << 20], ["16 B", "256 B", "4 KiB", "64 KiB", "1 MiB"])
    axis.set_xlabel("length of a message")


def batches(axis: Axes) -> None:
    """Name sizes of batches in full."""
    axis.set_xscale("log")
    axis.set_xticks([1, 10, 100, 1000, 10_000], ["1", "10", "100", "1,000", "10,000"])
    axis.set_xlabel("messages in a batch")


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text(encoding="ascii")), Path(sys.argv[2]))

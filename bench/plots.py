"""Plots of what ``compare.py`` measured: ``python bench/plots.py RESULTS.json DIRECTORY`` draws them again."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from aura.files import atomic_write

mpl.use("Agg")

STYLES = {
    "reference AURALITE": ("tab:orange", "--", "o"),
    "fast AURALITE": ("tab:orange", "-", "o"),
    "fast AURALITE, batch": ("tab:red", "-", "s"),
    "reference BRIO 2": ("tab:blue", "--", "D"),
    "fast BRIO 2, level 0": ("tab:blue", "-", "D"),
    "fast BRIO 2, level 1": ("tab:cyan", "-", "D"),
    "zstd-19 + dictionary": ("tab:green", "-", "^"),
    "Brotli 11": ("tab:purple", "-", "v"),
}

CONSTANT = 25
"""Megabytes that memory may take beside what grows with the message."""

Rows = Sequence[Mapping[str, Any]]


def draw(results: Mapping[str, Any], directory: Path) -> None:
    """Draw ``lengths.png``, ``batches.png`` and ``memory.png``."""
    directory.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(1, 3, figsize=(15, 5.5), dpi=110)
    for axis, value in zip(axes, ("ratio", "encode MB/s", "decode MB/s"), strict=True):
        curves(axis, results["lengths"], "length", value, logarithmic=value != "ratio")
        axis.set_xlabel("length of a message in bytes")
        lengths(axis)
    finish(figure, axes, directory / "lengths.png")
    figure, axes = plt.subplots(1, 2, figsize=(11, 5.5), dpi=110)
    for axis, value in zip(axes, ("encode messages/s", "decode messages/s"), strict=True):
        curves(axis, results["batches"], "size", value, logarithmic=True)
        axis.set_xlabel("messages in a batch")
    finish(figure, axes, directory / "batches.png")
    figure, axes = plt.subplots(1, 2, figsize=(11, 5.5), dpi=110)
    for axis, value in zip(axes, ("encode bytes", "decode bytes"), strict=True):
        rows = [row | {value: row[value] / 1e6} for row in results["memory"]]
        curves(axis, rows, "length", value, logarithmic=True)
        axis.set_title(f"peak memory, {value.split()[0]}, in MB")
        across = sorted({row["length"] for row in results["memory"]})
        line = [80 * length / 1e6 + CONSTANT for length in across]
        axis.plot(across, line, color="gray", linestyle=":", label=f"80 bytes a byte, and {CONSTANT} MB")
        axis.set_xlabel("length of a message in bytes")
        lengths(axis)
    finish(figure, axes, directory / "memory.png")


def curves(axis: Axes, rows: Rows, across: str, value: str, *, logarithmic: bool) -> None:
    """Draw a curve for each codec."""
    for name, (colour, line, marker) in STYLES.items():
        points = [(row[across], row[value]) for row in rows if row["codec"] == name]
        if points:
            axis.plot(*zip(*points, strict=True), line, color=colour, marker=marker, markersize=5, label=name)
    axis.set_xscale("log")
    if logarithmic:
        axis.set_yscale("log")
    axis.set_title(value)
    axis.grid(visible=True, which="major", alpha=0.4)


def lengths(axis: Axes) -> None:
    """Name lengths as people do."""
    axis.set_xscale("log", base=2)
    ticks = [16, 256, 4096, 65536, 1 << 20]
    axis.set_xticks(ticks, ["16 B", "256 B", "4 KiB", "64 KiB", "1 MiB"])


def finish(figure: Any, axes: Any, path: Path) -> None:
    """Put one legend below all, and write the file."""
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=4, frameon=False)
    figure.tight_layout(rect=(0, 0.12, 1, 1))
    image = io.BytesIO()
    figure.savefig(image, format="png")
    atomic_write.write(path, image.getvalue())
    plt.close(figure)


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text(encoding="ascii")), Path(sys.argv[2]))

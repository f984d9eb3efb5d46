"""Sizes as the benchmarks read and print them."""

from __future__ import annotations

import argparse

import typer

from aura.cli.io import parse_size


def size(text: str) -> int:
    """Bytes from ``512KiB``, ``2MiB``, ``1GiB`` or a plain number, for ``argparse``."""
    try:
        return parse_size(text)
    except typer.BadParameter as error:
        raise argparse.ArgumentTypeError(error.message) from None


def sizes(text: str) -> list[int]:
    """Sizes with commas between them."""
    return [size(part) for part in text.split(",")]


def spelled(number: int) -> str:
    """The size in its largest unit: ``spelled(3 << 19)`` is ``1.5MiB``."""
    for bits, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if number >= 1 << bits:
            return f"{number / (1 << bits):.4g}{unit}"
    return f"{number}B"

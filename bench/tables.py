"""Rows of results, printed as tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table

Row = dict[str, str | float]


def show(title: str, rows: Iterable[Row]) -> list[Row]:
    """Print rows as a table, and give them."""
    made = list(rows)
    table = Table(*made[0], title=title)
    for row in made:
        table.add_row(*(value if isinstance(value, str) else f"{value:,.4g}" for value in row.values()))
    Console(width=150).print(table)
    return made


def reported(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield rows, each of which is printed on standard error once it is measured."""
    for row in rows:
        print(json.dumps(row), file=sys.stderr, flush=True)
        yield row

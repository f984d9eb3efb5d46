"""Measures how compressing and reading a column with Dask grows with the number of workers.

    python bench/dask_series.py MESSAGES [--workers 1 2 4] [--count 40000] [--partitions 16] [--model MODEL]

MESSAGES is a file as for ``aura bench``, of which the first ``count`` messages count. Workers are processes of this
machine with one thread each. They hold the column before the clock starts; it stops when they hold all results. The
first round, in which they also receive the model and build codecs, is told apart; the others are of the clock, the
best of three. The table is printed, and written to ``dask_series.json`` in ``--out``. Needs the extra ``dask``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import dask
import pandas as pd
from dask import dataframe
from distributed import Client, LocalCluster, wait
from rich.console import Console
from rich.table import Table

from aura import Model
from aura.dask import compress_series, decompress_series
from aura.files import atomic_write, corpus

ROUNDS: Final = 3

Row = dict[str, float]


def column(path: Path, count: int, partitions: int) -> Any:
    """The messages of a file as a series of Dask."""
    messages = islice((message.data for message in corpus.read(path)), count)
    series = pd.Series([*messages], name="message").astype("binary[pyarrow]")
    return dataframe.from_pandas(series, npartitions=partitions)


def rows(messages: Any, model: Model, workers: Sequence[int]) -> Iterator[Row]:
    """A row for each number of workers."""
    for number in workers:
        settings: dict[str, Any] = {"n_workers": number, "threads_per_worker": 1, "dashboard_address": None}
        with LocalCluster(**settings) as cluster, Client(cluster) as client:
            yield measured(client, messages, model, number)


def measured(client: Any, messages: Any, model: Model, workers: int) -> Row:
    """Messages a second each way, and the seconds of the first round, in which workers receive the model."""
    held, _ = finished(client, messages)
    count = len(held)
    compressing, reading = [], []
    for number in range(1 + ROUNDS):
        named = held.rename(f"round {number}")  # another name, as Dask computes nothing twice
        wires, seconds = finished(client, compress_series(named, model=model))
        compressing.append(seconds)
        read, seconds = finished(client, decompress_series(wires, model=model))
        reading.append(seconds)
        del wires, read
    return {
        "workers": workers,
        "first round, s": compressing[0] + reading[0],
        "compressed/s": count / min(compressing[1:]),
        "read/s": count / min(reading[1:]),
    }


def finished(client: Any, collection: Any) -> tuple[Any, float]:
    """The collection, when all its partitions are with the workers, and the seconds until then."""
    started = perf_counter()
    made = client.persist(collection)
    wait(made)
    return made, perf_counter() - started


def show(found: Sequence[Row]) -> None:
    """Print a table, with what more workers gain."""
    table = Table(*found[0], "gain", "gain")
    for row in found:
        gains = (row[name] / found[0][name] for name in ("compressed/s", "read/s"))
        table.add_row(*(f"{value:,.4g}" for value in row.values()), *(f"{gain:.2f}" for gain in gains))
    Console().print(table)


def main() -> None:
    """Measure, print the table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("messages", type=Path)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--partitions", type=int, default=16)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    arguments = parser.parse_args()
    model = Model.load(arguments.model) if arguments.model else Model.load_default()
    messages = column(arguments.messages, arguments.count, arguments.partitions)
    found = [*rows(messages, model, arguments.workers)]
    show(found)
    results = {
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "dask": dask.__version__,
        "model": model.id,
        "messages": len(messages),
        "partitions": arguments.partitions,
        "rows": found,
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    atomic_write.write(arguments.out / "dask_series.json", json.dumps(results, indent=1).encode() + b"\n")


if __name__ == "__main__":
    main()

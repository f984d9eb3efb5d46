"""Measures how training on files grows with the number of workers of Dask.

    python bench/dask_training.py FILES... [--workers 1 2 4] [--max-bytes 1MiB] [--plots DIRECTORY]

Workers are processes of this machine with one thread each, and read the files. The scheduler moves no tasks from
one worker to another, as the guide advises for files of about one size. The first row is one machine without Dask,
with one thread. Told are the wall time of the whole and of its counting, the processor time of all processes,
and the bytes that workers sent each other. All models must have the same id. The table is printed, and written to
``dask_training.json`` in ``--out``. Needs the extra ``dask``; for ``--plots`` matplotlib, too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import dask
from distributed import Client, LocalCluster, __version__
from sizes import size
from tables import reported, show

from aura.dask import train
from aura.files import atomic_write, corpus
from aura.models.model import Model
from aura.models.train import train_files

COUNTED: Final = 0.5
"""The progress of the stage ``counting`` when all is counted."""

CURVES: Final = {"wall, s": "whole", "counting, s": "counting", "CPU, s": "processor time"}
"""The columns that are drawn, and what the legend calls them."""

Row = dict[str, Any]


@dataclass(slots=True)
class Clock:
    """When counting began and ended.

    Attributes:
        began, ended: seconds of the wall clock.
    """

    began: float = field(default_factory=time.perf_counter)
    ended: float = 0.0

    def __call__(self, stage: str, done: float) -> None:
        """Look at the progress of training."""
        if stage == "counting" and not done:
            self.began = time.perf_counter()
        if stage == "counting" and done:
            self.ended = time.perf_counter()


def main() -> None:
    """Measure, print the table, write JSON and plots."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--max-bytes", type=size, default=size("1MiB"))
    parser.add_argument("--plots", type=Path)
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    given = parser.parse_args()
    rows = show("training with workers", reported(measured(given.files, given.workers, given.max_bytes)))
    if len({row["id"] for row in rows}) != 1:
        raise SystemExit("the models differ")
    results = {
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "distributed": __version__,
        "files": len(given.files),
        "bytes": sum(file.stat().st_size for file in given.files),
        "rows": rows,
    }
    given.out.mkdir(parents=True, exist_ok=True)
    atomic_write.write(given.out / "dask_training.json", json.dumps(results, indent=1).encode() + b"\n")
    if given.plots is not None:
        draw(rows, given.plots)


def measured(files: Sequence[Path], workers: Sequence[int], max_bytes: int) -> Iterator[Row]:
    """A row for one machine, and for each number of workers."""
    clock, started, spent = Clock(), time.perf_counter(), time.process_time()
    read = ([(message.data, message.source) for message in corpus.read(file)] for file in files)
    model = train_files(read, max_bytes=max_bytes, threads=1, progress=clock)
    yield row("none", model, clock, started, time.process_time() - spent)
    for number in workers:
        settings: dict[str, Any] = {"n_workers": number, "threads_per_worker": 1, "dashboard_address": None}
        still = dask.config.set({"distributed.scheduler.work-stealing": False})
        with still, LocalCluster(**settings) as cluster, Client(cluster) as client:
            client.wait_for_workers(number)
            before = spent_by(client)
            clock, started = Clock(), time.perf_counter()
            model = train(files, client=client, max_bytes=max_bytes, progress=clock)
            found = row(str(number), model, clock, started, spent_by(client) - before)
            found["sent, MB"] = round(sum(client.run(sent).values()) / 1e6, 1)
            yield found


def row(workers: str, model: Model, clock: Clock, started: float, cpu: float) -> Row:
    """What one training took."""
    return {
        "workers": workers,
        "id": str(model.id),
        "wall, s": round(time.perf_counter() - started, 1),
        "counting, s": round(clock.ended - clock.began, 1),
        "CPU, s": round(cpu, 1),
        "sent, MB": 0.0,
    }


def spent_by(client: Any) -> float:
    """Seconds of processor time of this process and all workers."""
    of_workers: dict[str, float] = client.run(time.process_time)
    return time.process_time() + sum(of_workers.values())


def sent(dask_worker: Any) -> int:
    """Bytes that a worker sent to others."""
    total: int = dask_worker.transfer_outgoing_bytes_total
    return total


def draw(rows: Sequence[Mapping[str, Any]], directory: Path) -> None:
    """Draw the times by the number of workers."""
    import plots  # noqa: PLC0415  # needs matplotlib

    directory.mkdir(parents=True, exist_ok=True)
    alone, some = rows[0], rows[1:]
    across = [int(found["workers"]) for found in some]
    for theme in (plots.LIGHT, plots.DARK):
        with plots.panel(directory / "dask-training", "time of training, s", theme) as axis:
            for (kind, marker), (name, label) in zip(plots.SERIES, CURVES.items(), strict=False):
                style = {"color": theme.curves[kind], "marker": marker}
                axis.plot(across, [found[name] for found in some], **style, markersize=4, label=label)
            axis.axhline(alone["wall, s"], color=theme.ink, linestyle=":", label="without Dask")
            axis.set_xscale("log", base=2)
            axis.set_xticks(across, [str(number) for number in across])
            axis.set_xlabel("workers")
            axis.set_ylim(bottom=0)


if __name__ == "__main__":
    main()

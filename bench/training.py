"""What training takes by the amount of messages: memory, disk space, time, and the ratio of the model.

Usage: python bench/training.py --corpora DIRECTORY [--sizes 100MiB,1GiB,2GiB] [--memory none,2GiB] [--repeat N]

The messages are made by ``corpus_generator`` from ``NAME.train.jsonl.gz`` of the directory, and kept in
``--work`` for the next run. Each training is a process of its own. ``--memory none`` trains without a bound. The
ratio is that on ``NAME.dev.jsonl.gz``. A table is printed; ``training.json`` and the plots go into ``--out``.

``--same-model`` trains on messages of the first size several times instead: with each bound of the memory, and with
the messages in one file, in several, and in those in reverse order. It ends with status 1 if one model has another
id.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import corpus_generator
import trainer
from sizes import size, sizes, spelled
from tables import Row, reported, show

from aura.files import atomic_write

SEED: Final = 1
DEV: Final = "chat_task,chat_llm,json_api,logs,agent"
PARTS: Final = 4
"""Files that the messages are split into."""

MIB: Final = 1 << 20


def main() -> None:
    """Measure, print a table, write JSON and plots."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpora", type=Path, required=True, help="directory of the corpora")
    parser.add_argument("--names", type=_names, help="corpora to repeat; default: all")
    parser.add_argument(
        "--dev", type=_names, default=_names(DEV), help="corpora whose dev parts are compressed"
    )
    parser.add_argument("--limit", type=int, default=500, help="messages of each dev part")
    parser.add_argument("--sizes", type=sizes, default=sizes("100MiB,1GiB,2GiB"))
    parser.add_argument("--memory", type=trainer.bounds, default=trainer.bounds("2GiB"))
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--options", type=shlex.split, default=[], help="further options of aura train")
    parser.add_argument("--same-model", action="store_true")
    parser.add_argument("--work", type=Path, default=Path("bench/results/training"))
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    given.out.mkdir(parents=True, exist_ok=True)
    name, measured = ("same-model", same(given)) if given.same_model else ("training", cost(given))
    rows = show(name, reported(measured))
    atomic_write.write(given.out / f"{name}.json", json.dumps(rows, indent=1).encode() + b"\n")
    if given.same_model:
        sys.exit(len({row["model"] for row in rows}) > 1)
    draw(rows, given.out)


def _names(text: str) -> list[str]:
    return text.split(",")


def cost(given: argparse.Namespace) -> Iterator[Row]:
    """Train on each size with each bound of the memory."""
    for number in given.sizes:
        corpus = generated(given, number)
        for memory in given.memory:
            for _ in range(given.repeat):
                trained = trainer.train([corpus], given.work, memory, given.options)
                ratios = trainer.ratios(trained.model, given.corpora, given.dev, given.limit)
                yield {"size": spelled(number), "bytes": number, **_figures(trained), **ratios}


def same(given: argparse.Namespace) -> Iterator[Row]:
    """Train on the same messages with each bound of the memory, from one file and from several."""
    corpus = generated(given, given.sizes[0])
    parts = split(corpus, given.work)
    files = {"one file": [corpus], f"{PARTS} files": parts, "reversed": parts[::-1]}
    for memory in given.memory:
        for name, paths in files.items():
            trained = trainer.train(paths, given.work, memory, given.options)
            yield {"files": name, **_figures(trained)}


def _figures(trained: trainer.Trained) -> Row:
    usage = trained.usage
    return {
        "memory": trainer.IN_MEMORY if trained.memory is None else spelled(trained.memory),
        "peak MiB": round(usage.peak / MIB, 1),
        "spilled MiB": round(usage.spilled / MIB, 1),
        "wall s": round(usage.wall, 1),
        "CPU s": round(usage.cpu, 1),
        "model": trained.model.id,
    }


def generated(given: argparse.Namespace, number: int) -> Path:
    """The file of messages of a size, which an earlier run may have made."""
    names = given.names or ["all"]
    path: Path = given.work / f"{'-'.join(names)}-{number}-{SEED}.jsonl"
    if not path.exists():
        sources = [given.corpora / f"{name}.train.jsonl.gz" for name in given.names or ()]
        stock = corpus_generator.load(sources or [given.corpora])
        corpus_generator.write(stock, number, SEED, path, os.cpu_count() or 1)
    return path


def split(corpus: Path, work: Path) -> list[Path]:
    """The messages in several files, those of a source in one."""
    paths = [work / f"{corpus.stem}.part{number}.jsonl" for number in range(PARTS)]
    outputs = [path.open("wb") for path in paths]
    try:
        with corpus.open("rb") as lines:
            for line in lines:
                source: str = json.loads(line)["source"]
                outputs[crc32(source.encode()) % PARTS].write(line)
    finally:
        for output in outputs:
            output.close()
    return paths


def draw(rows: Sequence[Mapping[str, Any]], directory: Path) -> None:
    """Draw peak memory and time by size, a curve for each bound of the memory; of repeated runs the median."""
    import plots  # noqa: PLC0415  # Matplotlib is needed for plots alone

    by_memory: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_memory.setdefault(row["memory"], []).append(row)
    across = sorted({row["bytes"] for row in rows})
    for theme in (plots.LIGHT, plots.DARK):
        for name, title, column in (
            ("memory", "peak memory of training, MiB", "peak MiB"),
            ("time", "time of training, s", "wall s"),
        ):
            with plots.panel(directory / f"training-{name}", title, theme) as axis:
                for (kind, marker), (memory, held) in zip(plots.SERIES, by_memory.items(), strict=False):
                    style = {"color": theme.curves[kind], "marker": marker}
                    label = "no bound" if memory == trainer.IN_MEMORY else f"--memory {memory}"
                    middle = [
                        statistics.median(row[column] for row in held if row["bytes"] == number)
                        for number in across
                    ]
                    axis.plot(across, middle, **style, markersize=4, label=label)
                    if name == "memory" and memory != trainer.IN_MEMORY:
                        bound = {"color": style["color"], "linestyle": ":", "label": "its bound"}
                        axis.axhline(size(memory) / MIB, **bound)
                axis.set_xscale("log", base=2)
                axis.set_xticks(across, [spelled(number) for number in across])
                axis.set_xlabel("messages")
                axis.set_ylim(bottom=0)


if __name__ == "__main__":
    main()

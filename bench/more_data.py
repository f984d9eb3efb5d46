"""More messages, better models: the ratio by the amount of messages trained on, and by the size of the model.

Usage: python bench/more_data.py --corpora DIRECTORY [--sizes 1MiB,4MiB,16MiB,64MiB] [--models 2MiB,4MiB,8MiB]

The messages are those of ``general`` and ``chat_*`` in the directory, ``NAME.train.jsonl.gz``. Whole sources are
drawn at random until a sample has its size; a sample has all that a smaller one has. A size beyond all messages
stands for all of them. The ratio is that on ``NAME.dev.jsonl.gz``. A table is printed; ``more-data.json`` and the
plots go into ``--out``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import trainer
from sizes import sizes, spelled
from tables import Row, reported, show

from aura.files import atomic_write
from aura.files.corpus import read

SEED: Final = 1
MIB: Final = 1 << 20
TRAIN: Final = ("general", "chat_*")
DEV: Final = ("chat_task", "chat_llm", "multilingual", "general")


@dataclass(frozen=True, slots=True)
class Source:
    """The messages of a source, and their bytes."""

    name: str
    messages: Sequence[bytes]
    size: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Messages to train on: a file, and the bytes of the messages in it."""

    path: Path
    size: int


def main() -> None:
    """Train, measure, print a table, write JSON and plots."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpora", type=Path, required=True, help="directory of the corpora")
    parser.add_argument("--sizes", type=sizes, default=sizes("1MiB,4MiB,16MiB,64MiB"))
    parser.add_argument("--models", type=sizes, default=sizes("2MiB,4MiB,8MiB"))
    parser.add_argument("--limit", type=int, default=2000, help="messages of each dev part")
    parser.add_argument("--memory", type=trainer.bound, default=trainer.bound("2GiB"))
    parser.add_argument("--work", type=Path, default=Path("bench/results/more-data"))
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    given.out.mkdir(parents=True, exist_ok=True)
    rows = show("more data", reported(measured(given)))
    atomic_write.write(given.out / "more-data.json", json.dumps(rows, indent=1).encode() + b"\n")
    draw(rows, given.out)


def measured(given: argparse.Namespace) -> Iterator[Row]:
    """Train a model of each size on each sample."""
    for sample in samples(drawn(given.corpora), given.sizes, given.work):
        for max_bytes in given.models:
            options = ["--max-bytes", str(max_bytes)]
            trained = trainer.train([sample.path], given.work, given.memory, options)
            yield {
                "MiB": round(sample.size / MIB, 2),
                "model": spelled(max_bytes),
                "id": trained.model.id,
                "wall s": round(trained.usage.wall, 1),
                "peak MiB": round(trained.usage.peak / MIB, 1),
                **trainer.ratios(trained.model, given.corpora, DEV, given.limit),
            }


def drawn(directory: Path) -> list[Source]:
    """The sources of all corpora in a random order, which depends on their names alone."""
    sources: dict[str, list[bytes]] = {}
    for path in sorted(file for name in TRAIN for file in directory.glob(f"{name}.train.jsonl.gz")):
        for message in read(path):
            sources.setdefault(f"{path.name.partition('.')[0]}/{message.source}", []).append(message.data)
    if not sources:
        raise SystemExit(f"{directory} holds none of the corpora {', '.join(TRAIN)}")
    return [
        Source(name, sources[name], sum(map(len, sources[name])))
        for name in sorted(sources, key=lambda name: blake2b(f"{SEED}/{name}".encode()).digest())
    ]


def samples(sources: Sequence[Source], wanted: Sequence[int], work: Path) -> Iterator[Sample]:
    """Write the samples, the smallest first."""
    taken = total = 0
    for number in sorted(wanted):
        if taken == len(sources):
            return
        while taken < len(sources) and total < number:
            total += sources[taken].size
            taken += 1
        path = work / f"sample-{total}.jsonl"
        lines = (
            json.dumps({"text": message.decode(), "source": source.name}, ensure_ascii=False)
            for source in sources[:taken]
            for message in source.messages
        )
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        yield Sample(path, total)


def draw(rows: Sequence[Mapping[str, Any]], directory: Path) -> None:
    """Draw the ratio on each corpus by the messages trained on, a curve for each size of the model."""
    import plots  # noqa: PLC0415  # Matplotlib is needed for plots alone

    models = list(dict.fromkeys(row["model"] for row in rows))
    across = sorted({row["MiB"] for row in rows})
    for theme in (plots.LIGHT, plots.DARK):
        for name in DEV:
            with plots.panel(
                directory / f"more-data-{name.replace('_', '-')}", f"ratio, {name}", theme
            ) as axis:
                for (kind, marker), model in zip(plots.SERIES, models, strict=False):
                    style = {"color": theme.curves[kind], "marker": marker}
                    points = [(row["MiB"], row[name]) for row in rows if row["model"] == model]
                    x, y = zip(*points, strict=True)
                    axis.plot(x, y, **style, markersize=4, label=f"model of {model}")
                axis.set_xscale("log", base=2)
                axis.set_xticks(across, [f"{number:.3g}" for number in across])
                axis.set_xlabel("MiB of messages trained on")


if __name__ == "__main__":
    main()

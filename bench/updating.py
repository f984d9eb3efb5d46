"""Continued training: models of both halves of a corpus against those that go on from the counts of the first half.

Usage: python bench/updating.py --corpora DIRECTORY --corpus chat_llm [--by-time] [--age 1 --age 0.5]

The messages of ``NAME.train.jsonl.gz`` are cut in halves by a hash of their source or, where the messages of a
source stand in the order of time, in each source by time. Nothing is scrubbed. The ratio is that on
``NAME.dev.jsonl.gz``.
"""

from __future__ import annotations

import argparse
import tempfile
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import aura
from aura.files.corpus import Message, read


def main() -> None:
    """Train, measure and print each model."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpora", type=Path, required=True, help="directory of the corpora")
    parser.add_argument("--corpus", required=True, help="name of one of them")
    parser.add_argument("--by-time", action="store_true", help="cut each source by time")
    parser.add_argument("--age", type=float, action="append", help="of the counts; may be repeated")
    parser.add_argument("--max-bytes", type=int, default=1_000_000, help="of each model")
    options = parser.parse_args()
    messages = list(read(options.corpora / f"{options.corpus}.train.jsonl.gz"))
    dev = [message.data for message in read(options.corpora / f"{options.corpus}.dev.jsonl.gz")]
    first, second = halves_by_time(messages) if options.by_time else halves_by_source(messages)

    with tempfile.TemporaryDirectory() as directory:
        counts = Path(directory) / "first.counts"

        def report(name: str, some: Sequence[Message], age: float | None = None) -> None:
            update = aura.TrainingOptions() if age is None else aura.TrainingOptions(update=counts, age=age)
            model = aura.train(
                [message.data for message in some],
                sources=[message.source for message in some],
                max_bytes=options.max_bytes,
                scrub=False,
                options=update,
                counts=counts if some is first else None,
            )
            wires = aura.Codec(model=model).compress_batch(dev)
            print(f"{name:30} {sum(map(len, dev)) / sum(map(len, wires)):.4f}", flush=True)

        report("first half", first)
        report("second half", second)
        report("both", [*first, *second])
        for age in options.age or [1.0, 0.5]:
            report(f"second, first at age {age:g}", second, age)
        print(f"counts of the first half: {counts.stat().st_size} bytes")


def halves_by_source(messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """Whole sources."""

    def is_first(message: Message) -> bool:
        return zlib.crc32(repr(message.source).encode()) % 2 == 1

    return [message for message in messages if is_first(message)], [
        message for message in messages if not is_first(message)
    ]


def halves_by_time(messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """The first and the second half of each source."""
    sizes = Counter(message.source for message in messages)
    seen: Counter[str] = Counter()
    halves: tuple[list[Message], list[Message]] = ([], [])
    for message in messages:
        seen[message.source] += 1
        halves[seen[message.source] > sizes[message.source] / 2].append(message)
    return halves


if __name__ == "__main__":
    main()

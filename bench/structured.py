"""Structured messages beside general compressors: bytes by kind, and the worst message of each.

Usage: python bench/structured.py [--count N] [--seed N] [--model FILE] [FILE...]

The messages are those of ``structured_messages``, some of each kind, and the files, each a message. ``aura.Codec``
codes each at levels 1 and 2, and reads it again. The best general compressor is the smallest of Brotli 11,
Zstandard 19 and BRIO version 2 for each message; a byte for a marker counts for all. Times are those of the
processor, for coding at level 2. A table is printed; ``structured.json`` goes into ``--out``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import brotli
import structured_messages
import zstandard
from tables import Row, reported, show

import aura
from aura.backend import get
from aura.files import atomic_write

_ZSTD = zstandard.ZstdCompressor(level=19, write_content_size=False)
_MAGIC = 4
"""Bytes of a Zstandard frame that a message leaves out."""


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="*", help="further messages")
    parser.add_argument("--count", type=int, default=8, help="messages of each kind")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    model = aura.Model.load(given.model) if given.model else aura.Model.load_default()
    rows = show("structured messages", reported(measured(given, model)))
    atomic_write.write(given.out / "structured.json", json.dumps(rows, indent=1).encode() + b"\n")


def measured(given: argparse.Namespace, model: aura.Model) -> Iterator[Row]:
    """A row for each kind, and one for each file."""
    for kind in structured_messages.KINDS:
        seeds = (1_000_003 * given.seed + number for number in range(given.count))
        yield row(kind, [structured_messages.message(kind, seed).encode() for seed in seeds], model)
    for path in given.files:
        yield row(path.name, [path.read_bytes()], model)


def row(name: str, messages: Sequence[bytes], model: aura.Model) -> Row:
    """What messages take, all together, and the worst of them."""
    quick, codec = aura.Codec(level=1, model=model), aura.Codec(model=model)
    started = time.process_time()
    wires = [codec.compress(message) for message in messages]
    seconds = time.process_time() - started
    if [codec.decompress(wire) for wire in wires] != messages:
        raise AssertionError(f"{name} does not come back")
    by_brotli = [1 + len(brotli.compress(message)) for message in messages]
    best = [min(size, general(message)) for size, message in zip(by_brotli, messages, strict=True)]
    size, coded = sum(map(len, messages)), sum(map(len, wires))
    return {
        "kind": name,
        "bytes": size,
        "level 1": sum(len(quick.compress(message)) for message in messages),
        "level 2": coded,
        "Brotli 11": sum(by_brotli),
        "over Brotli": round(coded / sum(by_brotli), 3),
        "worst over best": round(max(len(wire) / least for wire, least in zip(wires, best, strict=True)), 3),
        "us a byte": round(1e6 * seconds / size, 1),
    }


def general(message: bytes) -> int:
    """The smallest that Zstandard 19 and BRIO version 2 make of a message, with a marker."""
    return min(1 + len(_ZSTD.compress(message)) - _MAGIC, len(get("fast").encode_brio2(message, 0)))


if __name__ == "__main__":
    main()

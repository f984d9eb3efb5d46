"""A large file in little memory: write a chunked file, read it, and report time and memory of each.

Usage: python bench/chunked_memory.py CORPUS.jsonl.gz ... [--mebibytes N] [--window-bits N] [--frame-size N]

The content is made while it is written: pieces of the messages of the corpora, in random order, their digits
changed. Writing and reading are processes of their own, so that the memory of each is its own: the most that was
resident at once, interpreter, numpy and the package included.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from aura.files.chunked import compress_iter, decompress_iter
from aura.files.pieces import WINDOW_BITS

SAMPLE = 1 << 20
"""Bytes of each corpus that pieces are taken from."""

PIECE = 1 << 14


def content(corpora: list[Path], size: int) -> Iterator[bytes]:
    """Text of so many bytes."""
    texts = [_sample(path) for path in corpora]
    rng = random.Random(11)  # noqa: S311  # the same content each time
    left = size
    while left:
        text = rng.choice(texts)
        start = rng.randrange(max(1, len(text) - PIECE))
        digits = bytes(rng.sample(b"0123456789", 10))
        piece = text[start : start + PIECE].translate(bytes.maketrans(b"0123456789", digits))[:left]
        left -= len(piece)
        yield piece


def _sample(path: Path) -> bytes:
    text = bytearray()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            text += json.loads(line)["text"].encode() + b"\n"
            if len(text) >= SAMPLE:
                break
    return bytes(text)


def _report(what: str, before: float, **figures: object) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    figures |= {"cpu_s": round(time.process_time(), 1), "wall_s": round(time.monotonic() - before, 1)}
    figures["max_rss_mib"] = round(usage.ru_maxrss / 1024, 1)
    print(json.dumps({"what": what, **figures}), flush=True)


def write(corpora: list[Path], size: int, output: Path, window_bits: int, frame_size: int | None) -> None:
    """Write the file."""
    before = time.monotonic()
    crc = written = 0

    def counted() -> Iterator[bytes]:
        nonlocal crc
        for piece in content(corpora, size):
            crc = crc32(piece, crc)
            yield piece

    with output.open("wb") as file:
        for wire in compress_iter(counted(), window_bits=window_bits, frame_size=frame_size):
            written += file.write(wire)
    _report("write", before, content=size, file=written, ratio=round(size / written, 2), crc=crc)


def read(path: Path) -> None:
    """Read the file."""
    before = time.monotonic()
    crc = length = 0
    with path.open("rb") as file:
        for block in decompress_iter(iter(lambda: file.read(1 << 16), b"")):
            crc = crc32(block, crc)
            length += len(block)
    _report("read", before, content=length, crc=crc)


def main() -> None:
    """Write and read a chunked file of text like the corpora's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--window-bits", type=int, default=WINDOW_BITS)
    parser.add_argument("--frame-size", type=int, default=1 << 23)
    parser.add_argument("--step", choices=["nothing", "write", "read"], help="what this process is to do")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    if options.step == "write":
        size = options.mebibytes << 20
        write(options.corpora, size, options.output, options.window_bits, options.frame_size or None)
    elif options.step == "read":
        read(options.output)
    elif options.step:
        _report("nothing but imports", time.monotonic())
    else:
        with tempfile.TemporaryDirectory() as folder:
            again = [*sys.argv, "--output", f"{folder}/content.aurc", "--step"]
            for step in ("nothing", "write", "read"):
                subprocess.run([sys.executable, *again, step], check=True)  # noqa: S603  # this script


if __name__ == "__main__":
    main()

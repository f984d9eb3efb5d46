"""A large file in little memory: write a chunked file, read it, and report time and memory of each.

Usage: python bench/chunked_memory.py CORPUS.jsonl.gz ... [--mebibytes N] [--window-bits N] [--frame-size N]

The content is made while it is written: pieces of the messages of the corpora, in random order, their digits
changed. Writing and reading are processes of their own, so that the memory of each is its own: the most that was
resident at once, interpreter, numpy and the package included.
"""

from __future__ import annotations

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
from typing import Annotated
from zlib import crc32

import typer

from aura.chunked import WINDOW_BITS, compress_stream, decompress_stream

SAMPLE = 1 << 20
"""Bytes of each corpus that pieces are taken from."""

PIECE = 1 << 14


def content(corpora: list[Path], size: int) -> Iterator[bytes]:
    """Text of so many bytes."""
    texts = [_sample(path) for path in corpora]
    rng = random.Random(11)
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


def main(
    corpora: list[Path],
    mebibytes: Annotated[int, typer.Option(help="Size of the content.")] = 1024,
    window_bits: Annotated[int, typer.Option(help="Of the window.")] = WINDOW_BITS,
    frame_size: Annotated[int, typer.Option(help="Bytes of a frame; 0 for one frame.")] = 1 << 23,
    step: Annotated[str, typer.Option(help="What this process is to do: write, read, nothing.")] = "",
    output: Annotated[Path | None, typer.Option(help="The file.")] = None,
) -> None:
    """Write and read a chunked file of text like the corpora's."""
    before = time.monotonic()
    size = mebibytes << 20
    if output is None:
        with tempfile.TemporaryDirectory() as folder:
            again = [*sys.argv, "--output", f"{folder}/content.aurc", "--step"]
            for one in ("nothing", "write", "read"):
                subprocess.run([sys.executable, *again, one], check=True)
        return
    if step == "write":
        crc = written = 0

        def counted() -> Iterator[bytes]:
            nonlocal crc
            for piece in content(corpora, size):
                crc = crc32(piece, crc)
                yield piece

        with output.open("wb") as file:
            for wire in compress_stream(counted(), window_bits=window_bits, frame_size=frame_size or None):
                written += file.write(wire)
        _report("write", before, content=size, file=written, ratio=round(size / written, 2), crc=crc)
    elif step == "read":
        crc = length = 0
        with output.open("rb") as file:
            for block in decompress_stream(iter(lambda: file.read(1 << 16), b"")):
                crc = crc32(block, crc)
                length += len(block)
        _report("read", before, content=length, crc=crc)
    else:
        _report("nothing but imports", before)


if __name__ == "__main__":
    typer.run(main)

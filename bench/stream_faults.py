"""Damages streams at random, and counts what is given out wrongly.

``python bench/stream_faults.py MESSAGES [FAULTS [CHECK]] [--seed N] [--processes N]``: MESSAGES is a file as for
``aura bench``; each source is a connection with the default model. A million faults by default, of all kinds in
turn, and the default check; a process on each processor. A text is wrong if it is not the next one of its stream.
Every fault ends where the receiver refuses something, or some messages later. It takes a C compiler: the loop is
``stream_faults.c``, which calls of the native core what ``aura.Stream`` calls. Standard error tells how far it has
come.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura.files.corpus import read
from aura_spec.stream import CHECKS, DEFAULT_CHECK

FAULTS: Final = 1_000_000
SEED: Final = 20261121
UNIT: Final = 1_000_000
"""Faults of one call of the loop. They depend on the seed and the number of the unit alone."""

LOOP: Final = Path(__file__).with_suffix(".c")
CORE: Final = LOOP.parents[1] / "native"

KINDS: Final = (
    "cut",
    "dropped",
    "repeated",
    "out of order",
    "1 bit flipped",
    "2 bits flipped",
    "3 bits flipped",
    "a byte changed",
    "bytes behind",
    "random bytes",
)
"""In the order of the loop."""

Counts = NDArray[np.int64]
"""Faults, wrong texts and faults that went unnoticed: a row for each kind, (kinds, 3)."""


def conversations_of(messages: Path) -> bytes:
    """The messages of each source that has three or more, as the loop reads them."""
    told = bytearray()
    for _, some in groupby(read(messages), key=lambda one: one.source):
        texts = [one.data for one in some]
        if len(texts) > 2:
            told += b"".join(len(text).to_bytes(4, "little") + text for text in texts) + b"\xff" * 4
    return bytes(told)


def compiled(folder: Path) -> Path:
    """The loop and the core as a program."""
    program = folder / "stream_faults"
    sources = [LOOP, *sorted(CORE.glob("*.c"))]
    subprocess.run([os.environ.get("CC", "cc"), "-std=c11", "-O2", *sources, "-o", program], check=True)  # noqa: S603
    return program


def counts_of(number: int, *, program: Path, conversations: bytes, check: int, seed: int) -> Counts:
    """What came of one unit of faults."""
    with resources.as_file(resources.files("aura").joinpath("data/default.aura")) as model:
        done = subprocess.run(  # noqa: S603
            [program, str(check), str(seed * (1 << 32) + number), str(UNIT)],
            input=conversations,
            stdout=subprocess.PIPE,
            env={**os.environ, "AURA_FUZZ_MODEL": str(model)},
            check=True,
        )
    return np.array([line.split() for line in done.stdout.splitlines()], np.int64)


def told(units: Iterable[Counts], faults: int) -> Counts:
    """Add up, and say once a second how far it has come."""
    counts = np.zeros((len(KINDS), 3), np.int64)
    begin = last = time.monotonic()
    for unit in units:
        counts += unit
        now = time.monotonic()
        if now - last >= 1:
            last = now
            done, wrong, _ = counts.sum(axis=0)
            rate = done / (now - begin)
            print(
                f"{done:,} of {faults:,} faults, {rate:,.0f} a second, {wrong:,} wrong texts", file=sys.stderr
            )
    return counts


def main() -> None:
    """Print, for each kind of fault, how many there were, how many texts were wrong, and what went unnoticed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("messages", type=Path)
    parser.add_argument("faults", type=int, nargs="?", default=FAULTS)
    parser.add_argument("check", type=int, nargs="?", default=DEFAULT_CHECK, choices=CHECKS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args()
    conversations = conversations_of(options.messages)
    if not conversations:
        raise SystemExit("no source has three messages or more")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.processes) as pool:
        make = partial(
            counts_of,
            program=compiled(Path(folder)),
            conversations=conversations,
            check=options.check,
            seed=options.seed,
        )
        counts = told(pool.map(make, range(-(-options.faults // UNIT))), options.faults)
    rows = [*zip(KINDS, counts, strict=True), ("all", counts.sum(axis=0))]
    for kind, (done, wrong, unnoticed) in rows:
        print(f"{kind:16} {done:11,} faults {wrong:7,} wrong texts {unnoticed:7,} unnoticed")


if __name__ == "__main__":
    main()

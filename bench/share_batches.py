"""Time for batches that several workers share, against one thread, in milliseconds.

    python bench/share_batches.py MESSAGES [WORKERS [BACKEND]]

Wall-clock time, the best of some rounds, with the default model and level. Workers that have started already are
asked: what starting takes is told apart. BACKEND is the one of ``auto`` if not given.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from unittest import mock

from timing import best

from aura import Codec, PooledCodec, worker_processes, worker_threads
from aura.files import corpus

SIZES = (10, 30, 100, 300, 1000, 3000, 10_000, 20_000)


def main(path: Path, workers: int, backend: str) -> None:
    """Time compressing and decompressing by one thread and by several workers."""
    data = [message.data for message in corpus.read(path)]
    one = Codec(backend=backend)
    one.compress_batch(data[:100])
    with (
        mock.patch.multiple(worker_processes, MIN_COMPRESSED=1, MIN_DECOMPRESSED=1),
        mock.patch.multiple(worker_threads, MIN_COMPRESSED=1, MIN_DECOMPRESSED=1),
        PooledCodec(Codec(backend=backend), workers=workers) as several,
    ):
        start = time.perf_counter()
        several.compress_batch(data[:100])
        print(f"starting {workers} workers: {time.perf_counter() - start:.3f} s")
        for size in SIZES:
            some = (data * -(-size // len(data)))[:size]
            wires = one.compress_batch(some)
            row = [
                1e3 * best(call, time.perf_counter)[0]
                for call in (
                    lambda some=some: one.compress_batch(some),
                    lambda some=some: several.compress_batch(some),
                    lambda wires=wires: one.decompress_batch(wires),
                    lambda wires=wires: several.decompress_batch(wires),
                )
            ]
            print(
                f"{size:6} messages, {sum(map(len, some)):9} bytes: "
                f"compress {row[0]:8.2f} ms, shared {row[1]:8.2f}; "
                f"decompress {row[2]:8.2f}, shared {row[3]:8.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        int(sys.argv[2]) if len(sys.argv) > 2 else 2,
        sys.argv[3] if len(sys.argv) > 3 else "auto",
    )

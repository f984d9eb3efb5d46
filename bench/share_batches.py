"""Time for batches that several processes share, against one process, in milliseconds.

    python bench/share_batches.py MESSAGES [WORKERS]

Wall-clock time, the best of some rounds, with the default model and level. Processes that have started already are
asked: what starting takes is told apart.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from unittest import mock

from timing import best

from aura import Codec, PooledCodec, pooled
from aura.files import corpus

SIZES = (100, 300, 1000, 3000, 10_000, 20_000)


def main(path: Path, workers: int) -> None:
    """Time compressing and decompressing by one process and by several."""
    data = [message.data for message in corpus.read(path)]
    one = Codec()
    one.compress_batch(data[:100])
    everything = mock.patch.multiple(pooled, MIN_COMPRESSED=1, MIN_DECOMPRESSED=1)
    with everything, PooledCodec(Codec(), workers=workers) as several:
        start = time.perf_counter()
        several.compress_batch(data[:100])
        print(f"starting {workers} processes: {time.perf_counter() - start:.1f} s")
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
                f"{size:6} messages: compress {row[0]:7.0f} ms, shared {row[1]:7.0f}; "
                f"decompress {row[2]:7.0f}, shared {row[3]:7.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2)

"""Times AURALITE one message at a time and in batches: python bench/code_batches.py MESSAGES [SIZE ...].

MESSAGES is a file as for ``aura bench``; sizes of batches are 1000, 2000 and all by default. Messages repeat, in
order, where there are too few. The reference codes one of every ten. Times are of the processor, not of the clock.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from timing import best, each

from aura import Model
from aura.files import corpus
from aura_fast import auralite, batch
from aura_fast.context_model import contexts_of
from aura_reference import auralite as reference

MAX_SIZE = 1 << 20


def row(name: str, times: Sequence[float]) -> None:
    """Print how long calls took."""
    ordered = sorted(times)
    print(
        f"{name:24} mean {statistics.mean(times):8.1f} us, median {statistics.median(times):8.1f} us, "
        f"p95 {ordered[len(ordered) * 95 // 100]:8.1f} us, {1e6 / statistics.mean(times):8.0f} messages/s"
    )


def main(path: Path, sizes: Sequence[int]) -> None:
    """Time everything on the default model."""
    model = Model.load_default().context_model
    start = time.process_time()
    contexts_of(model)
    print(f"packing the model: {time.process_time() - start:.2f} s")
    data = [message.data for message in corpus.read(path)]
    times, wires = each(lambda one: reference.encode(one, model), data[::10])
    row("reference, encode", times)
    row("reference, decode", each(lambda wire: reference.decode(wire, model, MAX_SIZE), wires)[0])
    times, wires = each(lambda one: auralite.encode(one, model), data)
    row("one at a time, encode", times)
    row("one at a time, decode", each(lambda wire: auralite.decode(wire, model, MAX_SIZE), wires)[0])
    for size in sizes or (1000, 2000, len(data)):
        times_over = -(-size // len(data))
        some, strings = (data * times_over)[:size], (wires * times_over)[:size]
        encoding = best(partial(batch.encode, some, model))[0] / size
        decoding = best(partial(batch.decode, strings, model, MAX_SIZE))[0] / size
        print(
            f"batch of {size:6}: encode {encoding * 1e6:8.1f} us, {1 / encoding:8.0f} messages/s; "
            f"decode {decoding * 1e6:8.1f} us, {1 / decoding:8.0f} messages/s"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(size) for size in sys.argv[2:]])

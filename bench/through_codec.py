"""What a user gets through ``Codec`` with its defaults: python bench/through_codec.py MESSAGES [BATCH ...].

MESSAGES is a file as for ``aura bench``. Printed are the ratio, the microseconds of processor time of a message,
one at a time and in batches, each way, and what AURALITE alone takes beside it. Messages repeat where there are too
few.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from itertools import cycle, islice

from timing import each

from aura import Codec
from aura.files import corpus
from aura_fast import batch
from aura_fast.auralite import decode

SIZES = (1, 10, 100, 1000, 10_000)
LIMIT = 1000
ROUNDS = 3


def timed(call: Callable[[], object], count: int) -> float:
    """Microseconds of processor time for each of ``count`` messages, the median of some calls."""
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        call()
        times.append(time.process_time() - started)
    return 1e6 * statistics.median(times) / count


def main() -> None:
    """Measure and print."""
    data = [message.data for message in corpus.read(sys.argv[1])][:LIMIT]
    codec = Codec()
    model = codec.model.context_model
    wires = [codec.compress(message) for message in data]
    size = sum(map(len, data))
    print(f"{len(data)} messages, {size / len(data):.0f} bytes each, ratio {size / sum(map(len, wires)):.2f}")
    strings = batch.encode(data, model)
    for name, call, items in (
        ("Codec.compress", codec.compress, data),
        ("Codec.decompress", codec.decompress, wires),
        ("AURALITE, encode", lambda message: batch.encode_one(message, model), data),
        ("AURALITE, decode", lambda string: decode(string, model, 1 << 24), strings),
    ):
        times, _ = each(call, items)
        median, mean = statistics.median(times), statistics.mean(times)
        print(f"{name:18} median {median:8.1f} us, mean {mean:8.1f} us")
    for count in map(int, sys.argv[2:]) if sys.argv[2:] else SIZES:
        every = max(1, len(data) // count)  # so that small batches hold messages of all lengths, too
        some = list(islice(cycle(data[::every]), count))
        coded = list(islice(cycle(wires[::every]), count))
        to = timed(lambda: codec.compress_batch(some), count)  # noqa: B023  # called at once
        back = timed(lambda: codec.decompress_batch(coded), count)  # noqa: B023
        print(f"batch of {count:6}: compress {to:8.1f} us, decompress {back:8.1f} us a message")


if __name__ == "__main__":
    main()

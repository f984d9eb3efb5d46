"""Ratio and speed of BRIO version 2 on long messages: ``python bench/containers.py FILE [--join BYTES]``.

Takes messages of at least 4 KiB from JSON lines, or with ``--join`` all messages end to end, cut into payloads of
that many bytes, and prints a line a codec: bytes, ratio, the mean ratio of a payload (geometric), and megabytes a
second.
Each payload is timed by itself; the best of three times of the processor counts.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from timing import best

from aura import native
from aura.backends import get
from aura.files.corpus import read
from aura_fast import brio2 as fast
from aura_reference import brio2 as reference
from aura_reference import message

SHORTEST = 4096
LIMIT = 1 << 26

Codec = tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]


def codecs(*, with_reference: bool) -> Iterator[tuple[str, Codec]]:
    """The codecs by name: each writes and reads a message."""
    for level in (0, 1):
        yield f"brio2 {level}", (partial(_encode_fast, level=level), _decode_fast)
        if native.is_installed():
            backend = get("native")
            yield (
                f"native {level}",
                (
                    partial(backend.encode_brio2, level=level),
                    partial(backend.decode, shared_state=None, max_size=LIMIT),
                ),
            )
        if with_reference:
            yield (
                f"reference {level}",
                (partial(message.encode_brio2, level=level), _decode_reference),
            )
    yield "zstd 19", (message.encode_zstd, message.decode)
    yield "brotli 11", (message.encode_brotli, message.decode)


def _encode_fast(data: bytes, level: int) -> bytes:
    return b"\2" + fast.encode(data, level)


def _decode_fast(wire: bytes) -> bytes:
    return fast.decode(wire[1:], LIMIT)


def _decode_reference(wire: bytes) -> bytes:
    return reference.decode(wire[1:], LIMIT)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--join", type=int)
    parser.add_argument("--reference", action="store_true", help="also time the reference, which is slow")
    arguments = parser.parse_args()
    payloads = [entry.data for entry in read(arguments.file)]
    if arguments.join:
        joined, size = b"".join(payloads), arguments.join
        payloads = [joined[at : at + size] for at in range(0, len(joined) - size + 1, size)]
    payloads = [payload for payload in payloads if len(payload) >= SHORTEST]
    total = sum(map(len, payloads))
    print(f"{len(payloads)} payloads, {total} bytes")
    print("codec            bytes   ratio    mean  encode MB/s  decode MB/s")
    for name, (encode, decode) in codecs(with_reference=arguments.reference):
        encoding = decoding = logarithms = 0.0
        size = 0
        for payload in payloads:
            seconds, wire = best(partial(encode, payload))
            encoding += seconds
            seconds, again = best(partial(decode, wire))
            decoding += seconds
            if again != payload:
                raise SystemExit(f"{name}: a payload did not come back")
            size += len(wire)
            logarithms += math.log(len(payload) / len(wire))
        mean = math.exp(logarithms / len(payloads))
        speeds = f"{total / encoding / 1e6:11.2f}  {total / decoding / 1e6:11.2f}"
        print(f"{name:12} {size:9}  {total / size:6.3f}  {mean:6.3f}  {speeds}", flush=True)


if __name__ == "__main__":
    main()

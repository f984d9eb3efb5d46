"""What the bytes of a message tell of it before anything is coded."""

from __future__ import annotations

from typing import Final

_SAMPLE: Final = 4096
"""Bytes that tell whether a message is worth compressing."""


def looks_random(data: bytes) -> bool:
    """Whether a sample uses so many different bytes that it is likely compressed or encrypted already.

    A random sample of n bytes holds about 256·(1 - e^(-n/256)) different ones; text holds far fewer.
    """
    sample = data[:_SAMPLE]
    different = len(set(sample))
    return len(sample) >= 64 and (different > 200 or 10 * different > 7 * len(sample))


def repeats(message: bytes) -> int:
    """How many trigrams of a message occurred in it before.

    >>> repeats(b"id 1, id 2"), repeats(b"")
    (1, 0)
    """
    trigrams = set(zip(message, message[1:], message[2:], strict=False))
    return max(0, len(message) - 2) - len(trigrams)

"""Mixed traffic of a service: API answers, notices and errors from 60 patterns, with random values.

Each message is made from one of :data:`PATTERNS` by a seeded generator, the frequent ones ten times as often as the
rare ones. A pattern has ``{kind}`` where a value of that kind stands.
"""

from __future__ import annotations

import math
import random
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

PATTERNS: Final = tuple(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines())
"""22 API answers, 20 notices and 18 log lines, in this order."""

_CHOICES: Final = {
    "state": ("pending", "running", "complete", "cancelled"),
    "flag": ("true", "false"),
    "role": ("admin", "editor", "viewer"),
    "queue": ("default", "billing", "search", "mail", "exports", "thumbnails"),
    "resource": ("order", "customer", "invoice", "shipment"),
    "device": ("ios", "android", "web", "desktop"),
    "reason": ("insufficient funds", "expired", "duplicate", "declined by issuer", "unknown"),
    "branch": ("main", "develop", "release"),
    "status": ("200", "201", "204", "400", "404", "500", "502", "503"),
    "health": ("green", "yellow", "red"),
    "scope": ("read", "write", "admin"),
    "region": ("eu-west-1", "eu-central-1", "us-east-1", "ap-south-1"),
    "method": ("GET", "POST", "PUT", "DELETE"),
}
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def _choice_of(kind: str) -> Callable[[random.Random], str]:
    return lambda rng: rng.choice(_CHOICES[kind])


def _hex_of(digits: int) -> Callable[[random.Random], str]:
    return lambda rng: f"{rng.getrandbits(4 * digits):0{digits}x}"


def _time(rng: random.Random) -> str:
    moment = _START + timedelta(milliseconds=rng.randrange(300 * 24 * 3_600_000))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_KINDS: Final[dict[str, Callable[[random.Random], str]]] = {
    **{kind: _choice_of(kind) for kind in _CHOICES},
    **{f"hex{digits}": _hex_of(digits) for digits in (16, 32, 40)},
    "uuid": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "time": _time,
    "ipv4": lambda rng: ".".join(str(rng.randrange(1, 255)) for _ in range(4)),
    "amount": lambda rng: f"{rng.randrange(100, 100_000) / 100:.2f}",
    "decimal": lambda rng: f"{rng.randrange(100_000) / 1000:.3f}",
    "degrees": lambda rng: f"{rng.uniform(-90, 90):.6f}",
    "id": lambda rng: str(rng.randrange(10_000, 10_000_000)),
    "count": lambda rng: str(rng.randrange(1, 5000)),
    "page": lambda rng: str(rng.randrange(1, 30)),
    "ms": lambda rng: str(int(rng.lognormvariate(5, 1.2)) + 1),
    "bytes": lambda rng: str(int(rng.lognormvariate(12, 2)) + 1),
    "port": lambda rng: str(rng.randrange(1024, 65_536)),
    "code": lambda rng: f"{rng.randrange(1_000_000):06d}",
}
_SLOT: Final = re.compile("{(" + "|".join(_KINDS) + ")}")


def _lognormal_bits(mean: float, deviation: float) -> float:
    return (mean + math.log(2 * math.pi * math.e * deviation**2) / 2) / math.log(2)


_BITS: Final = {
    **{kind: math.log2(len(choices)) for kind, choices in _CHOICES.items()},
    **{f"hex{digits}": 4.0 * digits for digits in (16, 32, 40)},
    "uuid": 122.0,
    "time": math.log2(300 * 24 * 3_600_000),
    "ipv4": 4 * math.log2(254),
    "amount": math.log2(99_900),
    "decimal": math.log2(100_000),
    "degrees": math.log2(180_000_000),
    "id": math.log2(9_990_000),
    "count": math.log2(4_999),
    "page": math.log2(29),
    "ms": _lognormal_bits(5, 1.2),
    "bytes": _lognormal_bits(12, 2),
    "port": math.log2(64_512),
    "code": math.log2(1_000_000),
}
"""Bits of information in a value of each kind."""


def _weights() -> list[float]:
    weights = [10.0 ** -(rank / len(PATTERNS)) for rank in range(len(PATTERNS))]
    random.Random(60).shuffle(weights)  # noqa: S311
    return weights


def messages(seed: int = 1) -> Iterator[str]:
    """Messages without end; equal seeds give equal messages."""
    rng = random.Random(seed)  # noqa: S311
    weights = _weights()
    while True:
        [pattern] = rng.choices(PATTERNS, weights)
        yield _SLOT.sub(lambda slot: _KINDS[slot[1]](rng), pattern)


def limit(others: list[str]) -> float:
    """The ratio that no code can pass: bytes of messages, by the entropy of their patterns and values.

    An estimate for values of a distribution without bounds, which the differential entropy stands for.
    """
    weights = _weights()
    total = sum(weights)
    bits = 0.0
    for weight, pattern in zip(weights, PATTERNS, strict=True):
        values = sum(_BITS[kind] for kind in _SLOT.findall(pattern))
        bits += weight / total * (values - math.log2(weight / total))
    return sum(map(len, others)) * 8 / (bits * len(others))

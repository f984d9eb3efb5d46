"""Messages of a few kinds with random values."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator

NAMES = ["default", "billing", "search", "mail", "exports", "thumbnails"]


def messages(count: int, seed: int = 1) -> Iterator[str]:
    """So many messages; equal seeds give equal ones."""
    rng = random.Random(seed)
    for _ in range(count):
        job, host = uuid.UUID(int=rng.getrandbits(128)), f"10.0.{rng.randrange(256)}.{rng.randrange(256)}"
        yield rng.choice(
            [
                f'{{"job":"{job}","queue":"{rng.choice(NAMES)}","took_ms":{rng.randrange(9_000)}}}',
                f"2026-03-{rng.randrange(10, 28)}T06:30:{rng.randrange(10, 60)}Z ERROR lost worker {job} at {host}",
                f"Backup {job} wrote {rng.randrange(1 << 40)} bytes to volume {rng.getrandbits(64):016x}.",
            ]
        )

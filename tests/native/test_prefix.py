"""Prefixes in the native core: the same matches as in the reference, in a time that no prefix makes long."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.models import TRAINED, WITH_PREFIX

from aura.models.native_model import native_of
from aura_reference import auralite
from aura_spec.context_model import ContextModel, Prefix
from aura_spec.prefix import HITS, LENGTH

pytest.importorskip("aura_native")

MULTIPLIER = 0x9E3779B97F4A7C15
"""Of the hash of ``native/prefix.c``, whose upper 16 bits name a bucket."""


def with_prefix(text: bytes) -> ContextModel:
    return replace(
        TRAINED, prefix=Prefix(text, WITH_PREFIX.prefix.hits if WITH_PREFIX.prefix else (9,) * HITS)
    )


def colliding(count: int, seed: int) -> NDArray[np.uint8]:
    """Stretches of one bucket, (count, LENGTH)."""
    source = np.random.default_rng(seed)
    found: list[NDArray[np.uint8]] = []
    while sum(map(len, found)) < count:
        stretches = source.integers(0, 256, (1 << 16, LENGTH), np.uint8)
        state = np.zeros(len(stretches), np.uint64)
        for column in stretches[:, :-1].T:
            state = (state ^ column) * np.uint64(MULTIPLIER)
        last = np.arange(256, dtype=np.uint64)
        rows, bytes_ = np.nonzero((state[:, None] ^ last) * np.uint64(MULTIPLIER) >> np.uint64(48) == 7)
        hits = stretches[rows]
        hits[:, -1] = bytes_
        found.append(hits)
    return np.concatenate(found)[:count]


PARTS = st.sampled_from([b"Is there a train to Oslo?", b"a" * 30, b"ab" * 14, b"0123456789" * 3, b"x"])


@given(st.lists(PARTS, min_size=1, max_size=8), st.lists(PARTS, max_size=8))
def test_the_last_occurrence_is_found(held: list[bytes], said: list[bytes]) -> None:
    model = with_prefix(b"".join(held))
    message = b"".join(said)
    native = native_of(model)
    wire = native.encode_auralite(message)
    assert wire == auralite.encode(message, model)
    assert native.decode_auralite(wire, len(message)) == message


def test_stretches_of_one_bucket_are_told_apart() -> None:
    stretches = [row.tobytes() for row in colliding(300, 1)]
    model = with_prefix(b"".join(stretches[:200]) + stretches[7] + b"!" + stretches[9])
    message = b"".join(random.Random(1).sample(stretches, 40)) + stretches[7] + b"! " + stretches[9] + b"?"
    assert native_of(model).encode_auralite(message) == auralite.encode(message, model)


def test_a_hostile_prefix_takes_no_longer() -> None:
    """All its stretches have one hash, and so have those of the message, which are others."""
    stretches = colliding(8_000, 2)
    message = stretches[6_000:].tobytes()
    ordinary = random.Random(2).randbytes(6_000 * LENGTH)
    natives = [native_of(with_prefix(text)) for text in (stretches[:6_000].tobytes(), ordinary)]

    def seconds(place: int) -> float:
        started = time.process_time()
        natives[place].encode_auralite(message)
        return time.process_time() - started

    hostile, usual = (min(seconds(place) for _ in range(5)) for place in range(2))
    assert hostile < 2 * usual

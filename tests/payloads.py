"""Strategies for payloads that are long, for ways to cut them, and hostile payloads: for BRIO version 2."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from aura_reference.parse import Parse, Repeat
from aura_spec.unit import UNIT_BYTES, UNITS

LONG = st.builds(
    lambda parts, seed, times: b"".join(random.Random(seed).choices(parts, k=times)),
    st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=12),
    st.integers(0, 1 << 30),
    st.integers(1, 120),
)
"""Payloads with repeats at many distances, long enough for several lanes and rounds."""


@st.composite
def cuts(draw: st.DrawFn) -> tuple[bytes, Parse]:
    """A message and a way to cut it that no parse would choose, sometimes with a match that is not there."""
    units: list[int] = []
    sequences: list[Repeat] = []
    data = bytearray()
    for _ in range(draw(st.integers(0, 12))):
        literal_run = draw(st.lists(st.integers(0, UNITS - 1), max_size=20))
        units += literal_run
        data += b"".join(UNIT_BYTES[unit] for unit in literal_run)
        if data:
            length = draw(st.integers(3, 60))
            distance = draw(st.integers(1, len(data) + draw(st.integers(0, 1))))
            sequences.append(Repeat(len(literal_run), length, distance))
            for _ in range(length):
                data.append(data[-min(distance, len(data))])
        else:
            units.clear()
    return bytes(data), Parse(tuple(units), tuple(sequences))


def de_bruijn(order: int) -> bytes:
    """Every word of ``order`` bits once, as the characters 0 and 1."""
    state, seen, out = 0, {0}, bytearray(b"0" * order)
    for _ in range((1 << order) - 1):
        one = (state << 1 | 1) & ((1 << order) - 1)
        state = one if one not in seen else one ^ 1
        seen.add(state)
        out.append(48 + (state & 1))
    return bytes(out)


HOSTILE = {
    "zeros": bytes(1 << 18),
    "period 2": b"ab" * (1 << 17),
    "random": random.Random(1).randbytes(1 << 18),
    "de Bruijn": de_bruijn(18),
    "nested": b"".join(b"a" * n + b"b" for n in range(700)),
}

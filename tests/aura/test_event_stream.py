"""Event streams come back, event by event, and damaged ones are refused."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.errors import DecodeError, LimitExceeded, Truncated
from aura.event_stream import LONGEST_PART, EventStreamDecoder, EventStreamEncoder, decode_event_stream
from aura.model import Model
from aura_vectors.file import from_json
from aura_vectors.forms.event_stream import EventStreams

VECTORS = Path(__file__).parents[2] / "vectors"
SMALL = Model.load_small()
EVENTS = b'event: delta\ndata: {"text": "Is there"}\n\n' * 3 + b"data: a\r\n\r\ndata: b\r\rdata: rest"


@given(st.binary(max_size=200) | st.just(EVENTS), st.integers(1, 60))
def test_content_comes_back_however_it_is_cut(content: bytes, step: int) -> None:
    encoder = EventStreamEncoder()
    chunks = [encoder.encode(content[start : start + step]) for start in range(0, len(content), step)]
    chunks.append(encoder.finish())
    assert b"".join(decode_event_stream(chunks)) == content


def test_an_event_is_there_when_it_ends() -> None:
    """Rule EVS-2."""
    encoder, decoder = EventStreamEncoder(SMALL), EventStreamDecoder(SMALL)
    for event in (b"data: one\n\n", b"data: two\r\n\r\n", b"data: three\r\r"):
        assert not encoder.encode(event[:-1])
        assert decoder.decode(encoder.encode(event[-1:])) == event
    decoder.finish()


def test_an_event_without_end_is_not_kept() -> None:
    encoder, decoder = EventStreamEncoder(), EventStreamDecoder()
    wire = encoder.encode(b"x" * (LONGEST_PART + 1))
    assert decoder.decode(wire) == b"x" * (LONGEST_PART + 1)


def test_what_ends_too_early_is_refused() -> None:
    wire = EventStreamEncoder().encode(EVENTS)
    with pytest.raises(Truncated):
        list(decode_event_stream([wire[:-1]]))


def test_the_limit_is_kept() -> None:
    encoder = EventStreamEncoder(level=0)
    wire = encoder.encode(b"data: " + b"x" * 500 + b"\n\n")
    with pytest.raises(LimitExceeded):
        list(decode_event_stream([wire], max_size=100))
    with pytest.raises(LimitExceeded):
        list(decode_event_stream([wire], max_size=500))


def test_damage_is_refused_or_read() -> None:
    rng = random.Random(3)
    wire = EventStreamEncoder(SMALL).encode(EVENTS)
    for _ in range(300):
        damaged = bytearray(wire)
        damaged[rng.randrange(len(wire))] ^= 1 << rng.randrange(8)
        try:
            list(decode_event_stream([bytes(damaged)], SMALL))
        except DecodeError as error:
            assert error.offset >= 0


def test_the_golden_vectors_are_read_as_they_say() -> None:
    """Rules EVS-2 to EVS-4."""
    for name, case, form in from_json((VECTORS / "event_stream.json").read_text(encoding="ascii")):
        assert isinstance(form, EventStreams)
        model = Model.from_bytes(form.held.model) if form.held.model else None
        decoder = EventStreamDecoder(model, max_size=form.held.max_size)
        step = int(str(case.given["step"]))
        pieces = [case.wire[start : start + step] for start in range(0, len(case.wire), step)]
        try:
            content = [decoder.decode(piece).hex() for piece in pieces]
            decoder.finish()
        except DecodeError as error:
            assert (error.code, error.offset) == (case.code, case.offset), name
        else:
            assert case.code is None, name
            assert content == ["".join(row) for row in case.value["parts"]], name  # type: ignore[attr-defined]

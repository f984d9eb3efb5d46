"""Event streams come back, event by event, and damaged ones are refused."""

from __future__ import annotations

import random
import tracemalloc
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.connections.event_stream import EventStreamDecoder, EventStreamEncoder, decode_event_stream
from aura.errors import DecodeError, LimitExceeded, Truncated
from aura.models.model import Model
from aura_spec.event_stream import MAX_PART, build_record
from aura_vectors.case_types.event_stream import EventStreams
from aura_vectors.file import from_json

VECTORS = Path(__file__).parents[2] / "vectors"
SMALL = Model.load_small()
EVENTS = b'event: delta\ndata: {"text": "Is there"}\n\n' * 3 + b"data: a\r\n\r\ndata: b\r\rdata: rest"
LINE_ENDS = (b"\n", b"\r\n", b"\r")
BAD_RECORD = b"\x03\xff\xff\xff"


@given(st.binary(max_size=200) | st.just(EVENTS), st.integers(1, 60))
def test_content_comes_back_however_it_is_cut(content: bytes, step: int) -> None:
    encoder = EventStreamEncoder()
    chunks = [encoder.encode(content[start : start + step]) for start in range(0, len(content), step)]
    chunks.append(encoder.finish())
    assert b"".join(decode_event_stream(chunks)) == content


@pytest.mark.parametrize("ends", sorted({a + b for a in LINE_ENDS for b in LINE_ENDS} - {b"\r\n"}))
def test_events_end_with_any_mixture_of_line_ends(ends: bytes) -> None:
    wire = EventStreamEncoder().encode(b"data: one" + ends + b"data: two" + ends + b"data: th")
    parts = list(EventStreamDecoder().parts(wire))
    assert parts == [b"data: one" + ends, b"data: two" + ends, b"data: th"]


def test_any_number_of_empty_lines_is_cut_in_little_memory() -> None:
    content = b"\n" * MAX_PART * 20
    encoder = EventStreamEncoder(level=0)
    tracemalloc.start()
    assert sum(1 for _ in encoder.records(content)) == 20
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_empty_lines_do_not_end_an_event_twice() -> None:
    content = b"data: one\r\n\r\n\n\r" + b"data: a\r\ndata: b\n"
    parts = list(EventStreamDecoder().parts(EventStreamEncoder().encode(content)))
    assert parts == [b"data: one\r\n\r\n\n\r", b"data: a\r\ndata: b\n"]


@pytest.mark.parametrize(
    "writes",
    [
        [b"data: a\r\n\n", b"data: b\n\r\n", b"data: c\n\r", b"data: d\r\n\r", b"\ndata: e\n\n"],
        [b":\n", b":\n", b": ping\r\n", b"retry: 3000\n"],
        [b"data: A\r\n", b"data: B\r", b"\n", b"data: C\r\n", b"\r\n"],
        [b'{"a":1}\n', b'{"a":2}\n', b"", b"\xff", b"\0"],
    ],
)
def test_no_byte_waits_for_a_later_one(writes: list[bytes]) -> None:
    """Rule EVS-6."""
    encoder, decoder = EventStreamEncoder(SMALL), EventStreamDecoder(SMALL)
    for content in writes:
        assert decoder.decode(encoder.encode(content)) == content
    assert not encoder.finish()
    decoder.finish()


@pytest.mark.parametrize("size", [MAX_PART - 1, MAX_PART, MAX_PART + 1, (1 << 20) + 1])
def test_an_event_of_any_size_is_read_with_the_default_limit(size: int) -> None:
    """Rule EVS-5."""
    event = bytes(size - 2) + b"\n\n"
    parts = list(EventStreamDecoder().parts(EventStreamEncoder(level=0).encode(event + b"x")))
    assert b"".join(parts) == event + b"x"
    assert max(map(len, parts)) == min(size, MAX_PART)
    assert parts[-1] == b"x"


def test_content_before_an_error_is_given_out() -> None:
    good = EventStreamEncoder().encode(b"data: good\n\n")
    decoder = EventStreamDecoder()
    assert decoder.decode(good + BAD_RECORD) == b"data: good\n\n"
    for later in (b"", good):
        with pytest.raises(DecodeError):
            decoder.decode(later)
    with pytest.raises(DecodeError):
        decoder.finish()
    parts = decode_event_stream([good + BAD_RECORD, good])
    assert next(parts) == b"data: good\n\n"
    with pytest.raises(DecodeError):
        next(parts)


def test_an_error_alone_is_raised_at_once() -> None:
    decoder = EventStreamDecoder()
    with pytest.raises(DecodeError):
        decoder.decode(build_record(b"\x07") + BAD_RECORD)


def test_text_and_anything_like_bytes_is_taken() -> None:
    encoder, decoder = EventStreamEncoder(), EventStreamDecoder()
    for content in ("data: hí\n\n", bytearray(b"data: hi\n\n"), memoryview(b"data: hi\n\n")):
        expected = content.encode() if isinstance(content, str) else bytes(content)
        assert decoder.decode(memoryview(encoder.encode(content))) == expected
    for wrong in (5, [104], None):
        with pytest.raises(TypeError, match="bytes"):
            encoder.encode(wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="bytes"):
            decoder.decode(wrong)  # type: ignore[arg-type]
    decoder.finish()


def test_one_part_is_in_memory_at_a_time() -> None:
    wire = build_record(b"\x01" + brotli.compress(bytes(1 << 20))) * 50
    tracemalloc.start()
    assert sum(map(len, decode_event_stream([wire], max_size=1 << 20))) == 50 << 20
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_the_usual_limit_is_the_longest_part_that_servers_write() -> None:
    """Rule EVS-5; a model takes tens of microseconds a byte, so that more would cost a reader too much."""
    wire = build_record(b"\x01" + brotli.compress(bytes(MAX_PART)))
    assert list(decode_event_stream([wire])) == [bytes(MAX_PART)]
    with pytest.raises(LimitExceeded):
        list(decode_event_stream([build_record(b"\x01" + brotli.compress(bytes(MAX_PART + 1)))]))


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


def test_damage_in_a_record_is_refused_there_or_stays_in_it() -> None:
    """A record has no check of its own: its text may change, but not what stands around it."""
    rng = random.Random(3)
    records = list(EventStreamEncoder(SMALL).records(EVENTS))
    texts = [b"".join(decode_event_stream([record], SMALL)) for record in records]
    assert b"".join(texts) == EVENTS
    for _ in range(100):
        place = rng.randrange(len(records))
        damaged = bytearray(records[place])
        damaged[rng.randrange(1, len(damaged))] ^= 1 << rng.randrange(8)
        before, after = b"".join(texts[:place]), b"".join(texts[place + 1 :])
        content = bytearray()
        try:
            for part in decode_event_stream([*records[:place], bytes(damaged), *records[place + 1 :]], SMALL):
                content += part
        except DecodeError:
            assert content == before
        else:
            assert content.startswith(before)
            assert content.endswith(after)
            assert len(content) >= len(before) + len(after)


def test_the_golden_vectors_are_read_as_they_say() -> None:
    """Rules EVS-2 to EVS-4."""
    for name, case, case_type in from_json((VECTORS / "event_stream.json").read_text(encoding="ascii")):
        assert isinstance(case_type, EventStreams)
        model = Model.from_bytes(case_type.held.model) if case_type.held.model else None
        decoder = EventStreamDecoder(model, max_size=case_type.held.max_size)
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

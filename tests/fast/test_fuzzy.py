"""Fuzzy frames against the reference: the same frames, the same messages, the same refusals."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.fast.test_local_model import HELD, outcome
from tests.models import NO_CONTEXTS, WITH_ALL
from tests.reference.test_fuzzy import IDS, TEMPLATES, near
from tests.searches import sampled

import aura_reference.fuzzy as reference
from aura.backend import BACKENDS
from aura_fast import fuzzy
from aura_spec.context_model import ContextModel
from aura_spec.errors import EncodeError
from aura_spec.limits import MAX_ADAPTIVE, MAX_PATTERN
from aura_spec.shared_state import SharedState
from aura_spec.template import parse_patterns


def assert_same(body: bytes, model: ContextModel, max_size: int) -> None:
    assert outcome(fuzzy.decode, body, TEMPLATES, model, max_size) == outcome(
        reference.decode, body, TEMPLATES, model, max_size
    )


@sampled(300)
@given(HELD, near())
@example(NO_CONTEXTS, (2, b"a\0b\0\0c"))
@example(WITH_ALL, (1, b"Job 13 on 13 is done, 14 again."))
def test_same_frames_and_messages(model: ContextModel, case: tuple[int, bytes]) -> None:
    """Rules FUZ-1 to FUZ-5."""
    number, data = case
    body = fuzzy.encode(data, number, TEMPLATES[number], model)
    assert body == reference.encode(data, number, TEMPLATES[number], model)
    assert fuzzy.decode(body, TEMPLATES, model, len(data)) == data
    assert reference.decode(body, TEMPLATES, model, len(data)) == data


@sampled(300)
@given(HELD, IDS, st.binary(max_size=60), st.integers(0, 600))
def test_same_outcome_for_any_bytes(model: ContextModel, number: int, rest: bytes, max_size: int) -> None:
    for body in (rest, bytes((number % 4,)) + rest):
        assert_same(body, model, max_size)


@sampled(200)
@given(HELD, near(), st.data())
def test_same_outcome_beside_a_frame(
    model: ContextModel, case: tuple[int, bytes], draw: st.DataObject
) -> None:
    """Rules FUZ-6, RNG-6 and RNG-7."""
    number, data = case
    body = fuzzy.encode(data, number, TEMPLATES[number], model)
    place, bit = draw.draw(st.integers(0, len(body) - 1)), draw.draw(st.integers(0, 7))
    flipped = body[:place] + bytes((body[place] ^ 1 << bit,)) + body[place + 1 :]
    tail = draw.draw(st.binary(max_size=9))
    for other in (flipped, body[:place] + tail, body + tail, body[:-1]):
        assert_same(other, model, draw.draw(st.sampled_from([2000, len(data), max(0, len(data) - 1), 3])))


@pytest.mark.thorough
def test_a_long_pattern_and_a_long_message() -> None:
    """Rules LOC-1 and FUZ-5: the window ends where the example was."""
    words = random.Random(6).choices(["oak ", "elm ", "ash ", "fir ", "yew "], k=MAX_PATTERN // 4)
    templates = parse_patterns({7: "".join(words)})
    line = b"".join(word.encode() for word in words[:900])
    text = (line + b"\n") * 18 + line[::-1][:300]
    assert MAX_ADAPTIVE - MAX_PATTERN < len(text) <= MAX_ADAPTIVE
    body = fuzzy.encode(text, 7, templates[7], NO_CONTEXTS)
    assert body == reference.encode(text, 7, templates[7], NO_CONTEXTS)
    assert fuzzy.decode(body, templates, NO_CONTEXTS, len(text)) == text


def test_limits() -> None:
    """Rule FUZ-6."""
    with pytest.raises(EncodeError, match="at most 65536 bytes"):
        fuzzy.encode(bytes(MAX_ADAPTIVE + 1), 0, TEMPLATES[0], NO_CONTEXTS)
    with pytest.raises(EncodeError, match="template_id"):
        fuzzy.encode(b"", -1, TEMPLATES[0], NO_CONTEXTS)


@pytest.mark.parametrize("name", sorted(BACKENDS))
def test_every_backend_writes_and_reads_the_same(name: str) -> None:
    backend = BACKENDS[name]
    wire = backend.encode_fuzzy(b"I can't help with that", 0, TEMPLATES, WITH_ALL)
    assert wire == BACKENDS["reference"].encode_fuzzy(b"I can't help with that", 0, TEMPLATES, WITH_ALL)
    held = SharedState(TEMPLATES, model=WITH_ALL)
    assert backend.decode(wire, held, 100) == b"I can't help with that"
    for broken in (b"\x0a", b"\x0a\x63\x80", b"\x0a\0\0"):
        expected = outcome(BACKENDS["reference"].decode, broken, held, 100)
        assert outcome(backend.decode, broken, held, 100) == expected
        assert isinstance(expected, tuple)

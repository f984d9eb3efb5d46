"""Fuzzy template frames."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.adaptive import ADAPTIVE
from tests.models import NO_CONTEXTS, TRAINED
from tests.searches import sampled

from aura_reference import fuzzy, local_model, message
from aura_reference.local_model import Predictor
from aura_spec.context_model import END
from aura_spec.errors import (
    DecodeError,
    EncodeError,
    LimitExceeded,
    Malformed,
    NonCanonical,
    Truncated,
    UnknownModel,
    UnknownTemplate,
)
from aura_spec.fuzzy import FILLING, FuzzyFrame, build_body, example_of, parse_body
from aura_spec.limits import MAX_ADAPTIVE, MAX_PATTERN
from aura_spec.shared_state import SharedState
from aura_spec.template import parse_pattern, parse_patterns

TEMPLATES = parse_patterns(
    {
        0: "I cannot help with that.",
        1: "Job {id:int} on {host} is done, {id:int} again.",
        2: "a\0b\0{x}\0c",
        300: "{{{a}}}",
        (1 << 32) - 1: "{x}, {y}",
    }
)
IDS = st.sampled_from(sorted(TEMPLATES))


@st.composite
def near(draw: st.DrawFn) -> tuple[int, bytes]:
    """A template, and a text in which a part differs from its example, or any other text."""
    number = draw(IDS)
    text = example_of(TEMPLATES[number])
    place = draw(st.integers(0, len(text)))
    if draw(st.integers(0, 3)) == 0:
        return number, draw(ADAPTIVE)
    return number, text[:place] + draw(st.binary(max_size=6)) + text[place + draw(st.integers(0, 6)) :]


def encode(number: int, data: bytes) -> bytes:
    return fuzzy.encode(data, number, TEMPLATES[number], TRAINED)


@sampled()
@given(near())
def test_round_trip(case: tuple[int, bytes]) -> None:
    number, data = case
    for model in (NO_CONTEXTS, TRAINED):
        body = fuzzy.encode(data, number, TEMPLATES[number], model)
        assert parse_body(body, TEMPLATES).template_id == number
        assert fuzzy.decode(body, TEMPLATES, model, len(data)) == data


@sampled()
@given(near(), st.data())
def test_damage_is_refused_or_reads_as_what_it_stands_for(
    case: tuple[int, bytes], data: st.DataObject
) -> None:
    body = bytearray(encode(*case))
    body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        text = fuzzy.decode(bytes(body), TEMPLATES, TRAINED, 4000)
    except DecodeError:
        return
    assert encode(parse_body(bytes(body), TEMPLATES).template_id, text) == body


@pytest.mark.parametrize(
    ("number", "text", "most"),
    [
        (0, b"I cannot help with that.", 2),
        (0, b"I cannot help with that", 4),
        (0, b"I can't help with that.", 6),
        (0, b"i cannot help with that.", 5),
        (0, b"I cannot really help with that.", 12),
    ],
)
def test_corrections_cost_little_even_if_the_model_knows_nothing(number: int, text: bytes, most: int) -> None:
    body = fuzzy.encode(text, number, TEMPLATES[number], NO_CONTEXTS)
    assert len(body) <= most
    assert len(local_model.encode(text, NO_CONTEXTS)) > len(text) - 6


def test_slots_of_an_example_are_filled() -> None:
    """Rule FUZ-4."""
    assert example_of(TEMPLATES[1]) == b"Job 12 on 12 is done, 12 again."
    assert example_of(TEMPLATES[300]) == b"{12}"
    assert len(FILLING) == 2


@given(st.lists(st.sampled_from(["{a}", "{{", "}}", "{b:int}", "x", "ü", "{1}", "{0}"]), max_size=12))
def test_an_example_is_no_longer_than_its_pattern(parts: list[str]) -> None:
    """Rule FUZ-6."""
    pattern = "x".join(parts)
    try:
        template = parse_pattern(pattern)
    except ValueError:
        return
    assert len(example_of(template)) <= len(pattern.encode()) <= MAX_PATTERN


def test_the_example_comes_before_the_message() -> None:
    """Rule FUZ-5: each byte of it, and the end behind it, is what the message begins and ends with."""
    predictor = Predictor(NO_CONTEXTS, fuzzy.memory_of(TEMPLATES[0], NO_CONTEXTS))
    steps = list(local_model.steps(example_of(TEMPLATES[0]), predictor))
    assert all(step.trials[-1].hit for step in steps)
    assert steps[-1].symbol == steps[-1].trials[-1].symbol == END
    assert sum(step.bits for step in steps[8:]) < 3


def test_a_byte_0_of_the_example_stands_for_the_end() -> None:
    """Rules LOC-1 and FUZ-5."""
    steps = list(fuzzy.steps(b"a", TEMPLATES[2], NO_CONTEXTS))
    assert steps[-1].trials[-1].symbol == END
    assert steps[-1].trials[-1].hit
    [*_, after_a, _, _] = fuzzy.steps(b"a\0b", TEMPLATES[2], NO_CONTEXTS)
    assert (after_a.symbol, [trial.symbol for trial in after_a.trials][:1]) == (0, [END])


@pytest.mark.parametrize(
    ("body", "error", "offset"),
    [
        ("", Truncated, 1),
        ("03", UnknownTemplate, 1),
        ("8000", NonCanonical, 1),
        ("00", Truncated, 2),
        ("0000ff", Malformed, 2),
        ("ac0200", Malformed, 3),
        ("00ffffffffffffffff", Malformed, 2),
    ],
)
def test_refusals(body: str, error: type[DecodeError], offset: int) -> None:
    """Rules FUZ-1 to FUZ-3; errors of the string have its offset."""
    with pytest.raises(error) as refusal:
        fuzzy.decode(bytes.fromhex(body), TEMPLATES, TRAINED, 100)
    assert refusal.value.offset == offset


def test_limits() -> None:
    """Rule FUZ-6."""
    body = encode(0, b"I cannot help with that")
    with pytest.raises(LimitExceeded):
        fuzzy.decode(body, TEMPLATES, TRAINED, 22)
    with pytest.raises(EncodeError, match="at most 65536 bytes"):
        encode(0, bytes(MAX_ADAPTIVE + 1))
    with pytest.raises(EncodeError, match="template_id"):
        fuzzy.encode(b"", 1 << 32, TEMPLATES[0], TRAINED)
    with pytest.raises(EncodeError, match="string"):
        build_body(FuzzyFrame(0, b"\0"))


def test_a_message_needs_a_model_and_its_template() -> None:
    """Rule FUZ-2."""
    wire = message.encode_fuzzy(b"I cannot help with that", 0, TEMPLATES, TRAINED)
    assert wire[0] == 0x0A
    assert message.decode(wire, SharedState(TEMPLATES, model=TRAINED)) == b"I cannot help with that"
    with pytest.raises(UnknownModel):
        message.decode(wire, SharedState(TEMPLATES))
    with pytest.raises(UnknownModel):
        message.decode(b"\x0a", SharedState(TEMPLATES))
    with pytest.raises(UnknownTemplate):
        message.decode(wire, SharedState({}, model=TRAINED))

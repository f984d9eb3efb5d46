"""Modelled frames against the reference: the same frames, the same messages, the same refusals."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import MODELS, PAST, TRAINED, WITH_ALL, WITH_PREFIX, models
from tests.reference.test_modelled import TEMPLATES, encode, filled
from tests.searches import part

from aura.backend import get
from aura_fast import modelled
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, UnknownModel
from aura_spec.shared_state import SharedState

FAST, REFERENCE = get("fast"), get("reference")


def outcomes(body: bytes, model: ContextModel, max_size: int) -> list[object]:
    """What both backends make of a frame."""
    found: list[object] = []
    for backend in (FAST, REFERENCE):
        try:
            found.append(backend.decode(b"\x08" + body, SharedState(TEMPLATES, model=model), max_size))
        except DecodeError as error:
            found.append((error.code, error.offset, error.path))
    return found


def same(template_id: int, values: list[bytes], model: ContextModel) -> None:
    """The frame is the same, and so is what it, or less of it, is read as."""
    body = encode(template_id, values, model)
    if body is None:
        return
    template = TEMPLATES[template_id]
    assert modelled.encode(template_id, template, values, model) == body
    size = template.rendered_size(values)
    assert modelled.decode(body, TEMPLATES, model, size) == template.render(values)
    for max_size in (size, size - 1, 3):
        fast, reference = outcomes(body, model, max_size)
        assert fast == reference
    fast, reference = outcomes(body[:-1], model, size)
    assert fast == reference


@pytest.mark.no_cover
@given(models(), filled())
@settings(max_examples=120)
def test_same_frames_and_messages(model: ContextModel, case: tuple[int, list[bytes]]) -> None:
    same(*case, model)


@pytest.mark.no_cover
@given(models(), st.sampled_from(list(TEMPLATES)), st.binary(max_size=8), st.binary(max_size=12))
@settings(max_examples=150)
def test_same_outcome_for_any_bytes(
    model: ContextModel, template_id: int, values: bytes, string: bytes
) -> None:
    head = bytes([template_id]) if template_id < 128 else b"\xac\x02"
    for body in (head + values + b"\x90" + string, head + b"\x80" + string):
        fast, reference = outcomes(body, model, 100)
        assert fast == reference


@pytest.mark.sampled
@pytest.mark.parametrize("model", [*MODELS, WITH_PREFIX, WITH_ALL])
def test_matches(model: ContextModel) -> None:
    source = random.Random(3)
    parts = [PAST, PAST[:30], PAST[-30:], b"help ", b"id 3f0a-1", b"help you?", b" and ", b"\0"]
    for template_id in (2, 3, 6, 300):
        slots = TEMPLATES[template_id].slots
        for _ in part(range(20)):
            same(template_id, [b"".join(source.choices(parts, k=source.randrange(6))) for _ in slots], model)


def test_without_a_model() -> None:
    for backend in (FAST, REFERENCE):
        with pytest.raises(UnknownModel):
            backend.decode(b"\x08\x02\x80", SharedState(TEMPLATES), 10)
    frames = {backend.encode_modelled(2, [b"help"], TEMPLATES, TRAINED) for backend in (FAST, REFERENCE)}
    assert len(frames) == 1

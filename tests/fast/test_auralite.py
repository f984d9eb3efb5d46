"""The fast coder against the reference: the same strings, the same messages, the same refusals."""

from __future__ import annotations

import gc
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import (
    CHAR_RUNS_EXHAUSTED,
    EXHAUSTED,
    MODELS,
    NEVER_ENDING,
    NO_CONTEXTS,
    PAST,
    SAMPLES,
    START,
    TEXTS,
    TRAINED,
    WITH_ALL,
    WITH_PREFIX,
    assemble,
    models,
)
from tests.searches import part

import aura_reference.auralite as reference
from aura.models.model import Model
from aura_fast import auralite, context_model, prefix
from aura_spec import match
from aura_spec.auralite import MODEL_ID_SIZE
from aura_spec.char_runs import Kind, state_of
from aura_spec.context_model import SYMBOLS, CharRunList, ContextModel
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.limits import MAX_MODELLED

SMALL = Model.load_small().context_model

REPETITIVE = st.lists(
    st.sampled_from([b"abcd", b"bcda", b"abcde", b"\0\0", b"x", b'{"id":', b" help"]), max_size=60
)

MESSAGES = TEXTS | REPETITIVE.map(b"".join) | st.binary(max_size=300)


def outcome(decode: object, *arguments: object) -> object:
    """What a decoder gives, or what it refuses with."""
    try:
        return decode(*arguments)  # type: ignore[operator]
    except DecodeError as error:
        return error.code, error.offset, error.path


@pytest.mark.no_cover
@given(models() | st.just(SMALL), MESSAGES)
@settings(max_examples=300)
def test_same_strings_and_messages(model: ContextModel, data: bytes) -> None:
    wire = auralite.encode(data, model)
    assert wire == reference.encode(data, model)
    assert auralite.decode(wire, model, len(data)) == data


@given(models() | st.just(SMALL), st.binary(max_size=40), st.integers(0, 600))
@settings(max_examples=400)
def test_same_outcome_for_any_bytes(model: ContextModel, rest: bytes, max_size: int) -> None:
    for wire in (b"\xa7" + rest, rest):
        assert outcome(auralite.decode, wire, model, max_size) == outcome(
            reference.decode, wire, model, max_size
        )


@pytest.mark.no_cover
@given(models() | st.just(SMALL), MESSAGES, st.data())
@settings(max_examples=200)
def test_same_outcome_beside_a_message(model: ContextModel, data: bytes, draw: st.DataObject) -> None:
    wire = reference.encode(data, model)
    number = max(0x80, int.from_bytes(wire, "big") + draw.draw(st.integers(-3, 3)))
    cut = draw.draw(st.integers(0, len(wire)))
    tail = draw.draw(st.binary(max_size=9))
    near = number.to_bytes(len(wire) + 1, "big").lstrip(b"\0")
    for other in (near, wire[:cut] + tail, wire + tail, wire[:-1]):
        max_size = draw.draw(st.sampled_from([2000, len(data), 3]))
        assert outcome(auralite.decode, other, model, max_size) == outcome(
            reference.decode, other, model, max_size
        )


@pytest.mark.no_cover
@pytest.mark.sampled
@pytest.mark.parametrize("model", [*MODELS, NEVER_ENDING])
def test_short_strings_exhaustively(model: ContextModel) -> None:
    for number in (*range(0x80, 0x100), *part(range(0x8000, 0x10000, 23))):
        wire = number.to_bytes(1 + (number > 0xFF), "big")
        assert outcome(auralite.decode, wire, model, 200) == outcome(reference.decode, wire, model, 200)


@given(st.randoms(use_true_random=False), models() | st.just(SMALL))
def test_long_garbage(source: random.Random, model: ContextModel) -> None:
    wire = b"\xc0" + source.randbytes(300)
    assert outcome(auralite.decode, wire, model, 1000) == outcome(reference.decode, wire, model, 1000)


@pytest.mark.no_cover
def test_carry_through_many_bytes() -> None:
    """Whatever is coded just below a half of the interval, and then above it, carries."""
    for model in MODELS:
        for seed in range(300):
            data = random.Random(seed).choices(range(256), k=12)
            assert auralite.encode(bytes(data), model) == reference.encode(bytes(data), model)


def test_escape_that_leaves_no_symbol() -> None:
    assert outcome(auralite.decode, b"\xff", EXHAUSTED, 10) == outcome(
        reference.decode, b"\xff", EXHAUSTED, 10
    )


def test_list_of_nothing_but_excluded_symbols_after_a_miss() -> None:
    """After da only b is listed, after a also c, which the match predicts and which does not come."""
    a, b, c, d = b"abcd"
    flat = dict.fromkeys(range(SYMBOLS), 32)
    lists: dict[tuple[int, ...], dict[int, int]] = {(): flat, (START,): {a: 0}, (a,): {b: 4, c: 4}}
    lists |= {(d,): {a: 0}, (d, a): {b: 0}}
    model = assemble(lists, {(START,): 9, (a,): 9, (d,): 9, (d, a): 9})
    data = b"xxdac xxdaz xxdab"
    wire = auralite.encode(data, model)
    assert wire == reference.encode(data, model)
    assert auralite.decode(wire, model, 100) == data


@pytest.mark.parametrize("model", [WITH_PREFIX, WITH_ALL])
@pytest.mark.parametrize(
    "data",
    [PAST[:30] + b"!" + PAST[3:40], PAST + b"{" + PAST, PAST[-30:] * 2, PAST[8:50] + PAST[8:52], PAST[:24]],
)
def test_prefix(model: ContextModel, data: bytes) -> None:
    wire = reference.encode(data, model)
    assert auralite.encode(data, model) == wire
    assert auralite.decode(wire, model, 1000) == data


def test_prefix_with_equal_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefix, "_FACTORS", (0, 0, 0))
    index = prefix.Index(PAST)
    for place in range(24, len(PAST)):
        assert index.find(PAST[place - 24 : place]) == place
    assert index.find(PAST[-24:]) == index.find(bytes(24)) == 0
    assert prefix.Index(b"short").find(bytes(24)) == 0


@pytest.mark.parametrize("order", [0, 1])
def test_list_for_char_runs_of_which_nothing_remains(order: int) -> None:
    """After 4 only 5 is listed, and so it is in the list for character runs, which may stand in for that."""
    four, five = b"45"
    flat = dict.fromkeys(range(SYMBOLS), 32)
    model = assemble({(): flat, (START,): {four: 0}, (four,): {five: 0}}, {(START,): 9, (four,): 9})
    model = replace(model, char_runs={state_of(Kind.DIGITS, 1): CharRunList(order, (five,), (8,), 8)})
    for data in (b"4x", b"45x", b"4"):
        wire = reference.encode(data, model)
        assert auralite.encode(data, model) == wire
        assert auralite.decode(wire, model, 10) == data


@pytest.mark.no_cover
@pytest.mark.sampled
def test_char_run_that_excludes_all() -> None:
    """What follows a digit that is coded: anything."""
    wire = reference.encode(b"1", CHAR_RUNS_EXHAUSTED)
    for tail in part(range(0, 0x10000, 7)):
        for other in (wire[:1] + tail.to_bytes(2, "big"), wire[:2] + tail.to_bytes(2, "big")):
            assert outcome(auralite.decode, other, CHAR_RUNS_EXHAUSTED, 50) == outcome(
                reference.decode, other, CHAR_RUNS_EXHAUSTED, 50
            )


def test_limits() -> None:
    with pytest.raises(EncodeError, match="at most"):
        auralite.encode(bytes(MAX_MODELLED + 1), NO_CONTEXTS)
    model = replace(NEVER_ENDING, hits=(match.TOTAL - 1,) * match.HITS)
    assert outcome(auralite.decode, b"\x80", model, 100) == outcome(reference.decode, b"\x80", model, 100)


@given(
    st.binary(max_size=20) | st.sampled_from([bytes(8) + wire for wire in (b"\x9a", b"\x12", b"", b"\xff")])
)
@settings(max_examples=200)
def test_explicit_model(body: bytes) -> None:
    for models_held in ({}, {bytes(8): TRAINED}):
        assert outcome(auralite.decode_explicit, body, models_held, 50) == outcome(
            reference.decode_explicit, body, models_held, 50
        )


@pytest.mark.parametrize("data", SAMPLES)
def test_explicit_round_trip(data: bytes) -> None:
    model_id = bytes(range(MODEL_ID_SIZE))
    body = auralite.encode_explicit(data, model_id, TRAINED)
    assert body == reference.encode_explicit(data, model_id, TRAINED)
    assert auralite.decode_explicit(body, {model_id: TRAINED}, 100) == data
    with pytest.raises(EncodeError):
        auralite.encode_explicit(data, b"short", TRAINED)


def test_packed_model_goes_with_the_model() -> None:
    model = replace(TRAINED)
    packed = context_model.contexts_of(model)
    assert context_model.contexts_of(model) is packed
    number = id(model)
    assert number in context_model._CONTEXTS
    del model
    gc.collect()
    assert number not in context_model._CONTEXTS

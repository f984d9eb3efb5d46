"""The fast coder of adaptive messages against the reference: the same strings, messages and refusals."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.adaptive import ADAPTIVE
from tests.models import EXHAUSTED, MODELS, NEVER_ENDING, NO_CONTEXTS, WITH_ALL, models
from tests.searches import part, sampled

import aura_reference.local_model as reference
from aura.backend import BACKENDS
from aura.models.model import Model
from aura_fast import local_model
from aura_fast.context_model import contexts_of
from aura_fast.range_coder import narrow, shortest
from aura_spec import range_coder
from aura_spec.auralite import MODEL_ID_SIZE
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, EncodeError, LimitExceeded, UnknownModel
from aura_spec.limits import MAX_ADAPTIVE
from aura_spec.shared_state import SharedState

SMALL = Model.load_small().context_model
HELD = st.sampled_from([*MODELS, SMALL, NO_CONTEXTS, WITH_ALL]) | models()
OVER_ZERO = b"qwertyuABC\0Dxy1--ABC\0Dzz..qwertyuABC\0Dxy1"
"""The slot leads elsewhere than the match goes on, over a byte 0."""


def outcome(decode: object, *arguments: object) -> object:
    """What a decoder gives, or what it refuses with."""
    try:
        return decode(*arguments)  # type: ignore[operator]
    except DecodeError as error:
        return error.code, error.offset, error.path


def assert_same(wire: bytes, model: ContextModel, max_size: int) -> None:
    assert outcome(local_model.decode, wire, model, max_size) == outcome(
        reference.decode, wire, model, max_size
    )


@sampled(300)
@given(HELD, ADAPTIVE)
@example(NO_CONTEXTS, OVER_ZERO)
def test_same_strings_and_messages(model: ContextModel, data: bytes) -> None:
    """Rules LOC-1 to LOC-11."""
    wire = local_model.encode(data, model)
    assert wire == reference.encode(data, model)
    assert local_model.decode(wire, model, len(data)) == data
    assert reference.decode(wire, model, len(data)) == data


def numbered(*numbers: object) -> bytes:
    return "".join(f"a_number={number};" for number in numbers).encode()


@pytest.mark.parametrize(
    "data",
    [
        numbered(8, 9, 10, 11, 12),
        numbered("08", "09", "010", 11, 25),
        numbered(30, 20, 10, 0, 5, 5, 5),
        numbered(5, 2, 9, 1, 1),
        numbered(10**15, 10**15 + 1, 10**16, 10**16 + 1, 3),
        numbered(1, 2, 3, "9" * 40, 4, "x", 6),
        numbered(2**40, 2**40 + 2**31, 2**40, 2**40 + 2**31 - 1, 0, 2**31),
        numbered(295, 2, 29, 2950, 31, 289, "", 100),
        b"ab" * 40 + b"\0" * 9 + bytes(range(256)),
    ],
)
def test_numbers_and_runs(data: bytes) -> None:
    """Rules LOC-6, LOC-7 and MIX-3."""
    for model in (NO_CONTEXTS, WITH_ALL, SMALL):
        wire = local_model.encode(data, model)
        assert wire == reference.encode(data, model)
        assert local_model.decode(wire, model, len(data)) == data


@sampled(300)
@given(HELD, st.binary(max_size=60), st.integers(0, 600))
def test_same_outcome_for_any_bytes(model: ContextModel, rest: bytes, max_size: int) -> None:
    for wire in (b"\x67" + rest, rest):
        assert_same(wire, model, max_size)


@sampled(200)
@given(HELD, ADAPTIVE, st.data())
def test_same_outcome_beside_a_message(model: ContextModel, data: bytes, draw: st.DataObject) -> None:
    """Rules RNG-6, RNG-7 and AUR-12."""
    wire = local_model.encode(data, model)
    place, bit = draw.draw(st.integers(0, len(wire) - 1)), draw.draw(st.integers(0, 7))
    flipped = wire[:place] + bytes((wire[place] ^ 1 << bit,)) + wire[place + 1 :]
    number = max(0x10, int.from_bytes(wire, "big") + draw.draw(st.integers(-3, 3)))
    tail = draw.draw(st.binary(max_size=9))
    near = number.to_bytes(len(wire) + 1, "big").lstrip(b"\0")
    for other in (flipped, near, wire[:place] + tail, wire + tail, wire[:-1]):
        assert_same(other, model, draw.draw(st.sampled_from([2000, len(data), max(0, len(data) - 1), 3])))


@pytest.mark.no_cover
@pytest.mark.sampled
@pytest.mark.parametrize("model", [*MODELS, NEVER_ENDING, EXHAUSTED])
def test_short_strings_exhaustively(model: ContextModel) -> None:
    for number in (*range(0x10, 0x20), *part(range(0x1000, 0x2000, 17))):
        assert_same(number.to_bytes(1 + (number > 0xFF), "big"), model, 200)


@sampled(50)
@given(st.integers(0, 2**32), HELD)
def test_long_garbage(seed: int, model: ContextModel) -> None:
    assert_same(b"\x60" + random.Random(seed).randbytes(300), model, 1000)


def test_strings_begin_in_their_interval() -> None:
    """Rules RNG-1 and AUR-10."""
    bounds = range_coder.ADAPTIVE_START, range_coder.ADAPTIVE_END
    assert shortest(*narrow([], *bounds)) == b"\x10"
    for data in (b"", b"\xff" * 9, bytes(range(256))):
        assert 0x10 <= local_model.encode(data, NO_CONTEXTS)[0] < 0x20
    for wire in (b"", b"\x3f", b"\x80", b"\0\0"):
        assert_same(wire, NO_CONTEXTS, 9)


@pytest.mark.no_cover
def test_the_longest_message_and_a_byte_less() -> None:
    """Rules AUR-12 and LIM-7."""
    wire = local_model.encode(b"\n" * MAX_ADAPTIVE, NO_CONTEXTS)
    assert local_model.decode(wire, NO_CONTEXTS, 1 << 26) == b"\n" * MAX_ADAPTIVE
    with pytest.raises(LimitExceeded):
        local_model.decode(wire, NO_CONTEXTS, MAX_ADAPTIVE - 1)


def test_longer_messages_are_not_written() -> None:
    """Rules AUR-12 and LIM-7."""
    for encode in (local_model.encode, reference.encode):
        with pytest.raises(EncodeError, match=str(MAX_ADAPTIVE)):
            encode(bytes(MAX_ADAPTIVE + 1), NO_CONTEXTS)


def test_a_decoder_stops_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule AUR-12."""
    wire = local_model.encode(b"\n" * 101, NO_CONTEXTS)
    monkeypatch.setattr(local_model, "MAX_ADAPTIVE", 100)
    monkeypatch.setattr(reference.limits, "MAX_ADAPTIVE", 100)
    assert_same(wire, NO_CONTEXTS, 1 << 26)
    with pytest.raises(LimitExceeded, match="more than 100 bytes"):
        local_model.decode(wire, NO_CONTEXTS, 1 << 26)


@pytest.mark.parametrize("backend", BACKENDS)
def test_messages_that_name_their_model(backend: str) -> None:
    """Rules AUR-8 and AUR-11."""
    coder, model_id = BACKENDS[backend], b"12345678"
    held = SharedState(models={model_id: NO_CONTEXTS})
    wire = coder.encode_adaptive_explicit(b"abcabcabc", model_id, NO_CONTEXTS)
    assert wire == b"\x09" + model_id + coder.encode_adaptive(b"abcabcabc", NO_CONTEXTS)
    assert coder.decode(wire, held, 9) == b"abcabcabc"
    assert coder.decode(wire[9:], SharedState(model=NO_CONTEXTS), 9) == b"abcabcabc"
    for other in (wire[:size] for size in range(1, len(wire))):
        assert outcome(coder.decode, other, held, 9) == outcome(BACKENDS["reference"].decode, other, held, 9)
    for first in (b"\x3f", b"\x80"):
        code, offset, _ = outcome(coder.decode, wire[:9] + first, held, 9)  # type: ignore[misc]
        assert (code, offset) == ("Malformed", 9)
    with pytest.raises(UnknownModel):
        coder.decode(wire, SharedState(), 9)
    with pytest.raises(UnknownModel):
        coder.decode(wire[9:], held, 9)
    with pytest.raises(EncodeError):
        coder.encode_adaptive_explicit(b"", bytes(MODEL_ID_SIZE + 1), NO_CONTEXTS)


def test_sums_that_are_forgotten_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aura_fast.symbols.MAX_SUMS", 2)
    model = Model.load_small().context_model
    text = b"The rows of a table: 1, one\n2, two\n3, three\n" * 3
    wire = local_model.encode(text, model)
    assert wire == reference.encode(text, model)
    assert local_model.decode(wire, model, len(text)) == text
    assert len(contexts_of(model).excluded_sums) <= 2

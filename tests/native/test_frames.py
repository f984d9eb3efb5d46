"""Template frames through the native core and the reference: the same bytes, texts and refusals."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.fast.test_typed import FITTING, HELD, NEAR, TEMPLATES, filled, head_of, spellings
from tests.models import MODELS, NO_CONTEXTS, models
from tests.searches import sampled

from aura.backend import get
from aura.models.model import Model
from aura.models.native_model import native_of
from aura.templates.filing import filing_of
from aura_reference import modelled
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.limits import MAX_MODELLED
from aura_spec.marker import Marker
from aura_spec.shared_state import SharedState
from aura_spec.slot import declaration, to_container
from aura_spec.template import Kind, parse_patterns
from aura_spec.wire import build

pytest.importorskip("aura_native")

NATIVE, FAST, REFERENCE = get("native"), get("fast"), get("reference")
SMALL = Model.load_small().context_model
ANY_MODEL = st.sampled_from([*MODELS, SMALL, NO_CONTEXTS]) | models()
TYPED, MODELLED = bytes((Marker.TYPED,)), bytes((Marker.MODELLED,))


def same(wire: bytes, max_size: int = 1000, held: SharedState = HELD) -> object:
    """The one outcome of both backends: a text, or an error with its place."""
    found: list[object] = []
    for backend in (NATIVE, REFERENCE):
        try:
            found.append(backend.decode(wire, held, max_size))
        except DecodeError as error:
            found.append((error.code, error.offset, error.path, error.reason))
    assert found[0] == found[1]
    return found[0]


@sampled(600)
@given(filled(), st.data())
@example((300, [b""] * 10), None)
def test_the_same_typed_frames_whole_cut_and_damaged(
    case: tuple[int, list[bytes]], data: st.DataObject | None
) -> None:
    template_id, values = case
    wire = NATIVE.encode_typed(template_id, values, HELD)
    assert wire == REFERENCE.encode_typed(template_id, values, HELD)
    text = TEMPLATES[template_id].render(values)
    assert same(wire, len(text)) == text
    if text:
        same(wire, len(text) - 1)
    if data is None:
        return
    same(wire[: data.draw(st.integers(0, len(wire)))])
    place = data.draw(st.integers(1, len(wire) - 1))
    same(wire[:place] + data.draw(st.binary(max_size=3)) + wire[place + 1 :])


@sampled(400)
@given(st.sampled_from([*TEMPLATES, 7]), st.binary(max_size=40), st.sampled_from([TYPED, MODELLED]))
def test_the_same_of_any_bytes(template_id: int, body: bytes, marker: bytes) -> None:
    same(marker + head_of(template_id) + body)
    same(marker + body)


@pytest.mark.parametrize("value", [*FITTING, *NEAR])
def test_the_same_spellings(value: bytes) -> None:
    for template_id in range(10, 20):
        wire = NATIVE.encode_typed(template_id, [value], HELD)
        assert wire == FAST.encode_typed(template_id, [value], HELD)
        assert same(wire) == b"<" + value + b">"


@pytest.mark.parametrize("kind", [kind for kind in Kind if spellings(kind)])
def test_the_same_of_other_spellings(kind: Kind) -> None:
    """Heads and parts that an encoder would not choose, and some that it would."""
    for template_id, template in TEMPLATES.items():
        slot = template.slots[0] if len(template.slots) == 1 else None
        for spelt in spellings(kind) if slot is not None and slot.kind is kind else ():
            try:
                body = build(declaration(slot, last=True), to_container(slot, spelt))
            except EncodeError:  # a head that is too large: it is built by hand
                body = head_of(spelt.head) + spelt.content
            for marker in (TYPED, MODELLED):
                same(marker + head_of(template_id) + body)


@sampled(400)
@given(ANY_MODEL, filled(), st.data())
def test_the_same_modelled_frames(
    model: ContextModel, case: tuple[int, list[bytes]], data: st.DataObject
) -> None:
    template_id, values = case
    held = SharedState(TEMPLATES, model=model)
    try:
        body = modelled.encode(template_id, TEMPLATES[template_id], values, model)
    except EncodeError as error:
        with pytest.raises(EncodeError) as raised:
            NATIVE.encode_modelled(template_id, values, TEMPLATES, model)
        assert str(raised.value) == str(error)
        return
    wire = NATIVE.encode_modelled(template_id, values, TEMPLATES, model)
    assert wire[1:] == body
    text = TEMPLATES[template_id].render(values)
    assert same(wire, 1000, held) == text
    same(wire, data.draw(st.integers(0, len(text))), held)
    same(wire[: data.draw(st.integers(0, len(wire)))], 1000, held)
    place = data.draw(st.integers(1, len(wire) - 1))
    same(wire[:place] + data.draw(st.binary(max_size=2)) + wire[place + 1 :], 1000, held)


TEXTS = st.lists(st.sampled_from([b"", b"a", b"aa", b"aab", b"ba" * 9, b"abab" * 3]), min_size=3, max_size=3)
STOPS = parse_patterns(
    {300: "{0}aab{1}ab{2}", 301: "ab{0}a{1}aa{0}b{2}a", 302: "{a}-{n:int}-{a}:{b}, {n:int}"}
)


@sampled(300)
@given(ANY_MODEL, TEXTS, st.data())
@example(SMALL, [b"aaa", b"a", b""], None)
def test_texts_that_hold_their_stops(
    model: ContextModel, values: list[bytes], data: st.DataObject | None
) -> None:
    held = SharedState(STOPS, model=model)
    for number, template in STOPS.items():
        wire = NATIVE.encode_modelled(number, values, STOPS, model)
        assert wire[1:] == modelled.encode(number, template, values, model)
        assert same(wire, 1000, held) == template.render(values)
        if data is not None:
            place = data.draw(st.integers(1, len(wire) - 1))
            same(wire[:place] + data.draw(st.binary(min_size=1, max_size=1)) + wire[place + 1 :], 60, held)


def test_long_values() -> None:
    """Buffers grow, and what is too long is refused."""
    templates = parse_patterns({300: "from {0} to {1}", 301: "{0:hex} or {1}, {0:hex}"})
    held = SharedState(templates, model=SMALL)
    for number, values in (
        (300, [bytes(range(256)) * 80, b" to" * 2000]),
        (301, [b"0af" * 4001, b"7" * 5000]),
    ):
        wire = NATIVE.encode_modelled(number, values, templates, SMALL)
        assert wire == FAST.encode_modelled(number, values, templates, SMALL)
        assert same(wire, 1 << 20, held) == templates[number].render(values)
        typed = NATIVE.encode_typed(number, values, held)
        assert typed == FAST.encode_typed(number, values, held)
        assert same(typed, 1 << 20, held) == templates[number].render(values)
    with pytest.raises(EncodeError, match=str(MAX_MODELLED)):
        NATIVE.encode_modelled(300, [bytes(MAX_MODELLED), b""], templates, SMALL)


def test_a_slot_with_many_places_makes_a_long_message() -> None:
    templates = parse_patterns({300: " or ".join(["{0:hex}"] * 60)})
    held = SharedState(templates)
    values = [b"0af" * 40_000]
    wire = NATIVE.encode_typed(300, values, held)
    assert same(wire, 1 << 23, held) == templates[300].render(values)


def test_without_a_model_only_typed_frames_are_read() -> None:
    held = SharedState(TEMPLATES)
    assert same(TYPED + head_of(1) + b"abc", 1000, held) == b"say abc"
    assert same(MODELLED + head_of(1) + b"\x90", 1000, held)[0] == "UnknownModel"  # type: ignore[index]


def test_arguments_are_checked() -> None:
    library, model = filing_of(TEMPLATES).native.native, native_of(SMALL)
    assert library.decode_frame(b"", 10, model) is None
    assert library.decode_frame(b"\7abc", 10, model) is None
    for encode, more in ((library.encode_typed, ()), (library.encode_modelled, (model,))):
        with pytest.raises(KeyError):
            encode(7, [b"a"], *more)
        with pytest.raises(ValueError, match="slots"):
            encode(1, [], *more)
        for wrong in ((1,), (1, ["a"], *more), (1, 5, *more), ("1", [b"a"], *more)):
            with pytest.raises(TypeError):
                encode(*wrong)
    for arguments in ((b"\6",), ("\6", 10, model), (b"\6", "10", model), (b"\6", 10, 5)):
        with pytest.raises(TypeError):
            library.decode_frame(*arguments)
    with pytest.raises(ValueError, match="max_size"):
        library.decode_frame(b"\6", -1, model)
    with pytest.raises(TypeError):
        library.encode_modelled(1, [b"a"], None)

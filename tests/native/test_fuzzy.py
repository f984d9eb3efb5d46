"""Fuzzy template frames through the native core and the reference: the same bytes, texts and refusals."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.models import MODELS, NO_CONTEXTS, WITH_ALL, knowing_nothing, models
from tests.searches import sampled

import aura
from aura.backend import get
from aura.models.model import Model
from aura.models.native_model import native_of
from aura.templates.filing import filing_of
from aura_reference import fuzzy
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.limits import MAX_ADAPTIVE
from aura_spec.shared_state import SharedState
from aura_spec.template import parse_patterns

pytest.importorskip("aura_native")

NATIVE, FAST = get("native"), get("fast")
SMALL = Model.load_small().context_model
ANY_MODEL = st.sampled_from([*MODELS, SMALL, NO_CONTEXTS, WITH_ALL]) | models()
TEMPLATES = parse_patterns(
    {
        0: "Yes",
        300: "The flange of pump {n:int} in hall {hall} is too warm.",
        301: "Detach the left flange, then wait for the signal.",
        (1 << 32) - 1: "{a}, {b}\0{a}, {a}",
    }
)
MESSAGES = st.one_of(
    st.sampled_from(
        [
            b"",
            b"\0\0",
            b"The flange of pump 7 in hall 3 isn't too warm.",
            b"Detach the right flange, then wait: 12, 12, 13\0",
            bytes(range(256)),
        ]
    ),
    st.text(max_size=40).map(str.encode),
    st.binary(max_size=40),
)


def same(wire: bytes, held: SharedState, max_size: int = 1000) -> object:
    """The one outcome of both backends: a text, or an error with its place."""
    found: list[object] = []
    for backend in (NATIVE, FAST):
        try:
            found.append(backend.decode(wire, held, max_size))
        except DecodeError as error:
            found.append((error.code, error.offset, error.path, error.reason))
    assert found[0] == found[1]
    return found[0]


@sampled(400)
@given(ANY_MODEL, st.sampled_from(list(TEMPLATES)), MESSAGES, st.data())
@example(SMALL, 301, b"Detach the left flange and wait.", None)
def test_the_same_frames_whole_cut_and_damaged(
    model: ContextModel, template_id: int, message: bytes, data: st.DataObject | None
) -> None:
    held = SharedState(TEMPLATES, model=model)
    wire = NATIVE.encode_fuzzy(message, template_id, TEMPLATES, model)
    assert wire[1:] == fuzzy.encode(message, template_id, TEMPLATES[template_id], model)
    assert same(wire, held) == message
    same(wire, held, len(message) - 1 if message else 0)
    if data is not None:
        same(wire[: data.draw(st.integers(0, len(wire)))], held)
        place = data.draw(st.integers(1, len(wire) - 1))
        same(wire[:place] + data.draw(st.binary(max_size=2)) + wire[place + 1 :], held)


@sampled(200)
@given(st.sampled_from([b"\x00", b"\xac\x02", b"\xad\x02", b"", b"\x80\0"]), st.binary(max_size=12))
def test_the_same_of_any_bytes(head: bytes, string: bytes) -> None:
    same(b"\x0a" + head + string, SharedState(TEMPLATES, model=SMALL))
    same(b"\x0a" + head + string, SharedState(TEMPLATES))


def test_long_messages() -> None:
    """Bytes leave the window, buffers grow, and what is too long is refused."""
    message = b"".join(b"%d, " % number for number in range(14_000))[:MAX_ADAPTIVE]
    wire = NATIVE.encode_fuzzy(message, 300, TEMPLATES, SMALL)
    assert NATIVE.decode(wire, SharedState(TEMPLATES, model=SMALL), 1 << 20) == message
    noise = bytes(number * number % 251 for number in range(3_000))
    wire = NATIVE.encode_fuzzy(noise, 300, TEMPLATES, SMALL)
    assert wire == FAST.encode_fuzzy(noise, 300, TEMPLATES, SMALL)
    with pytest.raises(EncodeError, match=str(MAX_ADAPTIVE)):
        NATIVE.encode_fuzzy(bytes(MAX_ADAPTIVE + 1), 300, TEMPLATES, SMALL)


def test_levels_choose_them_in_the_one_call() -> None:
    model = knowing_nothing()
    patterns = {number: held.pattern for number, held in TEMPLATES.items() if 300 <= number < 400}
    native, fast = (aura.Codec(model=model, templates=patterns, backend=name) for name in ("native", "fast"))
    texts = [
        "Detach the left flange and wait for the signal.",
        "the flange of pump 7 in hall 3 is too warm",
        "no",
    ]
    wires = native.compress_batch(texts)
    assert wires == fast.compress_batch(texts) == [native.compress(text) for text in texts]
    assert [wire[0] for wire in wires[:2]] == [0x0A, 0x0A]
    assert native.decompress_batch(wires) == [text.encode() for text in texts]


def test_arguments_are_checked() -> None:
    library, model = filing_of(TEMPLATES).native.native, native_of(SMALL)
    with pytest.raises(KeyError):
        library.encode_fuzzy(b"a", 7, model)
    for arguments in ((b"a", 0), ("a", 0, model), (b"a", "0", model), (b"a", 0, None)):
        with pytest.raises(TypeError):
            library.encode_fuzzy(*arguments)

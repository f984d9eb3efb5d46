"""Modelled template frames through the native core and the reference: the same bytes."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.fast.test_modelled import TEMPLATES, filled
from tests.models import MODELS, NO_CONTEXTS, models
from tests.searches import sampled

from aura.backend import get
from aura.models.model import Model
from aura.models.native_model import native_of
from aura_reference import modelled
from aura_spec.context_model import ContextModel
from aura_spec.errors import EncodeError
from aura_spec.limits import MAX_MODELLED
from aura_spec.shared_state import SharedState
from aura_spec.template import parse_patterns

pytest.importorskip("aura_native")

SMALL = Model.load_small().context_model
HELD = st.sampled_from([*MODELS, SMALL, NO_CONTEXTS]) | models()
NATIVE = get("native")


@sampled(400)
@given(HELD, filled())
def test_the_same_frames(model: ContextModel, case: tuple[int, list[bytes]]) -> None:
    template_id, values = case
    try:
        body = modelled.encode(template_id, TEMPLATES[template_id], values, model)
    except EncodeError as error:
        with pytest.raises(EncodeError) as raised:
            NATIVE.encode_modelled(template_id, values, TEMPLATES, model)
        assert str(raised.value) == str(error)
        return
    wire = NATIVE.encode_modelled(template_id, values, TEMPLATES, model)
    assert wire[1:] == body
    assert NATIVE.decode(wire, SharedState(TEMPLATES, model=model), 1 << 20) == TEMPLATES[template_id].render(
        values
    )


@given(
    HELD,
    st.lists(st.sampled_from([b"", b"a", b"aa", b"aab", b"ba" * 9, b"abab" * 3]), min_size=3, max_size=3),
)
@example(SMALL, [b"aaa", b"a", b""])
def test_texts_that_hold_their_stops(model: ContextModel, values: list[bytes]) -> None:
    templates = parse_patterns({300: "{0}aab{1}ab{2}", 301: "ab{0}a{1}aa{0}b{2}a"})
    for number, template in templates.items():
        expected = modelled.encode(number, template, values, model)
        assert NATIVE.encode_modelled(number, values, templates, model)[1:] == expected


def test_long_texts() -> None:
    """Buffers grow, and what is too long is refused."""
    templates = parse_patterns({300: "from {0} to {1}"})
    values = [bytes(range(256)) * 80, b" to" * 2000]
    wire = NATIVE.encode_modelled(300, values, templates, SMALL)
    assert wire == get("fast").encode_modelled(300, values, templates, SMALL)
    with pytest.raises(EncodeError, match=str(MAX_MODELLED)):
        NATIVE.encode_modelled(300, [bytes(MAX_MODELLED), b""], templates, SMALL)


def test_arguments_are_checked() -> None:
    native = native_of(SMALL)
    assert native.encode_modelled(b"ab", [1, 1, 0, 0])
    for sizes in ([], [1], [2, 0], [1, 1, 1, 0], [1, 1 << 40, 0, 0], [1, 0, 0, 0], [0, 1, 0, 1]):
        # the last: what stands behind a text ends it
        with pytest.raises(ValueError, match="sizes"):
            native.encode_modelled(b"ab", sizes)
    with pytest.raises(ValueError, match="sizes"):
        native.encode_modelled(b"ab", [0, 1, 0, 0, 1, 0, 0])
    for arguments in ((), (b"ab",), ("ab", [1, 1, 0, 0]), (b"ab", 7), (b"ab", ["1", 1, 0, 0])):
        with pytest.raises(TypeError):
            native.encode_modelled(*arguments)
    with pytest.raises(OverflowError):
        native.encode_modelled(b"ab", [-1, 3, 0, 0])
    with pytest.raises(EncodeError):
        native.encode_modelled(bytes(MAX_MODELLED + 1), [MAX_MODELLED + 1])

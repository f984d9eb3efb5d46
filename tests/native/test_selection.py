"""What the native core tries first, and which messages it looks at no template for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.aura.test_selection import ANY, CSV, MASKS, REPLY, ROWS, SMALL
from tests.messages import rendered
from tests.native.test_templates import searches as any_searches
from tests.searches import sampled

import aura
from aura import selection
from aura.backend import get
from aura.content import repeats
from aura.models.native_model import native_of
from aura.policy import Begun, Policy, first_tries, tries_adaptive, tries_auralite
from aura.templates import TemplateLibrary
from aura_spec.errors import EncodeError
from aura_spec.session_negotiation import ALL_METHODS
from aura_spec.template import Template

aura_native = pytest.importorskip("aura_native")

NATIVE, FAST = get("native"), get("fast")
HELD = aura.Codec(model=SMALL).shared_state
WITH_DICTIONARY = aura.Codec(model=SMALL.with_sections(dictionary=REPLY.encode() * 3)).shared_state
BUILTIN = TemplateLibrary()
SIMPLE = [1, 2]
SPECIAL = [b"", b"a", REPLY.encode(), CSV.encode(), ROWS.encode(), bytes(range(256)), b"ab" * 5000]


@sampled(400)
@given(ANY | rendered(), st.sampled_from([HELD, WITH_DICTIONARY]), st.integers(0, 3), MASKS, st.booleans())
@example(CSV.encode(), HELD, 1, ALL_METHODS, True)
@example(b"What is 7?", HELD, 2, ALL_METHODS, True)
@example(b"\xff" * 40, WITH_DICTIONARY, 2, ALL_METHODS, False)
def test_the_same_is_chosen(
    message: bytes, held: selection.SharedState, level: int, methods: int, has_templates: bool
) -> None:
    for policy in (Policy(level, methods), Policy(level)):
        chosen = [
            selection.choose(
                message,
                backend=backend,
                policy=policy,
                shared_state=held,
                templates=BUILTIN if has_templates else None,
            )
            for backend in (NATIVE, FAST)
        ]
        assert chosen[0] == chosen[1]


@given(st.lists(ANY, max_size=6), st.sampled_from(SIMPLE), st.booleans())
@example([b"", b"a", REPLY.encode() * 4], 2, False)
def test_a_codec_chooses_that_too(messages: list[bytes], level: int, check: bool) -> None:
    native, fast = (
        aura.Codec(model=SMALL, backend=name, level=level, check=check) for name in ("native", "fast")
    )
    wires = fast.compress_batch(messages)
    assert native.compress_batch(messages) == wires
    assert [native.compress(message) for message in messages] == wires
    assert native.decompress_batch(wires) == messages


@pytest.mark.parametrize("level", SIMPLE)
@given(message=ANY)
@example(message=b"abcabcabcabcabcabcabcabc")
@example(message=b"ab" * (1 << 13))
@example(message=b"ab" * ((1 << 13) + 1))
def test_what_is_tried_first(level: int, message: bytes) -> None:
    policy = Policy(level)
    beginning = NATIVE.begin(policy, HELD, None)
    assert beginning is not None
    begun = beginning.one(message)
    tried = {b"\7" + message}
    if tries_auralite(message, policy):
        tried.add(FAST.encode_auralite(message, SMALL.context_model) if len(message) <= 2000 else b"")
    if tries_adaptive(message, policy):
        tried.add(FAST.encode_adaptive(message, SMALL.context_model) if len(message) <= 2000 else b"")
    wire = begun if isinstance(begun, bytes) else begun.wire
    if b"" not in tried:
        assert wire in tried
        assert len(wire) == min(map(len, tried))
    if isinstance(begun, Begun):
        assert begun.has_auralite == (tries_auralite(message, policy) or tries_adaptive(message, policy))


@given(st.lists(st.sampled_from(SPECIAL), max_size=5), st.sampled_from(SIMPLE))
def test_a_batch_is_tried_as_its_messages_are(messages: list[bytes], level: int) -> None:
    beginning = NATIVE.begin(Policy(level), HELD, BUILTIN.snapshot())
    assert beginning is not None
    assert beginning.batch(messages) == [beginning.one(message) for message in messages]


@given(st.text("ab ", max_size=60).map(str.encode), st.integers(0, 40))
def test_repeats_are_counted_as_content_does(message: bytes, least: int) -> None:
    """An adaptive message is tried alone, so that the result tells whether it was."""
    chooser = native_of(SMALL.context_model).chooser(0, 1 << 14, least, 0, 0, 0, False, 0, 0, 0)
    tried = chooser.choose(message, None)
    assert isinstance(tried, tuple)
    assert tried[1] == (not message or repeats(message) >= least)


@sampled(400)
@given(any_searches(), st.sampled_from(SIMPLE), MASKS)
def test_the_same_is_chosen_with_any_templates(
    search: tuple[dict[int, Template], bytes], level: int, methods: int
) -> None:
    """Typed and modelled frames among the others, and fuzzy ones where nothing matches."""
    templates, message = search
    library = TemplateLibrary(
        {number: held.pattern for number, held in templates.items()}, with_builtin=False
    )
    held = replace(HELD, templates=library.snapshot())
    for policy in (Policy(level), Policy(level, methods)):
        chosen = [
            selection.choose(message, backend=backend, policy=policy, shared_state=held, templates=library)
            for backend in (NATIVE, FAST)
        ]
        assert chosen[0] == chosen[1]


def test_templates_that_are_added_count_at_once() -> None:
    codec = aura.Codec(model=SMALL, backend="native", templates=TemplateLibrary())
    message = "Order 1e4f7d8e-54f0-4a0f-9f4b-0c1d2e3f4a5b was packed"
    before = codec.compress(message)
    codec.templates.add("Order {id:uuid} was packed", id=300)
    assert codec.compress(message)[0] == 6
    assert len(codec.compress(message)) < len(before)


@pytest.mark.parametrize(
    ("policy", "held"),
    [
        (Policy(0), HELD),
        (Policy(3), HELD),
        (Policy(2, ALL_METHODS & ~selection.BITS[aura.Method.ADAPTIVE]), HELD),
        (Policy(2), selection.SharedState()),
    ],
)
def test_not_all_policies_are_so_simple(policy: Policy, held: selection.SharedState) -> None:
    assert first_tries(policy, held) is None
    assert NATIVE.begin(policy, held, None) is None


def test_arguments_are_checked() -> None:
    native = native_of(SMALL.context_model)
    numbers = [1, 1, 1, 0, 0, 0, False, 0, 0, 0]
    with pytest.raises(TypeError):
        native.chooser(*numbers[1:])
    with pytest.raises(TypeError):
        native.chooser("a", *numbers[1:])
    with pytest.raises((ValueError, OverflowError)):
        native.chooser(-1, *numbers[1:])
    with pytest.raises(ValueError, match="too large"):
        native.chooser(1 << 30, *numbers[1:])
    chooser = native.chooser(*numbers)
    for arguments in ((b"",), ("text", None), (b"", 5), ([b"", 7], None), ([b""], True)):
        with pytest.raises(TypeError):
            (chooser.choose_batch if isinstance(arguments[0], list) else chooser.choose)(*arguments)
    with pytest.raises(TypeError):
        chooser.choose_batch([b""])
    with pytest.raises(TypeError):
        aura_native.Chooser()


def test_a_message_that_is_too_long_is_an_error_as_ever() -> None:
    with pytest.raises(EncodeError):
        NATIVE.encode_auralite(bytes((1 << 20) + 1), SMALL.context_model)
    message = bytes((1 << 20) + 1)
    assert NATIVE.begin(Policy(2), HELD, None).one(message) == Begun(b"\7" + message, False)  # type: ignore[union-attr]

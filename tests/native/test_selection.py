"""What the native core tries first, and which messages it looks at no template for."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.aura.test_matcher import VALUES, patterns
from tests.aura.test_selection import ANY, CSV, MASKS, REPLY, ROWS, SMALL
from tests.messages import rendered
from tests.searches import sampled

import aura
from aura import native_selection, selection
from aura.backend import get
from aura.content import repeats
from aura.models.native_model import native_of
from aura.policy import Policy, Tried, first_tries, tries_adaptive, tries_auralite
from aura.templates import TemplateLibrary
from aura_spec.errors import EncodeError
from aura_spec.session_negotiation import ALL_METHODS

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
def test_what_is_tried(level: int, message: bytes) -> None:
    policy = Policy(level)
    beginning = NATIVE.begin(policy, HELD, None)
    assert beginning is not None
    tried = beginning.one(message)
    if isinstance(tried, Tried):
        assert not tried.may_match
        assert tried.adapts == tries_adaptive(message, policy) == (tried.adaptive is not None)
        assert tries_auralite(message, policy) == (tried.auralite is not None)
        for wire, encode in ((tried.auralite, FAST.encode_auralite), (tried.adaptive, FAST.encode_adaptive)):
            if wire is not None and len(message) <= 2000:
                whole = encode(message, SMALL.context_model)
                assert wire == (whole if len(whole) <= len(message) + 1 else b"")


@given(st.lists(st.sampled_from(SPECIAL), max_size=5), st.sampled_from(SIMPLE))
def test_a_batch_is_tried_as_its_messages_are(messages: list[bytes], level: int) -> None:
    beginning = NATIVE.begin(Policy(level), HELD, BUILTIN.snapshot())
    assert beginning is not None
    assert beginning.batch(messages) == [beginning.one(message) for message in messages]


@given(st.text("ab ", max_size=60).map(str.encode), st.integers(0, 40))
def test_repeats_are_counted_as_content_does(message: bytes, least: int) -> None:
    chooser = native_of(SMALL.context_model).chooser(0, 1 << 14, least, 0, False, 0, 0)
    tried = chooser.choose(message, True)
    assert isinstance(tried, tuple)
    assert tried[2] == (repeats(message) >= least)


def filled(library: TemplateLibrary, values: Iterable[bytes]) -> list[bytes]:
    """Messages of all templates, with these values in their slots."""
    some = list(values)
    return [template.render((some * 3)[: len(template.slots)]) for template in library.values()]


@given(patterns(), st.lists(VALUES, min_size=1, max_size=3), VALUES)
def test_a_filter_misses_no_match(held: dict[int, str], values: list[bytes], other: bytes) -> None:
    library = TemplateLibrary(held, with_builtin=False)
    looked = native_selection.filter_of(library.snapshot())
    assert not isinstance(looked, bool)
    assert looked is not None
    for message in (*filled(library, values), other, other + b"a"):
        if library.match(message) is not None:
            assert looked.may_match(message)


@given(rendered() | ANY)
def test_the_builtin_filter_misses_no_match(message: bytes) -> None:
    looked = native_selection.filter_of(BUILTIN.snapshot())
    assert BUILTIN.match(message) is None or (looked is not None and looked.may_match(message))  # type: ignore[union-attr]


def test_most_messages_need_no_match() -> None:
    looked = native_selection.filter_of(BUILTIN.snapshot())
    messages = [b"hello there", CSV.encode(), b"", b"{", b"seven apples", b"tell me more about it"]
    assert not any(looked.may_match(message) for message in messages)  # type: ignore[union-attr]
    assert looked.may_match(b"What is 7?")  # type: ignore[union-attr]


def test_hostile_templates_take_no_time() -> None:
    """What would be looked at for long may match."""
    library = TemplateLibrary({300 + number: "{0}" + "a" * 200 + f"{number}{{1}}" for number in range(800)})
    looked = native_selection.filter_of(library.snapshot())
    assert looked.may_match(b"a" * 60_000)  # type: ignore[union-attr]
    assert not looked.may_match(b"b" * 60)  # type: ignore[union-attr]


def test_many_templates_are_left_to_the_matcher() -> None:
    library = TemplateLibrary({300 + number: f"number {number}" for number in range(1100)})
    assert native_selection.filter_of(library.snapshot()) is True
    codec = aura.Codec(model=SMALL, backend="native", templates=library)
    assert codec.compress("number 7") == aura.Codec(model=SMALL, backend="fast", templates=library).compress(
        "number 7"
    )


def test_filters_are_kept_and_dropped() -> None:
    held = [TemplateLibrary({300: f"number {number}"}).snapshot() for number in range(20)]
    first = native_selection.filter_of(held[0])
    assert native_selection.filter_of(held[0]) is first
    for templates in held:
        native_selection.filter_of(templates)
    assert native_selection.filter_of(held[0]) is not first


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
    numbers = [1, 1, 1, 0, False, 0, 0]
    with pytest.raises(TypeError):
        native.chooser(*numbers[1:])
    with pytest.raises(TypeError):
        native.chooser("a", *numbers[1:])
    with pytest.raises((ValueError, OverflowError)):
        native.chooser(-1, *numbers[1:])
    with pytest.raises(ValueError, match="too large"):
        native.chooser(1 << 30, *numbers[1:])
    chooser = native.chooser(*numbers)
    for arguments in ((b"",), ("text", None), (b"", 5), ([b"", 7], None)):
        with pytest.raises(TypeError):
            (chooser.choose_batch if isinstance(arguments[0], list) else chooser.choose)(*arguments)
    with pytest.raises(TypeError):
        chooser.choose_batch([b""])
    with pytest.raises(TypeError):
        aura_native.Chooser()
    look = (b"a", b"b", b"ab", 4, b"", False)
    assert aura_native.TemplateFilter((look,)).may_match(b"aabb")
    for wrong in ((), (*look[:4], b"\0", False), (b"abcde", *look[1:]), (*look[:3], 1 << 40, b"", False)):
        with pytest.raises(ValueError, match="template"):
            aura_native.TemplateFilter((wrong,))
    for mistyped in (5, ("a", *look[1:]), (*look[:3], "4", b"", False), (*look[:4], 7, False)):
        with pytest.raises((TypeError, SystemError)):
            aura_native.TemplateFilter((mistyped,))
    with pytest.raises(TypeError):
        aura_native.TemplateFilter([look])
    with pytest.raises(TypeError):
        aura_native.TemplateFilter((look,), looks=())
    with pytest.raises(TypeError):
        aura_native.TemplateFilter(()).may_match("text")


def test_a_message_that_is_too_long_is_an_error_as_ever() -> None:
    with pytest.raises(EncodeError):
        NATIVE.encode_auralite(bytes((1 << 20) + 1), SMALL.context_model)
    assert NATIVE.begin(Policy(2), HELD, None).one(bytes((1 << 20) + 1)) == Tried(None, None, False, False)  # type: ignore[union-attr]

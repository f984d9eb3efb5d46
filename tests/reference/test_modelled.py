"""Modelled template frames."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.messages import VALUES_BY_KIND
from tests.models import NO_CONTEXTS, SAMPLES, TEXTS, TRAINED, models
from tests.searches import sampled

from aura_reference import auralite, message, modelled
from aura_reference.auralite import MatchState, Meter, Walk
from aura_spec import match
from aura_spec.context_model import END, ContextModel
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
from aura_spec.limits import MAX_MODELLED
from aura_spec.modelled import parse_body
from aura_spec.shared_state import SharedState
from aura_spec.template import Kind, parse_patterns
from aura_vectors.models import NEVER_ENDING

TEMPLATES = parse_patterns(
    {
        2: "a{x}",
        3: "{who} said {what}.",
        4: "lamp {n:int} in {hall} is {state:on|off}; {note:word}",
        5: "{1}={0}, again {1}",
        6: "a{x}a{y}",
        7: "<{x}aab",
        8: "<{x}ab{y}ab",
        9: "{at:timestamp} {level:INFO|WARN} {what}",
        10: "{n:int}, {h:hex}",
        300: "{x} and {x}",
    }
)
NEAR_STOPS = st.lists(
    st.sampled_from([b"a", b"b", b"aa", b"ab", b" ", b" s", b"; ", b"=", b"x"]), max_size=8
).map(b"".join)


@st.composite
def filled(draw: st.DrawFn) -> tuple[int, list[bytes]]:
    """A template and values for its slots: of their types, near what ends them, or any bytes."""
    template_id, template = draw(st.sampled_from(list(TEMPLATES.items())))
    values = []
    for slot in template.slots:
        typed = st.sampled_from(slot.choices) if slot.choices else VALUES_BY_KIND[slot.kind].map(str.encode)
        values.append(draw(typed | NEAR_STOPS | TEXTS))
    return template_id, values


def encode(template_id: int, values: list[bytes], model: ContextModel = TRAINED) -> bytes | None:
    """The body of a frame; None if no value is a text."""
    try:
        return modelled.encode(template_id, TEMPLATES[template_id], values, model)
    except EncodeError as error:
        assert "needs a text" in str(error)
        return None


@sampled(200)
@given(models(), filled())
@example(TRAINED, (7, [b"a"]))
@example(TRAINED, (7, [b"aa"]))
@example(TRAINED, (7, [b"baaaa"]))
@example(TRAINED, (8, [b"abab", b"ab"]))
@example(TRAINED, (5, [b", again", b"==="]))
@example(NO_CONTEXTS, (300, [b" and "]))
def test_any_values_come_back(model: ContextModel, case: tuple[int, list[bytes]]) -> None:
    """Rules FRS-2, FRS-3 and FRS-7."""
    template_id, values = case
    body = encode(template_id, values, model)
    if body is not None:
        size = TEMPLATES[template_id].rendered_size(values)
        assert modelled.read_values(body, TEMPLATES, model, size) == (template_id, tuple(values))
        assert modelled.decode(body, TEMPLATES, model, size) == TEMPLATES[template_id].render(values)


def accepted(body: bytes, model: ContextModel, limit: int = 300) -> None:
    """What is accepted is what an encoder writes; all else is refused with an offset inside the message."""
    try:
        template_id, values = modelled.read_values(body, TEMPLATES, model, limit)
    except DecodeError as error:
        assert 0 <= error.offset <= 1 + len(body)
        return
    assert encode(template_id, list(values), model) == body


@pytest.mark.no_cover
@given(models(), st.sampled_from(list(TEMPLATES)), st.binary(max_size=12), st.binary(max_size=12))
@settings(max_examples=300)
def test_whatever_decodes_is_what_an_encoder_writes(
    model: ContextModel, template_id: int, values: bytes, string: bytes
) -> None:
    head = bytes([template_id]) if template_id < 128 else b"\xac\x02"
    accepted(head + values + b"\x90" + string, model)
    accepted(head + values, model)


@given(filled(), st.integers(0, 1 << 32))
@settings(max_examples=200)
def test_damaged_frames(case: tuple[int, list[bytes]], seed: int) -> None:
    rng = random.Random(seed)
    body = bytearray(encode(*case) or b"\x02\x80")
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(body))
        if rng.random() < 0.7:
            body[place] ^= 1 << rng.randrange(8)
        else:
            body[place:place] = rng.randbytes(rng.randrange(1, 4))
    accepted(bytes(body), TRAINED)
    accepted(bytes(body[: rng.randrange(len(body))]), TRAINED)


def test_a_frame_worked_by_hand() -> None:
    """``b`` in template 2, ``a{x}``: a is fed, and then b and the end are coded.

    In ``NO_CONTEXTS`` no byte leads out of the root, where every symbol has 32 of 8224. unit = 2^31 / 8224 =
    261124; low grows by 98 · 32 · unit and range is 32 · unit = 8355968, which is below 2^24, so both are
    multiplied by 256 and T is 5. Then unit = 260108, and the end comes after 256 others.

    Rules FRS-1 and FRS-2.
    """
    unit = 2**31 // 8224
    low, size = (2**31 + 98 * 32 * unit) * 256, 32 * unit * 256
    unit = size // 8224
    low, size = low + 256 * 32 * unit, 32 * unit
    body = encode(2, [b"b"], NO_CONTEXTS)
    assert body is not None
    assert body[0] == 2
    string = int.from_bytes(body[1:], "big") << 8 * (5 - len(body[1:]))
    assert low <= string < low + size
    assert len(body) == 4


def test_fed_bytes_give_the_context() -> None:
    """After feeding, the walk stands where it would stand had the bytes been coded. Rule FRS-8."""
    for sample in SAMPLES:
        fed, coded = Walk(TRAINED), Walk(TRAINED)
        for byte in sample:
            fed.feed(byte)
            coded.code_entry(None, Meter(byte))
        assert fed.context == coded.context
        assert fed.matcher.message == coded.matcher.message == sample
        assert fed.char_run == coded.char_run


def steps(template_id: int, values: list[bytes], model: ContextModel = TRAINED) -> list[auralite.Step]:
    return modelled.steps(TEMPLATES[template_id], values, model)


def test_only_texts_and_their_stops_are_coded() -> None:
    """Rules FRS-7 and FRS-9."""
    found = steps(4, [b"7", b"hall 3", b"on", b"new"])
    assert bytes(step.symbol for step in found[:-1]) == b"hall 3 inew"
    assert found[-1].symbol == END
    assert found[0].position == len("lamp 7 in ")
    # a value that does not fit its type is a text
    symbols = [step.symbol for step in steps(4, [b"7x", b"h", b"dim", b""])]
    assert symbols == [*b"7x i", *b"h i", *b"dim; ", END]


@pytest.mark.parametrize(
    ("template_id", "values", "symbols"),
    [
        (7, [b""], [*b"aa"]),
        (7, [b"a"], [*b"a", END, *b"a"]),
        (7, [b"xaay"], [*b"xa", END, *b"yaa"]),
        (7, [b"aaaa"], [*b"a", END, END, END, END, *b"a"]),
        (6, [b"bab", b"c"], [*b"b", END, *b"ba", *b"c", END]),
        (5, [b"0", b"1"], [*b"1=", *b"0, "]),
    ],
)
def test_where_texts_end(template_id: int, values: list[bytes], symbols: list[int]) -> None:
    """Rules FRS-9, FRS-10 and FRS-12."""
    assert [step.symbol for step in steps(template_id, values)] == symbols


def test_matches_reach_into_fed_bytes() -> None:
    """Rule FRS-8."""
    found = steps(4, [b"123456789", b"lamp 12345", b"on", b"x"], NO_CONTEXTS)
    states = [(bytes([step.symbol]), step.match) for step in found[:10]]
    assert states[3][1] is MatchState.NONE
    assert states[4:10] == [(bytes([byte]), MatchState.HIT) for byte in b" 12345"]
    assert found[10].match is MatchState.MISS  # the stop, where 6 was predicted


@given(models(), filled())
def test_costs_add_up_to_the_length(model: ContextModel, case: tuple[int, list[bytes]]) -> None:
    body = encode(*case, model)
    if body is None:
        return
    bits = 1 + sum(step.bits for step in steps(*case, model))
    string = parse_body(body, TEMPLATES).string
    assert math.floor(bits / 8) - 6 <= len(string) <= (1.01 * bits + 8) / 8


@given(filled())
def test_the_limit_is_exact(case: tuple[int, list[bytes]]) -> None:
    """Rule FRS-13."""
    body = encode(*case)
    if body is not None:
        with pytest.raises(LimitExceeded) as refused:
            modelled.decode(body, TEMPLATES, TRAINED, TEMPLATES[case[0]].rendered_size(case[1]) - 1)
        assert refused.value.path == "string"
        assert refused.value.offset > 1


@pytest.mark.no_cover
def test_few_bytes_do_not_keep_a_decoder_busy() -> None:
    """Rule FRS-13."""
    body = encode(2, [b"a" * 5000], NEVER_ENDING)
    assert body is not None
    assert len(body) < 40
    with pytest.raises(LimitExceeded):
        modelled.decode(body, TEMPLATES, NEVER_ENDING, 100)
    with pytest.raises(Truncated):
        modelled.decode(
            b"\x02\x80", TEMPLATES, replace(NEVER_ENDING, hits=(match.TOTAL - 1,) * match.HITS), MAX_MODELLED
        )
    many = parse_patterns({1: "{0}" + ",{0}" * 800})
    wire = modelled.encode(1, many[1], [b"x" * 1000], TRAINED)
    with pytest.raises(LimitExceeded):
        modelled.decode(wire, many, TRAINED, 100_000)


def string_of(body: bytes | None) -> bytes:
    assert body is not None
    return parse_body(body, TEMPLATES).string


@pytest.mark.parametrize(
    ("body", "error", "offset", "path"),
    [
        (b"", Truncated, 1, "template_id"),
        (b"\x82\x00\x80", NonCanonical, 1, "template_id"),
        (b"\x01\x80", UnknownTemplate, 1, "template_id"),
        (b"\x02", Truncated, 2, "string"),
        (b"\x02\x7f", Malformed, 2, "string"),
        (b"\x02" + string_of(encode(2, [b"xyz"])) + bytes(9), Malformed, 2, "string"),
        (b"\x0a", Truncated, 2, "slots.0.head"),
        (b"\x0a\x01\x03\xa0", NonCanonical, 1, "slots"),  # an integer and a digit, no text
        (b"\x0a\x00\x04\x10\x80", NonCanonical, 1, "slots.1"),  # upper case without letters
        (b"\x09\xca\x01\x01\x80", Malformed, 2, "slots.0.head"),
        (b"\x09\x00\x03\x80", Malformed, 3, "slots.1.head"),
    ],
)
def test_refused_bodies(body: bytes, error: type[DecodeError], offset: int, path: str) -> None:
    """Rules FRS-1, FRS-4 and FRS-5."""
    with pytest.raises(error) as refused:
        modelled.decode(body, TEMPLATES, TRAINED, 100)
    assert (refused.value.offset, refused.value.path) == (offset, path)


def coded(symbols: list[int], before: bytes, model: ContextModel = TRAINED) -> bytes:
    """A string in which these symbols are coded one after the other, each byte once, after ``before`` is fed."""
    walk, writer = Walk(model), auralite.Writer()
    for byte in before:
        walk.feed(byte)
    for writer.symbol in symbols:
        context = walk.context
        if walk.code(writer) == END:
            walk.context = context
    return writer.encoder.finish()


def test_an_end_inside_a_text_is_malformed() -> None:
    """Rule FRS-11."""
    assert modelled.decode(b"\x07" + coded([*b"xaa"], b"<"), TEMPLATES, TRAINED, 100) == b"<xaab"
    for symbols in ([END], [*b"x", END], [*b"ab", END]):
        with pytest.raises(Malformed, match="an end inside"):
            modelled.decode(b"\x07" + coded(symbols, b"<"), TEMPLATES, TRAINED, 100)


def test_a_text_that_fits_its_type_is_not_canonical() -> None:
    """Rule FRS-6."""
    body = b"\x0a\x00\x03\xa0" + coded([*b"7, "], b"")
    with pytest.raises(NonCanonical) as refused:
        modelled.decode(body, TEMPLATES, TRAINED, 100)
    assert refused.value.path == "slots.0"


def test_what_no_frame_holds() -> None:
    with pytest.raises(EncodeError, match="needs a text"):
        modelled.encode(10, TEMPLATES[10], [b"1", b"a"], TRAINED)
    with pytest.raises(EncodeError, match="at most"):
        modelled.encode(2, TEMPLATES[2], [bytes(MAX_MODELLED)], TRAINED)
    with pytest.raises(EncodeError):
        modelled.encode(1 << 32, TEMPLATES[2], [b""], TRAINED)


def test_messages() -> None:
    held = SharedState(TEMPLATES, model=TRAINED)
    values = [b"Ana", b"I can help you with that"]
    wire = message.encode_modelled(3, values, TEMPLATES, TRAINED)
    assert wire[0] == 8
    assert message.decode(wire, held) == b"Ana said I can help you with that."
    assert len(wire) < len(message.encode_typed(3, values, held)) - 15
    with pytest.raises(UnknownModel) as refused:
        message.decode(wire, SharedState(TEMPLATES))
    assert (refused.value.offset, refused.value.path) == (0, "marker")


def test_every_kind_of_slot_can_be_a_text() -> None:
    kinds = [kind for kind in Kind if kind is not Kind.ENUM]
    pattern = "".join(f"{kind}={{{kind}:{kind}}};" for kind in kinds) + "{last:a|b}"
    templates = parse_patterns({0: pattern})
    values = [b"\xff;" for _ in range(len(kinds) + 1)]
    body = modelled.encode(0, templates[0], values, TRAINED)
    assert modelled.read_values(body, templates, TRAINED, 1000) == (0, tuple(values))

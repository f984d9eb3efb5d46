from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.messages import MESSAGES
from tests.models import knowing_nothing

import aura
from aura.explanation.explain import Explanation
from aura.explanation.page import page
from aura_reference import message as reference
from aura_spec.marker import Marker
from aura_spec.shared_state import SharedState
from aura_spec.template import builtin

SHARED_STATE = SharedState()


def check_breakdown(explanation: Explanation) -> None:
    """Its parts cover the message in order, and all bits on the wire are told."""
    parts, overhead = explanation.breakdown.parts, explanation.breakdown.overhead
    ends = [0, *(part.end for part in parts)]
    assert [part.start for part in parts] == ends[:-1]
    assert ends[-1] == len(explanation.message or b"")
    bits = sum(one.bits for one in (*parts, *overhead))
    assert bits == pytest.approx(8 * explanation.size)


@pytest.mark.parametrize("level", range(4))
@given(message=MESSAGES)
def test_the_fields_cover_the_message_without_gaps(level: int, message: bytes) -> None:
    wire = aura.Codec(level=level).compress(message)
    explanation = aura.explain(wire)
    assert explanation.message == message
    assert explanation.error is None
    assert b"".join(row.data for row in explanation.rows) == wire
    assert str(explanation).startswith(explanation.method)
    check_breakdown(explanation)


def test_a_brio_container_of_version_2_shows_its_fields() -> None:
    explanation = aura.explain(reference.encode_brio2(b"the end of the thing"))
    assert explanation.message == b"the end of the thing"
    names = ["marker", "magic", "version", "length", "crc", "sequences", "units", "words"]
    assert [row.field for row in explanation.rows] == names
    assert explanation.tokens == ()


def test_a_brio_container_shows_its_tokens() -> None:
    wire = reference.encode_brio(b"abcabcabcabc", SHARED_STATE)
    explanation = aura.explain(wire)
    assert b"".join(row.data for row in explanation.rows) == wire
    assert [(row.field, row.value) for row in explanation.tokens][-3:] == [
        ("tag", "2"),
        ("fields.distance", "3"),
        ("fields.length", "9"),
    ]
    text = str(explanation)
    assert "256 numbers, largest" in text
    assert "token stream, decoded" in text


def test_template_frames_show_their_slots() -> None:
    values = (b"30", b"db")
    for wire in (reference.encode_typed(85, values, SHARED_STATE), reference.encode_classic(85, values)):
        explanation = aura.explain(wire)
        assert explanation.slots == (("0", "int", b"30"), ("1", "text", b"db"))
        check_breakdown(explanation)
        of_slots = [part for part in explanation.breakdown.parts if part.note.startswith("slot")]
        assert [(part.note, part.end - part.start) for part in of_slots] == [
            ("slot 0 (int)", 2),
            ("slot 1 (text)", 2),
        ]
        assert "slot   {0} is '30' (int)" in str(explanation)


def test_modelled_frames_show_slots_and_what_their_texts_cost() -> None:
    library = aura.TemplateLibrary({300: "Lamp {n:int} in {hall} is {state}"})
    codec = aura.Codec(templates=library)
    match = library.match(b"Lamp 7 in the hall is on")
    assert match is not None
    wire = next(frame.wire for frame in codec.frames(match) if frame.method == aura.Method.MODELLED)
    explanation = aura.explain(wire, templates=library)
    assert [row.field for row in explanation.rows] == ["marker", "template_id", "slots.0.head", "string"]
    assert b"".join(row.data for row in explanation.rows) == wire
    assert explanation.slots == (("n", "int", b"7"), ("hall", "text", b"the hall"), ("state", "text", b"on"))
    assert bytes(step.symbol for step in explanation.steps[:-1]) == b"the hall ion"
    bits = sum(step.bits for step in explanation.steps)
    assert len(explanation.rows[-1].data) - 2 <= (bits + 1) / 8 <= len(explanation.rows[-1].data) + 1
    assert "Lamp 7 in the hall is on" in page(explanation)
    check_breakdown(explanation)
    notes = [part.note for part in explanation.breakdown.parts]
    assert notes[:3] == ["template", "slot n (int)", "template"]


def test_own_templates_and_phrases_are_taken_into_account() -> None:
    library = aura.TemplateLibrary({300: "abcdef {0}"})
    wire = aura.Codec(templates=library, model=knowing_nothing()).compress("abcdef g")
    assert aura.explain(wire).error is not None
    assert aura.explain(wire, templates=library).message == b"abcdef g"
    brio = reference.encode_brio(b"hello", SharedState(phrases={1: b"hello"}))
    assert aura.explain(brio, phrases={1: b"hello"}).message == b"hello"
    assert isinstance(aura.explain(brio).error, aura.UnknownModel)


def test_a_refused_message_is_explained_as_far_as_it_goes() -> None:
    explanation = aura.explain(bytes.fromhex("06553d"), max_size=10)
    assert [row.field for row in explanation.rows] == [
        "marker",
        "template_id",
        "slots.0.head",
        "slots.1.text",
    ]
    assert isinstance(explanation.error, aura.LimitExceeded)
    assert "refused" in str(explanation)
    assert "LimitExceeded" in str(explanation)
    assert aura.explain(b"").method == "nothing"
    assert aura.explain(b"\x42abc").method == "unassigned"


def test_long_values_are_cut_and_odd_bytes_escaped() -> None:
    text = str(aura.explain(reference.encode_stored(b"\xff" + b"x" * 200)))
    assert "(201)" in text
    assert "\\xff" in text
    assert "…" in text


@given(st.sampled_from([*Marker, 0x12, 0x42, 0x80]), st.binary(max_size=60))
def test_nothing_makes_it_raise(marker: int, body: bytes) -> None:
    explanation = aura.explain(bytes((marker,)) + body, max_size=1 << 16)
    assert (explanation.message is None) is (explanation.error is not None)
    assert str(explanation)


def test_every_builtin_template_is_explained() -> None:
    for number, template in builtin().items():
        wire = reference.encode_typed(number, [b"x"] * len(template.slots), SHARED_STATE)
        assert aura.explain(wire).message == template.render([b"x"] * len(template.slots))

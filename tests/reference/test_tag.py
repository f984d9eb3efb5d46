"""Tags: what is tagged comes back, and other models, other contents and cut messages are refused."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models import HAND_MADE, NO_CONTEXTS

from aura.backend import BACKENDS
from aura.models.model import Model
from aura.tagging import decode, decode_batch
from aura_reference import message, tag
from aura_spec.errors import (
    QUESTION,
    ChecksumMismatch,
    DecodeError,
    LimitExceeded,
    Malformed,
    Truncated,
    UnknownModel,
    UnknownTemplate,
    Unsupported,
)
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.shared_state import SharedState
from aura_spec.tag import SIZE, TAGGED, build_tagged, check_of, model_tag, parse_tagged, questioned
from aura_spec.wire import parse

OWN_ID = bytes.fromhex("c0ffee0123456789")
HELD = SharedState(model=HAND_MADE, models={OWN_ID: HAND_MADE}, dictionary=b"abc")
BACKEND = BACKENDS["fast"]
TURNS = [
    "Is there anything else I can help you with?",
    "A table for two at 19:30, please.",
    "I'm looking for a train to Cambridge that leaves after 14:15.",
    '{"id": 17, "method": "get_weather", "params": {"city": "Rome"}}',
    "Thanks, that is all I need. Goodbye!",
    "The reference number is 8QZ2LM41.",
]
SMALL = Model.load_small()
SMALL_ID = bytes.fromhex(SMALL.id)
WITH_SMALL = SharedState({}, {}, SMALL.context_model)


def tagged(text: bytes, model_id: bytes = OWN_ID) -> bytes:
    return build_tagged(message.encode_auralite(text, HAND_MADE), text, model_id)


def refusal(wire: bytes, held: SharedState = HELD, model_id: bytes = OWN_ID) -> DecodeError:
    """The error, which the reference and the package agree on."""
    with pytest.raises(DecodeError) as caught:
        tag.decode(wire, held, model_id)
    with pytest.raises(DecodeError) as again:
        decode(BACKEND, wire, held, model_id, DEFAULT_MAX_SIZE)
    [in_batch] = decode_batch(BACKEND, [wire], held, model_id, DEFAULT_MAX_SIZE)
    assert str(again.value) == str(in_batch)
    assert (again.value.code, again.value.reason) == (caught.value.code, caught.value.reason)
    return caught.value


@given(st.binary(max_size=60), st.sampled_from([OWN_ID, b""]))
def test_any_bytes_come_back_two_bytes_longer_than_without_a_tag(text: bytes, model_id: bytes) -> None:
    """Rules TAG-2, TAG-3 and TAG-4."""
    held = HELD if model_id else replace(HELD, model=None)
    for coded in (message.encode_stored(text), message.encode_auralite_explicit(text, OWN_ID, HAND_MADE)):
        wire = build_tagged(coded, text, model_id)
        assert len(wire) == len(coded) + SIZE
        assert tag.decode(wire, held, model_id) == text
        assert decode(BACKEND, wire, held, model_id, DEFAULT_MAX_SIZE) == text


@given(st.binary(min_size=SIZE, max_size=20))
def test_a_tag_is_split_off_as_its_declaration_says(wire: bytes) -> None:
    """Rule TAG-2."""
    declared = parse(TAGGED, wire)
    split = parse_tagged(wire)
    assert (split.model_tag, split.check, split.message) == (
        declared.model_tag,
        declared.check,
        declared.message,
    )


def test_what_is_cut_inside_the_tag_is_truncated_whatever_the_model_tag() -> None:
    """Rule TAG-2."""
    errors = [refusal(wire) for wire in (b"", b"\xc0", b"\x17")]
    assert [(type(error), error.offset) for error in errors] == [
        (Truncated, 0),
        (Truncated, 1),
        (Truncated, 1),
    ]


def test_another_model_tag_is_refused_before_anything_is_decoded() -> None:
    """Rules TAG-3 and TAG-5."""
    for other in range(1, 256):
        if other != OWN_ID[0]:
            error = refusal(bytes((other, 0)) + b"\x0b no message")
            assert (type(error), error.offset, error.path) == (UnknownModel, 0, "model_tag")
            assert error.reason.endswith(QUESTION)
            assert isinstance(refusal(bytes((other, 0)), replace(HELD, model=None), b""), UnknownModel)


def test_a_writer_without_an_implied_model_is_read_as_if_the_reader_had_none() -> None:
    """Rule TAG-5."""
    stored = build_tagged(message.encode_stored(b"abc"), b"abc", b"")
    named = build_tagged(message.encode_auralite_explicit(b"abc", OWN_ID, HAND_MADE), b"abc", b"")
    implying = build_tagged(message.encode_auralite(b"abc", HAND_MADE), b"abc", b"")
    assert tag.decode(stored, HELD, OWN_ID) == tag.decode(named, HELD, OWN_ID) == b"abc"
    error = refusal(implying)
    assert (type(error), error.offset) == (UnknownModel, SIZE)
    dictionary = build_tagged(message.encode_zstd_dictionary(b"abcabc", b"abc"), b"abcabc", b"")
    assert isinstance(refusal(dictionary), UnknownModel)


def test_a_model_whose_id_begins_with_0_is_implied_by_the_tag_0() -> None:
    """Rule TAG-5."""
    model_id = bytes(8)
    assert model_tag(model_id) == model_tag(b"") == 0
    assert tag.decode(tagged(b"abc", model_id), HELD, model_id) == b"abc"


def test_errors_of_the_message_come_before_another_check_and_count_from_the_tag() -> None:
    """Rules TAG-6 and TAG-7."""
    wrong = bytes((OWN_ID[0], check_of(b"abc") ^ 1))
    error = refusal(wrong + b"\x0b")
    assert (type(error), error.offset) == (Unsupported, SIZE)
    error = refusal(wrong + bytes.fromhex("06 03 61 62"))
    assert (type(error), error.offset) == (Malformed, SIZE + 2)
    error = refusal(wrong + message.encode_stored(b"abc"))
    assert (type(error), error.offset, error.path) == (ChecksumMismatch, 1, "check")
    assert error.reason.endswith(QUESTION)
    with pytest.raises(LimitExceeded):
        tag.decode(wrong + message.encode_stored(b"abc"), HELD, OWN_ID, 2)


def test_a_tag_is_never_guessed_from_the_bytes() -> None:
    """Rule TAG-1: each reader takes the same bytes for what it was told that they are."""
    plain = bytes((7, check_of(b"abc"), 7)) + b"abc"
    assert message.decode(plain, HELD) == plain[1:]
    assert tag.decode(plain, HELD, b"\x07" + bytes(7)) == b"abc"


@given(st.lists(st.tuples(st.binary(max_size=9), st.integers(0, 6)), max_size=12))
def test_batches_give_what_single_messages_give(rows: list[tuple[bytes, int]]) -> None:
    """Rule TAG-5."""
    wires = []
    for text, kind in rows:
        implied = tagged(text)
        stored = build_tagged(message.encode_stored(text), text, b"")
        wires.append(
            [implied, stored, implied[:-1], bytes((1,)) + implied[1:], b"\0" + implied[1:], text, b""][kind]
        )
    for wire, result in zip(wires, decode_batch(BACKEND, wires, HELD, OWN_ID, 100), strict=True):
        try:
            assert decode(BACKEND, wire, HELD, OWN_ID, 100) == result
        except DecodeError as error:
            assert isinstance(result, DecodeError)
            assert str(error) == str(result)


def sample() -> list[bytes]:
    """Tagged messages of the small model, stored ones, and typed frames."""
    chance = random.Random(11)
    texts = [
        f"{turn[: chance.randrange(len(turn))]} {chance.randrange(1 << 20)}".encode()
        for turn in TURNS
        for _ in range(9)
    ]
    coded = [
        *(BACKEND.encode_auralite(text, SMALL.context_model) for text in texts),
        *map(message.encode_stored, texts[::3]),
    ]
    return [
        build_tagged(wire, text, SMALL_ID) for wire, text in zip(coded, [*texts, *texts[::3]], strict=True)
    ]


@pytest.mark.no_cover
def test_a_flipped_bit_hardly_ever_gives_another_text() -> None:
    """Rule TAG-7: in fewer than one of 200 tagged messages with a flipped bit."""
    damaged, texts = [], []
    for wire in sample():
        for place in range(8 * len(wire)):
            flipped = bytearray(wire)
            flipped[place // 8] ^= 1 << place % 8
            damaged.append(bytes(flipped))
            texts.append(decode(BACKEND, wire, WITH_SMALL, SMALL_ID, 1000))
    results = decode_batch(BACKEND, damaged, WITH_SMALL, SMALL_ID, 1000)
    wrong = [
        result
        for result, text in zip(results, texts, strict=True)
        if not isinstance(result, DecodeError) and result != text
    ]
    assert len(damaged) > 10_000
    assert len(wrong) * 200 < len(damaged)


def test_a_prefix_is_hardly_ever_a_message() -> None:
    """Rule TAG-7: fewer than one of 200, and none gives the text of the whole."""
    prefixes = [(wire, wire[:size]) for wire in sample() for size in range(len(wire))]
    results = decode_batch(BACKEND, [cut for _, cut in prefixes], WITH_SMALL, SMALL_ID, 1000)
    read = [
        (decode(BACKEND, wire, WITH_SMALL, SMALL_ID, 1000), result)
        for (wire, _), result in zip(prefixes, results, strict=True)
        if not isinstance(result, DecodeError)
    ]
    assert len(read) * 200 < len(prefixes)
    assert all(whole != cut for whole, cut in read)


def test_another_model_with_the_same_tag_is_told_by_the_check() -> None:
    """Rule TAG-7: at least 254 of 256 messages are refused."""
    texts = [f"{number * 7919}".encode() for number in range(3000)]
    wires = [
        build_tagged(wire, text, OWN_ID)
        for wire, text in zip(BACKEND.encode_auralite_batch(texts, SMALL.context_model), texts, strict=True)
    ]
    other = SharedState({}, {}, NO_CONTEXTS)
    results = decode_batch(BACKEND, wires, other, OWN_ID, 1000)
    refused = [result for result in results if isinstance(result, DecodeError)]
    assert len(refused) * 256 >= len(texts) * 254
    assert all(QUESTION in error.reason for error in refused)


@pytest.mark.parametrize(
    ("wire", "kind"),
    [
        ("80", LimitExceeded),
        ("ff", Truncated),
        ("06ac02", UnknownTemplate),
        ("0000", Truncated),
        ("08", Truncated),
    ],
)
def test_errors_of_what_both_ends_hold_ask_whether_it_was_the_same(
    wire: str, kind: type[DecodeError]
) -> None:
    for read in (message.decode, BACKEND.decode):
        with pytest.raises(kind) as caught:
            read(bytes.fromhex(wire), HELD, 100)
        assert caught.value.reason.endswith(QUESTION)


def test_errors_that_another_model_cannot_cause_do_not_ask() -> None:
    for wire in ("", "0161", "0b", "03", "0200"):
        for read in (message.decode, BACKEND.decode):
            with pytest.raises(DecodeError) as caught:
                read(bytes.fromhex(wire), HELD, 100)
            assert QUESTION not in caught.value.reason
    assert questioned(UnknownModel("no model"), b"\x80").reason == "no model"


def test_an_error_asks_once() -> None:
    error = questioned(Truncated("cut"), b"\x80")
    assert questioned(error, b"\x80") is error

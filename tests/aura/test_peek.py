"""What a message says without being decoded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.messages import MESSAGES

import aura
from aura.errors import DecodeError, LimitExceeded, NonCanonical, Truncated, Unsupported
from aura.methods import Method
from aura.models.model import Model
from aura_spec.marker import name_of

CODEC = aura.Codec(templates={300: "door {0} is open"})


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ("00 07 00", (Method.CLASSIC, 7, None)),
        ("06 ac 02 37", (Method.TYPED, 300, None)),
        ("06 ff ff ff ff 0f", (Method.TYPED, 0xFFFFFFFF, None)),
        ("08 00", (Method.MODELLED, 0, None)),
        ("0a ac 02 37", (Method.FUZZY, 300, None)),
        ("07", (Method.STORED, None, None)),
        ("90", (Method.AURALITE, None, None)),
        ("10", (Method.ADAPTIVE, None, None)),
        ("03 0102030405060708 ff", (Method.AURALITE, None, "0102030405060708")),
        ("09 0102030405060708", (Method.ADAPTIVE, None, "0102030405060708")),
        ("01", (Method.BROTLI, None, None)),
        ("02 41555241 01", (Method.BRIO, None, None)),
        ("04", (Method.ZSTD, None, None)),
        ("05", (Method.ZSTD_DICTIONARY, None, None)),
    ],
)
def test_methods_templates_and_models_are_seen(wire: str, expected: tuple[object, ...]) -> None:
    found = aura.peek(bytearray.fromhex(wire))
    assert (found.method, found.template_id, found.model_id) == expected
    tagged = aura.peek(b"ab" + bytes.fromhex(wire), check=True)
    assert tagged == found


@pytest.mark.parametrize(
    ("wire", "error", "offset"),
    [
        ("", Truncated, 0),
        ("00", Truncated, 1),
        ("06", Truncated, 1),
        ("08 80", Truncated, 2),
        ("06 80 00", NonCanonical, 1),
        ("06 ff ff ff ff 10", LimitExceeded, 1),
        ("06" + "80" * 40, LimitExceeded, None),
        ("03 01020304050607", Truncated, 8),
        ("09", Truncated, 1),
        ("42 00", Unsupported, 0),
        ("0a", Truncated, 1),
        ("0b", Unsupported, 0),
    ],
)
def test_what_cannot_be_seen_is_a_declared_error(
    wire: str, error: type[DecodeError], offset: int | None
) -> None:
    data = bytes.fromhex(wire)
    if wire.startswith("0680" * 2):
        error = Truncated
    with pytest.raises(error) as caught:
        aura.peek(data)
    if offset is not None:
        assert caught.value.offset == offset
        with pytest.raises(error) as caught:
            aura.peek(b"ab" + data, check=True)
        assert caught.value.offset == offset + 2


def test_a_tag_may_be_cut_off() -> None:
    for wire, path in ((b"", "model_tag"), (b"a", "check")):
        with pytest.raises(Truncated) as caught:
            aura.peek(wire, check=True)
        assert (caught.value.offset, caught.value.path) == (len(wire), path)


def test_arguments_are_checked() -> None:
    with pytest.raises(TypeError):
        aura.peek("text")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        aura.peek(b"\x07", check=1)  # type: ignore[arg-type]


@given(st.binary(max_size=40))
def test_garbage_is_seen_or_refused(wire: bytes) -> None:
    for check in (False, True):
        try:
            found = aura.peek(wire, check=check)
        except DecodeError as error:
            assert error.code
        else:
            assert found.method in Method


@given(MESSAGES)
def test_messages_of_a_codec_are_seen(message: bytes) -> None:
    wire = CODEC.compress(message)
    found = aura.peek(wire)
    assert found.method.replace("_", " ") in name_of(wire[0]).replace("zstandard", "zstd").replace(
        "brio", "brio2"
    )
    match = CODEC.templates.match(message)
    assert found.template_id is None or (match is not None and match.template_id == found.template_id)
    assert found.model_id is None


def test_a_model_that_is_named_is_seen() -> None:
    wire = aura.Codec(explicit_model=True).compress("Is there anything else I can help you with today?")
    assert aura.peek(wire) == aura.Peek(Method.AURALITE, model_id=Model.load_default().id)


def test_brio_of_version_2_is_told_apart() -> None:
    wire = aura.backend.get("fast").encode_brio2(b"some text " * 50, 0)
    assert aura.peek(wire).method is Method.BRIO2

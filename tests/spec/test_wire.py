"""What construct accepts by default and this project does not."""

from __future__ import annotations

import construct as c
import pytest
from construct import this

from aura_spec import brio, classic, marker, token, typed, zstd
from aura_spec.errors import EncodeError, LimitExceeded, Malformed, Truncated, UnknownTemplate, Unsupported
from aura_spec.template import parse_patterns
from aura_spec.wire import Checked, End, Field, Span, build, parse

PAIR = c.Struct(Field("first", c.Byte, "a byte"), Field("second", c.Int16ub), End)


def test_trailing_bytes_are_malformed_and_located() -> None:
    """Rule MSG-3."""
    with pytest.raises(Malformed) as caught:
        parse(PAIR, b"\x01\x00\x02\x03", base=10)
    assert caught.value.offset == 13


def test_a_cut_structure_is_truncated_at_its_end() -> None:
    with pytest.raises(Truncated) as caught:
        parse(PAIR, b"\x01\x00", base=10)
    assert (caught.value.offset, caught.value.path) == (12, "second")


def test_a_swallowed_error_inside_a_repetition_is_impossible() -> None:
    """construct's GreedyRange would end quietly at the bad tag; the token stream does not."""
    stream = bytes((0x00, 0x41, 0x09, 0x00, 0x42))
    with pytest.raises(Malformed) as caught:
        list(token.parse_tokens(stream))
    assert (caught.value.offset, caught.value.path) == (2, "tag")


@pytest.mark.parametrize("tag", [4, 5, 0x7F, 0xFF])
def test_unknown_token_tags_are_malformed(tag: int) -> None:
    """Rule TOK-2."""
    with pytest.raises(Malformed):
        list(token.parse_tokens(bytes((tag, 0, 0, 0, 0))))


def test_an_unknown_container_version_is_unsupported() -> None:
    """Rule BRI-1."""
    with pytest.raises(Unsupported):
        brio.parse_body(b"AURA\x02" + bytes(600), 1 << 20)


def test_a_bad_enumeration_value_is_malformed() -> None:
    """Rule BRI-3."""
    container = brio.Container(0, (16,) * 256, (brio.Metadata(0, 2, 0),), bytes(5))
    body = bytearray(brio.build_body(container))
    body[brio.HEADER_SIZE + 2] = 3  # the kind of the only metadata entry
    with pytest.raises(Malformed) as caught:
        brio.parse_body(bytes(body), 1 << 20)
    assert caught.value.path == "metadata.kind"


def test_a_head_beyond_an_enumeration_is_malformed() -> None:
    """Rules SLT-4 and SLT-13."""
    templates = parse_patterns({1: "level {x:low|high}"})
    with pytest.raises(Malformed):
        typed.parse_body(b"\x01\x03", templates)


def test_leftovers_inside_a_length_are_impossible() -> None:
    """A length names the bytes of one value: no inner structure could leave some of them over."""
    with pytest.raises(Malformed):
        classic.parse_body(b"\x01\x01\x00\x02abc")


@pytest.mark.parametrize("value", [b"\xff", b"\xed\xa0\x80", b"\xc3"])
def test_a_classic_value_that_is_not_utf8_is_malformed(value: bytes) -> None:
    """Rule CLS-3."""
    with pytest.raises(Malformed):
        classic.parse_body(b"\x01\x01" + len(value).to_bytes(2, "big") + value)
    with pytest.raises(EncodeError):
        classic.build_body(classic.ClassicFrame(1, (value,)))


def test_fields_are_traced_with_place_and_meaning() -> None:
    trace: list[Span] = []
    parse(PAIR, b"\x01\x00\x02", base=10, trace=trace)
    assert trace == [Span(10, 1, "first", 1, "a byte"), Span(11, 2, "second", 2, "")]


def test_elements_of_arrays_are_numbered_in_traces() -> None:
    trace: list[Span] = []
    classic.parse_body(b"\x01\x02\x00\x01a\x00\x01b", trace)
    assert [span.path for span in trace][2:] == [
        "slots[0].length",
        "slots[0].text",
        "slots[1].length",
        "slots[1].text",
    ]


def test_a_checked_value_is_checked_when_building_too() -> None:
    even = Checked(c.Byte, lambda value: value % 2 == 0, "odd")
    assert build(even, 2) == b"\x02"
    with pytest.raises(EncodeError, match="odd"):
        build(even, 3)


def test_an_error_of_construct_becomes_malformed() -> None:
    with pytest.raises(Malformed):
        parse(c.Struct("tag" / c.Byte, "rest" / c.Switch(this.tag, {1: c.Byte}, default=c.Error)), b"\x00")
    with pytest.raises(Malformed):
        parse(c.Const(b"AB"), b"AC")


def test_a_message_without_a_marker_is_truncated() -> None:
    """Rule MSG-1."""
    with pytest.raises(Truncated):
        marker.parse_message(b"")


def test_an_unknown_template_is_named() -> None:
    """Rule TYP-3."""
    with pytest.raises(UnknownTemplate, match="9"):
        typed.parse_body(b"\x09", {})


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", Truncated),
        ("08", Malformed),  # reserved bit
        ("0000", Truncated),  # no block
        ("0090010000", LimitExceeded),  # a window of 256 GiB
        ("0000070000", Malformed),  # reserved block type
        ("000009001000", Malformed),  # a block of 131,073 bytes
        ("00000100", Truncated),  # cut in a block header
        ("000019000061", Truncated),  # cut in a block
        ("000001000061", Malformed),  # bytes after the last block
        ("040001000061", Truncated),  # cut in the checksum
        ("20" + "05" + "010000", None),
    ],
)
def test_zstd_frames_are_walked_before_they_are_decoded(body: str, error: type[Exception] | None) -> None:
    """Rules ZST-1, ZST-2, ZST-3, ZST-4, ZST-5 and ZST-6."""
    if error is None:
        assert zstd.parse_frame(bytes.fromhex(body), 5) == zstd.Frame(5, 1, False)
    else:
        with pytest.raises(error):
            zstd.parse_frame(bytes.fromhex(body), 1 << 20)

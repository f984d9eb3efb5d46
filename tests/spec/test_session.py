"""Frames of sessions: control frames come back, data frames say what is text, and hostile ones are refused."""

from __future__ import annotations

from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura_spec import session_negotiation
from aura_spec.errors import (
    ChecksumMismatch,
    DecodeError,
    EncodeError,
    LimitExceeded,
    Malformed,
    NonCanonical,
    Truncated,
    Unsupported,
)
from aura_spec.marker import AURALITE_COMPACT, Marker
from aura_spec.session import (
    CONTROL,
    CRC_SIZE,
    MAX_CHUNK,
    NO_MODEL,
    TEXT,
    Chunk,
    Control,
    Have,
    Offer,
    Request,
    Use,
    build_control,
    build_data,
    check_frame,
    close_code,
    is_control,
    max_frame,
    parse_control,
    parse_data,
    text_of,
)
from aura_spec.session_negotiation import (
    ALL_CODINGS,
    ALL_METHODS,
    MAX_MODELS,
    Coding,
    Codings,
    Hello,
    application_of,
    token,
)

IDS = st.binary(min_size=8, max_size=8)
SIZES = st.integers(0, session_negotiation.MAX_SIZE)
STORED = 1 << Marker.STORED


def sealed(body: bytes) -> bytes:
    """A control frame whose CRC-32 is right."""
    return body + crc32(body).to_bytes(CRC_SIZE, "big")


CONTROLS: st.SearchStrategy[Control] = st.one_of(
    st.builds(
        Hello,
        st.integers(0, (1 << 16) - 1).map(lambda bits: bits | STORED),
        st.sampled_from([Codings.SINGLE, Codings.SINGLE | Codings.STREAM, ALL_CODINGS]),
        SIZES,
        SIZES,
        SIZES,
        IDS,
        st.lists(IDS, max_size=MAX_MODELS).map(tuple),
    ),
    st.builds(Use, st.sampled_from(Coding), SIZES, IDS, st.integers(0, 16), st.integers(0, 65535)),
    st.builds(Have, IDS),
    st.builds(Request, IDS, SIZES),
    st.builds(Offer, IDS, SIZES, st.binary(min_size=32, max_size=32)),
    st.builds(Chunk, st.binary(min_size=1, max_size=300)),
)


@given(CONTROLS)
def test_control_frames_come_back(control: Control) -> None:
    """Rules SES-5, SES-7 and SES-12 to SES-15."""
    frame = build_control(control)
    assert is_control(frame)
    assert parse_control(frame) == control


@given(CONTROLS, st.data())
def test_a_control_frame_that_is_damaged_is_refused(control: Control, data: st.DataObject) -> None:
    """Rule SES-3."""
    frame = bytearray(build_control(control))
    with pytest.raises((Truncated, ChecksumMismatch)):
        parse_control(bytes(frame[: data.draw(st.integers(1, len(frame) - 1))]))
    frame[data.draw(st.integers(1, len(frame) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ChecksumMismatch):
        parse_control(bytes(frame))


@given(CONTROLS, st.data())
def test_a_control_frame_cut_short_is_refused(control: Control, data: st.DataObject) -> None:
    body = build_control(control)[:-CRC_SIZE]
    cut = body[: data.draw(st.integers(1, len(body) - 1))]
    if isinstance(control, Chunk) and len(cut) > 2:  # a shorter chunk is a chunk
        assert parse_control(sealed(cut)) == Chunk(cut[2:])
    else:
        with pytest.raises((Truncated, Malformed)):
            parse_control(sealed(cut))


@given(st.binary(max_size=80))
def test_any_bytes_are_a_control_frame_or_refused(body: bytes) -> None:
    try:
        control = parse_control(sealed(bytes((CONTROL,)) + body))
    except DecodeError:
        return
    assert isinstance(control, Control)


@given(st.binary(max_size=20), st.booleans())
def test_data_frames_come_back(coded: bytes, text: bool) -> None:
    """Rule SES-3."""
    frame = build_data(coded, text=text)
    assert not is_control(frame)
    assert parse_data(frame) == (coded, text)


@pytest.mark.parametrize("frame", ["7d", "7d07", "7d80"])
def test_a_byte_before_a_text_that_does_not_need_it_is_refused(frame: str) -> None:
    """Rule SES-3."""
    with pytest.raises(NonCanonical):
        parse_data(bytes.fromhex(frame))


def test_no_marker_is_taken_for_a_frame_of_the_session() -> None:
    """Rule SES-3."""
    assert not {*Marker, *AURALITE_COMPACT} & set(range(TEXT, CONTROL + 1))


HELLO = Hello(ALL_METHODS, Codings.SINGLE, 0, 1 << 20, 1 << 12, bytes(8), ())


def changed(place: int, value: int) -> bytes:
    frame = bytearray(build_control(HELLO)[:-CRC_SIZE])
    frame[place] = value
    return sealed(bytes(frame))


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (changed(2, 2), Unsupported),  # SES-5: the version
        (changed(4, 0), Malformed),  # SES-6: stored messages
        (changed(5, 2), Malformed),  # SES-6: single messages
        (changed(-1, MAX_MODELS + 1), Malformed),  # SES-5: models
        (sealed(b"\x7f\x07"), Unsupported),  # SES-3: the kind
        (sealed(b"\x7f\x02\x03\0" + NO_MODEL + bytes(3)), Unsupported),  # SES-8: the coding
        (sealed(b"\x7f\x06"), Malformed),  # SES-15: an empty chunk
        (sealed(b"\x7f\x06" + bytes(MAX_CHUNK + 1)), Malformed),  # SES-15: a long one
        (sealed(b"\x7f\x03" + bytes(9)), Malformed),  # bytes that follow
        (sealed(b"\x7f\x04" + bytes(8) + b"\x80\x80\x80\x80\x08"), LimitExceeded),  # SES-13: a large number
    ],
)
def test_what_the_rules_forbid_is_refused(frame: bytes, kind: type[DecodeError]) -> None:
    """Rules SES-3, SES-5, SES-6, SES-8, SES-13 and SES-15."""
    with pytest.raises(kind):
        parse_control(frame)


def test_bits_without_a_meaning_are_ignored() -> None:
    """Rule SES-6."""
    control = parse_control(changed(5, 0x7D))
    assert isinstance(control, Hello)
    assert control.codings == Codings.SINGLE | Codings.TAGGED


def test_what_does_not_fit_is_not_written() -> None:
    with pytest.raises(EncodeError):
        build_control(Chunk(bytes(MAX_CHUNK + 1)))
    with pytest.raises(EncodeError):
        build_control(Have(b"short"))


def test_close_codes() -> None:
    """Rule SES-16."""
    assert close_code(LimitExceeded("")) == 1009
    assert close_code(Unsupported("")) == 1002
    assert close_code(Malformed("")) == close_code(ChecksumMismatch("")) == 1007


def test_frames_are_measured_before_they_are_read() -> None:
    """Rule SES-17."""
    assert max_frame(0) == MAX_CHUNK + 64
    check_frame(bytes(max_frame(1 << 15)), 1 << 15)
    with pytest.raises(LimitExceeded):
        check_frame(bytes(max_frame(1 << 15) + 1), 1 << 15)


def test_text_is_utf_8() -> None:
    """Rule SES-4."""
    assert text_of("Grüße".encode()) == "Grüße"
    with pytest.raises(Malformed):
        text_of(b"\xff")


def test_subprotocols() -> None:
    """Rule SES-1."""
    for application in ("", "chat", "chat.v2+x"):
        assert application_of(token(application)) == application
    for other in ("chat", "aura.v2", "aura.v1.1", ""):
        assert application_of(other) is None

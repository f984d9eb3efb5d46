"""Sessions without a network: agreement, messages, and peers that break the rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.aura.session_ends import HELLO, SMALL_ID, TINY_ID, Pair, frames_of
from tests.aura.small_models import OTHER, SINGLE, SMALL, STREAMS, TINY

from aura.connections.session import (
    Deferred,
    Models,
    Negotiated,
    Session,
    Settings,
    TextReceived,
)
from aura.errors import DecodeError, EncodeError, Malformed, UnknownModel, Unsupported
from aura.models.model import Model
from aura_spec.errors import ChecksumMismatch, LimitExceeded, NonCanonical, StreamDesync
from aura_spec.limits import MAX_MODELLED
from aura_spec.marker import Marker
from aura_spec.session import (
    NO_MODEL,
    Chunk,
    Control,
    Offer,
    Request,
    Use,
    build_control,
    parse_control,
)
from aura_spec.session_negotiation import ALL_CODINGS, Coding, Codings, Hello
from aura_spec.stream import CHECKS, HEAD_BYTE, Flag
from aura_spec.tag import parse_tagged

TEXTS = ["hi", "", "}{~", "Order 17 was packed by Ana.", "x" * 5000, b"\x00\xff", b""]


@pytest.mark.parametrize("held", [SINGLE, STREAMS, Settings(Models([])), replace(SINGLE, level=0)])
def test_messages_come_back_both_ways(held: Settings) -> None:
    pair = Pair(held)
    for text in TEXTS:
        assert pair.carry(text, pair.client) == text
        assert pair.carry(text, pair.server) == text


def test_one_use_frame_a_direction() -> None:
    """Rule SES-7."""
    pair = Pair(STREAMS)
    before = pair.frames
    for text in ("one", "two", "three"):
        pair.carry(text, pair.client)
    assert pair.frames - before == 4
    assert pair.client.use == Use(Coding.STREAM, 1 << 15, bytes.fromhex(TINY.id), 4)
    assert pair.server.use is None


def test_a_stream_takes_what_both_allow() -> None:
    pair = Pair(STREAMS, replace(STREAMS, memory=28672))
    assert pair.carry("hi", pair.client) == "hi"
    assert pair.carry("hi", pair.server) == "hi"
    assert pair.client.use == pair.server.use == Use(Coding.STREAM, 28672, bytes.fromhex(TINY.id), 4)


@pytest.mark.parametrize(
    ("advice", "memory"),
    [("0", 0), ("28672", 28672), ("99", 1 << 15), ("some", 1 << 15), ("9" * 5000, 1 << 15), (None, 1 << 15)],
)
def test_a_session_follows_the_advice_of_its_model(advice: str | None, memory: int) -> None:
    metadata = {} if advice is None else {"stream_memory": advice}
    advised = Model.from_context_model(TINY.context_model, metadata)
    automatic = Settings(Models([advised]))
    assert automatic.readable_memory == 1 << 15
    coding = Coding.STREAM if memory else Coding.SINGLE
    pair = Pair(automatic)
    assert pair.carry("hi", pair.client) == "hi"
    assert pair.client.use == Use(coding, memory, bytes.fromhex(advised.id), 4 if memory else 0)
    # what an end reads does not depend on the advice: a peer may send streams all the same
    pair = Pair(automatic, replace(automatic, memory=1 << 15))
    for text in ("one", "two"):
        assert pair.carry(text, pair.server) == text
        assert pair.carry(text, pair.client) == text
    assert pair.server.use == Use(Coding.STREAM, 1 << 15, bytes.fromhex(advised.id), 4)


@pytest.mark.parametrize("held", [SINGLE, Settings(Models([]), memory=0), replace(SINGLE, level=0)])
def test_tags_are_sent_by_who_wants_them_and_read_by_all(held: Settings) -> None:
    """Rules SES-5, SES-7 and SES-10."""
    pair = Pair(replace(held, tag=True), held)
    for text in TEXTS:
        assert pair.carry(text, pair.client) == text
        assert pair.carry(text, pair.server) == text
    model_id = next((bytes.fromhex(model.id) for model in held.models), NO_MODEL)
    assert pair.client.use == Use(Coding.TAGGED, 0, model_id)
    assert pair.server.use == Use(Coding.SINGLE, 0, model_id)


def test_a_tagged_message_is_one_without_a_tag_and_two_bytes_more() -> None:
    plain, tagged = Pair(SINGLE), Pair(replace(SINGLE, tag=True))
    for text in TEXTS[:-2]:
        frames = []
        for pair in (plain, tagged):
            pair.client.send(text)
            frames.append(pair.client.data_to_send()[-1])
        assert frames[1][-len(frames[0]) :] == frames[0]
        assert parse_tagged(frames[1]).message == frames[0]


def test_damage_of_a_tagged_message_ends_the_session() -> None:
    """Rule SES-10."""
    pair = Pair(replace(SINGLE, tag=True))
    pair.client.send("Order 17 was packed by Ana.")
    use, frame = pair.client.data_to_send()
    pair.server.receive_data(use)
    with pytest.raises(ChecksumMismatch):
        pair.server.receive_data(frame[:1] + bytes((frame[1] ^ 1,)) + frame[2:])


def test_peers_that_know_no_tags_get_none() -> None:
    """Rule SES-8: an older peer, which says nothing of tags."""
    session = Session(replace(SINGLE, tag=True), role="client")
    session.data_to_send()
    session.receive_data(build_control(replace(HELLO, models=(TINY_ID,))))
    session.send("hi")
    assert session.use == Use(Coding.SINGLE, 0, TINY_ID)


@pytest.mark.parametrize(("codings", "check"), [(ALL_CODINGS, 32), (HELLO.codings, 16)])
def test_peers_that_do_not_allow_a_check_of_32_bits_get_16(codings: Codings, check: int) -> None:
    """Rule SES-5."""
    session = Session(replace(STREAMS, check=32), role="client")
    [hello] = map(parse_control, session.data_to_send())
    assert isinstance(hello, Hello)
    assert Codings.LONG_CHECK in hello.codings
    session.receive_data(build_control(replace(HELLO, codings=codings, models=(TINY_ID,))))
    session.send("hi")
    assert session.use == Use(Coding.STREAM, 1 << 15, TINY_ID, check)


@pytest.mark.parametrize("check", CHECKS)
def test_streams_of_either_end_have_their_own_check(check: int) -> None:
    """Rule SES-7: each end chooses that of what it sends."""
    pair = Pair(replace(STREAMS, check=check), STREAMS)
    for text in TEXTS:
        assert pair.carry(text, pair.client) == text
        assert pair.carry(text, pair.server) == text
    assert [end.use and end.use.check for end in (pair.client, pair.server)] == [check, STREAMS.check]


def test_streams_have_no_tags() -> None:
    """Rule SES-11."""
    pair = Pair(replace(STREAMS, tag=True))
    for text in TEXTS:
        assert pair.carry(text, pair.client) == text
    assert pair.client.use == Use(Coding.STREAM, 1 << 15, TINY_ID, 4)


def test_ends_without_a_model_in_common_still_talk() -> None:
    pair = Pair(STREAMS, replace(STREAMS, models=Models([SMALL])))
    for text in TEXTS:
        assert pair.carry(text, pair.client) == text
    assert pair.client.use == Use(Coding.SINGLE, 0, NO_MODEL)


def test_only_methods_that_the_peer_reads_are_sent() -> None:
    stored = 1 << Marker.STORED
    pair = Pair(SINGLE, replace(SINGLE, methods=stored))
    pair.client.send("Is there anything else I can help you with?" * 9)
    _, frame = pair.client.data_to_send()
    assert frame[0] == Marker.STORED
    pair = Pair(SINGLE, replace(SINGLE, methods=stored | 1 << Marker.TYPED))
    pair.client.send("Is there anything else I can help you with?")
    _, frame = pair.client.data_to_send()
    assert frame[0] == Marker.TYPED


def test_builtin_templates_are_used_only_if_both_have_the_same() -> None:
    """Rule SES-10."""
    session = Session(replace(SINGLE, models=Models([])), role="client")
    hello = parse_control(session.data_to_send()[0])
    assert isinstance(hello, Hello)
    for templates, marker in ((hello.templates, Marker.TYPED), (bytes(8), Marker.STORED)):
        session = Session(replace(SINGLE, models=Models([])), role="client")
        session.receive_data(build_control(replace(hello, templates=templates)))
        session.send("Yes")
        assert session.data_to_send()[-1][0] == marker


def test_templates_come_with_the_model() -> None:
    """Rule SES-10."""
    pair = Pair(replace(SINGLE, models=Models([OTHER])))
    assert pair.carry("Order 17 was packed by Ana.", pair.client) == "Order 17 was packed by Ana."
    pair.client.send("Order 18 was packed by Ana.")
    assert pair.client.data_to_send()[0][0] in {Marker.TYPED, Marker.MODELLED}


def test_long_messages_can_be_read_later() -> None:
    for held in (SINGLE, STREAMS):
        pair = Pair(held)
        assert pair.carry("hi", pair.client) == "hi"
        pair.client.send("x" * 5000)
        [frame] = pair.client.data_to_send()
        assert pair.server.receive_data(frame, longest=4096) == [Deferred()]
        assert pair.server.receive_data(frame) == [TextReceived("x" * 5000)]
        assert pair.carry("hi", pair.client) == "hi"


def test_a_message_too_long_for_a_stream_is_sent_by_itself() -> None:
    text = "x" * (MAX_MODELLED + 1)
    pair = Pair(replace(STREAMS, max_message=1 << 21))
    for message in ("a", text, "a"):
        assert pair.carry(message, pair.client) == message


def test_what_is_no_string_in_a_stream_is_coded_as_single_messages_are() -> None:
    """Rule SES-11."""
    streams = replace(STREAMS, max_message=1 << 21)
    pair = Pair(streams, replace(streams, methods=1 << Marker.STORED))
    pair.client.send("x" * 100_000)
    use, frame = pair.client.data_to_send()
    assert frame[:3] == bytes((HEAD_BYTE, Flag.MESSAGE | Flag.TEXT, Marker.STORED))
    assert pair.server.receive_data(use) == [Negotiated(pair.client.use or SINGLE_USE)]
    assert pair.server.receive_data(frame) == [TextReceived("x" * 100_000)]


@pytest.mark.parametrize("memory", [0, 1 << 15])
def test_long_messages_are_coded_without_a_model(memory: int) -> None:
    """Rule SES-18: a model codes no more than both ends allow."""
    ends = [Settings(Models([SMALL]), memory=memory, max_modelled=length) for length in (50, 40)]
    text = "Is there anything else I can help you with? Please wait a moment while I look into that."
    for pair in (Pair(*ends), Pair(*reversed(ends))):
        for length in (40, 41, 88, 40):
            assert pair.carry(text[:length], pair.client) == text[:length]
            assert pair.carry(text[:length].encode(), pair.server) == text[:length].encode()


@pytest.mark.parametrize("memory", [0, 1 << 15])
def test_a_long_message_that_a_model_coded_is_refused(memory: int) -> None:
    """Rule SES-18."""
    text = "Please wait a moment while I look into that."
    lavish, sparing = (Settings(Models([SMALL]), memory=memory, max_modelled=most) for most in (99, 20))
    client, server, deceived = (
        Session(lavish, role="client"),
        Session(sparing, role="server"),
        Session(lavish, role="server"),
    )
    for frame in client.data_to_send():
        server.receive_data(frame)
    for frame in deceived.data_to_send():
        client.receive_data(frame)
    client.send(text)
    use, frame = client.data_to_send()
    server.receive_data(use)
    assert server.receive_data(frame, longest=10) == [Deferred()]
    with pytest.raises(LimitExceeded):
        server.receive_data(frame)


def test_what_is_too_long_is_not_sent() -> None:
    pair = Pair(SINGLE, replace(SINGLE, max_message=10))
    with pytest.raises(EncodeError):
        pair.client.send("x" * 11)
    with pytest.raises(EncodeError):
        pair.client.send("\ud800")
    assert pair.carry("x" * 10, pair.client) == "x" * 10
    with pytest.raises(EncodeError):
        Session(SINGLE, role="client").send("too early")


SINGLE_USE = Use(Coding.SINGLE, 0, TINY_ID)
TAGGED = Use(Coding.TAGGED, 0, TINY_ID)

FORBIDDEN: dict[str, tuple[list[Control | bytes], type[DecodeError]]] = {
    "a message first": ([b"\x07hi"], Malformed),  # SES-9
    "no hello first": ([SINGLE_USE], Malformed),  # SES-5
    "two hellos": ([HELLO, HELLO], Malformed),  # SES-5
    "a message before its coding": ([HELLO, b"\x07hi"], Malformed),  # SES-9
    "a count that is not right": ([HELLO, SINGLE_USE, b"\x07hi", SINGLE_USE], StreamDesync),  # SES-7
    "a model that is not held": ([HELLO, replace(SINGLE_USE, model=SMALL_ID)], UnknownModel),  # SES-8
    "a stream without a model": ([HELLO, Use(Coding.STREAM, 28672, NO_MODEL, 16)], UnknownModel),  # SES-7
    "a stream with too much": ([HELLO, Use(Coding.STREAM, (1 << 15) + 1, TINY_ID, 16)], Unsupported),  # SES-8
    "a stream with nothing": ([HELLO, Use(Coding.STREAM, 0, TINY_ID, 16)], Unsupported),  # SES-8
    "a stream with another check": ([HELLO, Use(Coding.STREAM, 28672, TINY_ID, 5)], Unsupported),  # SES-8
    "bytes in a stream": (
        [HELLO, Use(Coding.STREAM, 28672, TINY_ID, 4), b"\x7e\x07hi"],
        Malformed,
    ),  # SES-11
    "an empty message": ([HELLO, SINGLE_USE, b""], DecodeError),
    "a message without a tag": ([HELLO, TAGGED, b"\x07hi"], UnknownModel),  # SES-10
    "half a tag": ([HELLO, TAGGED, TINY_ID[:1]], DecodeError),  # SES-10
    "text that is not": ([HELLO, SINGLE_USE, b"\x07\xff"], Malformed),  # SES-4
    "a needless byte": ([HELLO, SINGLE_USE, b"\x7d\x07hi"], NonCanonical),  # SES-3
    "an offer of nothing asked": ([HELLO, Offer(SMALL_ID, 3, bytes(32))], Malformed),  # SES-14
    "a chunk of nothing asked": ([HELLO, Chunk(b"hi")], Malformed),  # SES-15
    "a request for what is not held": ([HELLO, Request(SMALL_ID, 99)], UnknownModel),  # SES-13
    "a request, twice": ([HELLO, Request(TINY_ID, 99), Request(TINY_ID, 99)], Malformed),  # SES-13
    "a long frame": ([HELLO, SINGLE_USE, b"\x07" + bytes((1 << 20) + 64)], LimitExceeded),  # SES-17
    "a long message": ([HELLO, SINGLE_USE, b"\x07" + bytes((1 << 20) + 1)], LimitExceeded),  # SES-17
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_the_rules_forbid_ends_the_session(name: str) -> None:
    """Rules SES-3 to SES-5, SES-7 to SES-9, SES-11, SES-13 to SES-15 and SES-17."""
    steps, kind = FORBIDDEN[name]
    *before, last = frames_of(*steps)
    session = Session(STREAMS, role="server")
    for frame in before:
        session.receive_data(frame)
    with pytest.raises(kind):
        session.receive_data(last)


def test_a_frame_is_bytes_like() -> None:
    [hello] = Session(SINGLE, role="client").data_to_send()
    expected = Session(SINGLE, role="server").receive_data(hello)
    session = Session(SINGLE, role="server")
    for wrong in (None, "text", 5):
        with pytest.raises(TypeError, match="a frame is bytes, bytearray or memoryview, not "):
            session.receive_data(wrong)  # type: ignore[arg-type]
    assert session.receive_data(memoryview(hello)) == expected

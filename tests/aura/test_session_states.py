"""The states of sessions: which frames each reads, whatever comes before, and what damage does."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.aura.session_ends import HELLO, SMALL_ID, TINY_ID, Pair, frames_of, sealed
from tests.aura.small_models import OTHER, SINGLE, STREAMS

from aura.connections.session import (
    Session,
    Settings,
    State,
    TextReceived,
)
from aura.connections.session.state import TRANSITIONS
from aura.errors import DecodeError, EncodeError, Malformed
from aura_spec.session import (
    NO_MODEL,
    Chunk,
    Control,
    Have,
    Offer,
    Request,
    Use,
    build_control,
    is_control,
    parse_control,
)
from aura_spec.session_negotiation import Coding, Hello

SINGLE_USE = Use(Coding.SINGLE, 0, TINY_ID)
IDS = st.sampled_from([TINY_ID, SMALL_ID, NO_MODEL])
FETCHED = Offer(SMALL_ID, 3, hashlib.sha256(b"abc").digest())
CONTROLS: st.SearchStrategy[Control] = st.one_of(
    st.builds(Use, st.just(Coding.SINGLE), st.just(0), st.sampled_from([TINY_ID, NO_MODEL])),
    st.builds(
        Use,
        st.sampled_from(Coding),
        st.sampled_from([0, 28672]),
        IDS,
        st.sampled_from([0, 16]),
        st.integers(0, 3),
    ),
    st.builds(Have, IDS),
    st.builds(Request, IDS, st.integers(0, 9999)),
    st.sampled_from([HELLO, FETCHED, replace(FETCHED, size=0), replace(FETCHED, size=2)]),
    st.builds(Chunk, st.sampled_from([b"a", b"bc", b"abc", b"abd"])),
)
FRAMES = st.one_of(
    CONTROLS.map(build_control),
    CONTROLS.map(build_control),
    st.sampled_from([b"\x07hi", b"\x7e\x07hi", b"\x7e", b"\x07\xff"]),
    st.binary(max_size=40),
    st.binary(max_size=60).map(sealed),
)


def session_after(frames: list[bytes]) -> Session:
    """A session that has read these frames."""
    session = Session(replace(STREAMS, max_fetch=1 << 10), role="server")
    for frame in frames:
        session.receive_data(frame)
    return session


@settings(max_examples=300)
@given(st.sampled_from([[], [build_control(SINGLE_USE)]]), st.lists(FRAMES, min_size=4, max_size=20))
def test_any_frames_are_read_as_the_table_says_or_refused(first: list[bytes], frames: list[bytes]) -> None:
    """A frame that is refused is left out, and the others go on."""
    accepted: list[bytes] = []
    session = session_after([])
    for frame in [build_control(replace(HELLO, models=(SMALL_ID,))), *first, *frames]:
        before = session.their_state
        try:
            events = session.receive_data(frame)
        except DecodeError:
            assert session.their_state is State.FAILED
            with pytest.raises(RuntimeError):
                session.receive_data(frame)
            session = session_after(accepted)
            continue
        accepted.append(frame)
        kind = type(parse_control(frame)) if is_control(frame) else bytes
        assert session.their_state is TRANSITIONS[before][kind]
        assert len(events) == 1 or kind is Chunk
        for sent in session.data_to_send():
            parse_control(sent)


BY_TYPE: dict[type, Control | bytes] = {
    Hello: replace(HELLO, models=(SMALL_ID,)),
    Use: SINGLE_USE,
    Have: Have(SMALL_ID),
    Request: Request(TINY_ID, 99),
    Offer: FETCHED,
    Chunk: Chunk(b"ab"),
    bytes: b"\x07hi",
}
BEFORE: dict[State, list[type]] = {State.OPENING: [], State.READY: [Hello], State.OPEN: [Hello, Use]}


@pytest.mark.parametrize("state", BEFORE)
@pytest.mark.parametrize("kind", BY_TYPE)
def test_each_state_reads_the_frames_of_the_table_and_no_others(state: State, kind: type) -> None:
    """Rules SES-5 and SES-9."""
    before = [*BEFORE[state], *([Offer] if kind is Chunk and state is not State.OPENING else [])]
    session = session_after(frames_of(*(BY_TYPE[one] for one in before)))
    assert session.their_state is state
    [frame] = frames_of(BY_TYPE[kind])
    following = TRANSITIONS[state].get(kind)
    if following is None:
        with pytest.raises(Malformed):
            session.receive_data(frame)
        assert session.their_state is State.FAILED
    else:
        session.receive_data(frame)
        assert session.their_state is following


def test_messages_are_sent_once_the_hellos_are_exchanged() -> None:
    """Rules SES-5 and SES-7."""
    session = session_after([])
    assert session.our_state is State.OPENING
    with pytest.raises(EncodeError):
        session.send("too early")
    with pytest.raises(EncodeError):
        session.hold(OTHER)
    session.receive_data(build_control(HELLO))
    assert session.our_state is State.READY
    session.send("hi")
    assert session.our_state is State.OPEN
    with pytest.raises(Malformed):
        session.receive_data(build_control(HELLO))
    session.send("what was said is still sent")
    assert len(session.data_to_send()) == 4  # hello, use, and two messages
    assert session.data_to_send() == []


@pytest.mark.parametrize("held", [STREAMS, replace(SINGLE, level=0, tag=True)])
def test_damaged_frames_are_refused_or_read_as_what_was_sent(held: Settings) -> None:
    """Every bit of a message, where it has a check: that of a stream, or a tag."""
    text = "The order was sent."
    pair = Pair(held)
    assert pair.carry("The order was packed.", pair.client)
    before = pair.seen["client"]
    pair.client.send(text)
    [frame] = pair.client.data_to_send()
    refused = 0
    for bit in range(8 * len(frame)):
        damaged = bytearray(frame)
        damaged[bit // 8] ^= 1 << bit % 8
        server = Session(held, role="server")
        for earlier in before:
            server.receive_data(earlier)
        try:
            assert server.receive_data(bytes(damaged)) == [TextReceived(text)]
        except DecodeError:
            refused += 1
    assert refused >= 8 * len(frame) - 8  # a model tag of zeros is read by all


def test_damage_of_a_message_without_a_check_hurts_no_other() -> None:
    """It may be read as another text (rule TAG-1); what follows it is read as it was sent."""
    pair = Pair(SINGLE)
    assert pair.carry("The order was packed.", pair.client)
    before = pair.seen["client"]
    pair.client.send("The order was sent.")
    [frame] = pair.client.data_to_send()
    pair.client.send("The order has come.")
    [last] = pair.client.data_to_send()
    read = 0
    for bit in range(8 * len(frame)):
        damaged = bytearray(frame)
        damaged[bit // 8] ^= 1 << bit % 8
        server = Session(SINGLE, role="server")
        for earlier in before:
            server.receive_data(earlier)
        try:
            server.receive_data(bytes(damaged))
        except DecodeError:
            assert server.their_state is State.FAILED
            continue
        read += 1
        assert server.receive_data(last) == [TextReceived("The order has come.")]
    assert read

"""What an end of a session reads: the reference beside the sessions of the package, and what vectors leave out."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aura.connections.session import (
    BytesReceived,
    Event,
    ModelFetched,
    Models,
    Session,
    Settings,
    TextReceived,
)
from aura.models.model import Model
from aura_reference.model import read
from aura_reference.session import End, File, Said, Streamed
from aura_spec.errors import (
    ChecksumMismatch,
    DecodeError,
    Malformed,
    StreamDesync,
    UnknownModel,
    Unsupported,
)
from aura_spec.session import (
    NO_MODEL,
    Chunk,
    Control,
    Have,
    Offer,
    Request,
    Use,
    build_control,
    parse_control,
)
from aura_spec.session_negotiation import ALL_CODINGS, ALL_METHODS, Coding, Codings, Hello
from aura_spec.tag import build_tagged
from aura_vectors.case_types.message import MODEL
from aura_vectors.chapters.session_ends import BUILTIN, OTHER, OTHER_ID

HELD = Model.from_bytes(MODEL.model)
HELD_ID = bytes.fromhex(HELD.id)
MODELS = {HELD_ID: read(HELD.data)}
OWN = Hello(ALL_METHODS, ALL_CODINGS, 1 << 15, 200, 200, BUILTIN, (HELD_ID,))
PEER = replace(OWN, models=(OTHER_ID,))
STREAM = Use(Coding.STREAM, 1 << 15, HELD_ID, 16)
MAX_FETCH = 1 << 12


def begun(*controls: Control) -> End:
    end = End(OWN, MODELS)
    for control in controls:
        end.receive(build_control(control))
    return end


def test_messages_of_streams_are_left_to_their_chapter() -> None:
    """Rules SES-7 and SES-11."""
    end = begun(PEER, STREAM)
    for coded in (b"\0", b"", b"\x7c"):
        assert end.receive(coded) == Streamed(coded)
    assert end.receive(b"\x7d\x7f") == Streamed(b"\x7f")
    with pytest.raises(Malformed):
        end.receive(b"\x7e\0")
    with pytest.raises(StreamDesync):
        end.receive(build_control(STREAM))
    end.receive(build_control(replace(STREAM, count=4)))


def test_a_model_that_an_end_says_it_has_may_be_used() -> None:
    """Rules SES-8 and SES-12."""
    other = read(OTHER)
    end = End(OWN, {OTHER_ID: other, HELD_ID: read(HELD.data)})
    end.receive(build_control(PEER))
    use = build_control(Use(Coding.SINGLE, 0, OTHER_ID))
    with pytest.raises(UnknownModel):
        end.receive(use)
    end.send(Have(OTHER_ID))
    end.receive(use)
    assert end.receive(b"\x07hi") == Said(b"hi", is_text=True)


@pytest.mark.parametrize("model_id", [HELD_ID, NO_MODEL])
def test_tagged_messages_are_read_if_the_hello_says_so(model_id: bytes) -> None:
    """Rules SES-8 and SES-10."""
    use = Use(Coding.TAGGED, 0, model_id)
    wire = build_tagged(b"\x07hi", b"hi", b"" if model_id == NO_MODEL else model_id)
    end = begun(PEER, use)
    assert end.receive(wire) == Said(b"hi", is_text=True)
    assert end.receive(b"\x7e" + wire) == Said(b"hi", is_text=False)
    with pytest.raises(ChecksumMismatch):
        end.receive(wire[:-1] + b"o")
    older = End(replace(OWN, codings=Codings.SINGLE | Codings.STREAM), {HELD_ID: read(HELD.data)})
    older.receive(build_control(PEER))
    with pytest.raises(Unsupported):
        older.receive(build_control(use))


def test_a_check_of_32_bits_is_read_if_the_hello_says_so() -> None:
    """Rules SES-5 and SES-8."""
    use = Use(Coding.STREAM, 1 << 15, HELD_ID, 32)
    begun(PEER, use)
    older = End(replace(OWN, codings=ALL_CODINGS & ~Codings.LONG_CHECK), {HELD_ID: read(HELD.data)})
    older.receive(build_control(PEER))
    with pytest.raises(Unsupported, match="32 bits"):
        older.receive(build_control(use))
    older.receive(build_control(replace(use, check=16)))


@pytest.mark.no_cover
def test_messages_are_counted_modulo_2_16() -> None:
    """Rule SES-7."""
    end = begun(PEER, Use(Coding.SINGLE, 0, NO_MODEL))
    for _ in range((1 << 16) + 1):
        end.receive(b"\x07")
    end.receive(build_control(Use(Coding.SINGLE, 0, NO_MODEL, count=1)))


IDS = st.sampled_from([HELD_ID, OTHER_ID, NO_MODEL, bytes(range(8))])
OFFER = Offer(OTHER_ID, len(OTHER), hashlib.sha256(OTHER).digest())
FRAMES: st.SearchStrategy[bytes] = st.one_of(
    st.one_of(
        st.just(PEER),
        st.builds(Use, st.sampled_from(Coding), st.sampled_from([0, 1 << 15]), IDS, st.sampled_from([0, 16])),
        st.builds(Use, st.just(Coding.SINGLE), st.just(0), IDS, st.just(0), st.integers(0, 3)),
        st.builds(Have, IDS),
        st.builds(Request, IDS, st.integers(0, 9999)),
        st.sampled_from([OFFER, replace(OFFER, size=3), replace(OFFER, size=0), replace(OFFER, size=9999)]),
        st.builds(Chunk, st.sampled_from([OTHER, b"abc", b"a", OTHER[:800], OTHER[800:]])),
    ).map(build_control),
    st.sampled_from(
        [
            b"\x07hi",
            b"\x29\xcd\x07hi",
            b"\0\xcd\x07hi",
            b"\x29\xcc\x07hi",
            b"\x7e\x07\xff",
            b"\x07\xff",
            b"\x7d\x07",
            b"",
            b"\x42",
            b"\x07" + bytes(201),
        ]
    ),
    st.binary(max_size=9),
)


def told(events: list[Event]) -> object:
    """What comes out of a frame, as the reference says it."""
    match events:
        case [TextReceived(data)]:
            return Said(data.encode(), is_text=True)
        case [BytesReceived(data)]:
            return Said(data, is_text=False)
        case [ModelFetched() as fetched]:
            return File(fetched.load().data)
        case _:
            return None


class Both:
    """The reference and a session of the package, which read the same frames."""

    def __init__(self, frames: list[bytes]) -> None:
        self.end = begun()
        self.session = Session(
            Settings(Models([HELD]), max_message=OWN.max_message, max_fetch=MAX_FETCH), role="server"
        )
        for frame in frames:
            self.expect(frame)
            self.session.receive_data(frame)

    def expect(self, frame: bytes) -> object:
        """What the reference makes of the next frame."""
        for sent in self.session.data_to_send():
            self.end.send(parse_control(sent))
        return self.end.receive(frame)


@pytest.mark.no_cover
@settings(max_examples=300)
@given(st.lists(FRAMES, max_size=12))
def test_both_make_the_same_of_any_frames(frames: list[bytes]) -> None:
    """Rules SES-3 to SES-17. Frames that are refused, and those of streams, are left out, and the others go on."""
    accepted: list[bytes] = []
    both = Both(accepted)
    for frame in [build_control(PEER), *frames]:
        try:
            expected = both.expect(frame)
        except DecodeError as error:
            with pytest.raises(DecodeError) as refused:
                told(both.session.receive_data(frame))
            assert refused.value.code == error.code
            both = Both(accepted)
            continue
        if isinstance(expected, Streamed):
            both = Both(accepted)
            continue
        assert told(both.session.receive_data(frame)) == expected
        accepted.append(frame)

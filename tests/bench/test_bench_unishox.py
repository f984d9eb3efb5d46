import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.bench.codecs import RefusedError
from aura.bench.unishox import MAX_SIZE, Unishox2Peer

from .messages import texts

pytest.importorskip("unishox2")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_text_round_trips(text: str) -> None:
    codec = Unishox2Peer()
    assert codec.decode(codec.encode(text.encode())) == text.encode()


def test_short_text_shrinks() -> None:
    codec = Unishox2Peer()
    assert (codec.name, codec.stateful) == ("unishox2", False)
    codec.reset()
    for text in texts(8):
        message = text.encode()
        assert len(codec.encode(message)) < len(message)


@pytest.mark.parametrize("message", [b"\xff\xfe", b"a" * (MAX_SIZE + 1)])
def test_what_it_cannot_take_is_stored_and_costs_a_byte(message: bytes) -> None:
    codec = Unishox2Peer()
    wire = codec.encode(message)
    assert len(wire) == len(message) + 1
    assert codec.decode(wire) == message


def test_a_text_after_a_stored_message_is_decoded_as_text() -> None:
    codec = Unishox2Peer()
    codec.encode(b"\xff")
    assert codec.decode(codec.encode(b"hello")) == b"hello"


def test_what_was_never_encoded_is_refused() -> None:
    with pytest.raises(RefusedError):
        Unishox2Peer().decode(b"\x99")

"""``aura.Stream``: two ends of a connection."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import knowing_nothing

import aura
from aura import Codec, Model, Stream, StreamDesync
from aura.backends import BACKENDS
from aura_spec.stream import MAX_MEMORY, MIN_MEMORY

SMALL = Model.load_small()


def connection(**options: int) -> tuple[Stream, Stream]:
    return Stream(SMALL, role="client", **options), Stream(SMALL, role="server", **options)


@given(st.lists(st.tuples(st.booleans(), st.text(max_size=60) | st.binary(max_size=60)), max_size=6))
@settings(max_examples=30)
def test_both_ways_crossing_or_not(said: list[tuple[bool, str | bytes]]) -> None:
    client, server = connection()
    in_flight: dict[bool, list[tuple[bytes, str | bytes]]] = {True: [], False: []}
    for to_server, message in said:
        wire = (client if to_server else server).send(message)
        in_flight[to_server].append((wire, message))
    for to_server, wires in in_flight.items():
        for wire, message in wires:
            assert (server if to_server else client).receive(wire) == message


def test_a_conversation_gets_cheaper() -> None:
    client, server = connection()
    said = "Please book a table for two at the Golden Lion at half past seven."
    wires = [client.send(said) for _ in range(3)]
    assert [server.receive(wire) for wire in wires] == [said] * 3
    assert len(wires[2]) < len(wires[0]) // 3
    assert len(wires[0]) < len(said) // 2


def test_large_and_random_messages_go_through() -> None:
    client, server = connection()
    noise = bytes(7919 * n * n % 251 for n in range(5000))
    for message in (noise, "large " * 300_000, noise, b""):
        wire = client.send(message)
        assert len(wire) <= len(message) + 8
        assert server.receive(wire) == message


def test_a_reset_recovers_both_directions() -> None:
    client, server = connection()
    client.send("lost")
    with pytest.raises(StreamDesync) as caught:
        server.receive(client.send("not read"))
    assert caught.value.code == "StreamDesync"
    assert server.lost
    assert not client.lost
    server.reset()
    assert client.receive(server.send("Again, please.")) == "Again, please."
    assert server.receive(client.send("I said: not read")) == "I said: not read"
    assert not server.lost
    assert client.receive(server.send("Thanks.")) == "Thanks."


def test_models_have_to_be_the_same() -> None:
    server = Stream(knowing_nothing(), role="server")
    with pytest.raises(aura.DecodeError):
        server.receive(Stream(SMALL, role="client").send("Which model do you speak?"))


def test_memory_has_to_be_the_same() -> None:
    server = Stream(SMALL, role="server", memory=MIN_MEMORY)
    with pytest.raises(StreamDesync):
        server.receive(Stream(SMALL, role="client", memory=MAX_MEMORY).send("How much do you remember?"))


def test_the_size_of_a_message_is_limited() -> None:
    client, server = Stream(SMALL, role="client"), Stream(SMALL, role="server", max_size=10)
    assert server.receive(client.send("ten bytes.")) == "ten bytes."
    with pytest.raises(aura.LimitExceeded):
        server.receive(client.send("eleven byte"))
    client, server = connection()
    assert server.receive(client.send("four"), max_size=4) == "four"
    with pytest.raises(aura.LimitExceeded):
        server.receive(client.send("fives"), max_size=4)


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="role"):
        Stream(SMALL, role="peer")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="check"):
        Stream(SMALL, role="client", check=7)
    for memory in (MIN_MEMORY - 1, MAX_MEMORY + 1):
        with pytest.raises(ValueError, match="memory"):
            Stream(SMALL, role="client", memory=memory)
    with pytest.raises(aura.EncodeError):
        Stream(SMALL, role="client").send("\ud800")


def test_the_default_model_and_an_own_codec() -> None:
    client, server = Stream(role="client", codec=Codec(level=0)), Stream(role="server")
    noise = bytes(7919 * n * n % 251 for n in range(2000))
    assert server.receive(client.send(noise)) == noise


def test_memory_of_a_direction_is_bounded() -> None:
    client = Stream(SMALL, role="client", codec=Codec(model=SMALL, backend="fast"))
    for number in range(60):
        client.send(f"{number} " * 300)
    state = client._sender._state  # type: ignore[attr-defined]  # that of the fast backend
    held = sum(sys.getsizeof(getattr(state, name)) for name in state.__slots__)
    assert held < (32 << 10) * 9 // 8  # a bytearray has an eighth in reserve


def test_the_codec_says_by_which_backend_a_stream_is_coded() -> None:
    said = ["Please book a table for two.", "noise " * 400, "Please book a table for three."]
    wires = []
    for name in BACKENDS:
        client = Stream(SMALL, role="client", codec=Codec(model=SMALL, backend=name))
        assert client.backend == name
        server = Stream(SMALL, role="server", codec=Codec(model=SMALL, backend=name), max_size=100)
        wires.append([client.send(message) for message in said])
        assert server.receive(wires[-1][0]) == said[0]
        with pytest.raises(aura.LimitExceeded):
            server.receive(wires[-1][1], max_size=50)
        assert [server.receive(wire, max_size=5000) for wire in wires[-1][1:]] == said[1:]
    assert wires == [wires[0]] * len(BACKENDS)
    assert Stream(SMALL, role="client").backend == Codec().backend

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from tests.aura.asgi_ends import Client, get
from tests.aura.listening import Failing, Listener
from tests.aura.session_ends import Pair
from tests.aura.small_models import OTHER, SINGLE, STREAMS, TINY
from tests.aura.websocket_ends import serving
from websockets.asyncio import client as plain_client

import aura
from aura import websockets as aura_websockets
from aura.connections.session import Models, Session, Settings, State
from aura.event_stream import EventStreamEncoder
from aura.observation import Connecting, Direction, Labels, Observer, Observers, current_labels, labelled
from aura.websockets import connect

SAID = "and then the door was shut"
TEXTS = ["Is there anything else I can help you with?", "Request 17 is late", "äöü " * 40, ""]


@pytest.mark.parametrize("wrap", [lambda codec: codec, aura.CachedCodec, aura.PooledCodec])
@pytest.mark.parametrize("check", [False, True])
def test_a_codec_tells_of_each_message(
    wrap: Callable[[aura.Codec], aura.CachedCodec], *, check: bool
) -> None:
    listener, plain = Listener(), aura.Codec(model=TINY, check=check)
    codec = aura.ObservedCodec(wrap(plain), listener)
    before = time.time()
    wires = codec.compress_batch(TEXTS)
    assert wires == plain.compress_batch(TEXTS)
    assert [codec.decompress(wire).decode() for wire in wires] == TEXTS
    assert codec.decompress_batch(wires) == [text.encode() for text in TEXTS]
    for place, (text, wire) in enumerate(zip(TEXTS, wires, strict=True)):
        events = listener.messages[place :: len(TEXTS)]
        assert [event.direction for event in events] == [Direction.OUT, Direction.IN, Direction.IN]
        for event in events:
            assert (event.message.decode(), event.wire_size) == (text, len(wire))
            assert event.method == aura.peek(wire, check=check).method
            assert event.model_id == TINY.id
            assert before <= event.time <= time.time()
            assert 0 < event.duration < 60
    assert len(listener.messages) == 3 * len(TEXTS)


def test_a_codec_tells_of_templates_and_of_models_that_messages_name() -> None:
    listener = Listener()
    codec = aura.ObservedCodec(aura.Codec(model=OTHER, explicit_model=True), listener)
    text = "Order 7 was packed by Ada."
    codec.compress(text, template_id=300, slots={"order": "7", "who": "Ada"})
    codec.compress("Is there anything else I can do?")
    hinted, named = listener.messages
    assert (hinted.template_id, hinted.message.decode()) == (300, text)
    assert named.model_id == OTHER.id


def test_a_codec_tells_of_refusals_and_raises_them() -> None:
    listener, damaged = Listener(), b"\x42damaged"
    codec = aura.ObservedCodec(aura.Codec(model=TINY), listener)
    with pytest.raises(aura.Unsupported):
        codec.decompress(damaged)
    codec.decompress_batch([b"\x07sound", damaged, b"\x06"], errors="return")
    assert [(event.wire_size, event.method) for event in listener.refusals] == [
        (8, None),
        (8, None),
        (1, None),
    ]
    assert [event.error.code for event in listener.refusals] == ["Unsupported", "Unsupported", "Truncated"]
    [sound] = listener.messages
    assert sound.message == b"sound"


def test_an_observer_that_fails_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    listener = Listener()
    codec = aura.ObservedCodec(aura.Codec(model=TINY), Observers(Failing(), listener))
    with caplog.at_level(logging.ERROR, "aura.observation"):
        assert codec.decompress(codec.compress("yes")) == b"yes"
        with pytest.raises(aura.DecodeError):
            codec.decompress(b"\x42")
    assert len(listener.messages) == 2
    assert len(listener.refusals) == 1
    assert len(caplog.records) == 3


def test_an_observer_needs_override_nothing() -> None:
    pair = Pair(replace(STREAMS, observer=Observer()))
    assert pair.carry("yes", pair.client) == "yes"


def test_labels_of_inner_contexts_come_first() -> None:
    with labelled(user="ada", role="user"), labelled(role="tool", conversation="7"):
        assert current_labels() == Labels("ada", "7", "tool")
    assert current_labels() == Labels()


@pytest.mark.parametrize(("labels", "error"), [({"user": 7}, TypeError), ({"role": "\ud800"}, ValueError)])
def test_other_labels_are_refused(labels: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error), labelled(**labels):
        pass


def test_what_is_no_observer_is_refused() -> None:
    for make in (
        lambda: aura.ObservedCodec(aura.Codec(), print),  # type: ignore[arg-type]
        lambda: aura.ObservedCodec("codec", Listener()),  # type: ignore[arg-type]
        lambda: Settings(observer=print),  # type: ignore[arg-type]
        lambda: Observers(print),  # type: ignore[arg-type]
        lambda: EventStreamEncoder(TINY, observer=print),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            make()


@pytest.mark.parametrize("settings", [STREAMS, SINGLE, replace(SINGLE, tag=True)])
def test_a_session_tells_of_messages_both_ways(settings: Settings) -> None:
    ears = Listener(), Listener()
    pair = Pair(replace(settings, observer=ears[0]), replace(settings, observer=ears[1]))
    noise = Random(7).randbytes(2000)
    for message in (SAID, noise, "äöü"):
        assert pair.carry(message, pair.client) == message
    sent, received = ears[0].messages, ears[1].messages
    assert [event.direction for event in (*sent, *received)] == [Direction.OUT] * 3 + [Direction.IN] * 3
    assert [event.labels.role for event in (*sent, *received)] == ["client"] * 6
    for one, other in zip(sent, received, strict=True):
        assert (one.message, one.wire_size, one.method) == (other.message, other.wire_size, other.method)
        assert (one.model_id, one.template_id) == (other.model_id, other.template_id) == (TINY.id, None)
    assert sum(event.wire_size for event in sent) <= pair.client.status.sent.wire
    assert (sent[0].method == "stream") is (settings.memory != 0)
    assert [event.message for event in sent] == [SAID.encode(), noise, "äöü".encode()]
    assert sent[1].method not in {"", "stream"}  # the stream leaves it to the codec of single messages
    assert ears[0].changes == ears[1].changes == [Connecting.OPENED]


def test_a_session_tells_of_templates() -> None:
    listener = Listener()
    pair = Pair(replace(SINGLE, models=Models([OTHER]), observer=listener))
    assert pair.carry("Order 7 was packed by Ada.", pair.server) == "Order 7 was packed by Ada."
    assert {event.template_id for event in listener.messages} == {300}


def test_a_session_tells_of_refused_frames_once() -> None:
    listener = Listener()
    with labelled(user="eve"):
        pair = Pair(STREAMS, replace(STREAMS, observer=listener))
        pair.client.send("first")
        pair.client.data_to_send()
        pair.client.send("second")
        [frame] = pair.client.data_to_send()
        with pytest.raises(aura.DecodeError):
            pair.server.receive_data(frame)
    assert pair.server.their_state is State.FAILED
    [refusal] = listener.refusals
    assert refusal.wire_size == len(frame)
    assert refusal.labels == Labels("eve", None, "client")
    assert not listener.messages


def test_a_message_that_is_deferred_is_no_refusal() -> None:
    listener = Listener()
    pair = Pair(SINGLE, replace(SINGLE, observer=listener))
    pair.client.send("abc" * 100)
    use, frame = pair.client.data_to_send()
    pair.server.receive_data(use)
    pair.server.receive_data(frame, longest=10)
    assert not listener.refusals
    pair.server.receive_data(frame)
    assert len(listener.messages) == 1


def test_without_an_observer_a_session_has_no_reporter() -> None:
    session = Session(STREAMS, role="client")
    assert session.reporter is None


def test_connections_of_websockets_tell_with_labels() -> None:
    ears = Listener()

    async def handler(connection: aura_websockets.ServerConnection) -> None:
        connection.aura.labels = Labels(user="ada")
        async for message in connection:
            with labelled(role="assistant", conversation=f"c{len(message)}"):
                await connection.send(message)

    async def main() -> None:
        async with (
            serving(handler, replace(STREAMS, observer=ears)) as address,
            connect(address, settings=STREAMS) as connection,
        ):
            for message in ("short", "x" * 5000):  # the latter is coded in a thread
                await connection.send(message)
                assert await connection.recv() == message

    asyncio.run(main())
    out = [event.labels for event in ears.messages if event.direction is Direction.OUT]
    assert out == [Labels("ada", "c5", "assistant"), Labels("ada", "c5000", "assistant")]
    received = [event.labels for event in ears.messages if event.direction is Direction.IN]
    assert received == [Labels("ada", None, "client")] * 2
    assert ears.changes == [Connecting.OPENED, Connecting.CLOSED]


def test_connections_without_aura_are_told_of() -> None:
    ears = Listener()

    async def main() -> None:
        async with (
            serving(settings=replace(STREAMS, observer=ears)) as address,
            plain_client.connect(address) as connection,
        ):
            await connection.send("plain")
            assert await connection.recv() == "plain"

    asyncio.run(main())
    assert ears.changes == [Connecting.PLAIN]
    assert not ears.messages


def test_a_peer_without_a_hello_is_told_of() -> None:
    ears = Listener()

    async def main() -> None:
        settings = replace(STREAMS, observer=ears, hello_timeout=0.05)
        async with serving(settings=settings) as address:
            subprotocol = plain_client.connect(address, subprotocols=["aura.v1"])  # type: ignore[list-item]
            async with subprotocol as connection:
                await connection.wait_closed()

    asyncio.run(main())
    assert [event.error.reason for event in ears.refusals] == ["no hello came"]


def test_the_middleware_tells() -> None:
    ears = Listener()

    async def main() -> None:
        client = Client("/echo", ["aura.v1"], replace(STREAMS, observer=ears))
        session = Session(STREAMS, role="client")
        client.speak(session)
        assert (await client.event())["type"] == "websocket.accept"
        hello = (await client.event())["bytes"]
        session.receive_data(hello)
        session.send("to and fro")
        client.speak(session)
        assert await client.message(session) == "to and fro"
        await client.end()
        plain = Client("/echo", [], replace(STREAMS, observer=ears))
        assert (await plain.event())["type"] == "websocket.accept"
        await plain.end()

    asyncio.run(main())
    assert [event.direction for event in ears.messages] == [Direction.IN, Direction.OUT]
    assert [event.message for event in ears.messages] == [b"to and fro"] * 2
    assert ears.changes == [Connecting.OPENED, Connecting.CLOSED, Connecting.PLAIN]


def test_responses_tell_of_events() -> None:
    ears = Listener()
    settings = replace(STREAMS, observer=ears)
    with labelled(user="ada"):
        asyncio.run(get("/events", {"accept-encoding": "aura", "aura-models": TINY.id}, settings))
    texts = [f"data: event {number}\n\n" for number in range(3)] + ["data: without end"]
    assert [event.message.decode() for event in ears.messages] == texts
    assert {(event.direction, event.model_id, event.labels.user) for event in ears.messages} == {
        (Direction.OUT, TINY.id, "ada")
    }

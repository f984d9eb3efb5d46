"""Hints, the template that a message fills: they save the search, and never give a wrong text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.aura.asgi_ends import Client
from tests.aura.coroutines import run
from tests.aura.session_ends import Pair
from tests.aura.small_models import OTHER, SINGLE, STREAMS, TINY
from tests.aura.test_websockets import frames_of
from tests.aura.websocket_ends import serving
from tests.messages import VALUES_BY_KIND

import aura
from aura import asgi
from aura import websockets as aura_websockets
from aura.cached import CachedCodec
from aura.connections.session import Models, Settings
from aura.errors import EncodeError
from aura.pooled import PooledCodec
from aura.templates import Hint, TemplateLibrary
from aura_spec.marker import Marker
from aura_spec.session import is_control, parse_data
from aura_spec.template import builtin

TEXT = "Order 17 was packed by Ana."
HINT = Hint(300, ["17", "Ana"])
PATTERNS = {300: "Order {order:int} was packed by {who}.", 301: "{a} was {b} by {c}.", 302: "Yes"}
WRONG: list[tuple[int | None, Any]] = [
    (300, ["18", "Ana"]),
    (300, ["17", "Anna"]),
    (300, ["17"]),
    (300, {"order": "17", "name": "Ana"}),
    (302, None),
    (300, None),
    (None, ["17", "Ana"]),
]
MODELS = Settings(Models([OTHER]), memory=0)


@pytest.mark.parametrize("level", range(4))
@pytest.mark.parametrize("check", [False, True])
def test_a_codec_sends_the_template_that_is_named(level: int, check: bool) -> None:
    codec = aura.Codec(templates=PATTERNS, level=level, check=check)
    for hint in (HINT, Hint(300, {"order": 17, "who": "Ana"}), Hint(301, ["Order 17", "packed", "Ana"])):
        wire = codec.compress(TEXT, template_id=hint.template_id, slots=hint.slots)
        assert codec.decompress(wire) == TEXT.encode()
        assert aura.peek(wire, check=check).template_id == hint.template_id


def test_a_codec_that_is_wrapped_takes_hints() -> None:
    codec = aura.Codec(templates=PATTERNS)
    expected = codec.compress(TEXT, template_id=301, slots=["Order 17", "packed", "Ana"])
    for wrapped in (CachedCodec(codec), PooledCodec(codec), CachedCodec(PooledCodec(codec))):
        assert wrapped.compress(TEXT, template_id=301, slots=["Order 17", "packed", "Ana"]) == expected
        assert wrapped.compress(TEXT) == codec.compress(TEXT)
    assert aura.peek(aura.compress("Yes", template_id=0)).template_id == 0


def test_a_hint_spares_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    codec, pair = (
        aura.Codec(templates=PATTERNS, backend="fast"),
        Pair(MODELS),
    )  # the native core looks by itself
    compressor = aura.HybridCompressor(templates=PATTERNS)

    def refuse(*_: object) -> None:
        raise AssertionError("searched")

    monkeypatch.setattr(TemplateLibrary, "match", refuse)
    assert codec.compress(TEXT, template_id=300, slots=["17", "Ana"])
    assert compressor.compress(TEXT, 300, ["17", "Ana"]).template_id == 300
    pair.client.send(TEXT, hint=HINT)
    with pytest.raises(AssertionError, match="searched"):
        codec.compress(TEXT)


@pytest.mark.parametrize(("template_id", "slots"), WRONG)
def test_a_hint_that_does_not_give_the_message_is_refused(template_id: int | None, slots: Any) -> None:
    for codec in (aura.Codec(templates=PATTERNS), CachedCodec(aura.Codec(templates=PATTERNS))):
        with pytest.raises(EncodeError):
            codec.compress(TEXT, template_id=template_id, slots=slots)
    with pytest.raises(EncodeError):
        aura.HybridCompressor(templates=PATTERNS).compress(TEXT, template_id, slots)


def test_a_codec_refuses_templates_that_it_does_not_hold() -> None:
    with pytest.raises(EncodeError, match="no template has the id 999"):
        aura.Codec().compress(TEXT, template_id=999)
    with pytest.raises(TypeError):
        aura.Codec(templates=PATTERNS).compress(TEXT, template_id=300, slots=[None, "Ana"])


@given(data=st.data())
def test_a_hint_never_leads_to_a_wrong_text(data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(sorted(builtin())))
    template = builtin()[number]
    values = [data.draw(VALUES_BY_KIND.get(slot.kind, st.text(max_size=9))) for slot in template.slots]
    text = template.render([value.encode() for value in values]).decode()
    sent = data.draw(st.sampled_from([text, text + ".", text[:-1], text.upper()]))
    codec = aura.Codec(level=data.draw(st.integers(0, 3)), model=TINY)
    try:
        wire = codec.compress(sent, template_id=number, slots=values)
    except EncodeError:
        assert sent != text
    else:
        assert codec.decompress(wire) == sent.encode() == text.encode()


def template_ids(frames: list[bytes]) -> list[int | None]:
    """What the frames of messages show of their templates."""
    return [aura.peek(parse_data(frame)[0]).template_id for frame in frames if not is_control(frame)]


def test_a_session_sends_the_template_that_is_named() -> None:
    pair = Pair(MODELS)
    for message, hint in ((TEXT, HINT), ("Yes", Hint(0)), (b"Yes", Hint(0)), (TEXT, None)):
        pair.events.clear()
        pair.client.send(message, hint=hint)
        pair.run()
        assert [event.data for event in pair.events if hasattr(event, "data")] == [message]
    assert template_ids(pair.seen["client"])[:3] == [300, 0, 0]


@pytest.mark.parametrize("settings", [MODELS, Settings(Models([OTHER]))])
def test_a_session_refuses_a_wrong_hint_and_goes_on(settings: Settings) -> None:
    pair = Pair(settings)
    assert pair.carry("before", pair.client) == "before"
    for hint in (Hint(300, ["18", "Ana"]), Hint(0), Hint(300)):
        with pytest.raises(EncodeError):
            pair.client.send(TEXT, hint=hint)
    with pytest.raises(TypeError):
        pair.client.send(TEXT, hint=Hint(300, [None, "Ana"]))
    assert pair.carry(TEXT, pair.client) == TEXT
    assert pair.client.status.sent.messages == 2


@pytest.mark.parametrize("settings", [SINGLE, STREAMS, Settings(Models([])), replace(MODELS, level=0)])
def test_a_template_that_cannot_be_sent_is_not_needed(settings: Settings) -> None:
    """The peer does not hold it, or messages of a stream or of level 0 have no templates."""
    pair = Pair(settings)
    pair.client.send(TEXT, hint=HINT)
    pair.run()
    assert [event.data for event in pair.events if hasattr(event, "data")] == [TEXT]


def test_a_peer_that_reads_no_template_frames_gets_none() -> None:
    pair = Pair(MODELS, replace(MODELS, methods=1 << Marker.STORED))
    pair.client.send(TEXT, hint=HINT)
    pair.run()
    assert [event.data for event in pair.events if hasattr(event, "data")] == [TEXT]
    assert template_ids(pair.seen["client"]) == [None]


@run
async def test_websockets_take_hints() -> None:
    async with serving(settings=MODELS) as address, aura_websockets.connect(address, settings=MODELS) as ws:
        await ws.send(TEXT, template_id=300, slots={"order": "17", "who": "Ana"})  # type: ignore[call-arg]
        assert await ws.recv() == TEXT
        seen = frames_of(ws)
        for wrong in ({"template_id": 300, "slots": ["18", "Ana"]}, {"slots": ["17", "Ana"]}):
            with pytest.raises(EncodeError):
                await ws.send(TEXT, **wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            await ws.send(TEXT, template_id=300, slots=[None, "Ana"])  # type: ignore[call-arg]
        await ws.send(TEXT)
        assert await ws.recv() == TEXT
        assert seen


@run
async def test_a_server_without_aura_gets_the_message_all_the_same() -> None:
    from websockets.asyncio import server  # noqa: PLC0415

    async def echo(connection: server.ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async with server.serve(echo, "127.0.0.1", 0) as running:
        port = next(iter(running.sockets)).getsockname()[1]
        async with aura_websockets.connect(f"ws://127.0.0.1:{port}", settings=MODELS) as ws:
            await ws.send(TEXT, template_id=300, slots=["17", "Ana"])  # type: ignore[call-arg]
            assert await ws.recv() == TEXT


@run
async def test_applications_of_asgi_give_hints() -> None:
    refusals: list[type[Exception]] = []

    async def application(_scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        await asgi.send(send, TEXT, template_id=300, slots=["17", "Ana"])
        for slots in (["18", "Ana"], [None, "Ana"]):
            try:
                await asgi.send(send, TEXT, template_id=300, slots=slots)
            except (EncodeError, TypeError) as error:
                refusals.append(type(error))
        await asgi.send(send, b"\xff", template_id=None)

    client = Client("/", ["aura.v1"], MODELS, application)
    await client.event()
    session = aura.connections.session.Session(MODELS, role="client")
    client.speak(session)
    session.receive_data((await client.event())["bytes"])
    events = [await client.event() for _ in range(3)]
    frames = [event["bytes"] for event in events]
    assert [
        event.data for frame in frames for event in session.receive_data(frame) if hasattr(event, "data")
    ] == [
        TEXT,
        b"\xff",
    ]
    assert template_ids(frames) == [300, None]
    assert refusals == [EncodeError, TypeError]
    await client.end()


@run
async def test_clients_without_aura_get_plain_events() -> None:
    async def application(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await asgi.send(send, TEXT, template_id=300, slots=["17", "Ana"])

    client = Client("/", [], MODELS, application)
    await client.event()
    assert (await client.event())["text"] == TEXT
    await client.end()

"""Responses through the middleware: which are coded, for whom, and with which model."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.aura.asgi_ends import get
from tests.aura.coroutines import run
from tests.aura.small_models import STREAMS, TINY

from aura.asgi import AuraMiddleware
from aura.connections.event_stream import decode_event_stream
from aura.connections.session import Settings

EVENTS = b"data: event 0\n\ndata: event 1\n\ndata: event 2\n\ndata: without end"


def test_events_are_coded_one_by_one() -> None:
    """Rules EVS-1 and EVS-2."""
    wanted = {"Accept-Encoding": "gzip, aura", "Aura-Models": f"00, {TINY.id}"}
    headers, pieces = asyncio.run(get("/events", wanted))
    assert headers["content-encoding"] == "aura"
    assert headers["aura-model"] == TINY.id
    assert "aura-models" in headers["vary"]
    decoded = list(decode_event_stream(pieces, TINY))
    assert b"".join(decoded) == EVENTS
    assert len(decoded) == 4


@run
async def test_events_are_coded_without_a_model() -> None:
    headers, pieces = await get("/events", {"Accept-Encoding": "aura;q=0.5"})
    assert "aura-model" not in headers
    assert b"".join(decode_event_stream(pieces)) == EVENTS


def test_scripts_ask_in_a_header_or_in_the_query() -> None:
    """Rule EVS-7."""
    other = "0" * 16
    for path, wanted in (
        ("/events", {"Aura-Accept": "aura", "Aura-Models": TINY.id}),
        ("/events", {"Accept-Encoding": "gzip, br", "Aura-Accept": "aura;q=0.5", "Aura-Models": TINY.id}),
        (f"/events?aura-accept=aura&aura-models={other}%2C%20{TINY.id.upper()}", {}),
        (f"/events?a=b&aura-models={TINY.id}&aura-accept=br,%20aura;q%3D1", {"Accept-Encoding": "br"}),
        (f"/events?aura-accept=aura&aura-models={other}", {"Aura-Models": TINY.id}),
    ):
        headers, pieces = asyncio.run(get(path, wanted))
        assert headers["aura-model"] == TINY.id
        assert headers["vary"] == "accept-encoding, aura-accept, aura-models"
        assert headers["access-control-expose-headers"] == "content-encoding, aura-model"
        assert b"".join(decode_event_stream(pieces, TINY)) == EVENTS


@run
async def test_others_get_plain_events() -> None:
    for accepted in ("gzip", "aura;q=0", "aura; q=0.0", ""):
        for path, header in (("/events", "Accept-Encoding"), ("/events?aura-accepted=aura", "Aura-Accept")):
            headers, pieces = await get(path, {header: accepted})
            assert "content-encoding" not in headers
            assert b"".join(pieces) == EVENTS
    headers, _ = await get("/events?aura-accept=aura;q=0&x=aura-accept", {})
    assert "content-encoding" not in headers


@run
async def test_other_responses_stay_as_they_are() -> None:
    headers, pieces = await get("/text", {"Accept-Encoding": "aura"})
    assert "content-encoding" not in headers
    assert pieces == [b"data: not a stream\n\n"]


@run
async def test_other_scopes_are_passed_on() -> None:
    seen: list[object] = []

    async def application(scope: Any, _receive: object, _send: object) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> Any:
        return {}

    await AuraMiddleware(application, STREAMS)({"type": "lifespan"}, nothing, nothing)
    assert seen == ["lifespan"]


@run
async def test_models_are_there_when_the_application_starts() -> None:
    settings = Settings()
    loaded: list[bool] = []

    async def application(_scope: object, _receive: object, _send: object) -> None:
        loaded.append(settings.models.is_loaded)

    async def nothing(*_: object) -> Any:
        return {}

    middleware = AuraMiddleware(application, settings)
    for kind in ("http", "lifespan"):
        await middleware({"type": kind, "headers": []}, nothing, nothing)
    assert loaded == [False, True]

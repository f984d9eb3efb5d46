"""Event streams through the middleware: sent at once, in order, coded off the event loop, safe to cancel."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from tests.aura.small_models import TINY

from aura.asgi import AuraMiddleware, Event, Receive, Send
from aura.connections.event_stream import EventStreamEncoder, decode_event_stream
from aura.connections.session import Models, Settings
from aura.models.model import Model

START: Event = {"type": "http.response.start", "headers": [(b"content-type", b"text/event-stream")]}
LONG = b"data: " + b"x" * 1000 + b"\n\n"


class Watched(Models):
    """Models that remember in which threads they were looked at."""

    def __init__(self, models: Sequence[Model]) -> None:
        super().__init__(models)
        self.threads: list[int] = []

    def __iter__(self) -> Iterator[Model]:
        self.threads.append(threading.get_ident())
        return super().__iter__()


def body(content: bytes, *, more: bool = True) -> Event:
    return {"type": "http.response.body", "body": content, "more_body": more}


def respond(
    application: Callable[[Send], Any], models: Models | None = None, model_ids: str = TINY.id
) -> list[Event]:
    """What the server sends of an application's response."""
    sent: list[Event] = []

    async def app(_scope: object, _receive: Receive, send: Send) -> None:
        await application(send)

    async def collect(event: Event) -> None:
        await asyncio.sleep(0)
        sent.append(event)

    async def receive() -> Event:
        return await asyncio.Queue[Event]().get()

    headers = [(b"accept-encoding", b"aura"), (b"aura-models", model_ids.encode())]
    middleware = AuraMiddleware(app, Settings(models or Models([TINY])))
    scope = {"type": "http", "headers": headers}
    asyncio.run(asyncio.wait_for(middleware(scope, receive, collect), 60))
    return sent


def content_of(sent: Sequence[Event]) -> list[bytes]:
    return list(decode_event_stream([event["body"] for event in sent[1:]], TINY))


def test_what_an_application_writes_is_sent_at_once() -> None:
    """Rule EVS-6."""
    writes = [b"data: a\r\n\n", b":\n", b"data: b\n", b"\r", b"data: c\r\n\r", b"\n"]

    async def application(send: Send) -> None:
        await send(START)
        for content in writes:
            await send(body(content))
        await send(body(b"", more=False))

    sent = respond(application)
    assert content_of(sent) == writes
    assert len(sent) == len(writes) + 2
    assert not sent[-1]["body"]


def test_nothing_slow_is_done_on_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: dict[int, set[int]] = {}
    models = Watched([TINY])
    records = EventStreamEncoder.records

    def watched(self: EventStreamEncoder, content: bytes) -> Iterator[bytes]:
        for record in records(self, content):
            threads.setdefault(len(content), set()).add(threading.get_ident())
            yield record

    monkeypatch.setattr(EventStreamEncoder, "records", watched)

    async def application(send: Send) -> None:
        await send(START)
        await send(body(LONG))
        await send(body(LONG + b"data: next\n\n"))
        await send(body(b"data: short\n\n", more=False))

    sent = respond(application, models)
    here = threading.get_ident()
    assert models.threads
    assert here not in models.threads
    assert here not in threads[len(LONG)] | threads[len(LONG) + 12] | threads[1]
    assert threads[13] == {here}
    assert content_of(sent) == [LONG, LONG, b"data: next\n\n", b"data: short\n\n"]


def test_models_are_not_loaded_for_nothing() -> None:
    models = Watched([TINY])

    async def plain(send: Send) -> None:
        await send({"type": "http.response.start", "headers": [(b"content-type", b"text/plain")]})
        await send(body(b"hi", more=False))

    async def events(send: Send) -> None:
        await send(START)
        await send(body(b"data: hi\n\n", more=False))

    assert respond(plain, models)[1]["body"] == b"hi"
    assert b"".join(content_of(respond(events, models, ""))) == b"data: hi\n\n"
    assert not models.threads


def test_events_keep_their_order() -> None:
    async def application(send: Send) -> None:
        await send(START)
        async with asyncio.TaskGroup() as group:
            group.create_task(send(body(LONG)))
            group.create_task(send(body(b"data: short\n\n")))
        await send(body(b"", more=False))

    assert content_of(respond(application)) == [LONG, b"data: short\n\n"]


@pytest.mark.parametrize("content", [LONG, LONG * 3, b"data: short\n\n"])
def test_an_event_whose_sending_is_cancelled_is_sent_whole_or_not_at_all(content: bytes) -> None:
    """Cancelled at each point at which the event loop turns."""
    for turns in range(12):

        async def application(send: Send, turns: int = turns) -> None:
            await send(START)
            task = asyncio.create_task(send(body(content)))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await send(body(b"data: after\n\n"))
            await send(body(b"", more=False))

        received = b"".join(content_of(respond(application)))
        assert received in {b"data: after\n\n", content + b"data: after\n\n"}

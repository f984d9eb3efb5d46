"""Middleware for ASGI applications, with AURA on the wire: Starlette, FastAPI, and whatever else speaks ASGI.

>>> from aura.asgi import AuraMiddleware
>>> async def application(scope, receive, send): ...
>>> application = AuraMiddleware(application)

With FastAPI and Starlette: ``app.add_middleware(AuraMiddleware)``.

**WebSocket.** Where a client offers ``aura.v1``, the application gets and sends what it always did, and AURA goes
over the wire; the subprotocols that it is offered are those without AURA. The peer's hello is read when the
application first sends or receives. Frames, models among them, are read when the application receives.

**Server-sent events.** A response of type ``text/event-stream`` is coded for clients that accept the content coding
``aura``, whatever the application sends when it sends it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any, Final

from aura.event_stream import EventStreamEncoder
from aura.model import Model
from aura.session import Session, Settings
from aura.session.channel import Channel
from aura_spec.errors import DecodeError, Unsupported
from aura_spec.event_stream import CODING, MODEL_HEADER, MODELS_HEADER
from aura_spec.session import application_of, close_code, token

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_SHORT: Final = 256
"""Bytes of an event stream that are coded on the event loop, in a millisecond or so."""


class AuraMiddleware:
    """An application, with AURA between it and its clients.

    Args:
        app: the application.
        settings: of the sessions; the usual ones if None.
    """

    def __init__(self, app: Application, settings: Settings | None = None) -> None:
        self.app = app
        self.settings = settings or Settings()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection or a request."""
        if scope["type"] == "websocket":
            offered = [application_of(name) for name in scope.get("subprotocols", ())]
            if any(name is not None for name in offered):
                connection = _Connection(scope, receive, send, self.settings)
                await self.app(connection.scope, connection.receive, connection.send)
                return
        elif scope["type"] == "http" and (response := _Response.wanted(scope, send, self.settings)):
            await self.app(scope, receive, response.send)
            return
        await self.app(scope, receive, send)


class _Connection:
    """A WebSocket connection whose client offers AURA."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, settings: Settings) -> None:
        self._offered = frozenset(scope["subprotocols"])
        plain = [name for name in scope["subprotocols"] if application_of(name) is None]
        self.scope = {**scope, "subprotocols": plain}
        self._receive = receive
        self._send = send
        self._settings = settings
        self._channel: Channel | None = None
        self._inbox: deque[Event] = deque()
        self._reading = asyncio.Lock()

    async def send(self, event: Event) -> None:
        """What the application sends."""
        if event["type"] == "websocket.accept":
            await self._accept(event)
        elif event["type"] == "websocket.send" and self._channel:
            try:
                async with asyncio.timeout(self._settings.patience):
                    while not (self._channel.session.is_ready or self._inbox):
                        await self._advance(until_ready=True)
            except TimeoutError:
                await self._refuse(Unsupported("no hello came"))
                return
            if self._channel.session.is_ready:
                text = event.get("text")
                await self._channel.send(event["bytes"] if text is None else text)
        else:
            await self._send(event)

    async def receive(self) -> Event:
        """What the application receives."""
        while not self._inbox:
            if self._channel is None:
                return await self._receive()
            await self._advance()
        event = self._inbox.popleft()
        if event["type"] == "websocket.disconnect":
            self._inbox.append(event)  # whoever asks again is told again
        return event

    async def _accept(self, event: Event) -> None:
        """Accept with AURA, if the client offers it for what the application chose."""
        speaking = token(event.get("subprotocol") or "")
        if speaking not in self._offered:
            await self._send(event)
            return
        await self._send({**event, "subprotocol": speaking})
        session = Session(self._settings, role="server")
        self._channel = Channel(session, self._transmit, self._refuse)
        await self._channel.flush()

    async def _transmit(self, frame: bytes) -> None:
        await self._send({"type": "websocket.send", "bytes": frame})

    async def _refuse(self, error: DecodeError) -> None:
        """Close the connection, and tell the application (rule SES-16)."""
        if not (self._inbox and self._inbox[-1]["type"] == "websocket.disconnect"):
            code = close_code(error)
            self._inbox.append({"type": "websocket.disconnect", "code": code, "reason": str(error)})
            await self._send({"type": "websocket.close", "code": code, "reason": str(error)[:100]})

    async def _advance(self, *, until_ready: bool = False) -> None:
        """Read one event; what is for the application goes into the inbox."""
        async with self._reading:
            channel = self._channel
            if channel is None or self._inbox or (until_ready and channel.session.is_ready):
                return
            try:
                message = await channel.resume()
                if message is None:
                    event = await self._receive()
                    if event["type"] != "websocket.receive":
                        self._inbox.append(event)
                        return
                    if event.get("bytes") is None:
                        raise Unsupported("a text message is not a frame")  # as any other error
                    message = await channel.receive(event["bytes"])
            except DecodeError as error:
                await self._refuse(error)
                return
            if message is not None:
                data = message.data
                kind = "text" if isinstance(data, str) else "bytes"
                self._inbox.append({"type": "websocket.receive", kind: data})


class _Response:
    """A response to a client that accepts the content coding.

    Args:
        send: passes on what the server sends.
        model_ids: of the client's models, those it prefers first.
        settings: those of the middleware.
    """

    def __init__(self, send: Send, model_ids: Sequence[str], settings: Settings) -> None:
        self._send = send
        self._model_ids = model_ids
        self._settings = settings
        self._model: Model | None = None
        self._encoder: EventStreamEncoder | None = None
        self._order = asyncio.Lock()

    @classmethod
    def wanted(cls, scope: Scope, send: Send, settings: Settings) -> _Response | None:
        """A response for this request, if it accepts the coding."""
        accepted = _listed(scope["headers"], b"accept-encoding")
        if not any(_is_accepted(entry) for entry in accepted):
            return None
        return cls(send, _listed(scope["headers"], MODELS_HEADER.encode()), settings)

    async def send(self, event: Event) -> None:
        """Send what the application sends, coded if it is an event stream.

        If this is cancelled while the event is coded, nothing of it is sent.
        """
        async with self._order:
            if event["type"] == "http.response.start":
                headers = [(name.lower(), value) for name, value in event.get("headers", ())]
                if _is_plain_event_stream(dict(headers)):
                    self._encoder = await asyncio.to_thread(self._begin)
                    event = {**event, "headers": self._coded(headers)}
            elif event["type"] == "http.response.body" and self._encoder:
                wire = await self._code(self._encoder, event.get("body", b""))
                if event.get("more_body", False) and not wire:
                    return
                event = {**event, "body": wire}
            await self._send(event)

    def _begin(self) -> EventStreamEncoder:
        """Choose the model and load it, which takes time."""
        if self._model_ids:
            held = {model.id: model for model in self._settings.models}
            self._model = next((held[name] for name in self._model_ids if name in held), None)
        encoder = EventStreamEncoder(self._model, level=self._settings.level)
        encoder.encode(b"\n")  # what is loaded on first use
        return encoder

    @staticmethod
    async def _code(encoder: EventStreamEncoder, body: bytes) -> bytes:
        """Code a body, in a thread and record by record if it is long, so that others get their turn."""
        if len(body) <= _SHORT:
            await asyncio.sleep(0)
            return encoder.encode(body)
        records = encoder.records(body)
        wire = bytearray()
        while record := await asyncio.to_thread(next, records, b""):
            wire += record
        return bytes(wire)

    def _coded(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        kept = [(name, value) for name, value in headers if name != b"content-length"]
        kept.append((b"content-encoding", CODING.encode()))
        kept.append((b"vary", b"accept-encoding, " + MODELS_HEADER.encode()))
        if self._model:
            kept.append((MODEL_HEADER.encode(), self._model.id.encode()))
        return kept


def _listed(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> list[str]:
    """The entries of a header that is a list."""
    values = (value.decode("latin-1") for name, value in headers if name == wanted)
    entries = (entry.strip().lower() for value in values for entry in value.split(","))
    return [entry for entry in entries if entry]


def _is_accepted(entry: str) -> bool:
    """Whether an entry of Accept-Encoding names the coding, with a weight above 0."""
    name, _, weight = entry.replace(" ", "").partition(";q=")
    return name == CODING and weight.strip("0.") != "" if weight else name == CODING


def _is_plain_event_stream(headers: MutableMapping[bytes, bytes]) -> bool:
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return kind == b"text/event-stream" and b"content-encoding" not in headers

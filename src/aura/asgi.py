"""Middleware for ASGI applications, with AURA on the wire: Starlette, FastAPI, and whatever else speaks ASGI.

>>> from aura.asgi import AuraMiddleware
>>> async def application(scope, receive, send): ...
>>> application = AuraMiddleware(application)

With FastAPI and Starlette: ``app.add_middleware(AuraMiddleware)``.

**WebSocket.** Where a client offers ``aura.v1``, the application gets and sends what it always did, and AURA goes
over the wire; the subprotocols that it is offered are those without AURA. The peer's hello is read when the
application accepts the connection. Frames, models among them, are read when the application receives.
``scope["aura"]`` is an :class:`aura.connections.session.Status`: whether AURA was agreed on, and what it saved.

**Server-sent events.** A response of type ``text/event-stream`` is coded for clients that accept the content coding
``aura``, whatever the application sends when it sends it. Scripts in browsers ask for it as rule EVS-7 says.

**Lifespan.** The models are loaded before the application starts, by servers that tell it when. Otherwise the first
client waits for them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from aura.connections.event_stream import EventStreamEncoder
from aura.connections.prepared import PreparedMessage, prepare
from aura.connections.session import Session, Settings, Status, negotiation, scheduling
from aura.connections.session.channel import Channel
from aura.connections.session.observed import report_plain
from aura.connections.session.settings import HasSettings
from aura.models.model import Model
from aura.templates import Hint, SlotValues
from aura_spec.errors import DecodeError
from aura_spec.event_stream import ACCEPT_HEADER, CODING, MODEL_HEADER, MODELS_HEADER
from aura_spec.session import close_code
from aura_spec.session_negotiation import application_of

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_log: Final = logging.getLogger("aura.asgi")

TEMPLATE_ID: Final = "aura.template_id"
SLOTS: Final = "aura.slots"
"""Keys of an event ``websocket.send``: the template that the message fills, and the values of its slots."""

PREPARED: Final = "aura.prepared"
"""Key of such an event: the message as :func:`aura.prepare` gave it."""


async def send(
    connection: Send,
    message: str | bytes | PreparedMessage,
    *,
    template_id: int | None = None,
    slots: SlotValues | None = None,
) -> None:
    """Send a message on a WebSocket connection, and say which template it fills.

    Args:
        connection: what the application sends events with: ``send`` of ASGI, or of a ``WebSocket`` of Starlette.
        message: to be sent; one of :func:`aura.prepare` without the arguments that follow.
        template_id: the template; see :meth:`aura.connections.session.Session.send`. Without AURA it is ignored.
        slots: the values of its slots, by name or in order.

    Raises:
        EncodeError: the template with these slots does not give the message, or it is too long; it is not sent.
        TypeError: a slot value has a wrong type.
    """
    plain = message.plain if isinstance(message, PreparedMessage) else message
    event: Event = {"type": "websocket.send", "text" if isinstance(plain, str) else "bytes": plain}
    if isinstance(message, PreparedMessage):
        await connection({**event, PREPARED: message})
    else:
        await connection({**event, TEMPLATE_ID: template_id, SLOTS: slots})


async def broadcast(connections: Iterable[Send], message: str | bytes | PreparedMessage) -> list[Exception]:
    """Send a message on many WebSocket connections, coded once for all that agree.

    Returns when all connections have taken it: a peer that reads slowly holds the others up in no other way.

    Args:
        connections: what the application sends events with, as in :func:`send`.
        message: to be sent; one that is sent again is best prepared by the caller.

    Returns:
        What connections raised that did not take it, such as those that are closed.
    """
    prepared = message if isinstance(message, PreparedMessage) else prepare(message)
    sent = await asyncio.gather(
        *(send(connection, prepared) for connection in connections), return_exceptions=True
    )
    failed = [result for result in sent if isinstance(result, BaseException)]
    for error in failed:
        if not isinstance(error, Exception):
            raise error
    return [error for error in failed if isinstance(error, Exception)]


class AuraMiddleware:
    """An application, with AURA between it and its clients.

    Args:
        app: the application.
        settings: of the sessions; the usual ones if None. A configuration that is read anew while the process runs
            is asked for those of each connection and request.
    """

    def __init__(self, app: Application, settings: Settings | HasSettings | None = None) -> None:
        self._app = app
        self._given = Settings.of(settings) if isinstance(settings, Settings | None) else settings
        self._settings  # noqa: B018  # so that what is none is found at once

    @property
    def app(self) -> Application:
        """The application."""
        return self._app

    @property
    def _settings(self) -> Settings:
        return Settings.of(self._given)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection or a request, or let the application begin and end."""
        if scope["type"] == "lifespan":
            await self._load()
        if scope["type"] == "websocket":
            await self._serve_connection(scope, receive, send)
        elif scope["type"] == "http" and (response := _Response.wanted(scope, send, self._settings)):
            await self._app(scope, receive, response.send)
        else:
            await self._app(scope, receive, send)

    async def _serve_connection(self, scope: Scope, receive: Receive, send: Send) -> None:
        settings = self._settings
        if all(application_of(name) is None for name in scope.get("subprotocols", ())):
            report_plain(settings.observer)
            await self._app({**scope, "aura": Status()}, receive, send)
            return
        while not settings.models.is_loaded:
            await self._load()
            settings = self._settings  # perhaps others by now
        connection = _Connection(scope, receive, send, settings)
        try:
            await self._app(connection.scope, connection.receive, connection.send)
        finally:
            connection.close()

    async def _load(self) -> None:
        models = self._settings.models
        if not models.is_loaded:
            await scheduling.in_thread(scheduling.LONG, models.load)


class _Disconnected(OSError):
    """The connection is closed; what ASGI servers raise of it is an ``OSError``, too."""


class _Connection:
    """A WebSocket connection whose client offers AURA."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, settings: Settings) -> None:
        self._session = Session(settings, role="server")
        names = negotiation.for_application(scope["subprotocols"])
        self.scope = {**scope, "subprotocols": names, "aura": self._session.status}
        self._offered = scope["subprotocols"]
        self._receive = receive
        self._send = send
        self._hello_timeout = settings.hello_timeout
        self._observer = settings.observer
        self._deadline = 0.0
        self._channel: Channel | None = None
        self._end: Event | None = None  # the event that says so, once the connection is closed
        self._reading = asyncio.Lock()

    async def send(self, event: Event) -> None:
        """What the application sends."""
        if event["type"] == "websocket.accept":
            await self._accept(event)
        elif event["type"] == "websocket.send" and self._channel:
            if not self._channel.session.is_ready:
                await self._until_ready(self._channel)
            if self._end is not None:
                raise _Disconnected("the connection is closed")
            text = event.get("text")
            message = event.get(PREPARED) or (event["bytes"] if text is None else text)
            has_hint = TEMPLATE_ID in event or SLOTS in event
            hint = Hint.of(event.get(TEMPLATE_ID), event.get(SLOTS)) if has_hint else None
            await self._channel.send(message, hint)
        else:
            await self._send(event)

    async def receive(self) -> Event:
        """What the application receives. Cancelling it loses no message."""
        if self._channel is None:
            return await self._receive()
        if not self._channel.session.is_ready:
            await self._until_ready(self._channel)
        async with self._reading:
            if self._end is None:
                try:
                    data = (await self._channel.receive()).data
                except DecodeError as error:
                    await self._refuse(error)
                except _Disconnected:
                    pass
                else:
                    return {"type": "websocket.receive", "text" if isinstance(data, str) else "bytes": data}
        # whoever asks again is told again
        return self._end or {"type": "websocket.disconnect", "code": 1006}

    def _is_over(self) -> bool:
        return self._end is not None

    def close(self) -> None:
        """Drop the work that has not begun."""
        if self._channel is not None:
            self._channel.close(_Disconnected("the application has ended"))

    async def _accept(self, event: Event) -> None:
        """Accept with AURA, if the client offers it for what the application chose."""
        answer = negotiation.answer(event.get("subprotocol"), self._offered)
        if answer is None or application_of(answer) is None:
            report_plain(self._observer)
            await self._send(event)
            return
        await self._send({**event, "subprotocol": answer})
        self._deadline = asyncio.get_running_loop().time() + self._hello_timeout
        self._channel = Channel(
            self._session,
            self._next_frame,
            self._transmit,
            self._refuse,
            begins_here=_is_of_server(self._send),
        )
        await self._until_ready(self._channel)

    async def _until_ready(self, channel: Channel) -> None:
        """Wait for the peer's hello, or the end of the connection."""
        if channel.session.is_ready or self._is_over():
            return
        async with self._reading:
            if self._is_over():
                return
            try:
                async with asyncio.timeout_at(self._deadline):
                    await channel.until_ready()
            except TimeoutError:
                await self._refuse(channel.no_hello())
            except DecodeError as error:
                await self._refuse(error)
            except _Disconnected:
                pass

    async def _next_frame(self) -> str | bytes:
        event = await self._receive()
        if event["type"] != "websocket.receive":
            self._end = self._end or event
            raise _Disconnected("the peer has closed the connection")
        data: str | bytes | None = event.get("bytes")
        return event["text"] if data is None else data

    def _transmit(self, frame: bytes) -> Awaitable[None]:
        return self._send({"type": "websocket.send", "bytes": frame})

    async def _refuse(self, error: DecodeError) -> None:
        """Close the connection without telling the peer why, and tell the application (rule SES-16)."""
        if self._end is None:
            code = close_code(error)
            _log.warning("connection refused with %d: %s", code, error)
            self._end = {"type": "websocket.disconnect", "code": code, "reason": str(error)}
            self.close()
            await self._send({"type": "websocket.close", "code": code})


def _is_of_server(send: Send) -> bool:
    """Whether this is a method of the server's own connection, with no middleware in it that asks for its task."""
    return isinstance(getattr(send, "__self__", None), asyncio.BaseProtocol)


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
        accepted = [
            *_listed(scope, "accept-encoding"),
            *_listed(scope, ACCEPT_HEADER),
            *_asked(scope, ACCEPT_HEADER),
        ]
        if not any(_is_accepted(entry) for entry in accepted):
            return None
        return cls(send, _listed(scope, MODELS_HEADER) or _asked(scope, MODELS_HEADER), settings)

    async def send(self, event: Event) -> None:
        """Send what the application sends, coded if it is an event stream.

        If this is cancelled while the event is coded, nothing of it is sent.
        """
        async with self._order:
            if event["type"] == "http.response.start":
                headers = [(name.lower(), value) for name, value in event.get("headers", ())]
                if _is_plain_event_stream(dict(headers)):
                    # long only for the first response: later ones need not wait for the long messages of others
                    size = 0 if self._settings.models.is_loaded else scheduling.LONG
                    self._encoder = await scheduling.in_thread(size, self._begin)
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
        settings = self._settings
        EventStreamEncoder(self._model, level=settings.level).encode(b"\n")  # what is loaded on first use
        return EventStreamEncoder(self._model, level=settings.level, observer=settings.observer)

    @staticmethod
    async def _code(encoder: EventStreamEncoder, body: bytes) -> bytes:
        """Code a body, in a thread and record by record if it is long, so that others get their turn."""
        if len(body) <= scheduling.QUICK:
            await scheduling.turn()
            return encoder.encode(body)
        records = encoder.records(body)
        wire = bytearray()
        while record := await scheduling.in_thread(len(body), next, records, b""):
            wire += record
        return bytes(wire)

    def _coded(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        kept = [(name, value) for name, value in headers if name != b"content-length"]
        kept.append((b"content-encoding", CODING.encode()))
        kept.append((b"vary", f"accept-encoding, {ACCEPT_HEADER}, {MODELS_HEADER}".encode()))
        kept.append((b"access-control-expose-headers", f"content-encoding, {MODEL_HEADER}".encode()))
        if self._model:
            kept.append((MODEL_HEADER.encode(), self._model.id.encode()))
        return kept


def _listed(scope: Scope, header: str) -> list[str]:
    """The entries of a header that is a list."""
    return _entries(value.decode("latin-1") for name, value in scope["headers"] if name == header.encode())


def _asked(scope: Scope, parameter: str) -> list[str]:
    """The entries of a parameter of the query that is a list (rule EVS-7)."""
    query: str = scope.get("query_string", b"").decode("latin-1")
    return (
        _entries(value for name, value in parse_qsl(query) if name == parameter) if parameter in query else []
    )


def _entries(lists: Iterable[str]) -> list[str]:
    entries = (entry.strip().lower() for entries in lists for entry in entries.split(","))
    return [entry for entry in entries if entry]


def _is_accepted(entry: str) -> bool:
    """Whether an entry of Accept-Encoding names the coding, with a weight above 0."""
    name, _, weight = entry.replace(" ", "").partition(";q=")
    return name == CODING and weight.strip("0.") != "" if weight else name == CODING


def _is_plain_event_stream(headers: MutableMapping[bytes, bytes]) -> bool:
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return kind == b"text/event-stream" and b"content-encoding" not in headers

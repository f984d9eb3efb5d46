"""The demonstration that ``aura serve`` runs: a chat whose page speaks AURA (extra ``serve``).

The socket of the page carries AURA both ways, by the middleware of :mod:`aura.asgi`; what is here sends and
receives text. The page shows the frames that it sees. What other compressors would take is measured here, and asked
for by other requests, so that the socket carries the chat alone.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from importlib import resources
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from aura.asgi import AuraMiddleware
from aura.connections.session import Settings
from aura.errors import AuraError
from aura.models.model import Model
from aura.server.room import LONGEST, MAX_TURNS, Exchange, Room, Visitor, suggestions

FOREIGN: Final = 1008
"""The close code for pages of other origins, and for those that break the bounds (RFC 6455, 7.4.1)."""

NOT_TEXT: Final = 1003
"""The close code for pages that send anything but text (RFC 6455, 7.4.1)."""

FULL: Final = 1013
"""The close code for pages for which there is no room: try again later."""

MAX_MESSAGE: Final = 1 << 15
"""Bytes of a message on the socket: more than ``LONGEST`` characters and a name ever have."""

MAX_FRAME: Final = 1 << 17
"""Bytes of a frame of the socket; the server of the connection is told so."""

MAX_BODY: Final = 1 << 20
"""Bytes of a conversation that a page brings along."""

_VISIT: Final = re.compile("[0-9a-f]{32}")
_TYPES: Final = {
    "html": "text/html",
    "js": "text/javascript",
    "css": "text/css",
    "aura": "application/octet-stream",
}
_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-embedder-policy": "require-corp",  # with the next, clocks of the page tick in 5 µs
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class _Headers:
    """An application whose responses have the headers of this module."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._fields = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *self._fields]}
            await send(message)

        await self._app(scope, receive, send_more if scope["type"] == "http" else send)


class _Chat:
    """What the routes share.

    Args:
        models: that a page may choose, by a name for people.
    """

    def __init__(self, models: Mapping[str, Model]) -> None:
        self._room = Room()
        self._models = {model.id: (name, model) for name, model in models.items()}
        packaged = {
            "default.aura": Model.load_default(),
            "small.aura": Model.load_small(),
        }  # of the playground
        folder = resources.files("aura").joinpath("data/pages")
        self._files = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
        self._files |= {name: model.data for name, model in packaged.items()}

    async def page(self, request: Request) -> Response:
        """A file of the pages; that of the chat at the root."""
        name = request.path_params.get("name", "chat.html")
        content = self._files.get(name)
        if content is None:
            return Response(status_code=404)
        kind = _TYPES[name.rpartition(".")[2]]
        return Response(content, media_type=kind, headers={"cache-control": "no-cache"})

    async def start(self, _request: Request) -> Response:
        """What the page has to know before it connects."""
        models = [
            {"id": model.id, "name": name, "size": len(model.data)} for name, model in self._models.values()
        ]
        return JSONResponse({"models": models, "suggestions": suggestions(), "longest": LONGEST})

    async def model(self, request: Request) -> Response:
        """A model file."""
        named = self._models.get(request.path_params["id"])
        if named is None:
            return Response(status_code=404)
        headers = {"cache-control": "private, max-age=86400, immutable"}  # its id says what it holds
        return Response(named[1].data, media_type="application/octet-stream", headers=headers)

    async def sizes(self, request: Request) -> Response:
        """What peers take for the messages of a visitor; nothing for one that has just left."""
        after = [request.query_params.get(name, "0") for name in ("sent", "received")]
        if not all(re.fullmatch("[0-9]{1,9}", number) for number in after):
            return Response(status_code=400)
        visitor = self._visitor(request)
        if visitor is None:
            return JSONResponse({"sent": [], "received": []})
        sent, received = map(int, after)
        found = await asyncio.to_thread(visitor.sizes, sent, received)
        rows = {direction: [asdict(sizes) for sizes in some] for direction, some in found.items()}
        return JSONResponse(rows)

    async def conversation(self, request: Request) -> Response:
        """Take a conversation that a page plays: exchanges, each a message of the page's and the answers."""
        visitor = self._visitor(request)
        if visitor is None or not _is_same_origin(request.headers):
            return Response(status_code=404)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                return Response(status_code=413)
        script = parse_script(bytes(body))
        if script is None:
            return Response(status_code=400)
        visitor.play(script)
        return Response(status_code=204)

    def _visitor(self, request: Request) -> Visitor | None:
        return self._room.find(request.query_params.get("visit", ""))

    async def chat(self, socket: WebSocket) -> None:
        """Talk with a page until it leaves."""
        visit = socket.query_params.get("visit", "")
        if not _is_same_origin(socket.headers) or not _VISIT.fullmatch(visit):
            await socket.close(FOREIGN)
            return
        await socket.accept()
        visitor = self._room.enter(visit)
        if visitor is None:
            await socket.close(FULL)
            return
        work = (_write(socket, visitor), self._read(socket, visitor), visitor.dismissed.wait())
        tasks = [asyncio.ensure_future(one) for one in work]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._room.leave(visit)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if visitor.dismissed.is_set():
            await socket.close(FOREIGN)

    async def _read(self, socket: WebSocket, visitor: Visitor) -> None:
        """Take in what a page says."""
        while (event := await socket.receive())["type"] == "websocket.receive":
            text = event.get("text")
            if text is None:
                await socket.close(NOT_TEXT)
                return
            self._room.say(visitor, text[:LONGEST].encode(errors="replace").decode())


async def _write(socket: WebSocket, visitor: Visitor) -> None:
    """Send a page what it is told, until it is gone, or refuses to hear more."""
    with suppress(WebSocketDisconnect, OSError, AuraError):
        while True:
            await socket.send_text(await visitor.inbox.get())


def parse_script(body: bytes) -> list[Exchange] | None:
    """A conversation as a page sends it: a JSON list of ``[said, [answer, ...]]``; None if it is none."""
    try:
        content = json.loads(body)
        exchanges = [_exchange(one) for one in content] if isinstance(content, list) else None
    except (ValueError, RecursionError):
        return None
    is_short = exchanges is not None and sum(1 + len(one.answers) for one in exchanges) <= MAX_TURNS
    return exchanges if is_short else None


def _exchange(content: Any) -> Exchange:
    """One exchange of a conversation.

    Raises:
        ValueError: it is none, or a message has a lone surrogate.
    """
    match content:
        case [str() as said, [*answers]] if all(isinstance(answer, str) for answer in answers):
            texts = [text[:LONGEST].encode().decode() for text in (said, *answers)]
            return Exchange(texts[0], tuple(texts[1:]))
    raise ValueError("no exchange")


def application(settings: Settings, models: Mapping[str, Model]) -> ASGIApp:
    """The application: the page at ``/``, its connection at ``/chat``, and what it asks for beside.

    Args:
        settings: of the sessions. Their models are those of ``models``.
        models: that a page may choose, by a name for people; it begins with the first.
    """
    chat = _Chat(models)
    routes = [
        Route("/", chat.page),
        Route("/pages/{name}", chat.page),
        Route("/start", chat.start),
        Route("/models/{id}", chat.model),
        Route("/sizes", chat.sizes),
        Route("/conversation", chat.conversation, methods=["POST"]),
        WebSocketRoute("/chat", chat.chat),
    ]
    bounded = replace(settings, max_message=min(settings.max_message, MAX_MESSAGE))
    middleware = [Middleware(_Headers), Middleware(AuraMiddleware, settings=bounded)]
    return Starlette(routes=routes, middleware=middleware)


def _is_same_origin(headers: Any) -> bool:
    """Whether a page that this server served asks, or something that is no browser.

    Browsers let pages of any origin open WebSocket connections, and say in the header Origin which one does
    (RFC 6455, 10.2).
    """
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")

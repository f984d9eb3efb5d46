"""The application: the page, its script and style, and the events that keep it up to date.

The events are a stream of server-sent events. A client that accepts the content coding ``aura`` gets them coded;
browsers, whose scripts cannot ask for a coding, get them plain.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from importlib import resources
from typing import Any, Final, Self

from aura import arguments
from aura.asgi import Application, AuraMiddleware, Receive, Scope, Send
from aura.connections.session import Models, Settings
from aura.dashboard.activity import Activity
from aura.dashboard.state import Price, State
from aura.metrics.freshness_watch import FreshnessWatch
from aura.metrics.gauges import Gauges
from aura.metrics.monitor import Monitor
from aura.metrics.window import Window
from aura.observation import Observer, Observers
from aura_spec.template import Template

MAX_VIEWERS: Final = 32
"""Pages that are kept up to date at a time; further ones are told to come again later."""

RETRY: Final = 3000
"""Milliseconds after which a page that lost its events asks anew."""

_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_HEADERS: Final = (
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)

_FILES: Final = {
    "/": ("index.html", b"text/html; charset=utf-8"),
    "/dashboard.js": ("dashboard.js", b"text/javascript; charset=utf-8"),
    "/dashboard.css": ("dashboard.css", b"text/css; charset=utf-8"),
}


class Dashboard:
    """A dashboard, as an ASGI application.

    ================= ===================================================================
    ``/``             the page
    ``/events``       what it shows, once every ``interval``, as server-sent events
    ``/state``        the same at this moment, as JSON
    ================= ===================================================================

    It says much about a service: mount it where the world does not reach. Use it as an asynchronous context
    manager, in the ``lifespan`` of the application for example: as long as it runs, it looks at the lag of the
    event loop and at how fresh the models are.

    Args:
        monitor: what is known of the service, if there is one already; otherwise the dashboard has its own.
        activity: what is shown beside that; of the dashboard's own if None.
        price: of traffic, for what is saved in money.
        templates: whose patterns are shown; the built-in ones if None.
        models: of the sessions. A sample of what is sent tells how fresh they are, and events are coded with them
            for clients that accept that. Without them neither is done.
        interval: seconds between two events.

    Raises:
        TypeError: ``interval`` is no number.
        ValueError: ``interval`` is below 0.05.
    """

    def __init__(
        self,
        monitor: Monitor | None = None,
        *,
        activity: Activity | None = None,
        price: Price | None = None,
        templates: Mapping[int, Template] | None = None,
        models: Models | None = None,
        interval: float = 1.0,
    ) -> None:
        self._interval = arguments.number("interval", interval, 0.05)
        self._activity = activity or Activity()
        observers: list[Observer] = [self._activity]
        self._runs: list[AbstractAsyncContextManager[object]] = []
        if monitor is None:
            window, gauges = Window(), Gauges()
            monitor = Monitor(window, gauges)
            observers += [window, gauges]
            self._runs.append(monitor)
        if models is not None:
            watch = FreshnessWatch(models, monitor.gauges)
            observers.append(watch)
            self._runs.append(watch)
        self._observer = Observers(*observers)
        self._monitor = monitor
        self._state = State(monitor, self._activity, price or Price(), templates)
        self._events: Application = self._push
        if models is not None:
            self._events = AuraMiddleware(self._push, Settings(models))
        self._running = AsyncExitStack()
        self._closing = asyncio.Event()
        self._viewers = 0
        self._last: tuple[float, bytes] | None = None

    @property
    def monitor(self) -> Monitor:
        """What is known of the service."""
        return self._monitor

    @property
    def observer(self) -> Observers:
        """Is to be told of messages, refusals and connections."""
        return self._observer

    def close(self) -> None:
        """End the events of all pages; a server that stops would wait for them."""
        self._closing.set()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for one in self._runs:
                await stack.enter_async_context(one)
            self._running = stack.pop_all()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._running.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            raise ValueError(f"only requests of HTTP are answered, not {scope['type']}")
        root = scope.get("root_path", "")
        path = scope["path"].removeprefix(root)
        is_head = scope["method"] == "HEAD"
        if scope["method"] not in {"GET", "HEAD"}:
            await _respond(send, 405, b"text/plain", b"", is_head=is_head)
        elif not path:  # the page's own addresses are relative to the mount
            location = (b"location", root.encode("ascii", "ignore") + b"/")
            await _respond(send, 307, b"text/plain", b"", location, is_head=is_head)
        elif path == "/events" and not is_head:
            await self._events(scope, receive, send)
        elif path == "/state":
            await _respond(send, 200, b"application/json", self._snapshot(), is_head=is_head)
        elif path in _FILES:
            name, kind = _FILES[path]
            body = resources.files("aura").joinpath("data/dashboard", name).read_bytes()
            await _respond(send, 200, kind, body, is_head=is_head)
        else:
            await _respond(send, 404, b"text/plain", b"", is_head=is_head)

    async def _push(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the client leaves."""
        if self._viewers >= MAX_VIEWERS:
            await _respond(send, 503, b"text/plain", b"", (b"retry-after", b"30"))
            return
        self._viewers += 1
        left = asyncio.ensure_future(_until_left(receive))
        ends = (left, asyncio.ensure_future(self._closing.wait()))
        try:
            headers = [(b"content-type", b"text/event-stream; charset=utf-8"), *_HEADERS]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            head = b"retry: %d\n" % RETRY
            while not any(end.done() for end in ends):
                body = b"%sdata: %s\n\n" % (head, self._snapshot())
                await send({"type": "http.response.body", "body": body, "more_body": True})
                head = b""
                await asyncio.wait(ends, timeout=self._interval, return_when=asyncio.FIRST_COMPLETED)
            if not left.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            self._viewers -= 1
            for end in ends:
                end.cancel()
            await asyncio.wait(ends)

    def _snapshot(self) -> bytes:
        """What is shown, as JSON on one line; pages that ask at about the same time get the same."""
        now = asyncio.get_running_loop().time()
        if self._last is None or now - self._last[0] >= 0.9 * self._interval:
            state: dict[str, Any] = self._state.now()
            self._last = (now, json.dumps(state).encode())
        return self._last[1]


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _respond(
    send: Send, status: int, kind: bytes, body: bytes, *headers: tuple[bytes, bytes], is_head: bool = False
) -> None:
    fields = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), *_HEADERS, *headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": b"" if is_head else body})

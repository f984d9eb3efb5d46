"""An application with a dashboard beside it, under ``/dashboard``."""

from __future__ import annotations

import socket
from typing import Final

import uvicorn

from aura.asgi import Application, Receive, Scope, Send
from aura.dashboard import Dashboard

PREFIX: Final = "/dashboard"


class Watched:
    """Passes requests on, to the dashboard or to the application.

    The dashboard runs as long as the application does, where the server tells when that is.

    Args:
        app: the application.
        dashboard: of what happens in it.
    """

    def __init__(self, app: Application, dashboard: Dashboard) -> None:
        self._app = app
        self._dashboard = dashboard

    @property
    def app(self) -> Application:
        """The application."""
        return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection or a request, or let the application begin and end."""
        if scope["type"] == "lifespan":
            async with self._dashboard:
                await self._app(scope, receive, send)
        elif scope["type"] == "http" and f"{scope['path']}/".startswith(f"{PREFIX}/"):
            await self._dashboard({**scope, "root_path": PREFIX}, receive, send)
        else:
            await self._app(scope, receive, send)


class WatchedServer(uvicorn.Server):
    """A server that lets the pages of a dashboard go when it stops, instead of waiting for them.

    Args:
        config: of the server.
        dashboard: of the application.
    """

    def __init__(self, config: uvicorn.Config, dashboard: Dashboard) -> None:
        super().__init__(config)
        self._dashboard = dashboard

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        self._dashboard.close()
        await super().shutdown(sockets)

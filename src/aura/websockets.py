"""Clients and servers of the library ``websockets``, with AURA on the wire (extra ``websockets``).

:func:`connect` and :func:`serve` take what those of ``websockets.asyncio`` take, and give connections that are used
alike: the application sends and receives what it always did. With a peer that does not speak AURA nothing changes.
``broadcast`` codes a message once for all connections that agree.

A connection whose peer breaks a rule is closed as rule SES-16 says, and the application is told as of any
connection that failed, with ``ConnectionClosedError``.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, Final

from websockets.asyncio import client, server
from websockets.asyncio.connection import Connection
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import DataLike, Subprotocol

from aura.connections.prepared import PreparedMessage, prepare
from aura.connections.session import Settings, negotiation
from aura.connections.session.settings import HasSettings
from aura.connections.websocket import ClientConnection, ServerConnection, Speaking
from aura_spec.session import max_frame

__all__ = ["ClientConnection", "ServerConnection", "broadcast", "connect", "serve"]

Select = Callable[[Any, Sequence[Subprotocol]], Subprotocol | None]

_log: Final = logging.getLogger("aura.websockets")


def broadcast(
    connections: Iterable[Connection],
    message: DataLike | PreparedMessage,
    *,
    text: bool | None = None,
    raise_exceptions: bool = False,
) -> None:
    """Send a message to many connections, without waiting for any of them, as ``broadcast`` of the library does.

    It is coded once for all connections that agree (:func:`aura.prepare`).

    Args:
        connections: with and without AURA; those that are not open are skipped.
        message: to be sent; one that is sent again is best prepared by the caller.
        text: as the library takes it; not for a message that is prepared.
        raise_exceptions: raise an ``ExceptionGroup`` at the end if connections were skipped for other reasons,
            which are logged otherwise.

    Raises:
        TypeError: this is not a message.
        ExceptionGroup: connections were skipped, if ``raise_exceptions``.
    """
    prepared = message if isinstance(message, PreparedMessage) else _prepared(message, text)
    plain, failed = [], []
    for connection in connections:
        if not isinstance(connection, Speaking) or connection.channel is None:
            plain.append(connection)
        elif connection.protocol.state is State.OPEN:
            try:
                connection.send_now(prepared)
            except Exception as error:  # noqa: BLE001  # whatever it is, the others get the message
                failed.append(error)
    try:
        server.broadcast(plain, prepared.plain, raise_exceptions=raise_exceptions)
    except ExceptionGroup as error:
        failed += error.exceptions
    if failed and raise_exceptions:
        raise ExceptionGroup("skipped broadcast", failed)
    for reason in failed:
        _log.warning("broadcast skipped a connection: %s", type(reason).__name__)


def _prepared(message: DataLike, text: bool | None) -> PreparedMessage:
    if not isinstance(message, str | bytes | bytearray | memoryview):
        raise TypeError("data must be str or bytes")
    whole = message if isinstance(message, str) else bytes(message)
    if text is not None and text is not isinstance(whole, str):
        whole = whole.encode() if isinstance(whole, str) else whole.decode()
    return prepare(whole)


def connect(
    uri: str,
    *,
    settings: Settings | HasSettings | None = None,
    subprotocols: Sequence[str] = (),
    **kwargs: Any,
) -> client.connect:
    """Connect to a server, as ``websockets.asyncio.client.connect`` does.

    Args:
        uri: of the server.
        settings: of the session; the usual ones if None.
        subprotocols: of the application, the best first.
        kwargs: as there; compression is None unless given.
    """
    held = Settings.of(settings)
    return client.connect(
        uri,
        subprotocols=[Subprotocol(name) for name in negotiation.offers(subprotocols)],
        create_connection=_maker(
            kwargs.pop("create_connection", ClientConnection), ClientConnection, settings or held
        ),
        **_with_defaults(kwargs, held),
    )


def serve(
    handler: Callable[[server.ServerConnection], Awaitable[None]],
    host: str | None = None,
    port: int | None = None,
    *,
    settings: Settings | HasSettings | None = None,
    subprotocols: Sequence[str] = (),
    select_subprotocol: Select | None = None,
    **kwargs: Any,
) -> server.Server:
    """Serve connections, as ``websockets.asyncio.server.serve`` does.

    Args:
        handler: of each connection.
        host: to listen on.
        port: to listen on.
        settings: of the sessions; the usual ones if None. A configuration that is read anew while the process runs
            is asked for those of each connection.
        subprotocols: of the application, the best first.
        select_subprotocol: selects one of those that the client offers; it is not offered what names AURA.
        kwargs: as there; compression is None unless given.
    """
    held = Settings.of(settings)

    def select(connection: Any, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        """What the application selects, as it would without AURA; with AURA if the client speaks it."""
        names = [Subprotocol(name) for name in negotiation.for_application(offered)]
        if select_subprotocol is None:
            selected = ServerProtocol.select_subprotocol(connection.protocol, names)
        else:
            selected = select_subprotocol(connection, names)
        answer = negotiation.answer(selected, offered)
        return None if answer is None else Subprotocol(answer)

    return server.serve(
        handler,
        host,
        port,
        subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        select_subprotocol=select,
        create_connection=_maker(
            kwargs.pop("create_connection", ServerConnection), ServerConnection, settings or held
        ),
        **_with_defaults(kwargs, held),
    )


def _maker(kind: type[Any], speaking: type[Any], settings: Settings | HasSettings) -> type[Any]:
    """The kind of connection with these settings; one of the application's own learns to speak AURA."""
    kinds = (kind,) if issubclass(kind, speaking) else (speaking, kind)
    held = cached_property(lambda _connection: Settings.of(settings))
    return type(kind.__name__, kinds, {"settings": settings if isinstance(settings, Settings) else held})


def _with_defaults(kwargs: dict[str, Any], settings: Settings) -> dict[str, Any]:
    limit = max_frame(settings.max_message)
    # the opening handshake of the library has its own 10 seconds
    return {"compression": None, "max_size": limit, "open_timeout": 10 + settings.hello_timeout, **kwargs}

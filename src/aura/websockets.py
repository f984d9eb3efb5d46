"""Clients and servers of the library ``websockets``, with AURA on the wire (extra ``websockets``).

:func:`connect` and :func:`serve` take what those of ``websockets.asyncio`` take, and give connections that are used
alike: the application sends and receives what it always did. With a peer that does not speak AURA nothing changes.

A connection whose peer breaks a rule is closed as rule SES-16 says, and the application is told as of any
connection that failed, with ``ConnectionClosedError``.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any, cast

from websockets.asyncio import client, server
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State
from websockets.typing import DataLike, Subprotocol

from aura.session import Session, Settings
from aura.session.channel import Channel
from aura.session.coding import Role
from aura_spec.errors import DecodeError, Unsupported
from aura_spec.session import application_of, close_code, max_frame, token

Message = str | bytes
Fragments = DataLike | Iterable[DataLike] | AsyncIterable[DataLike]


class _Speaking(Connection):
    """A connection that speaks AURA, once :meth:`greet` has found that the peer does."""

    settings: Settings
    channel: Channel | None = None

    @property
    def subprotocol(self) -> Subprotocol | None:
        """The application's subprotocol, if one was agreed on."""
        agreed = self.protocol.subprotocol
        application = agreed and application_of(agreed)
        return agreed if application is None else Subprotocol(application) if application else None

    async def greet(self, role: Role) -> None:
        """Exchange hellos, if the peer speaks AURA."""
        agreed = self.protocol.subprotocol
        if self.protocol.state is not State.OPEN or agreed is None or application_of(agreed) is None:
            return
        channel = Channel(Session(self.settings, role=role), super().send, self._refuse, ConnectionClosed)
        await channel.flush()
        while not channel.session.is_ready:
            try:
                await channel.receive(await self._frame())
            except DecodeError as error:
                await self._refuse(error)
                return
        self.channel = channel

    async def _refuse(self, error: DecodeError) -> None:
        """Close, and say why (rule SES-16)."""
        await self.close(close_code(error), str(error)[:100])

    async def _frame(self) -> bytes:
        frame = await super().recv()
        if isinstance(frame, str):
            raise Unsupported("a text message is not a frame")
        return frame

    async def recv(self, decode: bool | None = None) -> Any:
        """The next message, as ``websockets`` gives it."""
        if self.channel is None:
            return await super().recv(decode)
        try:
            message = await self.channel.resume()
            while message is None:
                message = await self.channel.receive(await self._frame())
        except DecodeError as error:
            await self._refuse(error)
            return await super().recv(decode)
        data = message.data
        if decode is None or decode is isinstance(data, str):
            return data
        return data.encode() if isinstance(data, str) else data.decode()

    async def recv_streaming(self, decode: bool | None = None) -> AsyncIterator[Any]:
        """The next message, in one piece if AURA is spoken."""
        if self.channel is not None:
            yield await self.recv(decode)
            return
        async for piece in super().recv_streaming(decode):
            yield piece

    async def send(self, message: Fragments, *, text: bool | None = None) -> None:
        """Send a message, as ``websockets`` does; fragments are joined if AURA is spoken.

        Raises:
            ConnectionClosed: the connection is closed.
            EncodeError: the message is longer than one of the ends allows; it is not sent.
            TypeError: this is not a message.
        """
        if self.channel is None:
            await super().send(message, text=text)
            return
        whole = await _join(message)
        if text is not None and text is not isinstance(whole, str):
            whole = whole.encode() if isinstance(whole, str) else whole.decode()
        await self.channel.send(whole)


class ClientConnection(_Speaking, client.ClientConnection):
    """The client's end."""

    async def handshake(self, *args: Any, **kwargs: Any) -> None:
        """Open the connection, and exchange hellos."""
        await super().handshake(*args, **kwargs)
        await self.greet("client")


class ServerConnection(_Speaking, server.ServerConnection):
    """The server's end."""

    async def handshake(self, *args: Any, **kwargs: Any) -> None:
        """Open the connection, and exchange hellos."""
        await super().handshake(*args, **kwargs)
        await self.greet("server")


async def _join(message: Fragments) -> Message:
    """A message that may come in fragments, of one type."""
    if isinstance(message, str):
        return message
    if isinstance(message, (bytes, bytearray, memoryview)):
        return bytes(message)
    if isinstance(message, dict):
        raise TypeError("data is a dict-like object")
    pieces = [piece async for piece in message] if isinstance(message, AsyncIterable) else list(message)
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(cast("list[str]", pieces))
    return b"".join(cast("list[bytes]", pieces))


def connect(
    uri: str, *, settings: Settings | None = None, subprotocols: Sequence[str] = (), **kwargs: Any
) -> client.connect:
    """Connect to a server, as ``websockets.asyncio.client.connect`` does.

    Args:
        uri: of the server.
        settings: of the session; the usual ones if None.
        subprotocols: of the application, the best first.
        kwargs: as there; compression is None unless given.
    """
    held = settings or Settings()
    offered = [name for wanted in subprotocols or ("",) for name in (token(wanted), wanted) if name]
    return client.connect(
        uri,
        subprotocols=[Subprotocol(name) for name in offered],
        create_connection=_maker(ClientConnection, held),
        **_with_defaults(kwargs, held),
    )


def serve(
    handler: Callable[[server.ServerConnection], Awaitable[None]],
    host: str | None = None,
    port: int | None = None,
    *,
    settings: Settings | None = None,
    subprotocols: Sequence[str] = (),
    **kwargs: Any,
) -> server.Server:
    """Serve connections, as ``websockets.asyncio.server.serve`` does.

    Args:
        handler: of each connection.
        host: to listen on.
        port: to listen on.
        settings: of the sessions; the usual ones if None.
        subprotocols: of the application, the best first.
        kwargs: as there; compression is None unless given.
    """
    held = settings or Settings()

    def select(_connection: object, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        """What comes first for the application, with AURA if the client speaks it."""
        wanted = (name for own in subprotocols or ("",) for name in (token(own), own) if name)
        return next((Subprotocol(name) for name in wanted if name in offered), None)

    return server.serve(
        handler,
        host,
        port,
        select_subprotocol=select,
        create_connection=_maker(ServerConnection, held),
        **_with_defaults(kwargs, held),
    )


def _maker(kind: type[Any], settings: Settings) -> type[Any]:
    """The kind of connection with these settings."""
    return type(kind.__name__, (kind,), {"settings": settings})


def _with_defaults(kwargs: dict[str, Any], settings: Settings) -> dict[str, Any]:
    limit = max_frame(settings.max_message)
    return {"compression": None, "max_size": limit, "open_timeout": settings.patience, **kwargs}

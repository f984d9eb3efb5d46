"""Connections of the library ``websockets`` that speak AURA, at either end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any, ClassVar, Final

from websockets.asyncio import client, server
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConcurrencyError
from websockets.protocol import State
from websockets.typing import DataLike, Subprotocol

from aura.connections.fragments import Fragments, Message, joined
from aura.connections.prepared import PreparedMessage
from aura.connections.session import Session, Settings, Status, negotiation, scheduling
from aura.connections.session.channel import Channel
from aura.connections.session.coding import Role
from aura.connections.session.observed import report_plain
from aura.templates import Hint, SlotValues
from aura_spec.errors import DecodeError
from aura_spec.session import close_code, is_hello
from aura_spec.session_negotiation import application_of

_log: Final = logging.getLogger("aura.websockets")


class Speaking(Connection):
    """A connection that speaks AURA, once :meth:`greet` has found that the peer does."""

    settings: Settings
    role: ClassVar[Role]
    channel: Channel | None = None
    _first: Message | None = None
    """The first message of a server that does not speak AURA, until the application receives it."""
    _is_receiving = False

    @property
    def subprotocol(self) -> Subprotocol | None:
        """The application's subprotocol, if one was agreed on."""
        selected = negotiation.selected_by(self.protocol.subprotocol)
        return None if selected is None else Subprotocol(selected)

    @property
    def aura(self) -> Status:
        """Whether AURA was agreed on, with which model, and how many bytes it saved."""
        return Status() if self.channel is None else self.channel.session.status

    async def handshake(self, *args: Any, **kwargs: Any) -> None:
        """Open the connection, and exchange hellos."""
        models = self.settings.models
        if not models.is_loaded:
            await scheduling.in_thread(scheduling.LONG, models.load)
        await super().handshake(*args, **kwargs)  # type: ignore[misc]  # of the client's or the server's class
        await self.greet()

    async def greet(self) -> None:
        """Exchange hellos, if the peer speaks AURA."""
        agreed = self.protocol.subprotocol
        if self.protocol.state is not State.OPEN:
            return
        if agreed is None or application_of(agreed) is None:
            report_plain(self.settings.observer)
            return
        self._transmit_now = self.protocol.send_binary
        session = Session(self.settings, role=self.role)
        channel = Channel(session, self._next_frame, self._transmit, self._refuse, self)
        try:
            async with asyncio.timeout(self.settings.hello_timeout):
                await channel.flush()
                if self.role == "client" and not await self._is_greeted():
                    _log.warning(
                        "the server selected %s and does not speak it; going on without AURA", agreed
                    )
                    report_plain(self.settings.observer)
                    return
                await channel.until_ready()
        except TimeoutError:
            await self._refuse(channel.no_hello())
            return
        except DecodeError as error:
            await self._refuse(error)
            return
        self.channel = channel
        # what the library's broadcast() calls
        self.protocol.send_text = self._post_text  # type: ignore[method-assign]
        self.protocol.send_binary = self._post_binary  # type: ignore[method-assign]

    async def _is_greeted(self) -> bool:
        """Whether the server's first message is a hello. It is none if a ping is answered and no hello follows."""
        reading = asyncio.create_task(super().recv())
        try:
            pong = asyncio.ensure_future(await self.ping())
            await asyncio.wait((reading, pong), return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait((reading,), timeout=self.settings.fallback_delay)
        finally:
            reading.cancel()
            [[ended], _] = await asyncio.wait((reading,))
            error = None if ended.cancelled() else ended.exception()
        if ended.cancelled():
            return False
        if error is not None:
            raise error
        self._first = ended.result()
        return isinstance(self._first, bytes) and is_hello(self._first)

    async def _next_frame(self) -> Message:
        first, self._first = self._first, None
        return await super().recv() if first is None else first

    async def _transmit(self, frame: bytes) -> None:
        async with self.send_context():
            self._transmit_now(frame)

    def is_free(self) -> bool:
        """Whether the connection takes a frame now."""
        return not self.paused and self.protocol.state is State.OPEN

    def write(self, frame: bytes) -> None:
        """Send a frame without waiting."""
        self._transmit_now(frame)
        self.send_data()

    def _post_text(self, data: DataLike, fin: bool = True) -> None:  # noqa: ARG002  # as the library's
        self._post(bytes(data).decode() if not isinstance(data, str) else data)

    def _post_binary(self, data: DataLike, fin: bool = True) -> None:  # noqa: ARG002  # as the library's
        self._post(data.encode() if isinstance(data, str) else bytes(data))

    def _post(self, message: Message | PreparedMessage) -> None:
        """Send a message for which nobody waits."""
        assert self.channel is not None  # noqa: S101  # it is there before this is called
        self.channel.post(message).add_done_callback(_log_lost)

    def send_now(self, message: PreparedMessage) -> None:
        """Send a message for which nobody waits, at once if nothing else goes before it.

        Raises:
            EncodeError: it is too long; it is not sent.
        """
        assert self.channel is not None  # noqa: S101  # it is there before this is called
        frames = self.channel.encode_now(message)
        if frames is None:
            self._post(message)
            return
        for frame in frames:
            self._transmit_now(frame)
        self.send_data()

    async def _refuse(self, error: DecodeError) -> None:
        """Close, without telling the peer why: it is no business of a stranger's (rule SES-16)."""
        code = close_code(error)
        _log.warning("connection %s refused with %d: %s", self.id, code, error)
        await self.close(code)
        await self.wait_closed()

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop the work that has not begun, but for messages of a peer that took its leave after sending them."""
        super().connection_lost(exc)
        if self.channel is not None:
            has_left_orderly = self.protocol.close_rcvd is not None
            self.channel.close(self.protocol.close_exc, keep_received=has_left_orderly)

    async def recv(self, decode: bool | None = None) -> Any:
        """The next message, as ``websockets`` gives it. Cancelling it loses no message."""
        if self.channel is None:
            first, self._first = self._first, None
            return await super().recv(decode) if first is None else _as_wanted(first, decode)
        if self._is_receiving:
            raise ConcurrencyError("cannot call recv while another coroutine is already running recv")
        self._is_receiving = True
        try:
            message = await self.channel.receive()
        except DecodeError as error:
            await self._refuse(error)
            raise self.protocol.close_exc from error
        finally:
            self._is_receiving = False
        return _as_wanted(message.data, decode)

    async def recv_streaming(self, decode: bool | None = None) -> AsyncIterator[Any]:
        """The next message, in one piece if AURA is spoken."""
        if self.channel is not None or self._first is not None:
            yield await self.recv(decode)
            return
        async for piece in super().recv_streaming(decode):
            yield piece

    async def send(
        self,
        message: Fragments | PreparedMessage,
        *,
        text: bool | None = None,
        template_id: int | None = None,
        slots: SlotValues | None = None,
    ) -> None:
        """Send a message, as ``websockets`` does; fragments are joined if AURA is spoken.

        If it is cancelled, the message is sent whole or not at all.

        Args:
            message: to be sent; one of :func:`aura.prepare` as it is, and without the arguments that follow.
            text: as ``websockets`` takes it.
            template_id: the template that the message fills, if the caller knows it; see
                :meth:`aura.connections.session.Session.send`. Without AURA it is ignored.
            slots: the values of its slots, by name or in order.

        Raises:
            ConnectionClosed: the connection is closed.
            EncodeError: the message is longer than one of the ends allows, or the template with these slots does
                not give it; it is not sent.
            TypeError: this is not a message, or a slot value has a wrong type.
        """
        hint = Hint.of(template_id, slots)
        if isinstance(message, PreparedMessage):
            if self.channel is not None:
                await self.channel.send(message)
                return
            message = message.plain
        if self.channel is None:
            await super().send(message, text=text)
            return
        whole = await joined(message)
        if whole is None:
            return
        if text is not None and text is not isinstance(whole, str):
            whole = whole.encode() if isinstance(whole, str) else whole.decode()
        await self.channel.send(whole, hint)


class ClientConnection(Speaking, client.ClientConnection):
    """The client's end."""

    role = "client"


class ServerConnection(Speaking, server.ServerConnection):
    """The server's end."""

    role = "server"


def _as_wanted(data: Message, decode: bool | None) -> Message:
    """A message as the argument ``decode`` of ``recv`` asks for it."""
    if decode is None or decode is isinstance(data, str):
        return data
    return data.encode() if isinstance(data, str) else data.decode()


def _log_lost(sent: asyncio.Future[None]) -> None:
    """Say that a message for which nobody waits was not sent."""
    if not sent.cancelled() and (error := sent.exception()):
        _log.warning("broadcast skipped a connection: %s", type(error).__name__)

"""What a channel sends: frames, messages that are coded in their turn, and pieces of models, in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial

from aura.connections.prepared import PreparedMessage, data_of
from aura.connections.session import scheduling, tasks
from aura.connections.session.protocol import Session
from aura.connections.session.scheduling import QUICK
from aura.templates import Hint
from aura_spec.errors import EncodeError


@dataclass(frozen=True, slots=True)
class _Posted:
    """A message that is to be coded and sent, the context of its sender, and the future that is done once it is."""

    message: str | bytes | PreparedMessage
    hint: Hint | None
    context: Context
    sent: asyncio.Future[None]


class Writer:
    """Sends what a session has to say, one thing at a time.

    Args:
        session: whose messages it codes.
        transmit: sends one frame, and returns when the connection can take the next.
        begins_here: whether ``transmit`` may be begun in whatever task runs; if it has to wait, it goes on in one
            of its own. It must not ask in which task it is before it waits, as timeouts and cancel scopes do.

    Attributes:
        is_at_work: whether the session reads or codes something in a thread.
        closed: why nothing is sent any more; None as long as something may be.
        is_writing: whether anything is being sent, or waits for its turn.
    """

    __slots__ = (
        "_at_work",
        "_outbox",
        "_posted",
        "_session",
        "_transmit",
        "begins_here",
        "closed",
        "is_at_work",
        "is_writing",
        "task",
    )

    def __init__(
        self, session: Session, transmit: Callable[[bytes], Awaitable[None]], *, begins_here: bool
    ) -> None:
        self._session = session
        self._transmit = transmit
        self.begins_here = begins_here
        self._at_work = asyncio.Lock()
        self._outbox: deque[bytes | asyncio.Future[None]] = deque()
        """Frames, and futures that are done once the frames before them are sent."""
        self._posted: deque[_Posted] = deque()
        self.closed: Exception | None = None
        self.is_at_work = False
        self.is_writing = False
        self.task: asyncio.Task[None] | None = None  # as soon as it has to wait
        self.take(session.data_to_send())

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """While the session does something, it does nothing else; then what it has to say is sent."""
        async with self._at_work:
            self.is_at_work = True
            try:
                yield
            finally:
                self.is_at_work = False
                self.take(self._session.data_to_send())

    def take(self, frames: Sequence[bytes]) -> None:
        """Take over what the session has to send. It says so before it serves a model."""
        if frames:
            self._outbox += frames
            self._write_soon()

    def begin(self, frames: Sequence[bytes]) -> bool:
        """Send frames here as far as that needs no waiting, while nothing else is sent; whether it is done."""
        self.is_writing = True
        self.task = tasks.begin_here(self._write(frames))
        if self.closed is not None:
            raise self.closed
        return not self.is_writing

    async def send(self, frames: Sequence[bytes]) -> None:
        """Send frames, and return when the connection can take the next."""
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._outbox += frames
        self._outbox.append(sent)
        self._write_soon()
        await sent

    def post(self, message: str | bytes | PreparedMessage, hint: Hint | None) -> asyncio.Future[None]:
        """Code and send a message after those before; the future is done once it is sent, or has the error."""
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._posted.append(_Posted(message, hint, copy_context(), sent))
        self._write_soon()
        return sent

    def stop(self, error: Exception) -> None:
        """Send nothing any more."""
        self.closed = self.closed or error
        waiting = [waits for waits in self._outbox if not isinstance(waits, bytes)]
        waiting += [posted.sent for posted in self._posted]
        self._outbox.clear()
        self._posted.clear()
        for sent in waiting:
            tasks.fail(sent, error)

    def _write_soon(self) -> None:
        if self.is_writing or self.closed is not None:
            return
        self.is_writing = True
        writing = (tasks.begin_here if self.begins_here else tasks.begin)(self._write())
        if writing is not None and not writing.done():
            self.task = writing

    async def _write(self, frames: Sequence[bytes] = ()) -> None:
        """Send frames, and then what there is: frames, a message, a piece of a model, and again."""
        session, outbox = self._session, self._outbox
        try:
            for frame in frames:
                await self._transmit(frame)
            while outbox or self._posted or session.is_serving:
                await self._send_frames()
                if self._posted:
                    await self._send_message(self._posted.popleft())
                if session.is_serving:
                    await self._send_piece()
        except Exception as error:  # noqa: BLE001  # whatever the connection raises is for those who use it
            self.stop(error)
        finally:
            self.is_writing = False
            self.task = None

    async def _send_frames(self) -> None:
        while self._outbox:
            first = self._outbox.popleft()
            if isinstance(first, bytes):
                await self._transmit(first)
            else:
                tasks.fulfil(first)

    async def _send_message(self, posted: _Posted) -> None:
        if posted.sent.done():
            return  # cancelled before it was coded
        try:
            async with self.working():
                await self._code(posted)
        except (EncodeError, TypeError) as error:
            tasks.fail(posted.sent, error)
            return
        except BaseException as error:
            tasks.fail(posted.sent, self.closed or error)
            raise
        try:
            await self._send_frames()
        except BaseException as error:
            tasks.fail(posted.sent, self.closed or error)
            raise
        tasks.fulfil(posted.sent)

    async def _code(self, posted: _Posted) -> None:
        """Let the session code a message, with the labels of its sender."""
        message = posted.message
        size = len(data_of(message))
        if isinstance(message, PreparedMessage) and self._session.has_coded(message):
            size = 0
        send = partial(posted.context.run, self._session.send, message, hint=posted.hint)
        if size <= QUICK:
            await scheduling.turn()
            # only now, as another connection may have added a model
            if self._session.is_prepared_to_send:
                send()
                return
        await scheduling.in_thread(size, send)

    async def _send_piece(self) -> None:
        async with self._at_work:  # and nothing else meanwhile, as nothing is awaited
            # what the session said while this waited goes first: perhaps that it serves a model
            chunk = None if self._outbox else self._session.next_chunk()
        if chunk is not None:
            await self._transmit(chunk)

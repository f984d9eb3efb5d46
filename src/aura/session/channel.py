"""A session on a connection of asyncio, whatever carries it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Final, TypeVar

from aura.session.protocol import Fetched, LongMessage, Message, Session
from aura_spec.errors import DecodeError

Given = TypeVar("Given")
Result = TypeVar("Result")

QUICK: Final = 1 << 12
"""Bytes of a message that is coded at once; a longer one is coded in a thread, while others get their turn."""


class Channel:
    """Runs a session: sends its frames in order, and takes care of models.

    Args:
        session: of this end.
        transmit: sends one frame, and returns when the connection can take the next.
        fail: closes the connection because of an error.
        gone: what ``transmit`` raises once the connection is closed.
    """

    __slots__ = ("_at_work", "_fail", "_gone", "_late", "_tasks", "_transmit", "_turn", "session")

    def __init__(
        self,
        session: Session,
        transmit: Callable[[bytes], Awaitable[None]],
        fail: Callable[[DecodeError], Awaitable[None]],
        gone: type[Exception] = OSError,
    ) -> None:
        self.session = session
        self._transmit = transmit
        self._fail = fail
        self._gone = gone
        self._turn = asyncio.Lock()
        self._at_work = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._late: asyncio.Task[Message | Fetched | None] | None = None

    async def send(self, message: str | bytes) -> None:
        """Send a message, and return when the connection can take the next.

        Raises:
            EncodeError: it is too long, or not text; it is not sent.
        """
        if len(message) <= QUICK:
            async with self._at_work:
                self.session.send(message)
        else:
            await asyncio.shield(self._apart(self.session.send, message))
        await self.flush()

    async def flush(self) -> None:
        """Send the frames that are there, in order."""
        outgoing = self.session.outgoing
        async with self._turn:
            while outgoing:
                await self._transmit(outgoing.pop(0))

    async def receive(self, frame: bytes) -> Message | None:
        """Read a frame, and answer it; a message if it holds one.

        If it is cancelled, call :meth:`resume` before the next frame.

        Raises:
            DecodeError: the frame is refused; the connection is to be closed.
        """
        try:
            async with self._at_work:
                event = self.session.receive(frame, longest=QUICK)
        except LongMessage:
            self._late = self._apart(self.session.receive, frame)
            return await self.resume()
        return self._act(event)

    async def resume(self) -> Message | None:
        """What became of the frame whose reading was cancelled; None if there was none.

        Raises:
            DecodeError: the frame is refused; the connection is to be closed.
        """
        if self._late is None:
            return None
        await asyncio.wait((self._late,))
        late, self._late = self._late, None
        return self._act(late.result())

    def _act(self, event: Message | Fetched | None) -> Message | None:
        if isinstance(event, Fetched):
            self._start(self._hold(event))
        # who only receives never waits for the peer to receive
        if self.session.outgoing:
            self._start(self.flush())
        if self.session.is_serving:
            self._start(self._serve())
        return event if isinstance(event, Message) else None

    def _apart(self, work: Callable[[Given], Result], given: Given) -> asyncio.Task[Result]:
        """Let the session work in a thread, and do nothing else meanwhile."""

        async def run() -> Result:
            async with self._at_work:
                return await asyncio.to_thread(work, given)

        return asyncio.create_task(run())

    def _start(self, work: Coroutine[None, None, None]) -> None:
        """Do something while the application goes on."""
        task = asyncio.create_task(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guard(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except DecodeError as error:
            await self._fail(error)
        except self._gone:
            pass  # the application hears of it when it uses the connection

    async def _hold(self, fetched: Fetched) -> None:
        """Read a model, and use it from then on."""
        model = await asyncio.to_thread(fetched.load)
        async with self._at_work:
            self.session.hold(model)
        await self.flush()

    async def _serve(self) -> None:
        """Send model files, letting other frames through between their pieces."""
        while True:
            async with self._turn:
                chunk = self.session.next_chunk()
                if chunk is None:
                    return
                await self._transmit(chunk)

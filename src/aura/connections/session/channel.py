"""A session on a connection of asyncio, whatever carries it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial
from typing import Final

from aura.connections.prepared import PreparedMessage, data_of
from aura.connections.session import scheduling, tasks
from aura.connections.session.direct import Direct
from aura.connections.session.events import Deferred, Event, Message, ModelFetched
from aura.connections.session.protocol import Session
from aura.connections.session.scheduling import QUICK, SHORT
from aura.templates import Hint
from aura_spec.errors import DecodeError, EncodeError, Unsupported
from aura_spec.session import is_control

Frame = str | bytes

_log: Final = logging.getLogger("aura.session")


@dataclass(frozen=True, slots=True)
class _Posted:
    """A message that is to be coded and sent, the context of its sender, and the future that is done once it is."""

    message: Frame | PreparedMessage
    hint: Hint | None
    context: Context
    sent: asyncio.Future[None]


class Channel:
    """Runs a session: sends its frames in order, and takes care of models.

    One task at a time writes: it takes messages in the order in which they were given, codes them, and sends their
    frames. Another one reads a frame. Both belong to the channel, and go on if whoever waits for them is cancelled.
    That is why cancelling :meth:`send` or :meth:`receive`, at whatever moment, loses no message and breaks no
    stream: a message is sent whole or not at all, and received by the next call. What needs no waiting, such as
    coding a short message while no other one is sent, is done at once, without a task.

    Args:
        session: of this end.
        read: gives the next frame of the connection; a text message is refused. If cancelled, it loses none.
        transmit: sends one frame, and returns when the connection can take the next.
        fail: closes the connection because of an error in what the peer sent.
        direct: the same connection, if it can take frames without waiting.
    """

    __slots__ = (
        "_at_work",
        "_closed",
        "_direct",
        "_fail",
        "_is_writing",
        "_outbox",
        "_posted",
        "_read",
        "_reading",
        "_tasks",
        "_transmit",
        "_writing",
        "session",
    )

    def __init__(
        self,
        session: Session,
        read: Callable[[], Awaitable[Frame]],
        transmit: Callable[[bytes], Awaitable[None]],
        fail: Callable[[DecodeError], Awaitable[None]],
        direct: Direct | None = None,
    ) -> None:
        self.session = session
        self._direct = direct
        self._read = read
        self._transmit = transmit
        self._fail = fail
        self._closed: Exception | None = None
        self._at_work = asyncio.Lock()
        self._outbox: deque[bytes | asyncio.Future[None]] = deque(session.data_to_send())
        """Frames, and futures that are done once the frames before them are sent."""
        self._posted: deque[_Posted] = deque()
        self._is_writing = False
        self._writing: asyncio.Task[None] | None = None  # as soon as it has to wait
        self._reading: asyncio.Future[Message | None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._write_soon()

    async def send(self, message: Frame | PreparedMessage, hint: Hint | None = None) -> None:
        """Send a message, and return when the connection can take the next.

        Raises:
            EncodeError: it is too long, or not text, or the hint does not give it; it is not sent.
            TypeError: a slot value of the hint has a wrong type; it is not sent.
        """
        if not self._is_free_to_code(message) or not scheduling.take_turn():
            await self.post(message, hint)
            return
        self.session.send(message, hint=hint)
        frames = self.session.data_to_send()
        if self._direct is not None and self._direct.is_free():
            for frame in frames:
                self._direct.write(frame)
            await self._direct.drain()
            return
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._outbox += frames
        self._outbox.append(sent)
        self._write_soon()
        await sent

    def post(self, message: Frame | PreparedMessage, hint: Hint | None = None) -> asyncio.Future[None]:
        """Send a message after those given before; the future is done once it is sent, or has the error.

        Raises:
            EncodeError: it is too long; it is not sent.
        """
        if self._closed is not None:
            raise self._closed
        self.session.check_message(message)
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._posted.append(_Posted(message, hint, copy_context(), sent))
        self._write_soon()
        return sent

    def _is_free_to_code(self, message: Frame | PreparedMessage) -> bool:
        """Whether a message can be coded now: no other one goes first, and it takes not long."""
        if self._closed is not None:
            raise self._closed
        if self._posted or self._outbox or self._is_writing or self._at_work.locked():
            return False
        session = self.session
        if session.is_serving or not session.is_prepared_to_send:
            return False
        if isinstance(message, PreparedMessage):
            return len(message.data) <= QUICK or session.has_coded(message)
        if isinstance(message, str):
            return len(message) <= (QUICK if message.isascii() else QUICK // 4)  # four bytes at most each
        return type(message) is bytes and len(message) <= QUICK

    def encode_now(self, message: PreparedMessage) -> list[bytes] | None:
        """The frames of a message, to be sent at once; None if others go first, or coding it may take long.

        Raises:
            EncodeError: it is too long; it is not sent.
        """
        if not self._is_free_to_code(message):
            return None
        self.session.send(message)
        return self.session.data_to_send()

    async def receive(self) -> Message:
        """The next message.

        Raises:
            DecodeError: a frame is refused, and with it all that follow; the connection is to be closed.
        """
        while True:
            message = await self._step()
            if message is not None:
                return message

    async def until_ready(self) -> None:
        """Read the peer's hello.

        Raises:
            DecodeError: it is none; the connection is to be closed.
        """
        while not self.session.is_ready:
            await self._step()

    def no_hello(self) -> DecodeError:
        """The error of a peer whose hello does not come in time; an observer is told."""
        error = Unsupported("no hello came")
        if self.session.reporter is not None:
            self.session.reporter.refusal(error)
        return error

    async def flush(self) -> None:
        """Wait until what there was to send is sent."""
        if self._writing is not None:
            await asyncio.wait((self._writing,))

    def close(self, reason: Exception, *, keep_received: bool = False) -> None:
        """Drop the work that has not begun, and let those who wait for it have ``reason``.

        Args:
            reason: raised by whoever waits, and by all further calls to send.
            keep_received: whether frames that were received are still read.
        """
        self._stop(reason)
        if self.session.reporter is not None:
            self.session.reporter.closed()
        for task in (self._writing, None if keep_received else self._reading, *self._tasks):
            if task is not None and task is not asyncio.current_task():
                task.cancel()

    async def _step(self) -> Message | None:
        """Read a frame; a message if it holds one."""
        if self._reading is None:
            frame = await self._read()
            # nothing is awaited here: a frame that was read is either taken, or in the task, or refused
            if self._is_quick(frame) and not self._at_work.locked() and scheduling.take_turn():
                try:
                    events = self._receive_quickly(frame)
                except DecodeError as error:
                    self._reading = asyncio.get_running_loop().create_future()
                    self._reading.set_exception(error)
                else:
                    if not _is_deferred(events):
                        return self._message_of(events)
            if self._reading is None:
                self._reading = asyncio.create_task(self._take(frame))
                self._reading.add_done_callback(tasks.retrieve)
        await asyncio.wait((self._reading,))
        if self._reading.cancelled() and self._closed is not None:
            raise self._closed
        message = self._reading.result()  # a task that failed stays, so that the next call fails alike
        self._reading = None
        return message

    async def _take(self, frame: Frame) -> Message | None:
        """Let the session read a frame, and do what it asks for."""
        if isinstance(frame, str):
            raise Unsupported("a text message is not a frame")
        async with self._working():
            events = await self._read_frame(frame)
        return self._message_of(events)

    def _message_of(self, events: Sequence[Event]) -> Message | None:
        """The message among events, if there is one, once what the others ask for is begun."""
        message = None
        for event in events:
            if isinstance(event, Message):
                message = event
            elif isinstance(event, ModelFetched):
                self._start(self._hold(event))
        return message

    async def _read_frame(self, frame: bytes) -> list[Event]:
        """Let the session read a frame, where the length of its message allows it; only reading tells that."""
        if self._is_quick(frame):
            await scheduling.turn()
            events = self.session.receive_data(frame, longest=QUICK)
            if not _is_deferred(events):
                return events
        if len(frame) <= SHORT:
            events = await scheduling.in_thread(SHORT, self.session.receive_data, frame, longest=SHORT)
            if not _is_deferred(events):
                return events
        return await scheduling.in_thread(self.session.max_message, self.session.receive_data, frame)

    def _is_quick(self, frame: Frame) -> bool:
        """Whether reading a frame may take little enough time for the event loop."""
        if isinstance(frame, str) or not self.session.is_prepared_for(frame):
            return False
        return len(frame) <= QUICK or is_control(frame)

    def _receive_quickly(self, frame: Frame) -> list[Event]:
        """Let the session read a frame now, and send what it has to say of it."""
        assert isinstance(frame, bytes)  # noqa: S101  # a text is not quick
        try:
            return self.session.receive_data(frame, longest=QUICK)
        finally:
            self._take_frames()

    async def _code(self, posted: _Posted) -> None:
        """Let the session code a message, with the labels of its sender."""
        message = posted.message
        size = len(data_of(message))
        if isinstance(message, PreparedMessage) and self.session.has_coded(message):
            size = 0
        send = partial(posted.context.run, self.session.send, message, hint=posted.hint)
        if size <= QUICK:
            await scheduling.turn()
            # only now, as another connection may have added a model
            if self.session.is_prepared_to_send:
                send()
                return
        await scheduling.in_thread(size, send)

    @asynccontextmanager
    async def _working(self) -> AsyncIterator[None]:
        """While the session does something, it does nothing else; then what it has to say is sent."""
        async with self._at_work:
            try:
                yield
            finally:
                self._take_frames()

    def _take_frames(self) -> None:
        """Take over what the session has to send. It says so before it serves a model."""
        frames = self.session.data_to_send()
        if frames:
            self._outbox += frames
            self._write_soon()

    def _write_soon(self) -> None:
        if self._is_writing or self._closed is not None or not self._has_work:
            return
        self._is_writing = True
        writing = tasks.begin(self._write())
        if not writing.done():
            self._writing = writing

    @property
    def _has_work(self) -> bool:
        return bool(self._outbox or self._posted) or self.session.is_serving

    async def _write(self) -> None:
        """Send what there is: frames, then a message, then a piece of a model, and again."""
        try:
            while self._has_work:
                await self._send_frames()
                if self._posted:
                    await self._send_message(self._posted.popleft())
                if self.session.is_serving:
                    await self._send_piece()
        except Exception as error:  # noqa: BLE001  # whatever the connection raises is for those who use it
            self._stop(error)
        finally:
            self._is_writing = False
            self._writing = None

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
            async with self._working():
                await self._code(posted)
        except (EncodeError, TypeError) as error:
            tasks.fail(posted.sent, error)
            return
        except BaseException as error:
            tasks.fail(posted.sent, self._closed or error)
            raise
        try:
            await self._send_frames()
        except BaseException as error:
            tasks.fail(posted.sent, self._closed or error)
            raise
        tasks.fulfil(posted.sent)

    async def _send_piece(self) -> None:
        async with self._at_work:
            chunk = self.session.next_chunk()
        if chunk is not None:
            await self._transmit(chunk)

    def _stop(self, error: Exception) -> None:
        """Send nothing any more."""
        self._closed = self._closed or error
        waiting = [waits for waits in self._outbox if not isinstance(waits, bytes)]
        waiting += [posted.sent for posted in self._posted]
        self._outbox.clear()
        self._posted.clear()
        for sent in waiting:
            tasks.fail(sent, error)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        """Do something while the application goes on."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _hold(self, fetched: ModelFetched) -> None:
        """Read a model, and use it from then on."""
        try:
            model = await scheduling.in_thread(len(fetched.data), fetched.load)
        except DecodeError as error:
            await self._fail(error)
            return
        _log.info("model %s fetched: %d bytes", model.id, len(model.data))
        async with self._working():
            self.session.hold(model)


def _is_deferred(events: Sequence[Event]) -> bool:
    """Whether a frame was not read, and has to be given again."""
    return bool(events) and isinstance(events[0], Deferred)

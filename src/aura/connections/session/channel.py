"""A session on a connection of asyncio, whatever carries it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Final

from aura.connections.prepared import PreparedMessage
from aura.connections.session import scheduling, tasks
from aura.connections.session.direct import Direct
from aura.connections.session.events import (
    BytesReceived,
    Deferred,
    Event,
    Message,
    ModelFetched,
    TextReceived,
)
from aura.connections.session.protocol import Session
from aura.connections.session.scheduling import QUICK, SHORT
from aura.connections.session.writer import Writer
from aura.templates import Hint
from aura_spec.errors import DecodeError, Unsupported
from aura_spec.session import is_control

Frame = str | bytes

_log: Final = logging.getLogger("aura.session")


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
        begins_here: whether it may be begun in whatever task runs; see :class:`Writer`.
    """

    __slots__ = (
        "_direct",
        "_fail",
        "_read",
        "_reading",
        "_tasks",
        "_writer",
        "session",
    )

    def __init__(
        self,
        session: Session,
        read: Callable[[], Awaitable[Frame]],
        transmit: Callable[[bytes], Awaitable[None]],
        fail: Callable[[DecodeError], Awaitable[None]],
        direct: Direct | None = None,
        *,
        begins_here: bool = False,
    ) -> None:
        self.session = session
        self._direct = direct
        self._read = read
        self._fail = fail
        self._reading: asyncio.Future[Message | None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writer = Writer(session, transmit, begins_here=begins_here)

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
        if self._writer.begins_here:
            if self._writer.begin(frames):
                return
            frames = []  # they are on their way
        await self._writer.send(frames)

    def post(self, message: Frame | PreparedMessage, hint: Hint | None = None) -> asyncio.Future[None]:
        """Send a message after those given before; the future is done once it is sent, or has the error.

        Raises:
            EncodeError: it is too long; it is not sent.
        """
        if self._writer.closed is not None:
            raise _again(self._writer.closed)
        self.session.check_message(message)
        return self._writer.post(message, hint)

    def _is_free_to_code(self, message: Frame | PreparedMessage) -> bool:
        """Whether a message can be coded now: no other one goes first, and it takes not long."""
        writer = self._writer
        if writer.closed is not None:
            raise _again(writer.closed)
        if writer.is_writing or writer.is_at_work or not self.session.is_prepared_to_send:
            return False
        if isinstance(message, PreparedMessage):
            return len(message.data) <= QUICK or self.session.has_coded(message)
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
            if self._reading is not None:
                message = await self._read_message()
            else:
                message = self._take_now(await self._read())
            if message is not None:
                return message

    async def until_ready(self) -> None:
        """Read the peer's hello.

        Raises:
            DecodeError: it is none; the connection is to be closed.
        """
        while not self.session.is_ready:
            if self._reading is not None:
                await self._read_message()
            else:
                self._take_now(await self._read())

    def no_hello(self) -> DecodeError:
        """The error of a peer whose hello does not come in time; an observer is told."""
        error = Unsupported("no hello came")
        if self.session.reporter is not None:
            self.session.reporter.refusal(error)
        return error

    async def flush(self) -> None:
        """Wait until what there was to send is sent."""
        if self._writer.task is not None:
            await asyncio.wait((self._writer.task,))

    def close(self, reason: Exception, *, keep_received: bool = False) -> None:
        """Drop the work that has not begun, and let those who wait for it have ``reason``.

        Args:
            reason: raised by whoever waits, and by all further calls to send.
            keep_received: whether frames that were received are still read.
        """
        self._writer.stop(reason)
        if self.session.reporter is not None:
            self.session.reporter.closed()
        for task in (self._writer.task, None if keep_received else self._reading, *self._tasks):
            if task is not None and task is not asyncio.current_task():
                task.cancel()

    def _take_now(self, frame: Frame) -> Message | None:
        """Take a frame: read it at once if that may take little time, else in a task; a message if it holds one.

        Nothing is awaited here: a frame that was read is either taken, or in the task, or refused.
        """
        session = self.session
        if not self._writer.is_at_work and self._is_quick(frame) and scheduling.take_turn():
            assert isinstance(frame, bytes)  # noqa: S101  # a text is not quick
            try:
                events = session.receive_data(frame, longest=QUICK)
            except DecodeError as error:
                self._reading = asyncio.get_running_loop().create_future()
                self._reading.set_exception(error)
                return None
            finally:
                self._writer.take(session.data_to_send())
            if not _is_deferred(events):
                return self._message_of(events)
        self._reading = asyncio.create_task(self._take(frame))
        self._reading.add_done_callback(tasks.retrieve)
        return None

    async def _read_message(self) -> Message | None:
        """What the task makes of the frame that it reads: a message if it holds one."""
        assert self._reading is not None  # noqa: S101  # whoever calls this looked
        await asyncio.wait((self._reading,))
        if self._reading.cancelled() and self._writer.closed is not None:
            raise _again(self._writer.closed)
        message = self._reading.result()  # a task that failed stays, so that the next call fails alike
        self._reading = None
        return message

    async def _take(self, frame: Frame) -> Message | None:
        """Let the session read a frame, and do what it asks for."""
        if isinstance(frame, str):
            raise Unsupported("a text message is not a frame")
        async with self._writer.working():
            events = await self._read_frame(frame)
        return self._message_of(events)

    def _message_of(self, events: Sequence[Event]) -> Message | None:
        """The message among events, if there is one, once what the others ask for is begun."""
        message = None
        for event in events:
            if isinstance(event, (TextReceived, BytesReceived)):  # several times as quick as a union
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
        async with self._writer.working():
            self.session.hold(model)


def _again(error: Exception) -> Exception:
    """An error that is raised for each call: without the calls before it, whose messages it would keep."""
    return error.with_traceback(None)


def _is_deferred(events: Sequence[Event]) -> bool:
    """Whether a frame was not read, and has to be given again."""
    return bool(events) and isinstance(events[0], Deferred)

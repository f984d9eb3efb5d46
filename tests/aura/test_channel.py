"""Channels: cancelling them at every await, fairness between them, and what becomes of work when a peer leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any, Self

import pytest
from tests.aura.cancelling import is_cancelled_at, let_short_messages_wait
from tests.aura.small_models import OTHER, SINGLE, STREAMS, TINY

from aura.connections.session import Message, Models, Session, Settings, scheduling, transfer
from aura.connections.session.agreement import Agreement
from aura.connections.session.channel import Channel
from aura.errors import EncodeError
from aura.models.model import Model
from aura_spec.errors import DecodeError, Malformed
from aura_spec.session import Offer

SHORT, LONG = "a short one", "a long one, word by word. " * 20
LONGER = "x" * (scheduling.SHORT + 1)


class Ends:
    """Two channels in memory, whose frames take a turn of the loop before they are written, as in ASGI servers.

    Args:
        client: settings of the client.
        server: settings of the server; those of the client if None.
        room: frames that the transport takes in each direction before they are read; 0 for any number.
    """

    def __init__(self, client: Settings = STREAMS, server: Settings | None = None, *, room: int = 0) -> None:
        self.failures: list[DecodeError] = []
        self.to: dict[str, asyncio.Queue[str | bytes]] = {
            "client": asyncio.Queue(room),
            "server": asyncio.Queue(room),
        }
        self.client = self._channel(Session(client, role="client"), "server")
        self.server = self._channel(Session(server or client, role="server"), "client")

    def _channel(self, session: Session, peer: str) -> Channel:
        async def transmit(frame: bytes) -> None:
            await asyncio.sleep(0)
            await self.to[peer].put(frame)

        async def fail(error: DecodeError) -> None:
            self.failures.append(error)

        return Channel(session, self.to[session.role].get, transmit, fail)

    async def ready(self) -> Ends:
        await asyncio.gather(self.client.until_ready(), self.server.until_ready())
        return self


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("settings", [STREAMS, SINGLE])
def test_cancelling_receive_at_any_await_loses_nothing(
    settings: Settings, late: bool, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [SHORT, LONG, SHORT, LONGER, SHORT]
    if waits:
        let_short_messages_wait(monkeypatch)

    async def receive_cancelled(number: int) -> bool:
        ends = await Ends(settings).ready()
        sending = [asyncio.ensure_future(ends.server.send(message)) for message in messages]
        got: list[str | bytes] = []
        was_cancelled = False

        async def receive() -> None:
            got.append((await ends.client.receive()).data)

        while len(got) < len(messages):
            if await is_cancelled_at(receive(), number, late=late):
                was_cancelled = True
                await receive()
        await asyncio.gather(*sending)
        assert got == messages
        return was_cancelled

    for number in count():
        if not asyncio.run(asyncio.wait_for(receive_cancelled(number), 60)):
            break
    assert number > (2 if waits else 0)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("settings", [STREAMS, SINGLE])
@pytest.mark.parametrize("message", [SHORT, LONG])
def test_a_cancelled_send_is_sent_whole_or_not_at_all(settings: Settings, message: str, late: bool) -> None:
    async def send_cancelled(number: int) -> bool:
        ends = await Ends(settings).ready()
        got: list[str | bytes] = []

        async def receive() -> None:
            while not got or got[-1] != "last":
                got.append((await ends.server.receive()).data)

        receiving = asyncio.create_task(receive())
        await ends.client.send("first")
        was_cancelled = await is_cancelled_at(ends.client.send(message), number, late=late)
        await ends.client.send("last")
        await receiving
        assert got in (["first", message, "last"], ["first", "last"])
        return was_cancelled

    for number in count():
        if not asyncio.run(asyncio.wait_for(send_cancelled(number), 60)):
            break
    assert number > 0


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("settings", [STREAMS, SINGLE])
def test_cancelling_send_while_the_peer_does_not_read_breaks_no_other(settings: Settings, late: bool) -> None:
    """Senders wait for a transport that is full; one in the middle is cancelled, wherever it waits."""

    async def send_cancelled(number: int) -> bool:
        ends = await Ends(settings, room=1).ready()
        before = [asyncio.ensure_future(ends.client.send(message)) for message in ("one", LONG, "three")]
        cancelling = asyncio.ensure_future(is_cancelled_at(ends.client.send(SHORT), number, late=late))
        for _ in range(3):
            await asyncio.sleep(0)  # it is given before those that follow
        after = [asyncio.ensure_future(ends.client.send(message)) for message in (LONG, "last")]
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert not after[-1].done()  # nobody has read, so that the transport is full
        got = []
        while not got or got[-1] != "last":
            got.append((await ends.server.receive()).data)
        was_cancelled = await cancelling
        await asyncio.gather(*before, *after)
        whole = ["one", LONG, "three", SHORT, LONG, "last"]
        assert got in (whole, [message for message in whole if message is not SHORT])
        assert got == whole or was_cancelled
        return was_cancelled

    for number in count():
        if not asyncio.run(asyncio.wait_for(send_cancelled(number), 60)):
            break
    assert number > 0


def test_messages_that_are_posted_and_sent_keep_their_order() -> None:
    async def talk() -> None:
        ends = await Ends().ready()
        messages = [LONG, SHORT, LONGER, SHORT, LONG]
        posted = [ends.client.post(message) for message in messages]
        sending = asyncio.ensure_future(ends.client.send("last"))
        assert [(await ends.server.receive()).data for _ in range(6)] == [*messages, "last"]
        await asyncio.gather(sending, *posted)

    asyncio.run(asyncio.wait_for(talk(), 60))


@pytest.mark.parametrize("waiting", [1, 2, 5])
def test_whoever_waited_for_a_turn_has_it_alone(waiting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One who comes later in the turn of the last of those who waited gets the next one."""
    monkeypatch.setattr(scheduling, "AT_ONCE", 1)

    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        woken = 0  # in the turn that is on
        in_turn: list[int] = []

        async def wait() -> None:
            nonlocal woken
            await scheduling.turn()
            woken += 1

        def look() -> None:
            nonlocal woken
            in_turn.append(woken + scheduling.take_turn())
            woken = 0
            loop.call_soon(look)

        tasks = [asyncio.create_task(wait()) for _ in range(1 + waiting)]
        await asyncio.sleep(0)  # the first one has its turn, and the others ask
        woken = 0
        loop.call_soon(look)
        await asyncio.gather(*tasks)
        await asyncio.sleep(0)  # the turn of the last one ends, and those who come later have the next
        await asyncio.sleep(0)
        return in_turn

    in_turn = asyncio.run(main())
    assert max(in_turn) == 1
    assert sum(in_turn) > waiting


@pytest.mark.parametrize("at_once", [1, 3])
def test_so_many_messages_at_most_are_coded_in_a_turn_of_the_loop(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many wait and on however many connections; longer ones are never coded there."""
    coded = [0]
    most = [0]
    loop_thread = threading.get_ident()
    lengths: list[int] = []

    def counted(method: Callable[..., Any], length: Callable[[Any], int]) -> Callable[..., Any]:
        def call(session: Session, given: Any, **kwargs: Any) -> Any:
            if threading.get_ident() == loop_thread:
                coded[0] += 1
                most[0] = max(most[0], coded[0])
                lengths.append(length(given))
            return method(session, given, **kwargs)

        return call

    async def talk() -> None:
        turns = 0

        def turn() -> None:
            nonlocal turns
            turns += 1
            coded[0] = 0
            asyncio.get_running_loop().call_soon(turn)

        turn()
        every = [await Ends(settings).ready() for settings in (STREAMS, SINGLE) * 4]
        messages = [SHORT, LONG, SHORT, SHORT, "y" * scheduling.QUICK] * 2
        posted = [ends.client.post(message) for message in messages for ends in every]
        for ends in every:
            assert [(await ends.server.receive()).data for _ in messages] == messages
        await asyncio.gather(*posted)
        assert turns > len(every) * len(messages) // at_once

    monkeypatch.setattr(scheduling, "AT_ONCE", at_once)
    monkeypatch.setattr(Session, "send", counted(Session.send, len))
    monkeypatch.setattr(Session, "receive_data", counted(Session.receive_data, len))
    asyncio.run(asyncio.wait_for(talk(), 120))
    assert most == [at_once]
    assert max(lengths) <= scheduling.QUICK


def test_connections_take_turns() -> None:
    """One with many messages does not keep another one's only message waiting."""

    async def talk() -> None:
        busy, other = await Ends().ready(), await Ends().ready()
        for ends in (busy, other):
            await ends.client.send("a first one loads what it takes")
            await ends.server.receive()
        queue = [busy.client.post(SHORT) for _ in range(100)]
        await other.client.send(SHORT)
        assert sum(sent.done() for sent in queue) < 10
        assert (await other.server.receive()).data == SHORT
        await asyncio.gather(*queue)

    asyncio.run(asyncio.wait_for(talk(), 60))


class Blocked:
    """Keeps a thread of the codec busy."""

    def __init__(self, size: int) -> None:
        self.is_free = threading.Event()
        self._is_running = threading.Event()
        self._task = asyncio.create_task(scheduling.in_thread(size, self._work))

    def _work(self) -> None:
        self._is_running.set()
        self.is_free.wait(60)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._is_running.wait)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.is_free.set()
        await self._task


def test_short_messages_do_not_wait_for_long_ones_of_others_nor_for_other_threads() -> None:
    async def talk() -> None:
        ends = await Ends().ready()
        async with Blocked(scheduling.LONG):
            for message in (SHORT, LONG, SHORT):
                await ends.client.send(message)
                assert (await ends.server.receive()).data == message
            assert await asyncio.to_thread(lambda: "free") == "free"

    asyncio.run(asyncio.wait_for(talk(), 60))


@pytest.mark.parametrize("keep_received", [True, False])
def test_work_of_a_peer_that_has_left_is_dropped_before_it_starts(
    monkeypatch: pytest.MonkeyPatch, keep_received: bool
) -> None:
    """Unless it took its leave: then what it sent before is still received."""

    async def talk() -> None:
        ends = await Ends(SINGLE).ready()
        await ends.client.send(LONGER)
        await ends.client.flush()
        await ends.server.send(SHORT)
        async with Blocked(scheduling.LONG) as blocked:
            receiving = asyncio.create_task(ends.server.receive())
            sending = asyncio.create_task(ends.server.send(LONGER))
            for _ in range(20):
                await asyncio.sleep(0.001)
            ends.server.close(OSError("gone"), keep_received=keep_received)
            with pytest.raises(OSError, match="gone"):
                await sending
            blocked.is_free.set()
            if keep_received:
                assert (await receiving).data == LONGER
            else:
                with pytest.raises(OSError, match="gone"):
                    await receiving
        assert len(calls) == keep_received
        with pytest.raises(OSError, match="gone"):
            await ends.server.send(SHORT)

    calls: list[object] = []
    receive_data = Session.receive_data

    def counted(session: Session, frame: bytes, **kwargs: Any) -> Any:
        events = receive_data(session, frame, **kwargs)
        if session.role == "server":
            calls.extend(event for event in events if isinstance(event, Message))
        return events

    monkeypatch.setattr(Session, "receive_data", counted)
    asyncio.run(asyncio.wait_for(talk(), 60))


def test_a_channel_that_failed_fails_again() -> None:
    async def talk() -> None:
        ends = await Ends().ready()
        ends.to["server"].put_nowait(b"\x07hi")
        ends.to["server"].put_nowait(b"another one")
        for _ in range(3):
            with pytest.raises(Malformed):
                await ends.server.receive()
        assert ends.to["server"].qsize() == 1

    asyncio.run(asyncio.wait_for(talk(), 60))


def test_a_message_that_cannot_be_sent_hurts_no_other() -> None:
    async def talk() -> None:
        ends = await Ends(replace(STREAMS, max_message=60)).ready()
        for bad in ("x" * 61, "\ud800"):
            with pytest.raises(EncodeError):
                await ends.client.send(bad)
            await ends.client.send("fine")
            assert (await ends.server.receive()).data == "fine"

    asyncio.run(asyncio.wait_for(talk(), 60))


def test_a_model_that_is_added_while_a_message_waits_is_not_loaded_on_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = Models([TINY])
    threads: list[str] = []
    let_short_messages_wait(monkeypatch)
    codec_to_send = Agreement.codec_to_send

    def noted(*given: Any) -> Any:
        threads.append(threading.current_thread().name)
        return codec_to_send(*given)

    async def turn() -> None:
        held.add(OTHER)

    async def talk() -> None:
        ends = await Ends(Settings(held), Settings(Models([TINY, OTHER]))).ready()
        await ends.client.send(SHORT)
        monkeypatch.setattr(scheduling, "turn", turn)
        await ends.client.send(SHORT)
        assert [(await ends.server.receive()).data for _ in range(2)] == [SHORT, SHORT]
        assert ends.client.session.status.sent_with == OTHER.id

    monkeypatch.setattr(Agreement, "codec_to_send", noted)
    asyncio.run(asyncio.wait_for(talk(), 60))
    assert threads == ["aura-short_0", "aura-short_0"]


def test_a_model_that_a_peer_asks_for_is_not_hashed_on_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    offer = transfer.offer

    def offered(model: Model) -> Offer:
        threads.append(threading.current_thread().name)
        return offer(model)

    async def talk() -> None:
        ends = await Ends(Settings(Models([]), max_fetch=1 << 20), STREAMS).ready()
        await ends.client.send(SHORT)
        assert (await ends.server.receive()).data == SHORT

    monkeypatch.setattr(transfer, "offer", offered)
    asyncio.run(asyncio.wait_for(talk(), 60))
    assert threads == ["aura-short_0"]


def test_settings_and_models_are_shared_by_connections_that_talk_at_once() -> None:
    async def one(settings: Settings, number: int) -> None:
        ends = await Ends(settings).ready()
        for message in (f"message {number}", f"{number} " * 300, f"bye {number}"):
            await ends.client.send(message)
            assert (await ends.server.receive()).data == message
            await ends.server.send(message)
            assert (await ends.client.receive()).data == message

    async def talk() -> None:
        await asyncio.gather(*(one((STREAMS, SINGLE)[number % 2], number) for number in range(20)))

    asyncio.run(asyncio.wait_for(talk(), 60))

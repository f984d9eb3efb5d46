"""Where messages are coded: turns of the event loop, threads, and what becomes of work when a peer leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Self

import pytest
from tests.aura.channel_ends import LONG, LONGER, SHORT, Ends
from tests.aura.small_models import SINGLE, STREAMS

from aura.connections.session import Message, Session, scheduling


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

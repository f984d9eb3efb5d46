"""Channels: cancelling them at every await, and what hurts no other message."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from tests.aura.cancelling import is_cancelled_at, let_short_messages_wait
from tests.aura.channel_ends import LONG, LONGER, SHORT, Ends
from tests.aura.small_models import OTHER, SINGLE, STREAMS, TINY

from aura.connections.session import Models, Settings, scheduling, transfer
from aura.connections.session.agreement import Agreement
from aura.errors import EncodeError
from aura.models.model import Model
from aura_spec.errors import Malformed
from aura_spec.session import Offer


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
@pytest.mark.parametrize("begins_here", [False, True])
def test_a_cancelled_send_is_sent_whole_or_not_at_all(
    settings: Settings, message: str, late: bool, begins_here: bool
) -> None:
    async def send_cancelled(number: int) -> bool:
        ends = await Ends(settings, begins_here=begins_here).ready()
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
    assert number > 0 or (begins_here and message == SHORT)  # which is sent without waiting


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("settings", [STREAMS, SINGLE])
@pytest.mark.parametrize("begins_here", [False, True])
def test_cancelling_send_while_the_peer_does_not_read_breaks_no_other(
    settings: Settings, late: bool, begins_here: bool
) -> None:
    """Senders wait for a transport that is full; one in the middle is cancelled, wherever it waits."""

    async def send_cancelled(number: int) -> bool:
        ends = await Ends(settings, room=1, begins_here=begins_here).ready()
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

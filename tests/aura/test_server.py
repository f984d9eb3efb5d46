"""The demonstration of ``aura serve``: what its page is told, bad pages, and the command; all in memory."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from tests.aura.coroutines import run
from tests.aura.small_models import SINGLE, STREAMS, TINY
from typer.testing import CliRunner

from aura.cli import app as command
from aura.connections.session import Settings
from aura.errors import AuraError
from aura.server import conversation
from aura.server.app import LONGEST, Chat, application
from aura.server.watched import Watched

TEXTS = ["Hi there", "", "Grüße 🚲", "Hi there", "x" * 300, "}{~", "Hi there"]


class Page:
    """A page in memory: what it sends, and what it is sent."""

    def __init__(self, served: Starlette, query: str = "", headers: Mapping[str, str] | None = None) -> None:
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.is_gone = False
        self._out.put_nowait({"type": "websocket.connect"})
        fields = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        scope: dict[str, Any] = {"type": "websocket", "path": "/chat", "headers": fields, "subprotocols": []}
        scope |= {
            "query_string": query.encode(),
            "scheme": "ws",
            "root_path": "",
            "client": None,
            "server": None,
        }
        self.task = asyncio.ensure_future(served(scope, self._out.get, self._take))  # type: ignore[arg-type]

    async def _take(self, event: Any) -> None:
        if self.is_gone:
            raise OSError("the connection is gone")
        self._in.put_nowait(event)

    async def event(self) -> dict[str, Any]:
        return await asyncio.wait_for(self._in.get(), 20)

    async def told(self) -> dict[str, Any]:
        event = await self.event()
        assert event["type"] == "websocket.send", event
        content: dict[str, Any] = json.loads(event["text"])
        return content

    def send(self, **content: object) -> None:
        self._out.put_nowait({"type": "websocket.receive", **content})

    async def say(self, text: str) -> dict[str, Any]:
        self.send(text=text)
        return await self.told()

    async def leave(self) -> None:
        self._out.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(self.task, 20)


@asynccontextmanager
async def visiting(served: Starlette, query: str = "") -> AsyncIterator[Page]:
    """A page that has been greeted, and leaves at the end."""
    page = Page(served, query)
    assert (await page.event())["type"] == "websocket.accept"
    assert len((await page.told())["suggestions"]) == 6
    yield page
    await page.leave()


@run
async def test_the_page_is_served() -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {"type": "http", "method": "GET", "headers": [], "query_string": b"", "http_version": "1.1"}
    scope |= {"scheme": "http", "root_path": "", "client": None, "server": None}
    for path, status in (("/", 200), ("/other", 404)):
        await application(STREAMS)({**scope, "path": path}, receive, send)
        start, body = sent[-2:]
        assert start["status"] == status
        assert (b"AURA on the wire" in body["body"]) is (status == 200)


@pytest.mark.parametrize("settings", [STREAMS, SINGLE])
def test_what_is_told_of_a_message_is_right(settings: Settings) -> None:
    """Of both directions: text, bytes of the text, the frame, and what permessage-deflate would have sent."""
    chat = Chat(settings)
    peers = {sender: zlib.compressobj(wbits=-15) for sender in ("you", "server")}
    sums = {"plain": 0, "size": 0, "deflate": 0}
    for text in TEXTS:
        one, two = chat.say(text)
        assert (one.sender, two.sender, one.text) == ("you", "server", text)
        assert two.text
        for shown in (one, two):
            plain = shown.text.encode()
            peer = peers[shown.sender]
            deflated = peer.compress(plain) + peer.flush(zlib.Z_SYNC_FLUSH)
            assert deflated.endswith(b"\0\0\xff\xff")
            assert shown.plain == len(plain)
            assert shown.size == len(bytes.fromhex(shown.wire))
            assert shown.deflate == len(deflated) - 4
            assert (shown.method == "stream") is (settings is STREAMS)
            sums = {name: total + getattr(shown, name) for name, total in sums.items()}
    assert sums["size"] < sums["plain"]


def test_questions_of_the_conversation_are_answered_as_there_and_others_in_turn() -> None:
    turns = conversation.load()
    chat = Chat(STREAMS)
    question, answer = next((one, two) for one, two in pairwise(turns) if one.role == "user")
    assert chat.say(question.text)[1].text == answer.text
    others = [chat.say("something else")[1].text for _ in range(4)]
    assert len(set(others)) == 3
    assert others[0] == others[3]


def test_a_message_that_cannot_be_sent_harms_no_later_one() -> None:
    for settings in (replace(STREAMS, max_message=60), replace(SINGLE, max_message=60)):
        chat = Chat(settings)
        for bad in ("x" * 61, "\ud800"):
            with pytest.raises(AuraError):
                chat.say(bad)
            assert chat.say("fine")[0].text == "fine"


@run
async def test_a_page_hears_of_both_messages_and_of_errors() -> None:
    async with visiting(application(STREAMS)) as page:
        one, two = (await page.say("Hi there"))["messages"]
        assert (one["sender"], one["text"], two["sender"]) == ("you", "Hi there", "server")
        assert one["method"] == "stream"
        assert len((await page.say("y" * (LONGEST + 1)))["messages"][0]["text"]) == LONGEST
        assert set(await page.say("\ud800")) == {"error"}
        assert (await page.say(""))["messages"][0]["text"] == ""


@run
async def test_a_page_can_have_each_message_coded_by_itself() -> None:
    async with visiting(application(STREAMS), "memory=0") as page:
        assert (await page.say("Hi there"))["messages"][0]["method"] != "stream"


@pytest.mark.parametrize("content", [{"bytes": b"\0"}, {"bytes": b"", "text": None}])
def test_a_page_that_sends_no_text_is_closed_and_hurts_nobody_else(content: dict[str, object]) -> None:
    async def talk() -> None:
        served = application(STREAMS)
        async with visiting(served) as good, visiting(served) as bad:
            first = await good.say("Hi there")
            bad.send(**content)
            closed = await bad.event()
            assert (closed["type"], closed["code"]) == ("websocket.close", 1003)
            second = await good.say("Hi there")
            assert second["messages"][0]["size"] < first["messages"][0]["size"]

    asyncio.run(asyncio.wait_for(talk(), 60))


@pytest.mark.parametrize(
    ("origin", "is_served"),
    [
        (None, True),
        ("http://localhost:8800", True),
        ("https://localhost:8800", True),
        ("http://localhost", False),
        ("http://elsewhere.example", False),
        ("http://localhost:8800.elsewhere.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_pages_of_other_origins_are_refused(origin: str | None, is_served: bool) -> None:
    async def talk() -> None:
        headers = {"host": "localhost:8800"} | ({} if origin is None else {"origin": origin})
        page = Page(application(STREAMS), headers=headers)
        event = await page.event()
        assert event["type"] == ("websocket.accept" if is_served else "websocket.close")
        if is_served:
            await page.leave()
        else:
            assert event["code"] == 1008
            await page.task

    asyncio.run(asyncio.wait_for(talk(), 20))


def test_the_page_says_that_nothing_of_it_is_coded() -> None:
    text = resources.files("aura").joinpath("data/chat.html").read_text(encoding="utf-8")
    assert "browsers do not speak AURA" in text
    told = CliRunner().invoke(command, ["serve", "--help"], env={"COLUMNS": "200"}).stdout
    assert "Browsers do not speak AURA" in told


@run
async def test_pages_share_no_stream() -> None:
    served = application(STREAMS)
    async with visiting(served) as one, visiting(served) as two:
        first = await one.say("Hi there")
        await one.say("Hi there")
        assert await two.say("Hi there") == first


@run
async def test_a_page_that_leaves_at_once_or_before_its_answer_is_let_go() -> None:
    await Page(application(STREAMS)).leave()
    async with visiting(application(STREAMS)) as page:
        page.is_gone = True
        page.send(text="Hi there")
        await asyncio.wait_for(page.task, 20)


def test_the_command_serves_with_its_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[tuple[object, object, str]] = []

    def run_server(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        calls.append((server.config.app, server.config.ws, sockets[0].getsockname()[0]))

    monkeypatch.setattr(uvicorn.Server, "run", run_server)
    model = tmp_path / "tiny.aura"
    TINY.save(model)
    options = ["--host", "127.0.0.2", "--port", "0", "--model", str(model), "--memory", "0"]
    assert CliRunner().invoke(command, ["serve", *options]).exit_code == 0
    [(served, websockets, address)] = calls
    assert isinstance(served, Watched)
    assert isinstance(served.app, Starlette)
    assert (websockets, address) == ("websockets-sansio", "127.0.0.2")


def test_the_command_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = CliRunner().invoke(command, ["serve", "--memory", "5"])
    assert wrong.exit_code == 2
    assert "memory is 5, neither 0 nor" in wrong.stderr
    assert CliRunner().invoke(command, ["serve", "--port", "65536"]).exit_code == 2
    assert CliRunner().invoke(command, ["serve", "--currency", "money"]).exit_code == 2
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    missing = CliRunner().invoke(command, ["serve"])
    assert missing.exit_code == 1
    assert 'pip install ".[serve]"' in missing.stderr

"""The chat of ``aura serve``: its socket, what the page asks for beside, bounds, and the command; all in memory."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import brotli
import pytest
import uvicorn
import zstandard
from starlette.types import ASGIApp
from tests.aura.coroutines import run
from tests.aura.small_models import STREAMS, TINY
from typer.testing import CliRunner

from aura.cli import app as command
from aura.connections.session import Message, Session
from aura.server import conversation, room
from aura.server.app import MAX_BODY, application, parse_script
from aura.server.peers import MAX_WAITING, Peers
from aura.server.room import BURST, LONGEST, MAX_TURNS, MAX_VISITORS, Exchange, Room
from aura.server.watched import Watched

LONG = "The bike at the harbour gate does not unlock, and the app only says that the station is offline."
TEXTS = [LONG, "", "Grüße 🚲", "Hi there", "x" * 300, "}{~", LONG]


def served() -> ASGIApp:
    return application(STREAMS, {"tiny model": TINY})


def visit_of(number: int) -> str:
    return f"{number:032x}"


def http_scope(path: str, query: str, method: str, headers: Mapping[str, str]) -> dict[str, Any]:
    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "headers": fields}
    scope |= {"query_string": query.encode(), "http_version": "1.1", "scheme": "http", "root_path": ""}
    return scope | {"client": None, "server": None}


async def ask(
    app: ASGIApp, path: str, query: str = "", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a response; with a body, a POST."""
    sent: list[dict[str, Any]] = []
    requests = [{"type": "http.request", "body": body or b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        return requests.pop() if requests else {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        sent.append(event)

    await app(http_scope(path, query, "GET" if body is None else "POST", headers), receive, send)
    start, *rest = sent
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], found, b"".join(event["body"] for event in rest)


class Page:
    """A page in memory: what it sends, and what it is sent."""

    def __init__(
        self,
        app: ASGIApp,
        visit: str = visit_of(1),
        headers: Mapping[str, str] | None = None,
        subprotocols: tuple[str, ...] = (),
    ) -> None:
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._out.put_nowait({"type": "websocket.connect"})
        fields = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        scope: dict[str, Any] = {"type": "websocket", "path": "/chat", "headers": fields}
        scope |= {"query_string": f"visit={visit}".encode(), "scheme": "ws", "root_path": ""}
        scope |= {"client": None, "server": None, "subprotocols": subprotocols}
        self.task = asyncio.ensure_future(app(scope, self._out.get, self._take))  # type: ignore[arg-type]

    async def _take(self, event: Any) -> None:
        self._in.put_nowait(event)

    async def event(self) -> dict[str, Any]:
        return await asyncio.wait_for(self._in.get(), 20)

    async def heard(self) -> str:
        event = await self.event()
        assert event["type"] == "websocket.send", event
        return str(event["text"])

    def send(self, **content: object) -> None:
        self._out.put_nowait({"type": "websocket.receive", **content})

    async def closed(self) -> int:
        while (event := await self.event())["type"] != "websocket.close":
            pass
        await asyncio.wait_for(self.task, 20)
        return int(event["code"])

    async def leave(self) -> None:
        self._out.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(self.task, 20)


@asynccontextmanager
async def visiting(app: ASGIApp, visit: str = visit_of(1)) -> AsyncIterator[Page]:
    page = Page(app, visit)
    assert (await page.event())["type"] == "websocket.accept"
    yield page
    await page.leave()


@run
async def test_the_pages_are_served_with_headers_that_forbid_the_rest() -> None:
    app = served()
    for path, kind, content in (
        ("/", "text/html", b"AURA on the wire"),
        ("/pages/chat.js", "text/javascript", b"aura"),
        ("/pages/pages.css", "text/css", b"--page"),
        ("/pages/playground.html", "text/html", b"playground"),
        (f"/models/{TINY.id}", "application/octet-stream", TINY.data),
    ):
        status, headers, body = await ask(app, path)
        assert (status, headers["content-type"].partition(";")[0]) == (200, kind)
        assert content in body
        assert "script-src 'self';" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    for path in ("/other", "/pages/..%2Fapp.py", "/pages/app.py", "/models/0"):
        assert (await ask(app, path))[0] == 404
    start = json.loads((await ask(app, "/start"))[2])
    assert start["models"] == [{"id": TINY.id, "name": "tiny model", "size": len(TINY.data)}]
    assert len(start["suggestions"]) == 6


@run
async def test_the_socket_carries_aura_both_ways() -> None:
    page = Page(served(), subprotocols=("aura.v1",))
    assert (await page.event())["subprotocol"] == "aura.v1"
    session = Session(STREAMS, role="client")
    for frame in session.data_to_send():
        page.send(bytes=frame)
    question, answer = next((one, two) for one, two in pairwise(conversation.load()) if one.role == "user")
    heard: list[object] = []
    while not heard:
        frame = (await page.event())["bytes"]
        said = [event.data for event in session.receive_data(frame) if isinstance(event, Message)]
        heard += said
        if session.is_ready and not said and session.use is None:
            session.send(question.text)
        for own in session.data_to_send():
            page.send(bytes=own)
    assert heard == [answer.text]
    await page.leave()


@run
async def test_without_aura_the_same_goes_as_plain_text() -> None:
    async with visiting(served()) as page:
        others = []
        for _ in range(4):
            page.send(text="something else")
            others.append(await page.heard())
        assert len(set(others)) == 3
        assert others[0] == others[3]
        page.send(text="\ud800" * 2)
        await page.heard()


@run
async def test_guests_hear_each_other_and_the_server_is_silent_then() -> None:
    app = served()
    async with visiting(app, visit_of(1)) as one:
        async with visiting(app, visit_of(2)) as two:
            assert await one.heard() == "Guest 2 joined the chat."
            two.send(text="<b>hello</b>")
            assert await one.heard() == "Guest 2: <b>hello</b>"
            one.send(text="y" * (LONGEST + 1))
            assert await two.heard() == f"Guest 1: {'y' * LONGEST}"
        assert await one.heard() == "Guest 2 left."


@run
async def test_sizes_are_those_of_compressors_that_look_back() -> None:
    app = served()
    async with visiting(app) as page:
        heard = []
        for text in TEXTS:
            page.send(text=text)
            heard.append(await page.heard())
        query = f"visit={visit_of(1)}"
        rows = json.loads((await ask(app, "/sizes", query))[2])
        assert (len(rows["sent"]), len(rows["received"])) == (len(TEXTS), len(heard))
        assert [row["plain"] for row in rows["sent"]] == [len(text.encode()) for text in TEXTS]
        inflate = zlib.compressobj(wbits=-15)
        flushed = [inflate.compress(text.encode()) + inflate.flush(zlib.Z_SYNC_FLUSH) for text in TEXTS]
        assert [row["deflate"] for row in rows["sent"]] == [len(wire) - 4 for wire in flushed]
        assert all(row["zstd"] > 0 and row["brotli"] > 0 for row in rows["sent"] if row["plain"])
        for peer in ("deflate", "zstd"):  # the last text came before; Brotli does not look back to the start
            assert 3 * rows["sent"][-1][peer] < rows["sent"][0][peer]
        later = json.loads((await ask(app, "/sizes", f"{query}&sent=5&received=7"))[2])
        assert [row["number"] for row in later["sent"]] == [5, 6]
        assert later["received"] == []
        for wrong in (f"{query}&sent=x", f"{query}&sent=-1", f"{query}&sent={'9' * 40}"):
            assert (await ask(app, "/sizes", wrong))[0] == 400
        for gone in ("visit=0", "", f"visit={visit_of(2)}"):
            assert json.loads((await ask(app, "/sizes", gone))[2]) == {"sent": [], "received": []}


def test_peers_write_what_their_decoders_read() -> None:
    """The sizes are of bytes that a peer that saw the ones before can read."""
    peers = Peers()
    wires: dict[str, list[bytes]] = {"zstd": [], "brotli": []}
    for name, methods in {"zstd": ("compress", "flush"), "brotli": ("process", "flush")}.items():
        compressor = getattr(peers, f"_{name}")
        arguments = (zstandard.COMPRESSOBJ_FLUSH_BLOCK,) if name == "zstd" else ()
        for text in TEXTS:
            first, last = (getattr(compressor, method) for method in methods)
            wires[name].append(first(text.encode()) + last(*arguments))
    unzstd = zstandard.ZstdDecompressor(format=zstandard.FORMAT_ZSTD1_MAGICLESS).decompressobj()
    unbrotli = brotli.Decompressor()
    for text, block, flushed in zip(TEXTS, wires["zstd"], wires["brotli"], strict=True):
        assert unzstd.decompress(block) == text.encode()
        assert unbrotli.process(flushed) == text.encode()


def test_nothing_is_measured_where_nobody_asks() -> None:
    peers = Peers()
    for number in range(MAX_WAITING + 9):
        peers.add(str(number))
    assert len(peers.sizes(0)) == MAX_WAITING
    peers.add("later")
    assert len(peers.sizes(0)) == MAX_WAITING  # a figure without what came before would be wrong


@run
async def test_a_conversation_is_played_with_its_answers() -> None:
    app = served()
    script = [["one", ["uno", "eins"]], ["two", []], ["three", ["drei"]]]
    async with visiting(app) as page:
        query = f"visit={visit_of(1)}"
        assert (await ask(app, "/conversation", query, json.dumps(script).encode()))[0] == 204
        for said, answers in script:
            page.send(text=said)
            for answer in answers:
                assert await page.heard() == answer
        page.send(text="three")
        assert await page.heard() != "drei"
        body = json.dumps(script).encode()
        foreign = {"host": "localhost:8800", "origin": "http://elsewhere.example"}
        assert (await ask(app, "/conversation", query, body, **foreign))[0] == 404
        assert (await ask(app, "/conversation", "visit=2", body))[0] == 404
        assert (await ask(app, "/conversation", query, b"{}x"))[0] == 400
        assert (await ask(app, "/conversation", query, b" " * (MAX_BODY + 1)))[0] == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"{",
        b"3",
        b'"ab"',
        b"[1]",
        b'[["a"]]',
        b'[["a", 1]]',
        b'[["a", [1]]]',
        b"[[null, []]]",
        b'[["\\ud800", []]]',
        b'{"ab": []}',
        b"[" * 100_000,
        json.dumps([["x", []]] * (MAX_TURNS + 1)).encode(),
    ],
)
def test_what_is_no_conversation_is_refused(body: bytes) -> None:
    assert parse_script(body) is None


def test_messages_of_a_conversation_are_cut() -> None:
    assert parse_script(json.dumps([["x" * 5000, []]]).encode()) == [Exchange("x" * LONGEST, ())]


@run
async def test_a_visitor_that_sends_too_much_or_no_text_is_let_go_and_others_stay() -> None:
    app = served()
    async with visiting(app, visit_of(1)) as good:
        for number, contents in enumerate(({"bytes": b"\0"}, {"bytes": b"", "text": None}), 2):
            bad = Page(app, visit_of(number))
            bad.send(**contents)
            assert await bad.closed() == 1003
        fast = Page(app, visit_of(9))
        for _ in range(BURST + 9):
            fast.send(text="x")
        assert await fast.closed() == 1008
        while await good.heard() != "Guest 4 left.":
            pass
        good.send(text="still here")
        assert await good.heard()


def test_a_visitor_that_does_not_read_is_let_go() -> None:
    async def talk() -> None:
        chat = Room()
        slow = chat.enter(visit_of(1))
        other = chat.enter(visit_of(2))
        assert slow is not None
        assert other is not None
        for _ in range(room.MAX_WAITING + 1):
            slow.tell("x")
        assert slow.dismissed.is_set()
        assert slow.inbox.qsize() == room.MAX_WAITING
        assert not other.dismissed.is_set()

    asyncio.run(talk())


@run
async def test_the_room_is_bounded_and_an_id_is_had_by_one() -> None:
    app = served()
    pages = [Page(app, visit_of(number)) for number in range(MAX_VISITORS)]
    for page in pages:
        assert (await page.event())["type"] == "websocket.accept"
    assert await Page(app, visit_of(99)).closed() == 1013
    await pages.pop().leave()
    assert await Page(app, visit_of(3)).closed() == 1013
    assert await Page(app, "no id").closed() == 1008
    for page in pages:
        await page.leave()


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
        page = Page(served(), headers=headers)
        event = await page.event()
        assert event["type"] == ("websocket.accept" if is_served else "websocket.close")
        if is_served:
            await page.leave()
        else:
            assert event["code"] == 1008
            await page.task

    asyncio.run(asyncio.wait_for(talk(), 20))


def test_the_command_serves_with_its_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[tuple[uvicorn.Config, str]] = []

    def run_server(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        calls.append((server.config, sockets[0].getsockname()[0]))

    monkeypatch.setattr(uvicorn.Server, "run", run_server)
    model = tmp_path / "tiny.aura"
    TINY.save(model)
    options = ["--host", "127.0.0.2", "--port", "0", "--model", str(model), "--memory", "0"]
    assert CliRunner().invoke(command, ["serve", *options]).exit_code == 0
    [(config, address)] = calls
    assert isinstance(config.app, Watched)
    assert (config.ws, config.ws_per_message_deflate, address) == ("websockets-sansio", False, "127.0.0.2")
    start = json.loads(asyncio.run(ask(config.app.app, "/start"))[2])  # type: ignore[arg-type]
    assert [one["name"] for one in start["models"]] == ["tiny.aura", "small model", "default model"]


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

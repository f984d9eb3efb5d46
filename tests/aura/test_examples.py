"""The examples and ``aura serve``, as processes of their own, over loopback."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner
from websockets.exceptions import ConnectionClosedError
from websockets.sync import client as plain
from websockets.typing import Subprotocol

from aura import websockets as aura_websockets
from aura.cli import app
from aura.connections.event_stream import decode_event_stream
from aura.connections.session import Models, Settings
from aura.models.model import Model

EXAMPLES = Path(__file__).parents[2] / "examples"
SETTINGS = Settings(Models([Model.load_default()]))


@contextmanager
def running(*command: str) -> Iterator[int]:
    """A server that is given a port; the port, once it listens there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(  # noqa: S603  # this project's own
        [sys.executable, *command, str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the server does not listen")


def test_the_room_of_the_websockets_example() -> None:
    async def talk(port: int) -> None:
        address = f"ws://127.0.0.1:{port}"
        async with (
            aura_websockets.connect(address, settings=SETTINGS) as one,
            aura_websockets.connect(address, settings=SETTINGS) as two,
        ):
            for text in ("Hello, is anyone here?", "Is there anything else I can help you with?", ""):
                await one.send(text)
                assert await two.recv() == text
            assert one.protocol.subprotocol == "aura.v1"

    with running(str(EXAMPLES / "websockets_server.py")) as port:
        asyncio.run(asyncio.wait_for(talk(port), 60))
        with plain.connect(f"ws://127.0.0.1:{port}") as one, plain.connect(f"ws://127.0.0.1:{port}") as two:
            one.send("plain")
            assert two.recv(10) == "plain"


def test_the_fastapi_example_and_the_client() -> None:
    async def talk(port: int) -> None:
        async with aura_websockets.connect(f"ws://127.0.0.1:{port}/echo", settings=SETTINGS) as ws:
            assert ws.protocol.subprotocol == "aura.v1"
            for text in ("Hello, is anyone here?", "Is there anything else I can help you with?", ""):
                await ws.send(text)
                assert await ws.recv() == text

    with running(str(EXAMPLES / "fastapi_app.py")) as port:
        asyncio.run(asyncio.wait_for(talk(port), 60))
        with plain.connect(f"ws://127.0.0.1:{port}/echo") as ws:
            ws.send("plain")
            assert ws.recv(10) == "plain"
        with plain.connect(f"ws://127.0.0.1:{port}/echo", subprotocols=[Subprotocol("aura.v1")]) as bad:
            bad.send("not a frame")
            with pytest.raises(ConnectionClosedError, match="1002"):
                list(bad)
        said = subprocess.run(  # noqa: S603
            [sys.executable, str(EXAMPLES / "aura_client.py"), f"ws://127.0.0.1:{port}/echo"],
            input="one\ntwo\n",
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert said.stdout == "one\ntwo\n"
        _read_events(port)


def test_the_client_prints_what_comes_before_its_input_ends() -> None:
    with (
        running(str(EXAMPLES / "fastapi_app.py")) as port,
        subprocess.Popen(  # noqa: S603
            [sys.executable, str(EXAMPLES / "aura_client.py"), f"ws://127.0.0.1:{port}/echo"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        ) as said,
    ):
        assert said.stdin is not None
        assert said.stdout is not None
        for line in (b"one\n", b"two\n"):
            said.stdin.write(line)
            said.stdin.flush()
            assert said.stdout.readline() == line
        said.stdin.close()
        assert said.stdout.read() == b""
        assert said.wait() == 0


def test_aura_serve_names_an_address_that_it_cannot_have() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for options, error in (
            (["--port", port], f"127.0.0.1:{port}: Address already in use"),
            (["--host", "no such host"], "no such host: "),
        ):
            result = CliRunner().invoke(app, ["serve", *options])
            assert result.exit_code == 1
            assert result.stderr.startswith(f"error: {error}")
            assert result.stderr.count("\n") == 1


def _read_events(port: int) -> None:
    model = Model.load_default()
    texts = []
    for headers in ({}, {"Accept-Encoding": "aura", "Aura-Models": model.id}):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/events?count=2", headers=headers)
        response = connection.getresponse()
        assert response.headers.get("Content-Encoding") == ("aura" if headers else None)
        assert response.headers.get("Aura-Model") == (model.id if headers else None)
        pieces = iter(lambda got=response: got.read1(), b"")
        texts.append(b"".join(decode_event_stream(pieces, model) if headers else pieces))
        connection.close()
    for text in texts:
        assert text.count(b"event: time\ndata: 20") == 2


def test_aura_serve() -> None:
    """As a process, for clients without AURA; the tests of the pages, in js, speak AURA with it."""
    with running("-c", "from aura.cli import main; main()", "serve", "--port") as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/")
        assert "AURA on the wire" in connection.getresponse().read().decode()
        connection.request("GET", "/start")
        suggestions = json.loads(connection.getresponse().read())["suggestions"]
        visit = "0" * 32
        with plain.connect(f"ws://127.0.0.1:{port}/chat?visit={visit}", compression="deflate") as ws:
            for text in (suggestions[0], "<b>&amp; 🚲"):
                ws.send(text)
                assert ws.recv(20)
            assert not ws.protocol.extensions  # what goes over the wire is not compressed once more
            connection.request("GET", f"/sizes?visit={visit}")
            sizes = json.loads(connection.getresponse().read())
            assert [row["plain"] for row in sizes["sent"]] == [len(suggestions[0].encode()), 13]
        connection.close()

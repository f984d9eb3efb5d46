"""A stress test over real sockets: the same messages each time, servers of one's own, servers that fail."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from tests.aura.coroutines import run
from tests.stress.extra import needed

needed()

from tests.stress.ends import free_port, model_file, result, serving, settings  # noqa: E402  # skipped before without them

from aura.observation import Direction, MessageEvent  # noqa: E402
from aura.stress import process, server_process  # noqa: E402
from aura.stress.errors import StressError  # noqa: E402
from aura.stress.measured import Measured  # noqa: E402
from aura.stress.protocol import SUBPROTOCOL, read_answer  # noqa: E402
from aura.stress.result import Result, result_of  # noqa: E402
from aura.stress.server import ServerOptions, echo, serve_until_told  # noqa: E402
from aura.stress.test import PRIMING, StressTest  # noqa: E402


@pytest.fixture(scope="module")
def first() -> Result:
    return result(warmup=20)


def test_the_same_seed_gives_the_same_messages_and_sizes(first: Result) -> None:
    again = result(warmup=20)
    assert again["digests"] == first["digests"]
    for name in (
        "roles",
        "places",
        "sources",
        "methods",
        "lengths",
        "ratios",
        "templates",
        "churn",
        "warmup",
    ):
        assert again[name] == first[name], name
    assert result(seed=7)["digests"]["messages"] != first["digests"]["messages"]


def test_all_messages_come_back(first: Result) -> None:
    figures = first["figures"]
    assert (figures["said"], figures["crossed"]) == (45, 90)
    assert figures["mismatches"] == figures["disagreements"] == 0
    assert figures["ratio"] == pytest.approx(figures["plain_bytes"] / figures["wire_bytes"], abs=1e-4)
    for name in ("roles", "places", "sources", "methods", "lengths"):
        assert sum(row["messages"] for row in first[name]) == 45
        assert sum(row["wire_bytes"] for row in first[name]) == figures["wire_bytes"]
    assert sum(row["messages"] for row in first["ratios"]) == 45
    assert sum(row["frames"] for row in first["templates"]) > 0
    assert first["warmup"]["messages"] == 20
    assert first["timeline"][-1]["messages"] == 45
    assert figures["server_us_per_message"] > 0


def test_streams_and_thompson_sampling_are_repeated_as_well() -> None:
    options: dict[str, Any] = {"memory": 32768, "is_thompson": True, "messages": 30}
    found = result(**options)
    assert found["digests"] == result(**options)["digests"]
    assert found["methods"][0]["name"] == "stream"
    assert found["figures"]["mismatches"] == 0


def played(handler: Callable[[Any], Awaitable[None]], held: Any = ..., **options: Any) -> Result:
    """A test with a server of one's own."""

    async def play() -> Result:
        own = {} if held is ... else {"held": held}
        async with serving(handler, **own, **options) as url:
            return result_of(await StressTest(settings(url=url, messages=12)).run())

    return asyncio.run(asyncio.wait_for(play(), 60))


async def plain_echo(connection: Any) -> None:
    async for message in connection:
        await connection.send(message)


def test_a_server_of_ones_own_only_sends_back() -> None:
    found = played(plain_echo)
    assert found["figures"]["mismatches"] == 0
    assert found["figures"]["server_us_per_message"] is None
    assert found["settings"]["server"].startswith("ws://")


def test_the_server_tells_how_it_read_messages() -> None:
    asked = []

    async def lying(connection: Any) -> None:
        count = 0
        async for message in connection:
            count += message != b"?"
            asked.append(message == b"?")
            if message == b"?":
                await connection.send(json.dumps([["typed", 5, 1]] * count))
                count = 0
            else:
                await connection.send(message)

    found = played(lying, subprotocols=[SUBPROTOCOL])
    assert found["figures"]["mismatches"] == 0
    assert found["figures"]["disagreements"] > 0
    assert any(asked)


def test_changed_messages_are_counted() -> None:
    async def shouting(connection: Any) -> None:
        async for message in connection:
            await connection.send(message.upper())

    assert 0 < played(shouting)["figures"]["mismatches"] <= 12


@pytest.mark.parametrize(
    "answer",
    ["[]", "[[1, 2, 3]]", '[["typed", 5, 0]]', f'[["typed", 5, {10**400}]]', "{", "7", "[" * 100_000],
)
def test_wrong_answers_are_refused(answer: str) -> None:
    async def wrong(connection: Any) -> None:
        async for message in connection:
            await connection.send(answer if message == b"?" else message)

    with pytest.raises(StressError, match=r"did not answer|were read"):
        played(wrong, subprotocols=[SUBPROTOCOL])


def test_answers_are_read() -> None:
    assert read_answer('[["typed",300,4],["stored",null,9]]') == [("typed", 300, 4), ("stored", None, 9)]


def test_results_do_not_tell_secrets_of_an_address() -> None:
    shown = settings(url="wss://ada:secret@chat.example:8443/room?token=secret").as_dictionary()["server"]
    assert shown == "wss://chat.example:8443/room"


def test_servers_without_aura_are_refused() -> None:
    with pytest.raises(StressError, match="does not speak AURA"):
        played(plain_echo, held=None)


def test_servers_that_leave_are_told_of() -> None:
    async def leaving(connection: Any) -> None:
        async for _ in connection:
            return

    with pytest.raises(StressError, match="the connection was closed"):
        played(leaving)


@pytest.mark.parametrize("url", ["ws://127.0.0.1:9", "http://127.0.0.1", "ws://[", "nonsense"])
def test_urls_without_a_server_are_refused(url: str) -> None:
    with pytest.raises(StressError):
        result(url=url)


def test_traces_say_why(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "traces"
    found = result(trace_dir=directory, messages=90)
    traces = [
        json.loads(line) for line in (directory / "traces.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert sum(found["traces"].values()) == sum(len(trace["tags"]) for trace in traces)
    for trace in traces:
        assert trace["tags"]
        assert ("high ratio" in trace["tags"]) == (trace["plain_bytes"] / trace["wire_bytes"] > 5)
        assert ("grown" in trace["tags"]) == (trace["wire_bytes"] > trace["plain_bytes"])
        assert len(trace["message"].encode()) == trace["plain_bytes"]
    assert found["traces"]["high ratio"] > 0
    again = result(trace_dir=directory, messages=90)
    assert again["traces"].get("sample") == found["traces"].get("sample")


def fetched(url: str) -> bytes:
    with urlopen(url, timeout=20) as answer:  # noqa: S310  # of this machine
        content: bytes = answer.read()
    return content


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  # nothing tells of it
        await asyncio.sleep(0.01)


@run
async def test_the_server_serves_until_its_input_ends() -> None:
    """With a dashboard, which counts what users say and is sent back, but for questions of the test."""
    reading, writing = os.pipe()
    said = io.StringIO()
    with (
        os.fdopen(reading, encoding="ascii") as standard_input,
        os.fdopen(writing, "w", encoding="ascii") as tell,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(sys, "stdin", standard_input)
        patch.setattr(sys, "stdout", said)
        options = ServerOptions(model=model_file(), dashboard=free_port())
        serving_it = asyncio.create_task(serve_until_told(options))
        await until(said.getvalue)
        port = json.loads(said.getvalue())["port"]
        found = await StressTest(settings(url=f"ws://127.0.0.1:{port}", messages=12)).run()
        assert (found.tallies.mismatches, found.disagreements) == (0, 0)
        shown = json.loads(await asyncio.to_thread(fetched, f"http://127.0.0.1:{options.dashboard}/state"))
        said_by_users = 12 + PRIMING
        assert shown["since"]["messages"] == 2 * said_by_users
        tell.write("\n")
        tell.close()
        await serving_it
    taken = json.loads(said.getvalue().splitlines()[1])
    assert taken["resident"] > 1 << 20
    assert taken["seconds"] > 0


def test_a_server_that_does_not_start_is_told_of(capfd: pytest.CaptureFixture[str]) -> None:
    async def start() -> None:
        async with server_process.started(ServerOptions(model="/nowhere/at/all.aura")):
            raise AssertionError

    with pytest.raises(StressError, match="the server has ended"):
        asyncio.run(start())
    assert "nowhere" in capfd.readouterr().err


@run
async def test_a_server_that_is_gone_is_told_of() -> None:
    async with server_process.started(ServerOptions(model=model_file())) as server:
        assert (await server.footprint()).resident > 1 << 20
        os.kill(server.pid, 9)
        await asyncio.sleep(0.2)
        with pytest.raises(StressError, match="the server has ended"):
            await server.footprint()


@run
async def test_a_silent_server_is_not_waited_for() -> None:
    async with server_process.started(ServerOptions(model=model_file())) as server:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(server_process, "START_TIMEOUT", 0.05)
            with pytest.raises(StressError, match="said nothing"):
                await server.read()


def test_memory_is_told_where_the_system_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert process.footprint().resident > 1 << 20
    monkeypatch.setattr(process, "_STATM", Path("/nowhere/at/all"))
    assert process.footprint().resident > 1 << 20
    monkeypatch.setattr(sys, "platform", "win32")
    assert process.footprint().resident == 0


def test_a_server_that_noted_nothing_is_told_of() -> None:
    """The server of the test without its observer."""
    with pytest.raises(StressError, match=r"the connection was closed|were read"):
        played(echo, subprotocols=[SUBPROTOCOL])


def test_growth_is_more_bytes_than_before() -> None:
    def event(size: int) -> MessageEvent:
        return MessageEvent(0.0, Direction.OUT, b"x" * 5, size, 0.0, "stored")

    said: Any = None
    assert [Measured(said, event(size), event(size), 0.0, True).has_grown for size in (5, 6)] == [False, True]

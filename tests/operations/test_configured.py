"""What a configuration makes: codecs, sessions, observers; and how it changes while a process runs."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest
from tests.aura.small_models import TINY
from tests.operations.extra import needed

import aura
from aura import audit
from aura.asgi import AuraMiddleware
from aura.cached import CachedCodec
from aura.configuration import (
    Change,
    Configuration,
    ConfigurationError,
    LiveConfiguration,
    Needs,
    changes,
    load,
    parse,
)
from aura.configuration.complaints import SETTINGS
from aura.connections.session import Session, Settings
from aura.metrics import Thresholds
from aura.observation import Observer
from aura.observed import ObservedCodec

needed("pydantic_settings")

MESSAGE = "Is there anything else I can help you with?"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in os.environ:
        if name.upper().startswith("AURA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, content: str) -> Path:
    path = folder / "sub" / "aura.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    return path


def test_files_are_looked_for_beside_the_configuration(folder: Path) -> None:
    path = written(folder, 'model = "tiny.aura"\nmodels = ["small"]\n[templates]\nstore = "own.json"\n')
    TINY.save(path.parent / "tiny.aura")
    aura.TemplateLibrary({300: "Order {n:int} is packed."}).save(path.parent / "own.json")
    found = load(path)
    codec = found.codec()
    assert isinstance(codec, aura.Codec)
    assert codec.model.id == TINY.id
    assert 300 in codec.templates
    small = aura.Codec(model=aura.Model.load_small(), explicit_model=True, level=1)
    assert codec.decompress(small.compress("yes, of course I can")) == b"yes, of course I can"
    assert [model.id for model in found.settings().models] == [TINY.id, aura.Model.load_small().id]
    assert found.settings().models is found.settings().models
    with pytest.raises(ConfigurationError, match=r'flag model: model is "tiny\.aura", which'):
        load(path, flags={"model": "tiny.aura"}).codec()


def test_files_that_are_wrong_are_named(folder: Path) -> None:
    path = written(folder, 'model = "no.aura"\nmodels = ["bad.aura"]\n[templates]\nstore = "bad.json"\n')
    (path.parent / "bad.aura").write_bytes(b"AURA?")
    (path.parent / "bad.json").write_bytes(b"?")
    with pytest.raises(
        ConfigurationError, match=r"aura.toml, line 4: templates.store is \"bad.json\", which"
    ):
        load(path).codec()
    path.write_text('models = ["bad.aura"]')
    with pytest.raises(ConfigurationError, match=r"aura.toml, line 1: models is"):
        load(path).settings()
    path.write_text(f"models = {json.dumps(['small'] * 200)}")
    with pytest.raises(ConfigurationError, match=r"aura.toml, line 1: models is"):
        load(path).settings()


def test_a_cold_store_is_read_when_it_is_needed(folder: Path) -> None:
    path = written(folder, '[templates]\nstore = "own.sqlite"\nmax_hot = 1\n')
    aura.TemplateLibrary({300: "Order {n:int} is packed.", 301: "Order {n:int} is lost."}).save(
        path.parent / "own.sqlite"
    )
    codec = load(path).codec()
    assert codec.decompress(codec.compress("Order 7 is lost.")) == b"Order 7 is lost."


def test_what_is_wanted_listens(folder: Path) -> None:
    needed("prometheus_client")
    needed("opentelemetry")
    path = written(
        folder,
        '[audit]\npath = "log/audit.jsonl"\nredact = ["sensitive", "user"]\nkey_file = "key"\n'
        "[metrics]\nprometheus = true\nopentelemetry = true\n[cache]\nsize = 10\nmatches = 10\n",
    )
    (path.parent / "key").write_bytes(b"0123456789abcdef")
    found = load(path)
    codec = found.codec()
    assert isinstance(codec, ObservedCodec)
    with found.observers() as observers:
        assert codec.observer is observers
        assert found.settings().observer is observers
        for _ in range(2):
            codec.compress("mail ada.lovelace@analytical.io")
        server, client = (Session(found.settings(), role=role) for role in ("server", "client"))
        for end, other in ((server, client), (client, server)):
            for frame in other.data_to_send():
                end.receive_data(frame)
        assert observers.gauges.connections == 2
        exposed = observers.prometheus.exposition().decode()
    assert 'aura_cache_hits{cache="codec",direction="out"} 1.0' in exposed
    assert 'aura_cache_entries{cache="codec",direction="match"}' in exposed
    assert "aura_connections 2.0" in exposed
    log = path.parent / "log/audit.jsonl"
    contents = [record.content for record in audit.read(log) if record.kind == "message"]
    assert contents == ["mail [mail]"] * 2
    assert audit.verify(log, key=b"0123456789abcdef").is_whole
    assert observers.window.totals().messages == 2


def test_without_an_audit_log_and_exporters_only_those_that_are_given_listen() -> None:
    heard: list[str] = []

    class Listener(Observer):
        def on_message(self, event: Any) -> None:
            heard.append(event.method)

    found = parse("")
    assert found.settings().observer is None
    found.codec(Listener()).compress("yes")
    assert len(heard) == 1
    observers = found.observers()
    assert observers is found.observers()
    found.codec(observers).compress("yes")
    assert observers.window.totals().messages == 1
    observers.close()


def test_the_key_may_be_a_variable_and_has_to_be_long_enough(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(folder, '[audit]\npath = "audit.jsonl"\n')
    with monkeypatch.context() as patch:
        patch.setenv("AURA_AUDIT__KEY", "ab" * 16)
        with load(path).observers():
            pass
    assert audit.verify(path.parent / "audit.jsonl", key=b"\xab" * 16).is_whole
    path.write_text('[audit]\npath = "a.jsonl"\nkey_file = "key"\n')
    with pytest.raises(ConfigurationError, match=r"audit\.key_file"):
        load(path).observers()
    (path.parent / "key").write_bytes(b"short")
    with pytest.raises(ConfigurationError, match="has a key of 5 bytes, fewer than 16"):
        load(path).observers()
    path.write_text('[audit]\npath = "."\n')
    with pytest.raises(ConfigurationError, match=r"line 2: audit.path is \"\.\", which cannot be used"):
        load(path).observers()


def test_thresholds_are_those_of_the_alerts() -> None:
    found = parse('[alerts]\nratio = 3\nhits = "off"\nlag = false\n')
    assert found.thresholds() == Thresholds(ratio=3.0, hits=None, lag=None)
    assert parse("").thresholds() == Thresholds()


def test_changes_say_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    before = parse("")
    monkeypatch.setenv("AURA_AUDIT__KEY", "ab" * 16)
    after = parse("level = 3\nmodels = ['small']\nstreams.memory = 0\n")
    assert changes(before, before) == []
    assert changes(before, after) == [
        Change("level", 2, 3, Needs.NOTHING),
        Change("models", [], ["small"], Needs.PROCESS),
        Change("streams.memory", "auto", 0, Needs.CONNECTION),
        Change("audit.key", None, "(set)", Needs.PROCESS),
    ]


async def accepted(application: Any, offered: list[str]) -> list[Any]:
    """What a server sends to a client that offers subprotocols, says no more, and leaves."""
    sent: list[Any] = []
    events = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1001}]

    async def receive() -> Any:
        return events.pop(0)

    async def send(event: Any) -> None:
        sent.append(event)

    await application({"type": "websocket", "subprotocols": offered}, receive, send)
    return sent


def test_asgi_takes_a_configuration() -> None:
    async def application(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})

    found = parse("model = 'small'")
    sent = asyncio.run(accepted(AuraMiddleware(application, found), ["aura.v1"]))
    assert sent[0]["subprotocol"] == "aura.v1"
    with pytest.raises(TypeError, match="settings is a Settings, not int"):
        AuraMiddleware(application, 5)  # type: ignore[arg-type]


def test_websockets_take_a_live_configuration(folder: Path) -> None:
    websockets = pytest.importorskip("aura.websockets")
    path = written(folder, "model = 'small'\n[streams]\nmemory = 0\n")
    live = LiveConfiguration(path)

    async def echo(connection: Any) -> None:
        async for message in connection:
            await connection.send(message)

    async def coding(port: int, settings: Any) -> str:
        async with websockets.connect(f"ws://127.0.0.1:{port}", settings=settings) as connection:
            await connection.send(MESSAGE)
            assert await connection.recv() == MESSAGE
            return str(connection.channel.session.use.coding.name)

    async def main() -> list[str]:
        async with websockets.serve(echo, "127.0.0.1", 0, settings=live) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            codings = [await coding(port, parse("model = 'small'"))]
            path.write_text("model = 'small'\n[streams]\nmemory = 'auto'\n")
            live.reload()
            return [*codings, await coding(port, parse("model = 'small'"))]

    codings = asyncio.run(main())
    assert codings == ["SINGLE", "STREAM"]


def test_what_is_safe_is_changed_at_once_and_the_rest_is_named(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = written(folder, "level = 0\nmodel = 'small'\n")
    live = LiveConfiguration(path, keep_versions=True)
    codec = live.codec
    templates = codec.templates
    assert len(codec.compress(MESSAGE)) == len(MESSAGE) + 1  # stored
    path.write_text(
        "level = 2\nmodel = 'default'\ncheck = true\n[alerts]\nratio = 9\n"
        "[cache]\nsize = 5\nmatches = 7\n[limits]\nmax_size = 100\n[streams]\nmemory = 0\n"
    )
    with caplog.at_level(logging.INFO, "aura.configuration"):
        reload = live.reload()
    assert {change.key for change in reload.applied} == {
        "level",
        "alerts.ratio",
        "cache.size",
        "cache.matches",
        "limits.max_size",
        "streams.memory",
    }
    assert {change.key for change in reload.pending} == {"model", "check"}
    assert "level is 2 now, and was 0" in caplog.text
    assert "model stays 'small' until a restart" in caplog.text
    assert len(codec.compress(MESSAGE)) < 10
    assert codec.templates is templates
    assert (codec.max_size, live.settings().memory, live.settings().level) == (100, 0, 2)
    assert live.configuration.model == "small"
    assert live.monitor.thresholds.ratio == 9
    assert isinstance(codec.codec, ObservedCodec)
    assert isinstance(codec.codec.codec, CachedCodec)
    assert templates.match_info is not None
    assert templates.match_info.max_size == 7
    assert codec.decompress_batch(codec.compress_batch([MESSAGE, "no"])) == [MESSAGE.encode(), b"no"]
    assert live.observers.window.totals().messages == 6
    assert live.reload().applied == ()
    codec.close()
    live.close()


def test_a_wrong_file_changes_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = written(folder, "level = 1\nmodel = 'small'\n")
    live = LiveConfiguration(path)

    async def main() -> None:
        watching = asyncio.create_task(live.watch(0.01))
        for content, level in (("level = 7", 1), ("level = 3\nmodel = 'small'", 3)):
            path.write_text(content)
            for _ in range(500):
                await asyncio.sleep(0.01)
                if (level == 1 and caplog.text) or live.configuration.level == level == 3:
                    break
            assert live.configuration.level == level
        path.unlink()
        await asyncio.sleep(0.05)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    asyncio.run(main())
    assert "the configuration stays as it is" in caplog.text
    assert live.configuration.level == 3
    with pytest.raises(ValueError, match="interval is 0, below"):
        asyncio.run(live.watch(0))


def test_without_a_file_there_is_nothing_to_watch() -> None:
    live = LiveConfiguration(flags={"model": "small"}, keep_versions=True)
    assert live.reload().applied == ()
    assert isinstance(live.configuration, Configuration)
    assert isinstance(Settings.of(live), Settings)


def test_every_setting_reaches_what_is_made() -> None:
    """No setting is read and then forgotten."""
    source = "".join(
        Path(aura.configuration.__path__[0], name).read_text(encoding="utf-8")
        for name in ("building.py", "configuration.py")
    )
    whole = {"alerts"}
    for key in SETTINGS:
        table, _, name = key.rpartition(".")
        if table not in whole and key != "preset":
            assert f".{name}" in source, key

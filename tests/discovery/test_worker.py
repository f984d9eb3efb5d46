"""The worker as a process: what it publishes is there, whole, however it ends."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pytest
from tests.discovery.extra import needs_extra
from tests.discovery.traffic import messages

from aura import Codec, TemplateLibrary
from aura.templates import TemplateDiscoveryWorker
from aura.templates.discovery.worker import run
from aura.templates.store import open_store

needs_extra()

WAIT = 120.0
"""Seconds that something may take on a busy machine."""


def wait_for(is_done: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not is_done():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


def write(log: Path, texts: Iterable[str]) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in texts)


def test_templates_are_published_told_of_and_taken_up(tmp_path: Path) -> None:
    log, store = tmp_path / "audit.jsonl", tmp_path / "templates.db"
    told: list[tuple[int, str, int]] = []
    published: list[bool] = []

    def tell(*found: int | str) -> None:
        published.append(found[0] in open_store(store).read())
        told.append(found)  # type: ignore[arg-type]
        raise RuntimeError("the callback fails")  # which harms nothing

    codec = Codec(templates=TemplateLibrary())
    message = next(messages(1, seed=9))
    before = len(codec.compress(message))
    with TemplateDiscoveryWorker(
        log,
        template_store_path=store,
        discovery_interval=0.05,
        min_message_count=200,
        on_template_discovered=tell,
    ) as worker:
        write(log, messages(100))
        with pytest.raises(RuntimeError, match="started before"):
            worker.start()
        write(log, messages(140, seed=2))
        wait_for(lambda: len(told) == 3)
    assert worker.pid is not None
    assert all(published)
    assert [found[0] for found in told] == [128, 129, 130]
    assert {number: pattern for number, pattern, _ in told} == open_store(store).read()
    assert all(40 < frequency < 120 for *_, frequency in told)
    assert codec.templates.take_up(store) == [128, 129, 130]
    assert len(codec.compress(message)) < before


def test_any_source_that_can_be_sent_to_a_process(tmp_path: Path) -> None:
    store = tmp_path / "templates.json"
    source = partial(list, list(messages(240)))
    done = threading.Event()
    with TemplateDiscoveryWorker(
        source,
        template_store_path=store,
        discovery_interval=0.0,
        on_template_discovered=lambda number, _pattern, _frequency: done.set() if number == 130 else None,
    ):
        assert done.wait(WAIT)
    assert set(open_store(store).read()) == {128, 129, 130}


def test_the_callback_may_stop_the_worker(tmp_path: Path) -> None:
    log, store = tmp_path / "audit.jsonl", tmp_path / "templates.db"
    write(log, messages(240))
    told: list[int] = []

    def tell(number: int, _pattern: str, _frequency: int) -> None:
        told.append(number)
        worker.stop()

    worker = TemplateDiscoveryWorker(
        log, template_store_path=store, discovery_interval=0.05, on_template_discovered=tell
    )
    worker.start()
    wait_for(lambda: bool(told))
    worker.stop()
    assert told[0] == 128


def test_a_worker_that_is_killed_is_started_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log, store = tmp_path / "audit.jsonl", tmp_path / "templates.db"
    with TemplateDiscoveryWorker(log, template_store_path=store, discovery_interval=0.05) as worker:
        first = worker.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        write(log, messages(240))
        wait_for(lambda: store.exists() and len(open_store(store).read()) == 3)
        assert worker.pid != first
    assert any("started anew" in record.message for record in caplog.records)


def test_a_store_that_is_damaged_is_left_alone(tmp_path: Path) -> None:
    log, store = tmp_path / "audit.jsonl", tmp_path / "templates.json"
    store.write_text("damaged")
    write(log, messages(240))
    with TemplateDiscoveryWorker(log, template_store_path=store, discovery_interval=0.05) as worker:
        pid = worker.pid
        time.sleep(4)
        assert worker.pid == pid  # it goes on, and would publish if the file were mended
    assert store.read_text() == "damaged"


def test_a_search_is_broken_off(tmp_path: Path) -> None:
    log, store = tmp_path / "audit.jsonl", tmp_path / "templates.db"
    write(log, messages(3_000))
    worker = TemplateDiscoveryWorker(log, template_store_path=store, discovery_interval=0.05)
    worker.start()
    worker.stop(timeout=0.1)
    worker.stop()
    if store.exists():
        open_store(store).read()


def killed_at_random(tmp_path: Path, kills: int) -> None:
    """Kill workers at random moments; the store is sound each time, and has all that was told of."""
    store = tmp_path / "templates.db"
    rng = random.Random(kills)
    told: dict[int, str] = {}
    seen: dict[int, str] = {}

    def tell(number: int, pattern: str, _frequency: int) -> None:
        assert told.setdefault(number, pattern) == pattern

    def started(kind: int) -> TemplateDiscoveryWorker:
        """A worker that has something new to find."""
        log = tmp_path / f"audit-{kind}.jsonl"
        texts = (
            f"Stage {kind} handed {rng.getrandbits(64):016x} over to stage {kind + 1}" for _ in range(40)
        )
        write(log, (text.replace("handed", f"handed{'abcdefgh'[kind % 8]}") for text in texts))
        worker = TemplateDiscoveryWorker(
            log,
            template_store_path=store,
            discovery_interval=0.0,
            min_message_count=1,
            on_template_discovered=tell,
        )
        worker.start()
        return worker

    begin = time.monotonic()
    worker = started(0)
    wait_for(lambda: bool(told))
    usual = time.monotonic() - begin
    worker.stop()
    for kill in range(1, kills + 1):
        worker = started(kill)
        time.sleep(rng.uniform(0.0, 1.2 * usual))
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.stop()
        now = open_store(store).read()
        assert seen.items() <= now.items()
        assert told.items() <= now.items()
        seen = now


def test_kills_lose_nothing(tmp_path: Path) -> None:
    killed_at_random(tmp_path, 4)


@pytest.mark.thorough
def test_many_kills_lose_nothing(tmp_path: Path) -> None:
    killed_at_random(tmp_path, 50)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"discovery_interval": -1}, ValueError),
        ({"min_message_count": 0}, ValueError),
        ({"min_sources": 0}, ValueError),
        ({"discovery_interval": None}, TypeError),
    ],
)
def test_arguments_are_checked(tmp_path: Path, arguments: dict[str, int], error: type[Exception]) -> None:
    with pytest.raises(error):
        TemplateDiscoveryWorker(tmp_path / "log", template_store_path=tmp_path / "store", **arguments)


def test_what_the_process_does(tmp_path: Path) -> None:
    """In this process, as coverage does not reach into another."""
    log, store = tmp_path / "audit.jsonl", tmp_path / "templates.db"
    write(log, messages(240))
    worker = TemplateDiscoveryWorker(
        log, template_store_path=store, discovery_interval=0.0, min_message_count=240
    )
    ours, theirs = multiprocessing.Pipe()
    thread = threading.Thread(target=run, args=(worker._task, theirs))
    thread.start()
    found = [ours.recv() for _ in range(3)]
    ours.send(None)
    thread.join(WAIT)
    assert not thread.is_alive()
    assert {number: pattern for number, pattern, _ in found} == open_store(store).read()
    ours.close()
    run(worker._task, theirs)  # which ends, as nobody listens


def test_messages_of_a_source_may_be_texts(tmp_path: Path) -> None:
    store = tmp_path / "templates.json"
    store.write_text("damaged")
    worker = TemplateDiscoveryWorker(
        partial(list, list(messages(120))), template_store_path=store, discovery_interval=0.0
    )
    ours, theirs = multiprocessing.Pipe()
    ours.send(None)
    run(worker._task, theirs)  # one look and one search, in which nothing can be published
    assert not ours.poll()
    assert store.read_text() == "damaged"
    worker.stop()  # which was not started
    assert worker.pid is None

from __future__ import annotations

import json
from pathlib import Path

from aura.files.corpus import Message
from aura.templates.discovery.follow import LogFollower


def test_a_log_is_read_as_it_grows(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    follower = LogFollower(log)
    assert list(follower()) == []
    log.write_text('{"text": "one", "source": "a"}\n{"text": "tw')
    assert list(follower()) == [Message(b"one", "a")]
    assert list(follower()) == []
    with log.open("a") as file:
        file.write('o"}\nnot JSON\r\n\n{"messages": [{"content": "three"}, {"content": "four"}]}\n')
    assert [message.data for message in follower()] == [b"two", b"not JSON", b"three", b"four"]


def test_a_log_may_be_replaced_or_cut(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("one\ntwo\n")
    follower = LogFollower(log)
    assert len(list(follower())) == 2
    new = tmp_path / "new"
    new.write_text("three\nfour\nfive\n")
    new.replace(log)
    assert [message.data for message in follower()] == [b"three", b"four", b"five"]
    log.write_text("six\n")
    assert [message.data for message in follower()] == [b"six"]
    log.unlink()
    assert list(follower()) == []


def test_a_field_may_be_named(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    log.write_text(json.dumps({"body": {"said": "hello"}}) + "\n")
    assert list(LogFollower(log, "body.said")()) == [Message(b"hello")]


def test_lines_that_are_far_too_long_are_skipped(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\n" + b"x" * (3 << 20) + b"\ntwo\n")
    assert [message.data for message in LogFollower(log)()] == [b"one", b"two"]

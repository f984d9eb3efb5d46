from __future__ import annotations

import logging
from typing import Any

import pytest
from tests.audit.logs import event, refusal

from aura.audit import LoggingSink, StructlogSink, withhold


def test_messages_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    sink = LoggingSink()
    with caplog.at_level(logging.INFO, "aura.audit.messages"):
        sink.on_message(event("hello", "ada", conversation="7"))
        sink.on_refusal(refusal("said no"))
    message, refused = caplog.records
    assert (message.levelname, refused.levelname) == ("INFO", "WARNING")
    assert "out user ada/7  auralite 5 -> 3 B" in message.message
    assert (message.aura_user, message.aura_content, message.aura_wire) == ("ada", "hello", 3)  # type: ignore[attr-defined]
    assert refused.aura_reason == "said no"  # type: ignore[attr-defined]


def test_nothing_is_made_that_nobody_logs(caplog: pytest.LogCaptureFixture) -> None:
    def failing(_private: object) -> None:
        raise AssertionError

    sink = LoggingSink(logging.getLogger("quiet"), level=logging.DEBUG, redact=[failing])
    with caplog.at_level(logging.INFO, "quiet"):
        sink.on_message(event())
    assert not caplog.records


class Recorder:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []

    def info(self, event: str, **members: Any) -> None:
        self.calls.append(("info", event, members))

    def warning(self, event: str, **members: Any) -> None:
        self.calls.append(("warning", event, members))


def test_loggers_with_members_get_members() -> None:
    recorder = Recorder()
    sink = StructlogSink(recorder, redact=[withhold("content")])
    sink.on_message(event("hello", "ada"))
    sink.on_refusal(refusal())
    (level, name, members), refused = recorder.calls
    assert (level, name, members["user"], members["wire"]) == ("info", "message", "ada", 3)
    assert "content" not in members
    assert refused[:2] == ("warning", "refusal")

"""Audit logs with messages in them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from aura.audit import AuditLog, AuditOptions, Record, read
from aura.observation import Direction, Labels, MessageEvent, RefusalEvent
from aura_spec.errors import Malformed

NO_ROTATION = AuditOptions(daily=False, fsync="never")
SMALL_FILES = AuditOptions(daily=False, fsync="never", max_bytes=4096)


def event(
    text: str | bytes = "hello",
    user: str | None = "ada",
    *,
    conversation: str | None = None,
    role: str | None = "user",
    direction: Direction = Direction.OUT,
    at: float | None = None,
) -> MessageEvent:
    message = text if isinstance(text, bytes) else text.encode()
    labels = Labels(user, conversation, role)
    now = time.time() if at is None else at
    return MessageEvent(now, direction, message, 3, 0.000_25, "auralite", None, "0123456789abcdef", labels)


def refusal(reason: str = "a rule was broken", user: str | None = "eve") -> RefusalEvent:
    return RefusalEvent(time.time(), 9, Malformed(reason, 4, "body"), "typed", Labels(user))


def written(path: Path, texts: Sequence[str], options: AuditOptions = NO_ROTATION, user: str = "ada") -> Path:
    """A log with these messages, which a process has closed."""
    with AuditLog(path, options) as log:
        for text in texts:
            log.on_message(event(text, user))
            if options.max_bytes < 1 << 20:
                log.flush(30)  # so that files are closed between messages, not only between batches
    return path


def messages(path: Path) -> list[Record]:
    return [record for record in read(path) if record.kind == "message"]


def contents(path: Path) -> list[str | None]:
    return [record.content for record in messages(path)]


def kinds(path: Path) -> list[str]:
    return [record.kind for record in read(path)]

"""The records of an audit log for other logs: ``logging``, structlog, and by them OpenTelemetry.

What these observers do is done in the thread that codes: give the logger a handler that does not wait, such as
``logging.handlers.QueueHandler``. OpenTelemetry takes the records from its own handler of ``logging``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any, Protocol

from aura.audit.entries import entry_of
from aura.audit.line import Record
from aura.audit.options import Redaction
from aura.audit.rendering import rendered
from aura.observation import MessageEvent, Observer, RefusalEvent


def record_of(event: MessageEvent | RefusalEvent, redact: Sequence[Redaction] = ()) -> Record:
    """What an audit log would record of an event; its number is -1."""
    entry = entry_of(event, redact)
    members: dict[str, Any] = json.loads(b'{"seq":-1%s}' % entry.body)
    private = {} if entry.private is None else json.loads(entry.private)
    kind, time = members.pop("kind"), members.pop("time")
    del members["seq"]
    return Record(-1, kind, time, members, private)


class LoggingSink(Observer):
    """Gives records to a logger of ``logging``: a line for people, and the members as ``aura_…`` attributes.

    Args:
        logger: that of the name ``"aura.audit.messages"`` if None.
        level: of messages; refusals are warnings.
        redact: as in :class:`aura.audit.AuditOptions`.
    """

    def __init__(
        self,
        logger: logging.Logger | None = None,
        *,
        level: int = logging.INFO,
        redact: Sequence[Redaction] = (),
    ) -> None:
        self._logger = logger or logging.getLogger("aura.audit.messages")
        self._level = level
        self._redact = tuple(redact)

    def on_message(self, event: MessageEvent) -> None:
        """Log a message."""
        self._give(event, self._level)

    def on_refusal(self, event: RefusalEvent) -> None:
        """Log a refusal."""
        self._give(event, logging.WARNING)

    def _give(self, event: MessageEvent | RefusalEvent, level: int) -> None:
        if self._logger.isEnabledFor(level):
            record = record_of(event, self._redact)
            members = {f"aura_{name}": value for name, value in record.as_dictionary().items()}
            del members["aura_seq"]
            self._logger.log(level, "%s", rendered(record), extra=members)


class BoundLogger(Protocol):
    """What is needed of a logger of structlog."""

    def info(self, event: str, **members: Any) -> object:
        """Log something usual."""

    def warning(self, event: str, **members: Any) -> object:
        """Log something that should not be."""


class StructlogSink(Observer):
    """Gives records to a logger of structlog: the kind as the event, and the members by their names.

    Args:
        logger: what ``structlog.get_logger()`` gives.
        redact: as in :class:`aura.audit.AuditOptions`.
    """

    def __init__(self, logger: BoundLogger, *, redact: Sequence[Redaction] = ()) -> None:
        self._logger = logger
        self._redact = tuple(redact)

    def on_message(self, event: MessageEvent) -> None:
        """Log a message."""
        self._logger.info("message", **self._members(event))

    def on_refusal(self, event: RefusalEvent) -> None:
        """Log a refusal."""
        self._logger.warning("refusal", **self._members(event))

    def _members(self, event: MessageEvent | RefusalEvent) -> dict[str, Any]:
        members = record_of(event, self._redact).as_dictionary()
        del members["kind"], members["seq"]
        return members

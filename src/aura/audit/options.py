"""How an audit log is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from aura import arguments

Private = dict[str, str]
"""What is private of a message: ``role``, ``user``, ``conversation``, and ``content`` or ``content_base64``."""

Redaction = Callable[[Private], Private | None]
"""Gives what may be recorded of a message; None for nothing that is private."""


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """How a log is kept. All processes that write to a log have the same options.

    Attributes:
        max_bytes: of a file, after which the next one is begun; 4 KiB or more.
        daily: begin a new file each day (UTC).
        compress: compress files that are closed, with Zstandard.
        keep_days: days after which closed files are removed; None keeps them.
        fsync: when the disk is told to keep what was written: ``"always"`` before :meth:`AuditLog.flush
            <aura.audit.AuditLog.flush>` returns and after each write, ``"never"``, or at most so many seconds
            after a write. What was written survives the end of the process in any case.
        max_queued: bytes of messages that wait to be written; further ones are dropped, and their number recorded.
        redact: are called in order, in the thread that writes, with what is private of each message.
        key: of the chain. Without one the chain shows damage and careless edits; whoever may write the files could
            still make a new chain. With one they would need it: keep it elsewhere.

    Raises:
        TypeError: an option has a wrong type.
        ValueError: a number is out of range, or ``key`` is shorter than 16 bytes.
    """

    max_bytes: int = 64 << 20
    daily: bool = True
    compress: bool = True
    keep_days: float | None = None
    fsync: float | Literal["always", "never"] = 1.0
    max_queued: int = 64 << 20
    redact: tuple[Redaction, ...] = ()
    key: bytes | None = None

    def __post_init__(self) -> None:
        arguments.whole_number("max_bytes", self.max_bytes, 1 << 12)
        arguments.whole_number("max_queued", self.max_queued, 0)
        for name in ("daily", "compress"):
            arguments.flag(name, getattr(self, name))
        if self.keep_days is not None:
            arguments.number("keep_days", self.keep_days, 0)
        if not isinstance(self.fsync, str):
            arguments.number("fsync", self.fsync, 0)
        elif self.fsync not in {"always", "never"}:
            raise ValueError(f"fsync is {self.fsync!r}, neither 'always' nor 'never' nor a number of seconds")
        if not isinstance(self.redact, tuple):
            raise TypeError(f"redact is a tuple of functions, not {type(self.redact).__name__}")
        if not all(map(callable, self.redact)):
            raise TypeError("redact is a tuple of functions, and one of them is none")
        check_key(self.key)


def check_key(key: bytes | None) -> None:
    """Refuse what is no key of a chain.

    Raises:
        TypeError: it is neither bytes nor None.
        ValueError: it is shorter than 16 bytes.
    """
    if key is None:
        return
    if not isinstance(key, bytes):
        raise TypeError(f"key is bytes or None, not {type(key).__name__}")
    if len(key) < 16:
        raise ValueError(f"key has {len(key)} bytes, fewer than 16")

"""A record of an audit log as a line for people."""

from __future__ import annotations

from aura.audit.line import Record
from aura.terminal import printable


def rendered(record: Record) -> str:
    """A record as one line without control characters.

    >>> fields = {"direction": "out", "method": "typed", "plain": 36, "wire": 4, "ratio": 9.0, "template": 300}
    >>> private = {"user": "ada", "role": "assistant", "content": "Order 7 is late."}
    >>> print(rendered(Record(7, "message", "2026-01-02T03:04:05.678901Z", fields, private)))
    2026-01-02 03:04:05.678  out assistant ada  typed(300) 36 -> 4 B, 9.0x  Order 7 is late.
    """
    fields = record.fields
    time = record.time.replace("T", " ")[:23]
    if record.kind == "message":
        method = str(fields.get("method"))
        if fields.get("template") is not None:
            method += f"({fields['template']})"
        sizes = f"{fields.get('plain')} -> {fields.get('wire')} B, {fields.get('ratio')}x"
        parts = [
            f"{fields.get('direction')} {_people(record)}".rstrip(),
            f"{method} {sizes}",
            _content(record),
        ]
    elif record.kind == "refusal":
        reason = f"{fields.get('error')} at offset {fields.get('offset')}: {fields.get('reason')}"
        parts = [f"in {_people(record)}".rstrip(), f"refused {fields.get('wire')} B", reason]
    else:
        members = ", ".join(
            f"{name} {value}"
            for name, value in fields.items()
            if name not in {"prev", "chain", "chain_before"}
        )
        parts = [f"[{record.kind}]", members]
    return printable("  ".join(filter(None, [time, *parts])))


def _people(record: Record) -> str:
    """Who wrote the message, to whom, and in which conversation."""
    named = (record.private.get(name) for name in ("role", "user", "conversation"))
    role, user, conversation = named
    whom = "/".join(str(name) for name in (user, conversation) if name is not None)
    return " ".join(str(name) for name in (role, whom or None) if name is not None)


def _content(record: Record) -> str:
    if record.is_erased:
        return "(erased)"
    if record.content is not None:
        return record.content
    encoded = record.private.get("content_base64")
    return "(withheld)" if encoded is None else f"base64 {encoded}"

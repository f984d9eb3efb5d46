"""What is recorded of an event: members in the clear, and what is private, both as JSON."""

from __future__ import annotations

import json
import logging
import os
from base64 import b64encode
from collections.abc import Sequence
from json.encoder import encode_basestring as quoted
from typing import Final, NamedTuple

from aura.audit.line import line_body
from aura.audit.options import Private, Redaction
from aura.observation import Direction, Labels, MessageEvent, RefusalEvent

_log: Final = logging.getLogger("aura.audit")

_SALT_SIZE: Final = 16
"""Bytes of the salt of a record, so that nobody finds a short message by its digest."""


class Entry(NamedTuple):
    """What a record will say, before it has its number.

    Attributes:
        body: in the clear, as :func:`aura.audit.line.line_body` gives it.
        private: a JSON object, or None.
    """

    body: bytes
    private: bytes | None


def entry_of(event: MessageEvent | RefusalEvent, redactions: Sequence[Redaction] = ()) -> Entry:
    """The record of an event."""
    private = private_of(event)
    withheld = ""
    if redactions:
        private, withheld = _redacted(private, redactions)
    if isinstance(event, MessageEvent):
        plain, wire = len(event.message), event.wire_size
        duration = int(event.duration * 1e6 + 0.5)
        template = "null" if event.template_id is None else event.template_id
        model = "null" if event.model_id is None else quoted(event.model_id)
        ratio = plain / wire if wire else 0.0
        direction = "out" if event.direction is Direction.OUT else "in"  # formatting an enum takes long
        members = (
            f',"direction":"{direction}","method":{quoted(event.method)},"plain":{plain},"wire":{wire}'
            f',"ratio":{ratio:.3f},"duration_us":{duration},"template":{template},"model":{model}'
        )
        return Entry(line_body("message", event.time, members + withheld), _salted(private))
    error = event.error
    code = str(getattr(error, "code", type(error).__name__))
    method = "null" if event.method is None else quoted(event.method)
    members = (
        f',"direction":"in","method":{method},"wire":{event.wire_size},"error":{quoted(code)}'
        f',"offset":{error.offset},"reason":{json.dumps(error.reason)}'
    )
    return Entry(line_body("refusal", event.time, members + withheld), _salted(private))


def note(kind: str, time: float, **members: str | int) -> Entry:
    """A record that the log writes about itself; nothing in it is private."""
    text = "".join(f',"{name}":{json.dumps(value)}' for name, value in members.items())
    return Entry(line_body(kind, time, text), None)


def private_of(event: MessageEvent | RefusalEvent) -> Private:
    """What is private of an event, by name."""
    private = _labels(event.labels)
    if isinstance(event, MessageEvent):
        try:
            private["content"] = event.message.decode()
        except UnicodeDecodeError:
            private["content_base64"] = b64encode(event.message).decode()
    return private


def _labels(labels: Labels) -> Private:
    private = {}
    if labels.role is not None:
        private["role"] = labels.role
    if labels.user is not None:
        private["user"] = labels.user
    if labels.conversation is not None:
        private["conversation"] = labels.conversation
    return private


def _redacted(private: Private, redactions: Sequence[Redaction]) -> tuple[Private, str]:
    """What may be recorded, and a member that says so if it is not all."""
    kept: Private | None = dict(private)
    try:
        for redact in redactions:
            if kept is not None:
                kept = redact(kept)
        kept = {str(name): str(value) for name, value in (kept or {}).items()}
        "".join((*kept, *kept.values())).encode()
    except Exception as error:  # noqa: BLE001  # whatever it is, nothing is told that it was to hide
        _log.error("a redaction failed (%s); the content is withheld", type(error).__name__)
        return {}, ',"redacted":"failed"'
    return kept, "" if kept == private else ',"redacted":"yes"'


def _salted(private: Private) -> bytes | None:
    if not private:
        return None
    text = f'{{"salt":"{os.urandom(_SALT_SIZE).hex()}"'
    for name, value in private.items():
        text += f",{quoted(name)}:{quoted(value)}"  # quicker than joining a few short ones
    return (text + "}").encode()

"""The fields of a message: where they stand, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from aura.explanation.explain import READERS
from aura_spec.marker import parse_message
from aura_spec.wire import Span
from aura_vectors.case import Case, Fields
from aura_vectors.case_types.message import Messages

_MOST = 40
"""Fields of a message that is traced."""


def fields_of(case_type: Messages, wire: bytes) -> list[Span]:
    """The fields that take bytes, in the order of reading."""
    spans: list[Span] = []
    message = parse_message(wire, trace=spans)
    if reader := READERS.get(message.marker):
        reader(message.body, case_type.shared_state(), case_type.max_size, spans)
    return [span for span in spans if span.length]


def with_fields(case_type: Messages, cases: Iterable[Case]) -> Iterator[Case]:
    """The cases, each with its fields as first steps of its trace if they are not many."""
    for case in cases:
        steps = list(rows(fields_of(case_type, case.wire), case.wire))
        yield replace(case, trace=(*steps, *case.trace)) if len(steps) <= _MOST else case


def rows(spans: Iterable[Span], data: bytes, stream: str = "") -> Iterator[Fields]:
    """The fields as steps of a trace; ``stream`` names the data if they are not the message."""
    for span in spans:
        value: object = span.value
        if isinstance(value, int):
            value = str(int(value))
        step: dict[str, object] = {
            "at": span.offset,
            "bytes": data[span.offset : span.offset + span.length].hex(),
        }
        step |= {"field": span.path}
        if isinstance(value, str):
            step["value"] = value
        yield {"in": stream, **step} if stream else step

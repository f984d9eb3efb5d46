"""The case types: what is read, by which implementations, and how it stands in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

from aura_vectors.case import CaseType, Fields
from aura_vectors.case_types import (
    choices,
    chunked,
    event_stream,
    integer,
    matching,
    message,
    model,
    order_0,
    payload,
    session,
    stream,
    tagged,
)
from aura_vectors.case_types.function import Values


def case_type_of(group: Fields) -> CaseType:
    """The case type of a group in a file."""
    name = str(group["case_type"])
    make = _CASE_TYPES.get(name)
    return make(group) if make else Values(name)


def _payloads(group: Fields) -> CaseType:
    tables = cast("list[list[int]]", group["tables"])
    return payload.Payloads(tuple(tuple(codes) for codes in tables))


def _files(group: Fields) -> CaseType:
    return chunked.Files(group["case_type"] == chunked.LONG, int(str(group["max_size"])))


def _parts(group: Fields) -> CaseType:
    return session.Parts(str(group["case_type"]))


_CASE_TYPES: Final[Mapping[str, Callable[[Fields], CaseType]]] = {
    message.NAME: message.from_shared,
    tagged.NAME: tagged.from_shared,
    integer.NAME: lambda group: integer.Integers(int(str(group["maximum"]))),
    matching.NAME: lambda group: matching.Matches(str(group["pattern"])),
    order_0.NAME: lambda group: order_0.Order0(tuple(cast("list[int]", group["frequencies"]))),
    choices.NAME: lambda _group: choices.Choices(),
    payload.NAME: _payloads,
    stream.NAME: stream.from_shared,
    session.NAME: session.from_shared,
    **dict.fromkeys((session.CONTROL, session.DATA, session.SUBPROTOCOL, session.CLOSE), _parts),
    event_stream.NAME: event_stream.from_shared,
    **dict.fromkeys((chunked.FILE, chunked.LONG), _files),
    chunked.INDEX: lambda _group: chunked.Indexes(),
    model.FILE: lambda _group: model.Files(),
    model.SECTION: lambda group: model.Sections(int(str(group["type"]))),
}
"""By name, how a case type is made of what a group shares."""

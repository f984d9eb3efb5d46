"""The protocol, version 1: what is said to an implementation, and what it may answer.

Each side writes one JSON object a line. The page *Protocol* of the documentation is its specification.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from aura_conformance.suite import MESSAGE, Case, Check, Direction, Fields, Model

VERSION: Final = 1

_HEXADECIMAL: Final = re.compile(r"(?:[0-9a-f]{2})*")


class ProtocolError(Exception):
    """A line is not an answer to what was asked."""


class OutOfStepError(ProtocolError):
    """A line is not even an answer to something else, or to another request: what follows cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What an implementation says of itself.

    Attributes:
        name: for a person.
        version: of the implementation.
        spec: versions of the specification that it was written for.
        profiles: that it claims.
    """

    name: str
    version: str
    spec: Sequence[str]
    profiles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Request:
    """A question, before it has a number.

    Attributes:
        direction: the command.
        fields: its arguments, without the model.
        model: that the implementation needs, by its id.
        case_type: what the wire is.
    """

    direction: Direction
    fields: Fields
    model: Model | None
    case_type: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """The value of a wire."""

    value: Fields


@dataclass(frozen=True, slots=True)
class Encoded:
    """The wire of a value, in hexadecimal digits."""

    wire: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The wire, or the value, was refused with a code."""

    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """The implementation does not have what it was asked for."""

    reason: str


@dataclass(frozen=True, slots=True)
class Errored:
    """The implementation failed in a way that it did not predict, or gave no answer of the protocol."""

    message: str


@dataclass(frozen=True, slots=True)
class Crashed:
    """The process ended before it answered."""

    message: str


@dataclass(frozen=True, slots=True)
class TimedOut:
    """No answer came in time."""

    seconds: float


Answer = Decoded | Encoded | Refused | Skipped | Errored | Crashed | TimedOut


def request_of(check: Check) -> Request:
    """The question of a check."""
    if check.direction is Direction.DECODE:
        return decoding(check.case, check.case.wire)
    case = check.case
    how = case.encode or {}
    value = case.value if case.case_type == MESSAGE else {"value": case.value}
    fields = {**case.told, **_needs(case), **how, **value}
    return Request(Direction.ENCODE, fields, case.model, case.case_type)


def decoding(case: Case, wire: str) -> Request:
    """A request to decode a wire with what a case tells."""
    return Request(Direction.DECODE, {**case.told, **_needs(case), "wire": wire}, case.model, case.case_type)


def _needs(case: Case) -> Fields:
    """Says which formats of others the case needs, if it needs any."""
    return {"requires": sorted(case.needs)} if case.needs else {}


def start_line() -> bytes:
    """The first line."""
    return line_of({"cmd": "start", "protocol": VERSION})


def model_line(seq: int, model: Model) -> bytes:
    """A line that hands over a model."""
    return line_of({"cmd": "model", "seq": seq, "id": model.id, "data": model.data.hex()})


def request_line(seq: int, request: Request) -> bytes:
    """A line that asks."""
    model = {} if request.model is None else {"model": request.model.id}
    return line_of(
        {"cmd": request.direction, "seq": seq, "case_type": request.case_type, **request.fields, **model}
    )


def stop_line() -> bytes:
    """The last line."""
    return line_of({"cmd": "stop"})


def line_of(message: Fields) -> bytes:
    """A message as a line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def parse_announcement(line: bytes) -> Announcement:
    """The answer to the first line.

    Raises:
        ProtocolError: it is none, or of another version.
    """
    fields = _object(line)
    if fields.get("protocol") != VERSION:
        raise ProtocolError(f"speaks protocol {fields.get('protocol')!r}, not {VERSION}")
    spec, profiles = fields.get("spec", []), fields.get("profiles", [])
    if not isinstance(spec, list) or not isinstance(profiles, list):
        raise ProtocolError("spec and profiles are lists")
    return Announcement(
        str(fields.get("name", "")),
        str(fields.get("version", "")),
        [str(version) for version in spec],
        [str(profile) for profile in profiles],
    )


def parse_model_answer(line: bytes, seq: int) -> Answer | None:
    """Why a model is not taken; None if it is.

    Raises:
        ProtocolError: the line is no answer.
    """
    fields = _numbered(line, seq)
    return None if fields.get("ok") is True else _no_result(fields)


def parse_answer(line: bytes, seq: int, request: Request) -> Answer:
    """The answer to a request.

    Raises:
        ProtocolError: the line is none.
    """
    fields = _numbered(line, seq)
    if request.direction is Direction.ENCODE and "wire" in fields:
        return Encoded(_digits(fields["wire"]))
    if request.direction is Direction.DECODE and request.case_type == MESSAGE and "text_hex" in fields:
        return Decoded({"text_hex": _digits(fields["text_hex"])})
    if request.direction is Direction.DECODE and request.case_type != MESSAGE and "value" in fields:
        return Decoded(_fields(fields["value"]))
    return _no_result(fields)


def _no_result(fields: Fields) -> Answer:
    """An answer that is not what was hoped for."""
    if "error" in fields:
        error = _fields(fields["error"])
        if not isinstance(error.get("code"), str):
            raise ProtocolError("an error has a code")
        return Refused(str(error["code"]), str(error.get("message", "")))
    if "skipped" in fields:
        return Skipped(str(_fields(fields["skipped"]).get("reason", "")))
    if "errored" in fields:
        return Errored(str(_fields(fields["errored"]).get("message", "")))
    raise ProtocolError(f"no answer has the fields {', '.join(fields)}")


def _numbered(line: bytes, seq: int) -> Fields:
    fields = _object(line)
    if fields.get("seq") != seq:
        raise OutOfStepError(f"answers request {fields.get('seq')!r} when asked {seq}")
    return fields


def _object(line: bytes) -> Fields:
    try:
        return _fields(json.loads(line))
    except (ValueError, ProtocolError):
        shown = line.decode("utf-8", "replace").rstrip("\n")
        raise OutOfStepError(f"not an object of JSON: {shown[:200]}") from None


def _fields(value: object) -> Fields:
    if not isinstance(value, Mapping):
        raise ProtocolError(f"not an object: {value!r:.200}")
    return cast("Fields", value)


def _digits(value: object) -> str:
    if not isinstance(value, str) or not _HEXADECIMAL.fullmatch(value):
        raise ProtocolError(f"not lower-case hexadecimal digits: {value!r:.200}")
    return value
